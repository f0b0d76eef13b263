"""Whether an exchange of shifts between two people keeps the rules, as the roster engine sees it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from gridward.engine.roster import exchange
from gridward.kernel.address import EVERYWHERE, Span
from gridward.lines.forces.plan.rosters import times
from gridward.lines.forces.queries import duty
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.rules import rosters as rules

DAYS = 4
"""The day of the exchange and those after it: rest and nights in a row look no further; the day before is known."""
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


def breaks(incident_id: Any, day: date, one: UUID, other: UUID) -> list[str]:
    """The rules that two resources' exchange of their shifts of a day would break; one of them may be off.

    Returns: rules in the engine's words, each once, those of whoever gives first.
    """
    held = duty.promised(day, DAYS, [one, other])
    shifts = duty.open_shifts(EVERYWHERE, day, DAYS, _EVER, [row.need_id for row in held])
    people = duty.candidates(incident_id, Span(0, 0), day, [one, other])
    inputs = rules.frozen(people, shifts, [], times(), joining().frozen, day, DAYS)
    inputs = rules.with_standing(inputs, held, [], day)
    asked = rules.problem_of(inputs)
    place = {row.resource_id: at for at, row in enumerate(people)}
    if one not in place or other not in place:
        return ["availability"]
    found = exchange(asked, rules.roster_before(inputs, asked), 0, place[one], place[other])
    return list(dict.fromkeys(str(rule) for _person, rule in found))
