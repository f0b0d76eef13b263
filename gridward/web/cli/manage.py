"""`gridward manage …`: Django's own commands, for those who maintain the house."""

from __future__ import annotations

import click

from gridward.web.cli.session import database


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Run one of Django's management commands as the owner of the tables, e.g. `gridward manage createsuperuser`."""
    import django
    from django.core.management import execute_from_command_line

    with database():
        django.setup()
        from gridward.kernel.walls.owner import as_owner

        with as_owner():
            execute_from_command_line(["gridward manage", *arguments])
