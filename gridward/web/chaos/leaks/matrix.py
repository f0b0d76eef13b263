"""`gridward chaos leak-matrix`: everybody asks everything in two worlds, and every table is held against its wall."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from typing import Any

import click

from gridward.web.cli.demo import own_folder
from gridward.web.cli.session import fail, house, say
from gridward.web.config import config
from gridward.web.database import embedded

_FAULTS = ("different", "failed", "turned_away", "left_out", "strangers", "wrong", "unseen")

_CHECKS = """
    SELECT conrelid::regclass::text, conname FROM pg_constraint
    WHERE contype = 'c' AND connamespace = current_schema()::regnamespace
"""
_PAGES = 20
"""Whoever is shown fewer was turned away at the door, and proves nothing."""


@click.command()
@click.option("--scale", type=click.FloatRange(0.001, 1.0), default=0.002, show_default=True,
              help="Share of the district's 1.36 million people.")  # fmt: skip
@click.option("--callers", default="", help="Only accounts whose name has these letters, e.g. community; all if empty.")
@click.option("--damage/--no-damage", default=True, show_default=True,
              help="Also damage each wall in every way, and see that it shows.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(scale: float, callers: str, damage: bool, as_json: bool) -> None:
    """Ask every route as every role in two worlds that differ by another town's rows, and hold every table to its wall.

    Works in a data folder of its own (data/leak-matrix) on two databases. Ends with 1 where an answer differs, a route
    or a table is left out, a wall lets by what it should not or keeps what it should, or damage to a wall goes unseen.
    """
    # Accounts that would first have to set up a second factor could be asked nothing else.
    os.environ["GRIDWARD_SECOND_FACTOR_ROLES"] = ""
    own_folder(None, "leak-matrix")
    if config().database_url:
        fail("The worlds are databases of its own: unset DATABASE_URL.")
    began = time.monotonic()
    _make_district(scale)
    with house():
        _stop_vacuuming()
        report = _routes(callers) | _tables(damage=damage)
    report["seconds"] = round(time.monotonic() - began, 1)
    click.echo(json.dumps(report, ensure_ascii=False, indent=2)) if as_json else say(json.dumps(report))
    embedded.erase(config().data_dir)
    shutil.rmtree(config().data_dir, ignore_errors=True)
    sys.exit(1 if any(report[name] for name in _FAULTS) else 0)


def _stop_vacuuming() -> None:
    """Keep the server from tidying tables while their walls are damaged: each would wait for the other."""
    from django.db import connection

    from gridward.kernel.walls.owner import as_owner

    with as_owner(), connection.cursor() as query:
        query.execute("ALTER SYSTEM SET autovacuum = off")
        query.execute("SELECT pg_reload_conf()")


def _make_district(scale: float) -> None:
    folder = str(config().data_dir)
    arguments = ["demo", "--once", "--scale", str(scale), "--data-dir", folder]
    done = subprocess.run(  # noqa: S603 # nosec B603 # this very program
        [sys.executable, "-m", "gridward", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        fail(f"{' '.join(arguments)}: {done.stderr[-800:]}")


def _routes(wanted: str) -> dict[str, Any]:
    """Every account's answers in both worlds."""
    from gridward.kernel import clock
    from gridward.web.chaos.leaks.routes import routes, unasked
    from gridward.web.chaos.leaks.worlds import part
    from gridward.web.cli.session import hang_up

    now = clock.now()
    worlds = part(now)
    names = [name for name in worlds.cookies if wanted in name]
    hang_up()
    # A process for each world; both go on from this one, with the keys it has in memory.
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as processes:
        asked = [processes.submit(_answers, worlds, names, now, other_town) for other_town in (False, True)]
        answers = [one.result() for one in asked]
    pairs = [(name, *what, answers[False][name][what], answers[True][name][what])
             for name in names for what in answers[False][name]]  # fmt: skip
    return {
        "routes": len(list(routes())),
        "accounts": len(names),
        "asked": 2 * len(pairs),
        "different": [f"{name}: {method} {url}" for name, method, url, one, other in pairs if one != other],
        "failed": [f"{name}: {method} {url}" for name, method, url, one, _other in pairs if one[0] >= 500],
        "left_out": unasked(worlds.own),
        "turned_away": [name for name in names if _shown(answers[True][name]) < _PAGES],
        "shown": min(_shown(answers[True][name]) for name in names),
    }


def _answers(worlds: Any, names: list[str], now: datetime, other_town: bool) -> dict[str, Any]:
    """What everybody is answered in one of the worlds: status and digest, by account, method and address."""
    from gridward.kernel import clock
    from gridward.web.chaos.leaks.routes import everything
    from gridward.web.chaos.leaks.worlds import world

    with world(other_town=other_town), clock.simulated(now):
        return {
            name: {
                what: (status, hashlib.sha256(content).digest())
                for what, (status, content) in everything(worlds.cookies[name], worlds.own, worlds.hidden).items()
            }
            for name in _told(names, other_town)
        }


def _shown(answers: dict[Any, tuple[int, bytes]]) -> int:
    """How many answers an account got that are no refusals and lead nowhere else."""
    return sum(status == 200 for status, _content in answers.values())


def _told(names: list[str], other_town: bool) -> Iterator[str]:
    for number, name in enumerate(names, 1):
        say(f"{'with' if other_town else 'without'} the other town: {name} ({number} of {len(names)})")
        yield name


def _tables(*, damage: bool) -> dict[str, Any]:
    """Every table of the world with the other town, as it stands, then damaged."""
    from django.db import connection, transaction

    from gridward.kernel.walls.building import declared, table_names
    from gridward.kernel.walls.owner import as_owner
    from gridward.web.chaos.leaks.tables import ask
    from gridward.web.chaos.leaks.worlds import callers, world

    with world(other_town=True):
        everybody = callers()
        with as_owner(), transaction.atomic():
            with connection.cursor() as query:
                strangers = sorted(set(table_names(query)) - set(declared()))
            tables = _probed()
            say(f"{len(tables)} tables asked by {len(everybody)} callers")
            wrong = [words for table in tables for words in ask(table, everybody)]
            unseen, tried = _damaged(tables, everybody) if damage else ([], 0)
            transaction.set_rollback(True)
    return {"tables": len(tables), "callers": len(everybody), "strangers": strangers, "wrong": wrong,
            "damages": tried, "unseen": unseen}  # fmt: skip


def _probed() -> list[Any]:
    """Every walled table with rows in it, and the house's own role free to try whatever the walls let by."""
    from django.db import connection

    from gridward.kernel.walls.building import walled
    from gridward.kernel.walls.policies import APP
    from gridward.web.chaos.leaks.filling import fill
    from gridward.web.chaos.leaks.tables import probed
    from gridward.web.chaos.leaks.worlds import one_account, places

    with connection.cursor() as query:
        # What foreign keys, triggers and checks would refuse is not the walls' merit.
        query.execute("SET LOCAL session_replication_role = replica")
        query.execute(_CHECKS)
        for table, name in query.fetchall():
            query.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        query.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}")
    tables = []
    for name, wall in walled():
        fill(name, places(), one_account())
        tables.append(probed(name, wall))
    return tables


def _damaged(tables: list[Any], everybody: list[Any]) -> tuple[list[str], int]:
    from django.db import connection

    from gridward.web.chaos.leaks.mutants import damaged, mutants
    from gridward.web.chaos.leaks.tables import ask

    unseen, tried = [], 0
    for table in tables:
        for mutant in mutants(table):
            tried += 1
            with connection.cursor() as query:
                query.execute("SAVEPOINT whole")
                damaged(mutant)
                if next(ask(table, everybody, [mutant.shows_in]), None) is None:
                    unseen.append(mutant.name)
                query.execute("ROLLBACK TO SAVEPOINT whole")
    return unseen, tried
