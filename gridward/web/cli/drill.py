"""`gridward drill`: rehearsals and replays, in a database of their own."""

from __future__ import annotations

import gzip
import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from gridward.web.cli.demo import empty, own_folder
from gridward.web.cli.session import fail, house
from gridward.web.config import config

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Rehearse the response, and replay what other cities recorded.

    Each works from nothing, in a data folder of its own (data/replay), and leaves the house's own data alone.
    """


@command.group()
def replay() -> None:
    """Take recorded files through the hotline's own actions, on a simulated clock."""


def _options(function: Any) -> Any:
    for option in (
        click.option("--mapping", type=_FILE, help="TOML file that says what the file's words mean to us."),
        click.option("--limit", type=click.IntRange(min=1), help="Only so many of the first lines."),
        click.option("--differences", type=click.Path(dir_okay=False, path_type=Path),
                     help="Write a table of every line that differs or could not be taken."),
        click.option("--data-dir", type=click.Path(path_type=Path), help="Folder of the replay's data."),
        click.option("--json", "as_json", is_flag=True, help="Print only the figures, as JSON."),
    ):  # fmt: skip
        function = option(function)
    return click.argument("file", type=_FILE)(function)


@replay.command()
@_options
def requests(
    file: Path, mapping: Path | None, limit: int | None, differences: Path | None, data_dir: Path | None, as_json: bool
) -> None:
    """Service requests with opening, target and closing times (CSV, may be gzipped).

    Afterwards the line's figures for closed, open and overdue are compared with the file's; each row that differs
    is named. Ends with 0 only where nothing is left unexplained.
    """
    began = time.monotonic()
    with _fresh(data_dir), _progress() as tell:
        from gridward.drill.replay.mapping import request_mapping
        from gridward.drill.replay.replay_requests import replay_requests, write_differences

        with _lines(file) as lines:
            outcome = replay_requests(lines, request_mapping(mapping), tell, limit)
        if differences:
            write_differences(differences, outcome.explained, [*outcome.errors, *outcome.remarks])
    _print(outcome.report(), time.monotonic() - began, as_json=as_json)
    sys.exit(0 if not any(outcome.unexplained.values()) else 1)


@replay.command()
@_options
def dispatch(
    file: Path, mapping: Path | None, limit: int | None, differences: Path | None, data_dir: Path | None, as_json: bool
) -> None:
    """Emergency calls with each unit's times as `UNIT=hh:mm:ss` lists (CSV, may be gzipped).

    Every unit's response becomes an assignment or a row error that names its line. Ends with 0 only where that
    holds, every assignment has the file's times, and none ends before it starts.
    """
    began = time.monotonic()
    with _fresh(data_dir), _progress() as tell:
        from gridward.drill.replay.mapping import dispatch_mapping
        from gridward.drill.replay.replay_dispatch import replay_dispatch
        from gridward.drill.replay.replay_requests import write_differences

        with _lines(file) as lines:
            outcome = replay_dispatch(lines, dispatch_mapping(mapping), tell, limit)
        if differences:
            write_differences(differences, [], [*outcome.errors, *outcome.remarks])
    _print(outcome.report(), time.monotonic() - began, as_json=as_json)
    sys.exit(0 if outcome.holds else 1)


@contextmanager
def _fresh(data_dir: Path | None) -> Iterator[None]:
    own_folder(data_dir, "replay")
    with house():
        from gridward.kernel.areas.models import Area

        if config().database_url and Area.objects.exists():
            fail("The database of DATABASE_URL is not empty. A replay needs one of its own: unset DATABASE_URL.")
        empty()
        yield


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done, total=total)

        yield tell


def _lines(file: Path) -> TextIO:
    if file.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(file), encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _print(report: dict[str, Any], seconds: float, *, as_json: bool) -> None:
    report = {**report, "seconds": round(seconds, 1)}
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for name, value in report.items():
        click.echo(f"{name:<40}{json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value}")
