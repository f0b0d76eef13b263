"""`gridward demo`: the reference district, a day of the response, and the console."""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path
from typing import Any

import click

from gridward.web.cli.session import fail, house, say
from gridward.web.config import config
from gridward.web.database import embedded

DEFAULT_SCALE = 0.05


@click.command()
@click.option("--scale", type=click.FloatRange(0.001, 1.0), default=DEFAULT_SCALE, show_default=True,
              help="Share of the district's 1.36 million people.")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same district.")
@click.option("--once", is_flag=True, help="Run the day, print the bulletin, and end without serving.")
@click.option("--json", "as_json", is_flag=True, help="Print the bulletin's figures as JSON.")
@click.option("--data-dir", type=click.Path(path_type=Path), default=None, help="Folder of the demo's data.")
def command(scale: float, seed: int, once: bool, as_json: bool, data_dir: Path | None) -> None:
    """Make the reference district, run a day of the response on it, and serve the console.

    The district is Jiangjin with its true division names and codes; everybody in it is made up. Each run starts
    from nothing, in a data folder of its own (data/demo).
    """
    # Whoever tries the demo has no phone at hand for each of its eight roles.
    os.environ.setdefault("GRIDWARD_SECOND_FACTOR_ROLES", "")
    own_folder(data_dir, "demo")
    began = time.monotonic()
    with house():
        _refuse_a_house_in_use()
        bulletin, accounts, day = _make(scale, seed)
        report = {"scale": scale, "seed": seed, **day, "seconds": round(time.monotonic() - began, 1), **_memory()}
        if as_json:
            click.echo(json.dumps({**bulletin, "demo": report}, ensure_ascii=False, indent=2))
        else:
            say(json.dumps(report))
        if not once:
            _serve(accounts)


def _refuse_a_house_in_use() -> None:
    from gridward.kernel.access.models import User

    if config().database_url and User.objects.exists():
        fail("DATABASE_URL names a database with accounts in it, and the demo empties its database. Name an empty one.")


def own_folder(data_dir: Path | None, name: str) -> None:
    """Work in a data folder of this command's own, with nothing in its embedded database."""
    folder = data_dir or Path(os.environ.get("GRIDWARD_DATA_DIR", "data")) / name
    os.environ["GRIDWARD_DATA_DIR"] = str(folder)
    config.cache_clear()
    if not config().database_url:
        embedded.erase(folder)


def _make(scale: float, seed: int) -> tuple[dict[str, Any], list[Any], dict[str, Any]]:
    from rich.console import Console
    from rich.progress import Progress

    from gridward.drill.reference import calls_a_day, make_district, run_day
    from gridward.kernel import clock

    now = clock.now()
    with Progress(console=Console(stderr=True)) as progress:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done, total=total)

        empty()
        start = time.monotonic()
        district = make_district(scale, seed, now, tell)
        made = time.monotonic()
        tally = run_day(district.ground, now, calls_a_day(scale), tell)
    seconds = {"district_s": round(made - start, 1), "day_s": round(time.monotonic() - made, 1)}
    report = {**seconds, "refusals": tally.refusals}
    say(f"{tally.calls} calls, {tally.assigned} assignments, {tally.served} served, {tally.climbed} climbed")
    return _bulletin(now), district.accounts, report


def empty() -> None:
    """Remove every row of the house's own tables."""
    from django.apps import apps
    from django.db import connection

    from gridward.kernel.walls.owner import as_owner

    tables = [
        model._meta.db_table
        for app in apps.get_app_configs()
        if app.name.startswith("gridward.") or app.label == "sessions"
        for model in app.get_models(include_auto_created=True)
    ]
    with as_owner(), connection.cursor() as query:
        query.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def _bulletin(now: Any) -> dict[str, Any]:
    from datetime import timedelta

    from gridward.drill.district.load import DISTRICT
    from gridward.kernel import clock
    from gridward.kernel.areas.queries import one
    from gridward.web.bulletin import bulletin_json, bulletin_of

    return bulletin_json(bulletin_of(one(DISTRICT), clock.local_day(now) - timedelta(days=1), now))


def _memory() -> dict[str, float]:
    return {"peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)}


def _serve(accounts: list[Any]) -> None:
    from gridward.drill.district.forces import DEMO_PASSWORD
    from gridward.web.cli.serve import run

    settings = config()
    lines = [f"  {one.username:<12} {DEMO_PASSWORD}   {one.name}" for one in accounts]
    address = f"http://{settings.host}:{settings.port}/"
    run(greeting="\n".join([f"Gridward is open at {address}  (Ctrl-C stops it)", *lines]))
