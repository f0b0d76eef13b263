"""`gridward init`: a database of your own, its first administrator, and what a first call needs."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from gridward.web.cli.session import fail, house, say

_VARIABLE = "GRIDWARD_ADMIN_PASSWORD"


@click.command()
@click.option("--username", prompt="Name of the first administrator", help="Account of the first administrator.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@click.option("--district", default="", help="Official code, e.g. 500116: where the grant and the incident reach.")
@click.option("--incident", default="", help="Name of the incident to open, e.g. 疫情防控; none is opened without it.")
@click.option("--hazard", default="epidemic", show_default=True, help="Hazard of the incident.")
def command(username: str, password_stdin: bool, district: str, incident: str, hazard: str) -> None:
    """Make the data folder, the database, the first administrator and the lines' example configuration.

    There is no default password, and none is taken from the command line, where others could read it. At a terminal it
    is asked for; else it comes from --password-stdin or from GRIDWARD_ADMIN_PASSWORD; else one is made and printed,
    which must be changed at the first sign-in. Running it again changes what you name, its password too, and leaves
    the rest. Import your areas next: `gridward import areas FILE`.
    """
    password = _password(password_stdin)
    with house():
        administrator = _administrator(username, password, district)
        _install_lines()
        if incident:
            _open_incident(administrator, incident, hazard, district)
        say(f"Ready. Sign in as {username} after `gridward serve`.")


def _password(from_stdin: bool) -> str:
    """The password that was given; empty where one is to be made."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n") or fail("Standard input held no password.")
    if given := os.environ.get(_VARIABLE, ""):
        return given
    if sys.stdin.isatty():
        return str(click.prompt("Password of the administrator", hide_input=True, confirmation_prompt=True))
    return ""


def _administrator(username: str, password: str, district: str) -> Any:
    from gridward.kernel import clock
    from gridward.kernel.access.actions import make_administrator
    from gridward.web.signin.actions import issue_one_time, settle_password

    if password:
        _check_password(password)
    administrator = make_administrator(username, password or None, district)
    if password:
        settle_password(administrator)
        return administrator
    # Printed and not logged: to standard output, once.
    click.echo(f"One-time password of {username}: {issue_one_time(administrator, clock.now())}")
    say("It must be changed at the first sign-in, within three days.")
    return administrator


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
