"""`gridward journal …`: seal what happened, and find what somebody did to it since."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from gridward.web.cli.session import fail, house, say


@click.group()
def command() -> None:
    """Seal the journal into its hash chain, print the head of the chain, check it."""


@command.command()
def seal() -> None:
    """Seal what is committed and not sealed yet; the worker does so every thirty seconds."""
    with house():
        from gridward.kernel import clock
        from gridward.kernel.journal.keeping import seal_all

        say(f"{seal_all(clock.now())} entries sealed")


@command.command()
def head() -> None:
    """Print the head of the chain: keep it elsewhere, and check with `gridward journal verify --head FILE`."""
    with house():
        from gridward.kernel.journal.keeping import kept_head

        found = kept_head()
        if found is None:
            fail("Nothing is sealed yet: run `gridward journal seal`.")
        click.echo(found.text())


@command.command()
@click.option("--head", "kept", type=click.Path(exists=True, path_type=Path), default=None,
              help="A head kept elsewhere; the house's own file if not given.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def verify(kept: Path | None, as_json: bool) -> None:
    """Find every change, removal, insertion or cut tail of the sealed journal; ends with 1 if there is one."""
    with house():
        from django.conf import settings

        from gridward.kernel.journal.keeping import kept_head
        from gridward.kernel.journal.verifying import verify as check

        try:
            found = check(settings.JOURNAL_KEY, kept_head(kept.read_text(encoding="utf-8") if kept else None))
        except ValueError:
            fail(f"{kept or settings.JOURNAL_HEAD} is no head: name what `gridward journal head` wrote.")
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        for fault in found.faults:
            click.echo(fault)
        say(f"{found.seals} seals, {found.sealed} entries sealed, {found.erased} erased, {found.unsealed} not yet")
    sys.exit(1 if found.faults else 0)
