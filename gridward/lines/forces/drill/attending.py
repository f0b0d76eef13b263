"""The day at the posts: who comes and checks in, who does not and is replaced, who checks out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from gridward.kernel.access.actor import SYSTEM, public_actor
from gridward.kernel.drills import Day
from gridward.kernel.ids import new_id
from gridward.kernel.sync.records import Item
from gridward.lines.forces.actions import mending
from gridward.lines.forces.actions.attendance import CHECK_IN, CHECK_OUT, keep_marks
from gridward.lines.forces.models import Volunteer
from gridward.lines.forces.queries.posts import shift_times
from gridward.lines.forces.rules.posts import bounds

ABSENT = 0.012
"""Of those on the roster, so many do not come and say nothing."""
_DEVICE = UUID(int=7)
_AFTER = timedelta(minutes=20)
"""How long after the hour phones have reported, and no-shows are noticed."""

# Relies on post_shift_starts.
_STANDING = """
    SELECT one.id, volunteer.id, shift.starts_at, shift.ends_at, post.latitude, post.longitude, one.state, shift.day
    FROM forces_postshift AS shift
    JOIN forces_post AS post ON post.id = shift.post_id
    JOIN kernel_assignment AS one ON one.need_id = shift.need_id AND one.state = ANY (%(states)s)
    JOIN forces_volunteer AS volunteer ON volunteer.resource_id = one.resource_id
    WHERE shift.starts_at = %(starts)s
    ORDER BY one.id
"""


def attend(day: Day, district: int, on: Any, zone: Any, seed: int, until: datetime) -> None:
    """Put the coming and going of one day's shifts on the clock."""
    for number, shift in enumerate(shift_times()):
        starts, ends = bounds(on, shift.start_min, shift.end_min, zone)
        rng = np.random.default_rng([seed, 51, on.toordinal(), number])
        if starts + _AFTER < until:
            day.at(starts + _AFTER, lambda now, at=starts, chance=rng: _come(district, at, chance, now))
        if ends + _AFTER < until:
            day.at(ends + _AFTER, lambda now, at=starts, chance=rng: _go(at, chance, now))


def _come(district: int, starts: datetime, rng: np.random.Generator, now: datetime) -> None:
    rows = _rows(starts, ["offered", "accepted"])
    absent = rng.random(len(rows)) < ABSENT
    gone = [row[0] for row, away in zip(rows, absent, strict=True) if away]
    if gone:
        mending.mend(SYSTEM, district, rows[0][7], gone, now)
    here = _rows(starts, ["offered", "accepted"])
    early = rng.normal(8, 6, len(here))
    _mark(here, CHECK_IN, [starts - timedelta(minutes=float(one)) for one in early], now)


def _go(starts: datetime, rng: np.random.Generator, now: datetime) -> None:
    rows = _rows(starts, ["arrived"])
    late = rng.normal(4, 5, len(rows))
    _mark(rows, CHECK_OUT, [row[3] + timedelta(minutes=float(one)) for row, one in zip(rows, late, strict=True)], now)


def _rows(starts: datetime, states: list[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as query:
        query.execute(_STANDING, {"starts": starts, "states": states})
        return query.fetchall()


def _mark(rows: list[tuple[Any, ...]], direction: str, moments: list[datetime], now: datetime) -> None:
    people = Volunteer.objects.in_bulk([row[1] for row in rows])
    said = [
        (people[row[1]], _item(direction, min(moment, now), row[4], row[5]))
        for row, moment in zip(rows, moments, strict=True)
        if row[4] is not None
    ]
    keep_marks(public_actor("drill"), said, now)


def _item(direction: str, at: datetime, latitude: float, longitude: float) -> Item:
    body = {"latitude": latitude, "longitude": longitude}
    return Item(new_id(at), direction, body, _DEVICE, 0, None, at, 0.0, b"")
