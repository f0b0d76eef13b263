"""What planning reads: the people who could stand somewhere, the shifts that are open, and what is promised already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from gridward.kernel.access.scope import house
from gridward.kernel.address import Span

FAIR_DAYS = 14
"""How many days back shifts count for fairness."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who could stand at a post; degrees where they come from, and what they did in the days before."""

    volunteer_id: UUID
    resource_id: UUID
    kind: str
    address: int
    latitude: float
    longitude: float
    skills: list[str]
    limits: list[str]
    hours: dict[str, list[str]]
    most: int
    born_on: date | None
    guardian_agreed: bool
    checked: bool
    trained_on: date | None
    insured_until: date | None
    team_at: int | None
    served: int
    this_week: int
    last_at: int | None
    last_shift: str | None
    serving_at: int | None
    supports: bool


# Whoever is admitted and on duty, lives in the range or was sent down to it, with the place they come from: for those
# sent down that is the community they serve in. A place without a point of its own is left out: nobody knows the way.
# Relies on volunteer_state, volunteer_serving and post_shift_day.
_CANDIDATES = """
    WITH worked AS MATERIALIZED (
        SELECT one.resource_id, count(*) FILTER (WHERE shift.day < %(first)s) AS served,
               count(*) FILTER (WHERE shift.day >= %(week)s AND shift.day < %(first)s) AS this_week,
               max(shift.address) FILTER (WHERE shift.day = %(before)s) AS last_at,
               max(shift.shift_id) FILTER (WHERE shift.day = %(before)s) AS last_shift
        FROM forces_postshift AS shift
        JOIN kernel_assignment AS one ON one.need_id = shift.need_id AND one.state NOT IN ('declined', 'released')
        WHERE shift.day >= %(since)s AND shift.day < %(first)s
        GROUP BY one.resource_id
    )
    SELECT one.id, one.resource_id, one.kind, one.address,
           CASE WHEN one.serving_at IS NULL THEN coalesce(one.latitude, home.latitude) ELSE duty.latitude END,
           CASE WHEN one.serving_at IS NULL THEN coalesce(one.longitude, home.longitude) ELSE duty.longitude END,
           one.skills, one.limits, one.hours, one.max_shifts_week, one.born_on,
           one.guardian_agreed_on IS NOT NULL, one.checked_at IS NOT NULL, one.trained_on, one.insured_until,
           team.address, coalesce(worked.served, 0), coalesce(worked.this_week, 0), worked.last_at, worked.last_shift,
           one.serving_at,
           EXISTS (SELECT FROM forces_support AS support
                   WHERE support.volunteer_id = one.id AND support.ends_on IS NULL)
    FROM forces_volunteer AS one
    JOIN kernel_resource AS resource ON resource.id = one.resource_id AND resource.duty = 'on'
    LEFT JOIN kernel_area AS home ON home.address = one.address
    LEFT JOIN kernel_area AS duty ON duty.address = one.serving_at
    LEFT JOIN forces_team AS team ON team.id = one.team_id AND team.closed_on IS NULL
    LEFT JOIN worked ON worked.resource_id = one.resource_id
    WHERE one.incident_id = %(incident)s AND one.state = 'admitted'
      AND ((coalesce(one.serving_at, one.address) >= %(low)s AND coalesce(one.serving_at, one.address) < %(high)s)
           OR one.resource_id = ANY (%(also)s::uuid[]))
    ORDER BY one.id
"""


def candidates(incident_id: Any, within: Span, first_day: date, also: Sequence[UUID] = ()) -> list[Candidate]:
    """Who could stand at the posts of a range from a day on, in the order of their ids.

    Parameters: also — resources that are looked at wherever they live.
    """
    values = {
        "incident": incident_id,
        "low": within.low,
        "high": within.high,
        "first": first_day,
        "before": first_day - timedelta(days=1),
        "week": first_day - timedelta(days=first_day.weekday()),
        "since": first_day - timedelta(days=FAIR_DAYS),
        "also": list(also),
    }
    with house(), connection.cursor() as query:
        query.execute(_CANDIDATES, values)
        rows = query.fetchall()
    return [Candidate(*row[:8], json.loads(row[8]), *row[9:]) for row in rows if row[4] is not None]


@dataclass(frozen=True)
class OpenShift:
    """One shift that can be planned, with what it asks of its people."""

    need_id: UUID
    address: int
    category: str
    shift: str
    day: date
    starts_at: datetime
    ends_at: datetime
    heads: int
    level: str
    latitude: float
    longitude: float
    skills: list[str]
    bars: list[str]
    weight: float


# Relies on post_shift_day.
_SHIFTS = """
    SELECT shift.need_id, shift.address, shift.category_id, shift.shift_id, shift.day, shift.starts_at, shift.ends_at,
           shift.heads, shift.level, need.latitude, need.longitude, category.skills, kind.bars, kind.weight
    FROM forces_postshift AS shift
    JOIN kernel_need AS need ON need.id = shift.need_id AND need.state IN ('waiting', 'assigned', 'moving')
    JOIN kernel_category AS category ON category.key = shift.category_id
    JOIN forces_postkind AS kind ON kind.category_id = shift.category_id
    WHERE shift.day >= %(first)s AND shift.day < %(after)s
      AND shift.address >= %(low)s AND shift.address < %(high)s AND shift.ends_at > %(now)s
      AND need.latitude IS NOT NULL AND (%(needs)s::uuid[] IS NULL OR shift.need_id = ANY (%(needs)s))
    ORDER BY shift.address, shift.category_id, shift.need_id
"""


def open_shifts(
    within: Span, first_day: date, days: int, now: datetime, needs: Sequence[UUID] | None = None
) -> list[OpenShift]:
    """The shifts of a range that are not over, from a day on, in the order of their places; only some, where named."""
    values = {
        "first": first_day, "after": first_day + timedelta(days=days), "low": within.low, "high": within.high,
        "now": now, "needs": None if needs is None else list(needs),
    }  # fmt: skip
    with house(), connection.cursor() as query:
        query.execute(_SHIFTS, values)
        return [OpenShift(*row) for row in query.fetchall()]


@dataclass(frozen=True)
class Promised:
    """Somebody who holds a shift already."""

    assignment_id: UUID
    resource_id: UUID
    need_id: UUID
    day: date
    shift: str
    state: str


# Relies on post_shift_day and the index of assignments by need.
_PROMISED = """
    SELECT one.id, one.resource_id, one.need_id, shift.day, shift.shift_id, one.state
    FROM forces_postshift AS shift
    JOIN kernel_assignment AS one ON one.need_id = shift.need_id AND one.state NOT IN ('declined', 'released')
    WHERE shift.day >= %(first)s AND shift.day < %(after)s
      AND (%(resources)s::uuid[] IS NULL OR one.resource_id = ANY (%(resources)s))
    ORDER BY one.id
"""


def promised(first_day: date, days: int, resources: Sequence[UUID] | None = None) -> list[Promised]:
    """Who holds which shift of some days, in the whole house: whoever stands elsewhere is not free here."""
    values = {"first": first_day, "after": first_day + timedelta(days=days)}
    with house(), connection.cursor() as query:
        query.execute(_PROMISED, {**values, "resources": None if resources is None else list(resources)})
        return [Promised(*row) for row in query.fetchall()]
