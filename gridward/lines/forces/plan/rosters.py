"""A roster drafted from rows: what it depends on is frozen, what the engine made of it, and why not all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from gridward.engine.roster import Problem, Roster, plan
from gridward.kernel.address import Level, Span, at_level
from gridward.lines.forces.queries import duty, posts
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.rules import rosters as rules

KIND = "forces.roster"
NEAREST = 12
"""Posts of each shift that are looked at for each person, and people for each post."""


def engine_version() -> str:
    """What planned: the version a replay needs."""
    return f"roster {version('gridward')}"


@dataclass
class Draft:
    """A roster not yet written down, as a kernel plan keeps it."""

    inputs: dict[str, Any]
    outcome: dict[str, Any]
    unserved: list[dict[str, Any]] = field(default_factory=list)
    cost: float = 0.0
    bound: float = 0.0


def times() -> list[rules.Shift]:
    """The shifts of a day in seconds."""
    return [rules.Shift(one.key, one.start_min * 60, one.end_min * 60, one.night) for one in posts.shift_times()]


def gathered(
    incident_id: Any, within: Span, first_day: date, days: int, now: datetime, only: Collection[Any] | None = None
) -> rules.Frozen:
    """Everything a roster of a range and some days depends on, frozen.

    Parameters: only — the resources that may be newly sent; None for everybody.
    """
    shifts = duty.open_shifts(within, first_day, days, now)
    held = duty.promised(first_day, days)
    needs = {one.need_id for one in shifts}
    here = {one.resource_id for one in held if one.need_id in needs}
    candidates = duty.candidates(incident_id, within, first_day, list(here))
    if only is not None:
        candidates = [one for one in candidates if one.resource_id in here or one.resource_id in only]
    return rules.frozen(candidates, shifts, held, times(), joining().frozen, first_day, days)


def draft(
    incident_id: Any,
    within: Span,
    first_day: date,
    days: int,
    now: datetime,
    tell: Callable[[int], None] | None = None,
    only: Collection[Any] | None = None,
) -> Draft:
    """Plan the open shifts of a range and some days; what is promised stays.

    Parameters: tell — told how far it is, in per cent. only — see `gathered`.
    """
    say = tell or (lambda _percent: None)
    inputs = gathered(incident_id, within, first_day, days, now, only)
    say(25)
    asked = rules.problem_of(inputs)
    roster = plan(asked, nearest=NEAREST)
    say(85)
    made = drafted(inputs, asked, roster)
    say(100)
    return made


def replayed(inputs: Mapping[str, Any]) -> Roster:
    """The same roster again, from what a plan kept."""
    return plan(rules.problem_of(dict(inputs)), nearest=NEAREST)


def drafted(inputs: dict[str, Any], asked: Problem, roster: Roster) -> Draft:
    """A roster in the words of the desk: who is sent where, what of each community is filled, what is not and why."""
    sent = rules.placed(inputs, roster.post)
    outcome = {
        "sent": [[one.person, one.day, one.post, one.need_id, one.way_m, int(one.stranger)] for one in sent],
        "parts": _parts(inputs, asked, roster, sent),
        "first_day": inputs["first_day"],
        "days": inputs["days"],
        "apart": len(roster.apart),
        "missing_bound": roster.missing_bound,
        "approved": {},
    }
    return Draft(inputs, outcome, _unserved(inputs, roster), roster.cost_m, roster.bound_m)


def _parts(
    inputs: Mapping[str, Any], asked: Problem, roster: Roster, sent: list[rules.Placed]
) -> dict[str, dict[str, Any]]:
    """By community: heads wanted, held before, newly sent; ways of those sent; strangers among them."""
    where = [at_level(int(post[0]), Level.COMMUNITY) for post in inputs["posts"]]
    found: dict[int, dict[str, Any]] = {
        address: {"wanted": 0, "held": 0, "sent": 0, "strangers": 0, "ways": []} for address in where
    }
    for at, heads in enumerate(asked.posts.wanted.sum(axis=0).tolist()):
        found[where[at]]["wanted"] += heads
    for _person, _day, post, _need in inputs["held"]:
        if post >= 0:
            found[where[post]]["held"] += 1
    for one in sent:
        part = found[where[one.post]]
        part["sent"] += 1
        part["strangers"] += one.stranger
        part["ways"].append(one.way_m)
    for part in found.values():
        ways = part.pop("ways")
        part["way_median_m"] = round(float(np.median(ways))) if ways else None
        part["way_p95_m"] = round(float(np.percentile(ways, 95))) if ways else None
    return {str(address): part for address, part in found.items()}


def _unserved(inputs: Mapping[str, Any], roster: Roster) -> list[dict[str, Any]]:
    found = []
    for one in roster.missing:
        post = inputs["posts"][one.post]
        needs = [need for day, need, _heads in post[7] if day == one.day]
        found.append({"need": needs[-1], "address": post[0], "day": one.day, "shift": post[3], "heads": one.heads,
                      "why": str(one.why)})  # fmt: skip
    return found
