"""Who did not come to a shift is replaced from the nearest spare, and whoever came instead checks in and out."""

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
from gridward.lines.forces.actions import mending, posts
from gridward.lines.forces.actions.attendance import CHECK_IN, CHECK_OUT, keep_marks
from gridward.lines.forces.models import Volunteer
from gridward.lines.forces.queries.posts import shift_times
from gridward.lines.forces.rules.posts import CLOSED_AFTER, bounds

NOTICED = 0.85
"""Of those who have not checked in when the desk looks, so many are taken for absent; the others are on the phone."""
_LOOKED_AFTER, _THERE_AFTER = timedelta(minutes=25), timedelta(minutes=55)
_DEVICE = UUID(int=7)

# Relies on post_shift_starts.
_STANDING = """
    SELECT one.id, volunteer.id, shift.starts_at, shift.ends_at, post.latitude, post.longitude, one.state, shift.day
    FROM forces_postshift AS shift
    JOIN forces_post AS post ON post.id = shift.post_id
    JOIN kernel_assignment AS one ON one.need_id = shift.need_id AND one.state = ANY (%(states)s)
    JOIN forces_volunteer AS volunteer ON volunteer.resource_id = one.resource_id
    WHERE shift.starts_at = %(starts)s AND (NOT %(instead)s OR one.reasons ->> 'instead' = 'true')
    ORDER BY one.id
"""


def attend(day: Day, district: int, on: Any, zone: Any, seed: int, until: datetime) -> None:
    """Put on the clock what the desk does about those who do not come to one day's shifts."""
    for number, shift in enumerate(shift_times()):
        starts, ends = bounds(on, shift.start_min, shift.end_min, zone)
        rng = np.random.default_rng([seed, 51, on.toordinal(), number])
        steps = (
            (starts + _LOOKED_AFTER, lambda now, at=starts, chance=rng: _replace(district, at, chance, now)),
            (starts + _THERE_AFTER, lambda now, at=starts: _come_instead(at, now)),
            (ends + _LOOKED_AFTER, lambda now, at=starts: _go(at, now)),
            (ends + CLOSED_AFTER + timedelta(minutes=1), lambda now: posts.close_over(SYSTEM, now)),
        )
        for moment, step in steps:
            if moment < until:
                day.at(moment, step)


def _replace(district: int, starts: datetime, rng: np.random.Generator, now: datetime) -> None:
    rows = _rows(starts, ["offered", "accepted"])
    gone = [row[0] for row, away in zip(rows, rng.random(len(rows)) < NOTICED, strict=True) if away]
    if gone:
        mending.mend(SYSTEM, district, rows[0][7], gone, now)


def _come_instead(starts: datetime, now: datetime) -> None:
    rows = _rows(starts, ["offered", "accepted"], instead=True)
    _mark(rows, CHECK_IN, now - timedelta(minutes=5), now)


def _go(starts: datetime, now: datetime) -> None:
    rows = _rows(starts, ["arrived"], instead=True)
    _mark(rows, CHECK_OUT, now - timedelta(minutes=20), now)


def _rows(starts: datetime, states: list[str], *, instead: bool = False) -> list[tuple[Any, ...]]:
    with connection.cursor() as query:
        query.execute(_STANDING, {"starts": starts, "states": states, "instead": instead})
        return query.fetchall()


def _mark(rows: list[tuple[Any, ...]], direction: str, at: datetime, now: datetime) -> None:
    people = Volunteer.objects.in_bulk([row[1] for row in rows])
    said = [(people[row[1]], _item(direction, at, row[4], row[5])) for row in rows if row[4] is not None]
    keep_marks(public_actor("drill"), said, now)


def _item(direction: str, at: datetime, latitude: float, longitude: float) -> Item:
    body = {"latitude": latitude, "longitude": longitude}
    return Item(new_id(at), direction, body, _DEVICE, 0, None, at, 0.0, b"")
