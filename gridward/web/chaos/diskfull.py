"""`gridward chaos diskfull`: let the disk of a house run full under callers, give it space again, and count."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from gridward.web.chaos.callers import Callers, compared, holds, prepare, served
from gridward.web.cli.demo import own_folder
from gridward.web.cli.session import fail, say
from gridward.web.config import config
from gridward.web.database import embedded

_MEGABYTE = 1 << 20
_REFUSALS_EACH = 5
_NEW_SEGMENTS = 12


@click.command()
@click.option("--clients", type=click.IntRange(1, 200), default=20, show_default=True, help="Callers at once.")
@click.option("--size", type=click.IntRange(200), default=320, show_default=True, help="Megabytes of the disk.")
@click.option("--full-for", "full_s", type=click.FloatRange(1), default=90.0, show_default=True,
              help="Seconds after which there is space again, however few calls were refused.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was counted as JSON.")
def command(clients: int, size: int, full_s: float, as_json: bool) -> None:
    """Fill the disk under a served house, its data and its write-ahead log, then free it again.

    The disk is a small one in memory, mounted at data/diskfull, which only root may do. Ends with 1 where an
    acknowledged need is missing or there twice, an answer was wrong, or the house did not come back by itself.
    """
    place = config().data_dir / "diskfull"
    with _disk(place, size):
        own_folder(None, "diskfull")
        if config().database_url:
            fail("Only a database of its own is starved: unset DATABASE_URL.")
        address = prepare()
        with served() as port:
            callers = Callers(port, address, clients)
            with callers.calling():
                report = _starved(callers, place / "filler", full_s)
        report |= compared(callers) | {"disk_mb": size}
        embedded.erase(config().data_dir)
    click.echo(json.dumps(report, ensure_ascii=False, indent=2)) if as_json else say(json.dumps(report))
    sys.exit(0 if holds(report) and report["recovered"] and report["refused_while_full"] else 1)


@contextmanager
def _disk(place: Path, size: int) -> Iterator[None]:
    place.mkdir(parents=True, exist_ok=True)
    options = f"size={size}m,mode=755"
    mount = ["mount", "-t", "tmpfs", "-o", options, "gridward-diskfull", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)  # noqa: S603 # nosec B603 B607 # as it says
    if done.returncode:
        fail(f"A disk of its own cannot be mounted here, run this as root: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)  # noqa: S603, S607 # nosec B603 B607 # ours


def _starved(callers: Callers, filler: Path, at_most_s: float) -> dict[str, Any]:
    callers.wait_for(3 * callers.count)
    _fill(filler)
    began, refused = time.monotonic(), _refused(callers)
    while time.monotonic() - began < at_most_s:
        _spend_log()
        _fill(filler)
        if _refused(callers) - refused >= _REFUSALS_EACH * callers.count:
            break
        time.sleep(0.2)
    was_full_s, refused = time.monotonic() - began, _refused(callers) - refused
    say(f"{refused} refused in {was_full_s:.0f} s on a full disk; space again")
    filler.unlink()
    freed = time.monotonic()
    recovered = callers.wait_for(1)
    outage = time.monotonic() - freed
    return {"full_s": round(was_full_s, 1), "refused_while_full": refused, "recovered": recovered and callers.wait_for(
        3 * callers.count), "recovered_after_s": round(outage, 1)}  # fmt: skip


def _refused(callers: Callers) -> int:
    return sum(count for answer, count in callers.answers.items() if answer not in {"200", "201"})


def _fill(filler: Path) -> None:
    """Take whatever is free, to the last byte."""
    with filler.open("ab", buffering=0) as file:
        for size in (_MEGABYTE, 4096, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError as full:
                if full.errno != errno.ENOSPC:
                    raise


def _spend_log() -> None:
    """Begin new segments of the write-ahead log, so that it too runs out of space."""
    import psycopg

    place = f"host={embedded.socket_dir(config().data_dir)} user={embedded.SUPERUSER} dbname={embedded.DATABASE}"
    try:
        with psycopg.connect(place, autocommit=True, connect_timeout=2) as owner:
            for _ in range(_NEW_SEGMENTS):
                owner.execute("SELECT pg_switch_wal()")
                owner.execute("SELECT txid_current()")
    except psycopg.Error:
        return
