"""`gridward chaos restore-drill`: back a working house up, bring it back elsewhere, and compare the two."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import click

from gridward.web.backup.archive import MANIFEST
from gridward.web.cli.session import fail, say
from gridward.web.config import config
from gridward.web.database import embedded


@click.command()
@click.option("--scale", type=click.FloatRange(0.001, 1.0), default=0.02, show_default=True,
              help="Share of the district's 1.36 million people.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was compared as JSON.")
def command(scale: float, as_json: bool) -> None:
    """Make a district and a day, back it up, lose it, restore it from the file and the keys, and compare.

    Works in two data folders of its own (data/drill-before, data/drill-after). Ends with 1 where rows by table, the
    journal or its head differ.
    """
    if config().database_url:
        fail("The drill starts servers of its own: unset DATABASE_URL.")
    before, after = (config().data_dir / name for name in ("drill-before", "drill-after"))
    for folder in (before, after):
        embedded.erase(folder)
        shutil.rmtree(folder, ignore_errors=True)
    seconds: dict[str, float] = {}
    _timed(seconds, "district", "demo", "--once", "--scale", str(scale), "--data-dir", str(before))
    _timed(seconds, "sealing", "journal", "seal", folder=before)
    _timed(seconds, "backup", "backup", str(before / "house.tar"), folder=before)
    shutil.copytree(before / "keys", after / "keys")
    embedded.erase(before)
    _timed(seconds, "restore", "restore", str(before / "house.tar"), folder=after)
    _timed(seconds, "verify", "journal", "verify", folder=after)
    _timed(seconds, "backup_again", "backup", str(after / "house.tar"), folder=after)
    report = _compared(*(_manifest(folder / "house.tar") for folder in (before, after)))
    report |= {"seconds": seconds, "restore_minutes": round(seconds["restore"] / 60, 2)}
    report["backup_mb"] = round((before / "house.tar").stat().st_size / 1e6, 1)
    click.echo(json.dumps(report, indent=2)) if as_json else say(json.dumps(report))
    for folder in (before, after):
        embedded.erase(folder)
        shutil.rmtree(folder)
    sys.exit(0 if not report["differences"] else 1)


def _timed(seconds: dict[str, float], step: str, *arguments: str, folder: Path | None = None) -> None:
    say(f"— {' '.join(arguments[:2])}")
    began = time.monotonic()
    environment = {**os.environ, **({"GRIDWARD_DATA_DIR": str(folder)} if folder else {})}
    done = subprocess.run(  # noqa: S603 # nosec B603 # this very program
        [sys.executable, "-m", "gridward", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    seconds[step] = round(time.monotonic() - began, 1)
    if done.returncode:
        fail(f"{' '.join(arguments)}: {done.stdout[-800:]}{done.stderr[-800:]}")


def _manifest(path: Path) -> dict[str, Any]:
    with tarfile.open(path) as tar:
        kept = tar.extractfile(MANIFEST)
        assert kept is not None
        return dict(json.load(kept))


def _compared(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    # How far the figures were computed is forgotten on purpose.
    counts = [{name: rows for name, rows in one["counts"].items() if name != "kernel_figuremark"}
              for one in (before, after)]  # fmt: skip
    differences = [
        f"{name}: {counts[0].get(name)} → {counts[1].get(name)}"
        for name in sorted({*counts[0], *counts[1]})
        if counts[0].get(name) != counts[1].get(name)
    ]
    if before["journal_head"] != after["journal_head"]:
        differences.append(f"journal head: {before['journal_head']} → {after['journal_head']}")
    return {"tables": len(counts[0]), "rows": sum(counts[0].values()), "journal_head": after["journal_head"],
            "differences": differences}  # fmt: skip
