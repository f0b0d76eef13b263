"""`gridward init`: a database of your own, its first administrator, and what a first call needs."""

from __future__ import annotations

from typing import Any

import click

from gridward.web.cli.session import fail, house, say


@click.command()
@click.option("--username", prompt="Name of the first administrator", help="Account of the first administrator.")
@click.password_option(help="At least ten characters; asked for when not given.")
@click.option("--district", default="", help="Official code, e.g. 500116: where the grant and the incident reach.")
@click.option("--incident", default="", help="Name of the incident to open, e.g. 疫情防控; none is opened without it.")
@click.option("--hazard", default="epidemic", show_default=True, help="Hazard of the incident.")
def command(username: str, password: str, district: str, incident: str, hazard: str) -> None:
    """Make the data folder, the database, the first administrator and the lines' example configuration.

    There is no default password. Running it again changes what you name and leaves the rest.
    Import your areas next: `gridward import areas FILE`.
    """
    with house():
        from gridward.kernel.access.actions import make_administrator

        _check_password(password)
        administrator = make_administrator(username, password, district)
        _install_lines()
        if incident:
            _open_incident(administrator, incident, hazard, district)
        say(f"Ready. Sign in as {username} after `gridward serve`.")


def _check_password(password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password)
    except ValidationError as weak:
        fail(" ".join(weak.messages))


def _install_lines() -> None:
    from django.utils.module_loading import import_string

    from gridward.kernel import clock
    from gridward.kernel.registry import registry

    for line in registry().lines.values():
        if line.install:
            import_string(line.install)(clock.now())


def _open_incident(administrator: Any, name: str, hazard: str, district: str) -> None:
    from gridward.kernel import clock
    from gridward.kernel.access.actor import actor_of
    from gridward.kernel.address import from_code
    from gridward.kernel.incidents.actions import open_incident
    from gridward.kernel.incidents.queries import running

    if running() is None:
        address = from_code(district) if district else 0
        open_incident(actor_of(administrator, "command line"), name, "", hazard, address, clock.now())
