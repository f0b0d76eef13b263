"""How many heads a place needs, at what control level it is, and when a shift begins and ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import floor
from zoneinfo import ZoneInfo

from gridward.kernel.address import Level, at_level

LOWEST = "low"
LEVELS = ("high", "medium", "low")
TAKEN_BEFORE = timedelta(hours=2)
"""A shift that nobody holds this long before it begins is overdue: its desk must act."""
CLOSED_AFTER = timedelta(minutes=90)
"""A shift is closed this long after its end: late relief, and scans that come in late."""
OVER_AFTER = timedelta(hours=2)
"""A shift that is not closed this long after its end is overdue."""


@dataclass(frozen=True)
class DemandRow:
    """One demand rule: `place` — community or estate; heads a shift for 1,000 residents, at least `least`."""

    category: str
    level: str
    place: str
    shifts: tuple[str, ...]
    per_thousand: float
    least: int


@dataclass(frozen=True)
class Place:
    """A community or an estate with its control level and the people who live there."""

    address: int
    place: str
    level: str
    residents: float


@dataclass(frozen=True)
class Standing:
    """What the rules ask of a place: heads by shift at one kind of post."""

    address: int
    category: str
    heads: Mapping[str, int]


def heads(per_thousand: float, least: int, residents: float) -> int:
    """Heads of one shift: in proportion to the residents, halves rounded up, at least `least`."""
    return max(least, floor(per_thousand * residents / 1000 + 0.5))


def level_at(address: int, levels: Mapping[int, str]) -> str:
    """The control level of a place: that of the deepest area around it that has one; low where none has."""
    for level in sorted(Level, reverse=True):
        found = levels.get(at_level(address, level)) if level else None
        if found is not None:
            return found
    return LOWEST


def standing(rules: Sequence[DemandRow], places: Sequence[Place]) -> list[Standing]:
    """What the rules ask of some places, in the order of the places and then of the rules; nothing where no head is."""
    found = []
    for one in places:
        for rule in rules:
            if (rule.place, rule.level) == (one.place, one.level):
                count = heads(rule.per_thousand, rule.least, one.residents)
                if count:
                    found.append(Standing(one.address, rule.category, dict.fromkeys(rule.shifts, count)))
    return found


def bounds(day: date, start_min: int, end_min: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a shift of a day begins and ends, by the clock on the wall."""
    midnight = datetime.combine(day, time.min)
    return tuple((midnight + timedelta(minutes=at)).replace(tzinfo=zone) for at in (start_min, end_min))  # type: ignore[return-value]
