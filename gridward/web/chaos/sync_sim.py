"""`gridward chaos sync-sim`: the field app's sync core lives through everything, again and again, and loses nothing."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import click

from gridward.web.chaos.sync.mutants import MUTANTS
from gridward.web.chaos.sync.real import told_to_a_house
from gridward.web.chaos.sync.simulator import FAULTS, Simulator, is_bad, simulator
from gridward.web.chaos.sync.stories import told
from gridward.web.cli.session import say

_AT_ONCE = 5000


@click.command()
@click.option("--seeds", type=click.IntRange(1, 10_000_000), default=100_000, show_default=True, help="Seeded stories.")
@click.option(
    "--stories",
    type=click.IntRange(0, 100_000),
    default=1000,
    show_default=True,
    help="Stories made up by Hypothesis, which shortens what goes wrong.",
)
@click.option(
    "--mutant-seeds",
    type=click.IntRange(1),
    default=3000,
    show_default=True,
    help="Stories told at most of each planted mistake.",
)
@click.option(
    "--real",
    type=click.IntRange(0, 10_000),
    default=0,
    show_default=True,
    help="Stories told to a real house, served for it (data/sync-sim).",
)
@click.option("--first", type=click.IntRange(0), default=0, show_default=True, help="The first seed.")
@click.option("--json", "as_json", is_flag=True, help="Print what was counted as JSON.")
def command(seeds: int, stories: int, mutant_seeds: int, real: int, first: int, as_json: bool) -> None:
    """Tell stories of a phone that drops, repeats, reorders, dies, fills up, is off in time and is installed anew.

    The real sync core runs in Node against a model of the server. Afterwards everything heals, and nothing may be lost,
    done twice, stuck, or answered without being shown. Each of the planted mistakes must be noticed.
    Only `--real` needs a database. Ends with 1 where any of that does not hold.
    """
    began = time.monotonic()
    with simulator() as core:
        seeded = _seeded(core, first, seeds)
        made_up = told(core, stories, first) if stories else {"told": 0, "worst": None}
        nowhere = {"told": 0, "errors": [], **dict.fromkeys(FAULTS, 0)}
        there = told_to_a_house(core, real, first) if real else nowhere
    missed = [mutant.name for mutant in MUTANTS if not _is_caught(mutant, mutant_seeds)]
    report = {
        **seeded,
        "made_up": made_up,
        "told_to_a_house": there,
        "mutants": len(MUTANTS),
        "mutants_missed": missed,
        "took_s": round(time.monotonic() - began, 1),
    }
    click.echo(json.dumps(report, ensure_ascii=False, indent=2)) if as_json else say(json.dumps(report))
    good = not is_bad(report) and made_up["worst"] is None and not missed and not is_bad(there) and not there["errors"]
    sys.exit(0 if good else 1)


def _seeded(core: Simulator, first: int, seeds: int) -> dict[str, Any]:
    """Stories by seed, some thousands at a time; `bad` are the seeds of those that went wrong."""
    sums: dict[str, Any] = dict.fromkeys(("stories", "saved", "stored", *FAULTS), 0) | {"bad": []}
    for start in range(first, first + seeds, _AT_ONCE):
        found = core.ask({"from": start, "count": min(_AT_ONCE, first + seeds - start)})
        if "error" in found:
            return sums | {"error": found["error"]}
        for name in ("stories", "saved", "stored", *FAULTS):
            sums[name] += found[name]
        sums["bad"] += found["bad"][:10]
    return sums


def _is_caught(mutant: Any, seeds: int) -> bool:
    with simulator(mutant) as core:
        return is_bad(core.ask({"from": 0, "count": seeds, "stop_at": 1}))
