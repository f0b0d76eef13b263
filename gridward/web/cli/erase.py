"""`gridward erase`: forget an incident whose time has come, one person, one account; check that it was done."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from gridward.web.cli.session import fail, house, say

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("incident", required=False)
@click.option("--due", is_flag=True, help="Everything whose retention has run out, in every closed incident.")
@click.option("--dry-run", is_flag=True, help="Say what would be destroyed, and destroy nothing.")
@click.option("--person", default="", help="One person, by the number at the end of their page's address.")
@click.option("--account", default="", help="One account, by its name: what it did stays, its name does not.")
@click.option("--again", is_flag=True, help="After restoring a backup: erase again whoever was erased since.")
@click.option("--verify", "report", type=_FILE, help="Check a report's signature, and in this house what it says.")
@click.option("--public-key", "key", default="", help="With --verify: the key to check by, instead of this house's.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(
    incident: str | None,
    due: bool,
    dry_run: bool,
    person: str,
    account: str,
    again: bool,
    report: Path | None,
    key: str,
    yes: bool,
) -> None:
    """Destroy rows, files and keys for good, and write a signed report of it.

    INCIDENT is the number of a closed incident: all it left is erased now, whatever its retention. With the keys gone,
    no backup brings anybody back; what a backup holds of single people is erased again by --again.
    """
    if report:
        sys.exit(_verify(report, key))
    if sum([bool(incident), due, bool(person), bool(account), again]) != 1:
        fail("Name an incident, or one of --due, --person, --account, --again, --verify.")
    if not (dry_run or yes):
        click.confirm("This cannot be undone. Erase?", abort=True, err=True)
    with house(owner=True):
        if person or account or again:
            if dry_run:
                fail("--dry-run counts incidents only.")
            finish(_one(person, account))
        else:
            _incidents(incident, dry_run)


def _one(person: str, account: str) -> Any:
    from django.core.exceptions import ValidationError

    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.erasing import actions
    from gridward.kernel.errors import AppError

    try:
        if person:
            return actions.erase_person(SYSTEM, person, clock.now())
        if account:
            return actions.erase_account(SYSTEM, account, clock.now())
        return actions.erase_again(SYSTEM, clock.now())
    except (AppError, ValidationError) as refused:
        return fail(str(refused))


def _incidents(incident: str | None, dry_run: bool) -> None:
    from django.core.exceptions import ValidationError

    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.erasing.actions import erase_incident
    from gridward.kernel.erasing.queries import due
    from gridward.kernel.errors import AppError

    now = clock.now()
    try:
        wanted = due(now, incident)
        for incident_id, holders in wanted:
            done = erase_incident(SYSTEM, incident_id, holders, now, dry_run=dry_run)
            if dry_run:
                click.echo(json.dumps({"incident": str(incident_id), "holders": holders, "rows": done.rows,
                                       "files": done.files, "keys": len(done.keys)}))  # fmt: skip
            else:
                finish(done)
    except (AppError, ValidationError) as refused:
        fail(str(refused))
    if not wanted:
        say("Nothing is due.")


def finish(done: Any) -> None:
    """Finish an erasure, and print its signed report."""
    from gridward.kernel import clock
    from gridward.kernel.erasing import finishing

    report, path = finishing.finish(done, clock.now())
    click.echo(json.dumps(report, indent=2))
    say(f"Report: {path}")


def _verify(path: Path, key: str) -> int:
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        named = str(report["public_key"])
    except (ValueError, KeyError, TypeError):
        return int(bool(fail(f"{path} is no report of an erasure.")))
    import django

    django.setup()
    from gridward.kernel.erasing.reports import is_genuine, left_over, public_key

    own = public_key()
    if not is_genuine(report, key or own):
        say(
            "The report was changed, or signed by another house."
            if named == (key or own)
            else "Another house's report."
        )
        return 1
    say("The signature is good.")
    if key and key != own:
        return 0
    with house():
        found = left_over(report)
    for one in found:
        click.echo(one)
    say("Nothing of it is left here." if not found else "Run `gridward erase --again`.")
    return 1 if found else 0
