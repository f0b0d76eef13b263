"""`gridward restore`: a house from its backup, without whoever was erased since."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from gridward.web.cli.erase import finish
from gridward.web.cli.session import house, prepare, say
from gridward.web.config import config


@click.command()
@click.argument("backup", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Lose the house that is here, its database and its uploads.")
def command(backup: Path, replace: bool) -> None:
    """Put the house of BACKUP in an empty place; stop `gridward serve` first, and put `keys` into the data folder.

    Ends with 1 where rows or the journal are not what the backup says. Everybody has to sign in again.
    """
    folder = config().data_dir
    folder.mkdir(parents=True, exist_ok=True)
    if not config().master_key and not (folder / "keys" / "master").exists():
        say(f"There is no {folder}/keys: names stay closed until the keys of that house are put there.")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".restore-") as scratch, house(migrate=False):
        from gridward.web.backup.archive import unpacked
        from gridward.web.backup.restoring import check_place, restore

        manifest = unpacked(backup, Path(scratch))
        check_place(manifest, replace=replace)
        say(f"Backup of {manifest.made_at}, {sum(manifest.counts.values())} rows")
        restore(Path(scratch))
        found = _settled(manifest)
    for one in found:
        say(one)
    say("The house stands as it was in the backup." if not found else "The house differs from its backup.")
    sys.exit(1 if found else 0)


def _settled(manifest: Any) -> list[str]:
    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.erasing.actions import erase_again
    from gridward.kernel.walls.owner import as_owner
    from gridward.web.backup.restoring import differences, fit

    prepare()
    found = differences(manifest)
    fit()
    with as_owner():
        done = erase_again(SYSTEM, clock.now())
        if done.rows or done.keys:
            say("Erased again whoever was erased since:")
            finish(done)
    return list(found)
