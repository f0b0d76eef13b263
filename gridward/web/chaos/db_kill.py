"""`gridward chaos db-kill`: kill the database again and again under callers, and count what they were promised."""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from typing import Any

import click
import psutil

from gridward.web.chaos.callers import Callers, compared, holds, prepare, served
from gridward.web.cli.demo import own_folder
from gridward.web.cli.session import fail, say
from gridward.web.config import config
from gridward.web.database import embedded

_WITH_THE_POSTMASTER = 5
"""Each such kill takes the postmaster too; after the others it starts its children again by itself."""


@click.command()
@click.option("--kills", type=click.IntRange(1, 1000), default=50, show_default=True, help="How often.")
@click.option("--clients", type=click.IntRange(1, 200), default=20, show_default=True, help="Callers at once.")
@click.option("--json", "as_json", is_flag=True, help="Print what was counted as JSON.")
def command(kills: int, clients: int, as_json: bool) -> None:
    """Kill every process of the database with SIGKILL, each time after as many acknowledgements as there are callers.

    Works on a served house of its own (data/db-kill). Ends with 1 where an acknowledged need is missing or there twice,
    an answer was wrong, or the house did not come back.
    """
    own_folder(None, "db-kill")
    if config().database_url:
        fail("Only a database of its own is killed: unset DATABASE_URL.")
    began, address = time.monotonic(), prepare()
    with served() as port:
        callers = Callers(port, address, clients)
        with callers.calling():
            report = _killed(callers, kills)
    report |= compared(callers) | {"seconds": round(time.monotonic() - began, 1)}
    click.echo(json.dumps(report, ensure_ascii=False, indent=2)) if as_json else say(json.dumps(report))
    good = holds(report) and report["kills"] == kills
    embedded.erase(config().data_dir)
    sys.exit(0 if good else 1)


def _killed(callers: Callers, kills: int) -> dict[str, Any]:
    backends, slowest, done = 0, 0.0, 0
    for number in range(1, kills + 1):
        if not callers.wait_for(callers.count):
            break
        backends += _kill(with_postmaster=number % _WITH_THE_POSTMASTER == 0)
        done, struck = number, time.monotonic()
        if not callers.wait_for(1):
            break
        slowest = max(slowest, time.monotonic() - struck)
        say(f"{number} of {kills} kills, {len(callers.acknowledged)} acknowledged")
    callers.wait_for(callers.count)
    return {"kills": done, "processes_killed": backends, "longest_outage_s": round(slowest, 1)}


def _kill(*, with_postmaster: bool) -> int:
    """SIGKILL to all children of the server, backends and helpers alike. Returns how many."""
    pid = embedded.running_pid(config().data_dir)
    if pid is None:
        return 0
    server = psutil.Process(pid)
    victims = [*([server] if with_postmaster else []), *server.children(recursive=True)]
    for one in victims:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    return len(victims)
