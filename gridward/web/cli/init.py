"""`gridward init`: a database of your own, and its first administrator."""

from __future__ import annotations

import click

from gridward.web.cli.session import fail, house, say


@click.command()
@click.option("--username", prompt="Name of the first administrator", help="Account of the first administrator.")
@click.password_option(help="At least ten characters; asked for when not given.")
@click.option("--district", default="", help="Six-digit code of the district, e.g. 500116: where the grant reaches.")
def command(username: str, password: str, district: str) -> None:
    """Make the data folder, the database and the first administrator.

    There is no default password. Import your areas next: `gridward import areas FILE`.
    """
    with house():
        from django.contrib.auth.password_validation import validate_password
        from django.core.exceptions import ValidationError

        from gridward.kernel.access.actions import make_administrator

        try:
            validate_password(password)
        except ValidationError as weak:
            fail(" ".join(weak.messages))
        make_administrator(username, password, district)
        say(f"Ready. Sign in as {username} after `gridward serve`.")
