"""`gridward chaos residue-scan`: plant known people, forget them, and look for them in every file there is."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from gridward.web.chaos.canaries import Canaries, scan
from gridward.web.cli.demo import empty, own_folder
from gridward.web.cli.session import fail, house, say
from gridward.web.config import config
from gridward.web.database.places import folder

_PLACES = (("pg_wal", "wal"), ("base", "tables and indexes"), ("backups", "backups"), ("files", "uploads"),
           ("server.log", "logs"), ("house.log", "logs"))  # fmt: skip


@click.command()
@click.option("--canaries", "count", type=click.IntRange(50, 1_000_000), default=10_000, show_default=True,
              help="At least how many made-up names, phones, ID numbers and sentences to plant.")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same canaries.")
@click.option("--leave", is_flag=True, help="Leave one on purpose: the scan has to find it, and fails.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option("--data-dir", type=click.Path(path_type=Path), default=None, help="Folder to work in.")
def command(count: int, seed: int, leave: bool, as_json: bool, data_dir: Path | None) -> None:
    """Plant people, erase them, and look for them in tables, indexes, WAL, uploads, backups and logs.

    Works in a data folder of its own (data/residue) with the embedded server, which is stopped before the scan. Ends
    with 1 where any canary is found.
    """
    began = time.monotonic()
    own_folder(data_dir, "residue")
    if config().database_url:
        fail("The scan reads the server's files: unset DATABASE_URL, it starts a server of its own.")
    for name in ("backups", "erasures", "files"):
        shutil.rmtree(config().data_dir / name, ignore_errors=True)
    canaries = Canaries(seed)
    with house():
        _log_to(config().data_dir / "house.log")
        before = _live(canaries, count, leave=leave)
    found = scan(_files(), canaries)
    size = sum(path.stat().st_size for path in _files())
    report = {
        "planted": len(canaries.planted),
        "readable_before": before,
        "found": len({one for here in found.values() for one in here}),
        "where": {_place(Path(path)): len(here) for path, here in found.items()},
        "files": sum(1 for _path in _files()),
        "scanned_mb": round(size / 1e6),
        "seconds": round(time.monotonic() - began, 1),
    }
    _print(report, sorted(found), as_json=as_json)
    sys.exit(1 if found else 0)


def _live(canaries: Canaries, count: int, *, leave: bool) -> dict[str, int]:
    """Plant, back up, erase; the server stays up. Returns how many could be read before, by place."""
    from django.db import connection

    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.erasing.actions import erase_account, erase_incident
    from gridward.kernel.erasing.queries import due
    from gridward.kernel.erasing.reports import keep, signed_report
    from gridward.kernel.erasing.rewriting import rewrite
    from gridward.kernel.incidents.actions import close_incident
    from gridward.kernel.journal.keeping import seal_all
    from gridward.kernel.walls.owner import as_owner
    from gridward.web.chaos.planting import LEAVER, plant

    empty()
    with as_owner(), connection.cursor() as query:
        # Compressed pages could hide what the scan looks for.
        query.execute("ALTER SYSTEM SET wal_compression = off")
        query.execute("SELECT pg_reload_conf()")
    incident = plant(canaries, count)
    _back_up()
    before: dict[str, int] = {}
    for path, here in scan(_files(), canaries).items():
        before[_place(Path(path))] = before.get(_place(Path(path)), 0) + len(here)
    close_incident(SYSTEM, incident.pk, clock.now())
    with as_owner():
        seal_all(clock.now())
        done = erase_incident(SYSTEM, incident.pk, due(clock.now(), incident.pk)[0][1], clock.now())
        keep(signed_report(done, clock.now(), vacuumed=rewrite([*done.rows, *done.tables])))
        erase_account(SYSTEM, LEAVER, clock.now())
        with connection.cursor() as query:
            if leave:
                query.execute("UPDATE kernel_resource SET name = %s", [min(canaries.planted)])
            query.execute("CHECKPOINT")
    return before


def _back_up() -> None:
    """A backup as text, of every table, made while everybody was still there."""
    from django.db import connection

    from gridward.kernel.walls.owner import as_owner

    target = config().data_dir / "backups"
    target.mkdir(exist_ok=True)
    with as_owner(), connection.cursor() as query:
        for table in connection.introspection.table_names():
            with (target / f"{table}.copy").open("wb") as file, query.cursor.copy(f'COPY "{table}" TO STDOUT') as rows:
                for part in rows:
                    file.write(part)


def _log_to(path: Path) -> None:
    handler = logging.FileHandler(path, "w", encoding="utf-8")
    handler.setLevel(logging.DEBUG)
    # As much as the house's own settings let through, and whatever else anybody logs.
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)


def _files() -> Iterator[Path]:
    roots = {config().data_dir.resolve(), folder(config().data_dir).resolve()}
    for root in sorted(roots):
        for place, _folders, names in os.walk(root):
            if root == config().data_dir.resolve() and any(Path(place) == other for other in roots - {root}):
                continue
            yield from (Path(place) / name for name in names if (Path(place) / name).is_file())


def _place(path: Path) -> str:
    parts = set(path.parts)
    return next((title for name, title in _PLACES if name in parts), path.name)


def _print(report: dict[str, Any], paths: list[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({**report, "paths": paths}, ensure_ascii=False, indent=2))
        return
    for path in paths:
        click.echo(f"found in {path}")
    say(json.dumps(report, ensure_ascii=False))
