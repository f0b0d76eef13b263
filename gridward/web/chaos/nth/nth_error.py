"""`gridward chaos nth-error`: each database call of each action and route fails once; nothing may be left half done."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import click

from gridward.web.cli.demo import empty, own_folder
from gridward.web.cli.session import fail, house, say
from gridward.web.config import config
from gridward.web.database import embedded

_FAULTS = ("left_out", "could_not_run", "half_done", "pretended", "without_reference", "unprovoked")
_TOLD = ("went_on", "answered")
_MOST = 400
"""No action makes more calls than this."""


@click.command()
@click.option("--only", default="", help="Only actions and routes with these letters in their name; all if empty.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(only: str, as_json: bool) -> None:
    """Run every action and ask every route again and again, each time with another of its database calls failing.

    Works in a data folder of its own (data/nth-error), with the embedded server. Ends with 1 where an action left
    something half done or said it was done when it was not, a 500 came without a reference, or an action is left out.
    """
    # Accounts that would first have to set up a second factor could be asked nothing else.
    os.environ["GRIDWARD_SECOND_FACTOR_ROLES"] = ""
    own_folder(None, "nth-error")
    if config().database_url:
        fail("The errors are made in a database of its own: unset DATABASE_URL.")
    began = time.monotonic()
    with house():
        report = _all(only)
    report["seconds"] = round(time.monotonic() - began, 1)
    click.echo(json.dumps(report, ensure_ascii=False, indent=2)) if as_json else say(json.dumps(report))
    embedded.erase(config().data_dir)
    shutil.rmtree(config().data_dir, ignore_errors=True)
    sys.exit(1 if any(report[name] for name in _FAULTS) else 0)


def _all(only: str) -> dict[str, Any]:
    from gridward.web.chaos.nth import deeds, trying

    empty()
    stage = trying.make_stage()
    tried: dict[str, Any] = {"actions": 0, "routes": 0, "calls": 0, **{name: [] for name in (*_FAULTS, *_TOLD)}}
    tried["left_out"] = deeds.left_out()
    for name, found in _told(trying.actions(stage, _MOST, only)):
        tried["actions"] += 1
        _add(tried, name, found)
    for name, found in _told(trying.every_route(stage, _MOST, only)):
        tried["routes"] += 1
        _add(tried, name, found)
    return {**tried, "answered": Counter(one.rsplit(" ", 1)[1] for one in tried["answered"])}


def _told(each: Iterator[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, found in each:
        say(f"{name}: {found.pop('calls')} calls")
        yield name, found


def _add(tried: dict[str, Any], name: str, found: dict[str, Any]) -> None:
    tried["calls"] += found.pop("trials")
    for kind, words in found.items():
        tried[kind] += [f"{name}: {one}" for one in words]
