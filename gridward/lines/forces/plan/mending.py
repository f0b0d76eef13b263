"""A roster that is out, mended: who did not come is replaced from the nearest spare, with few others moved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gridward.engine.roster import replace
from gridward.kernel.address import Span
from gridward.kernel.assignments.planned import Sending
from gridward.lines.forces.plan.rosters import NEAREST, Draft, times
from gridward.lines.forces.queries import duty
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.rules import rosters as rules

KIND = "forces.mending"
_MOVABLE = ("offered", "accepted")


@dataclass(frozen=True)
class Mending:
    """What mending changes: assignments that end, people moved over, and who is sent."""

    draft: Draft
    absent: list[UUID]
    moved: list[UUID]
    sendings: list[Sending]
    missing: int


def mended(incident_id: Any, within: Span, day: date, absent: Collection[UUID], now: datetime) -> Mending:
    """Replace people who did not come to their shifts of a day; whoever set out or is there is not moved.

    Parameters: absent — assignments. Those that are over, or are of another day, are passed over.
    """
    held = duty.promised(day, 1)
    gone = [one for one in held if one.assignment_id in absent and one.state not in ("arrived", "done")]
    keys = {one.shift for one in gone}
    shifts = [one for one in duty.open_shifts(within, day, 1, now) if one.shift in keys]
    needs = {one.need_id for one in shifts}
    out = {one.resource_id for one in gone}
    movable = [
        one for one in held if one.need_id in needs and one.state in _MOVABLE and one.resource_id not in out
    ]  # fmt: skip
    free = {one.assignment_id for one in movable} | {one.assignment_id for one in gone}
    fixed = [one for one in held if one.assignment_id not in free]
    here = {one.resource_id for one in held if one.need_id in needs}
    candidates = duty.candidates(incident_id, within, day, list(here))
    inputs = rules.frozen(candidates, shifts, fixed, times(), joining().frozen, day, 1)
    inputs = rules.with_standing(rules.all_alike(inputs), [*movable, *gone], gone, day)
    asked = rules.problem_of(inputs)
    before = rules.roster_before(inputs, asked)
    change = replace(asked, before, 0, tuple(inputs["absent"]), nearest=NEAREST)
    sent = rules.placed(rules.without_moved(inputs, change.post), change.post)
    return _told(inputs, gone, movable, shifts, sent, change, now)


def _told(
    inputs: rules.Frozen, gone: list[Any], movable: list[Any], shifts: list[Any], sent: list[rules.Placed],
    change: Any, now: datetime,
) -> Mending:  # fmt: skip
    people = inputs["people"]["resource"]
    leaves = {UUID(people[person]) for person in change.moved}
    moved = [one.assignment_id for one in movable if one.resource_id in leaves]
    hours = {str(one.need_id): (max(one.starts_at, now), one.ends_at) for one in shifts}
    sendings = [
        Sending(UUID(one.need_id), UUID(people[one.person]), *hours[one.need_id], {"way_m": one.way_m, "instead": True})
        for one in sent
    ]
    rows = [[one.person, one.day, one.post, one.need_id, one.way_m, int(one.stranger)] for one in sent]
    outcome = {"sent": rows, "moved": len(moved), "absent": len(gone), "missing": change.missing}
    draft = Draft(inputs, outcome, [], float(sum(one.way_m for one in sent)), 0.0)
    return Mending(draft, [one.assignment_id for one in gone], moved, sendings, change.missing)
