"""`gridward journal …`: seal what happened, and find what somebody did to it since."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gridward.web.cli.demo import empty, own_folder
from gridward.web.cli.session import fail, house, say
from gridward.web.config import config


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
@click.option("--tamper", "times", type=click.IntRange(1), default=None,
              help="Leave the journal alone: forge another, in data/tamper, so often, and find each.")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help="With --tamper: the same seed forges the same.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def verify(kept: Path | None, times: int | None, seed: int, as_json: bool) -> None:
    """Find every change, removal, insertion or cut tail of the sealed journal; ends with 1 if there is one."""
    if times is not None:
        sys.exit(_tamper(times, seed, as_json=as_json))
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


def _tamper(times: int, seed: int, *, as_json: bool) -> int:
    own_folder(None, "tamper")
    if config().database_url:
        fail("Journals are forged in a database of their own: unset DATABASE_URL.")
    found = _forged(times, seed)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        for name, kind in found["kinds"].items():
            click.echo(f"{name}: {kind['found']} of {kind['tried']}")
        say(f"{found['found']} of {times} found")
    return 0 if found["untouched_is_whole"] and found["found"] == times else 1


def _forged(times: int, seed: int) -> dict[str, Any]:
    from rich.console import Console
    from rich.progress import track

    found: dict[str, Any] = {"seed": seed}
    with house():
        from gridward.kernel import clock
        from gridward.web.chaos.tampering import count, is_whole, make_journal, tamper

        empty()
        make_journal(clock.now())
        found["untouched_is_whole"] = is_whole()
        found |= count(track(tamper(times, seed), "forging", times, console=Console(stderr=True)))
    return found
