"""Which shift a check-in belongs to, whether somebody is at their post, and the stays that follow from marks. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

IN, OUT = "in", "out"
CODE, NONE = "code", "none"
SAME_S = 1800
"""A second check-in at the same post within so many seconds is the first one said again."""
_EARTH_M = 6_371_000.0


@dataclass(frozen=True)
class Shift:
    """One shift somebody is rostered for; degrees of its post where they are known."""

    assignment_id: UUID
    post_id: UUID
    address: int
    starts_at: datetime
    ends_at: datetime
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Said:
    """One mark, as stays are made of it; `until` — when its shift ends, where it belongs to one."""

    id: UUID
    direction: str
    at: datetime
    address: int
    post_id: UUID | None = None
    assignment_id: UUID | None = None
    until: datetime | None = None
    method: str = CODE


@dataclass(frozen=True)
class Stay:
    """One stay: `end` is how it ended, empty while it lasts."""

    id: UUID
    address: int
    post_id: UUID | None
    assignment_id: UUID | None
    began_at: datetime
    ended_at: datetime | None = None
    end: str = ""


def distance_m(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Metres between two points in degrees (WGS-84), on a sphere flattened to a plane: exact to 0.1 % within 10 km."""
    across = math.radians(to_longitude - longitude) * math.cos(math.radians((latitude + to_latitude) / 2))
    return _EARTH_M * math.hypot(across, math.radians(to_latitude - latitude))


def shift_at(at: datetime, shifts: Iterable[Shift], early_min: int, post_id: UUID | None = None) -> Shift | None:
    """The shift a check-in belongs to: one that runs, or begins within `early_min`; of several the one nearest to `at`.

    Parameters: post_id — the post whose code was read; only its shifts count then. Ties go to the earlier shift.
    """
    early = timedelta(minutes=early_min)
    open_now = [
        one
        for one in shifts
        if one.starts_at - early <= at < one.ends_at and (post_id is None or one.post_id == post_id)
    ]
    return min(open_now, key=lambda one: (abs(one.starts_at - at), one.starts_at), default=None)


def stays(marks: Sequence[Said], longest_h: int) -> list[Stay]:
    """The stays that follow from one person's marks, in whatever order these arrived.

    A check-in opens a stay. A check-out ends it; one that shows no presence counts until the shift's end at most. A
    check-in elsewhere ends it as well. Said again within half an hour at the same post, a check-in is the same. A stay
    may last `longest_h`; a check-out behind that, or without a check-in, ends nothing.
    """
    longest, found = timedelta(hours=longest_h), list[Stay]()
    current: Said | None = None
    for mark in sorted(marks, key=lambda one: (one.at, one.direction, one.id)):
        if current is not None and mark.at - current.at > longest:
            found.append(_stay(current, *_cut(current, longest)))
            current = None
        if mark.direction == OUT:
            if current is not None:
                found.append(_stay(current, _credited(current, mark), OUT))
            current = None
        elif current is None or not _same(current, mark):
            if current is not None:
                found.append(_stay(current, mark.at, "next"))
            current = mark
    return [*found, _stay(current)] if current is not None else found


def _same(first: Said, again: Said) -> bool:
    return first.post_id == again.post_id and (again.at - first.at).total_seconds() <= SAME_S


def _credited(came: Said, went: Said) -> datetime:
    if went.method != NONE or came.until is None:
        return went.at
    return max(came.at, min(went.at, came.until))


def _cut(came: Said, longest: timedelta) -> tuple[datetime, str]:
    """Where nobody checked out: until the shift's end, else nothing is counted."""
    until = came.until if came.until is not None else came.at
    return max(came.at, min(until, came.at + longest)), "cut"


def cut(came: Said, longest_h: int) -> Stay:
    """A stay that nobody ended, once it has lasted longer than any may."""
    return _stay(came, *_cut(came, timedelta(hours=longest_h)))


def _stay(came: Said, ended_at: datetime | None = None, end: str = "") -> Stay:
    return Stay(came.id, came.address, came.post_id, came.assignment_id, came.at, ended_at, end)
