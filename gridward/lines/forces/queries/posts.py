"""Reading posts and their shifts: what stands, what is to be made, what is filled and what gapes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from gridward.kernel.access.actor import Actor, inside, one_visible, visible
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, Span, at_level
from gridward.kernel.areas.models import Area
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.clock import zone
from gridward.kernel.needs.models import Category
from gridward.kernel.needs.rules import OPEN, AssignmentState
from gridward.lines.forces.models import AreaControl, DemandRule, Post, PostShift, ShiftTime
from gridward.lines.forces.rules import posts as rules
from gridward.lines.forces.rules.kinds import SHIFT

SEE = "rosters.see"


def shift_times() -> list[ShiftTime]:
    """The shifts of a day, the earliest first."""
    return list(ShiftTime.objects.all())


def kinds() -> list[Category]:
    """The kinds of post in use, in their order."""
    return list(Category.objects.filter(kind=SHIFT, in_use=True).select_related("post_kind"))


def as_json(heads: Mapping[str, int]) -> str:
    """Heads by shift as the column keeps them."""
    return json.dumps(dict(heads), sort_keys=True)


def controls(incident_id: Any, level: str | None = None) -> dict[int, str]:
    """The control level of every area that has one of its own."""
    rows = AreaControl.objects.filter(incident_id=incident_id, **({"level": level} if level else {}))
    return dict(rows.values_list("address", "level"))


def standing_demand(incident_id: Any, within: Span) -> list[rules.Standing]:
    """What the demand rules ask of the communities and estates of a range. Relies on area_level."""
    levels = controls(incident_id)
    communities = dict(
        Area.objects.filter(inside([within]), level=Level.COMMUNITY, gone_on=None).values_list("address", "residents")
    )
    estates = list(
        Area.objects.filter(inside([within]), level=Level.ESTATE, gone_on=None).values_list("address", flat=True)
    )
    count: dict[int, int] = {}
    for address in estates:
        above = at_level(address, Level.COMMUNITY)
        count[above] = count.get(above, 0) + 1
    places = [
        rules.Place(address, "community", rules.level_at(address, levels), residents)
        for address, residents in communities.items()
    ]
    for address in estates:
        above = at_level(address, Level.COMMUNITY)
        share = communities.get(above, 0) / count[above]
        places.append(rules.Place(address, "estate", rules.level_at(address, levels), share))
    rows = [
        rules.DemandRow(one.category_id, one.level, one.place, tuple(one.shifts), one.per_thousand, one.least)
        for one in DemandRule.objects.order_by("category__order")
    ]
    return rules.standing(rows, places)


@dataclass(frozen=True)
class ToMake:
    """One shift of a day that a post asks for and that is not there yet."""

    post_id: UUID
    address: int
    category: str
    latitude: float | None
    longitude: float | None
    shift: str
    heads: int
    starts_at: datetime
    ends_at: datetime
    level: str


# Relies on post_address and post_shift_once.
_TO_MAKE = """
    SELECT post.id, post.address, post.category_id, post.latitude, post.longitude, wanted.key, wanted.value::int
    FROM forces_post AS post CROSS JOIN LATERAL jsonb_each_text(post.heads) AS wanted
    WHERE post.incident_id = %(incident)s AND post.address >= %(low)s AND post.address < %(high)s
      AND post.active_from <= %(day)s AND (post.active_until IS NULL OR post.active_until > %(day)s)
      AND NOT EXISTS (SELECT FROM forces_postshift AS made
                      WHERE made.post_id = post.id AND made.day = %(day)s AND made.shift_id = wanted.key)
    ORDER BY post.address, post.id
"""


def shifts_to_make(incident_id: Any, within: Span, day: date) -> list[ToMake]:
    """The shifts of a day that the posts of a range ask for and that are not there yet."""
    times = {one.key: rules.bounds(day, one.start_min, one.end_min, zone()) for one in shift_times()}
    levels = controls(incident_id)
    with connection.cursor() as query:
        query.execute(_TO_MAKE, {"incident": incident_id, "low": within.low, "high": within.high, "day": day})
        rows = query.fetchall()
    return [
        ToMake(post, address, category, latitude, longitude, shift, heads, *times[shift],
               rules.level_at(address, levels))
        for post, address, category, latitude, longitude, shift, heads in rows if shift in times
    ]  # fmt: skip


def register(actor: Actor, within: Span) -> QuerySet[Post]:
    """The standing posts of a range that an actor may see. Relies on post_address."""
    rows = visible(Post.objects.filter(inside([within]), active_until=None), actor, SEE)
    return rows.select_related("category").order_by("address", "category__order", "name")


def one_post(actor: Actor, post_id: Any) -> Post:
    """One post an actor may see.

    Raises: NotFound.
    """
    return one_visible(Post.objects.select_related("category"), actor, SEE, post_id)


@dataclass(frozen=True)
class Gap:
    """Heads wanted and filled in one area on one day, beside what its shifts that begin soonest lack."""

    address: int
    wanted: int
    filled: int
    present: int
    short_shifts: int
    level: str

    @property
    def lacking(self) -> int:
        """Heads that nobody holds."""
        return self.wanted - self.filled

    @property
    def share(self) -> float:
        """The filled share."""
        return self.filled / self.wanted if self.wanted else 1.0


# Filled heads beyond those wanted do not make up for another shift's. Relies on post_shift_day and the index of
# assignments by need.
_GAPS = """
    SELECT shift.address - shift.address %% %(step)s AS place, sum(shift.heads), sum(least(shift.heads, held.people)),
           sum(held.came), count(*) FILTER (WHERE held.people < shift.heads),
           min(CASE shift.level WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END)
    FROM forces_postshift AS shift
    CROSS JOIN LATERAL (
        SELECT count(*) AS people, count(*) FILTER (WHERE one.state IN ('arrived', 'done')) AS came
        FROM kernel_assignment AS one
        WHERE one.need_id = shift.need_id AND one.state NOT IN ('declined', 'released')
    ) AS held
    WHERE shift.day = %(day)s AND shift.address >= %(low)s AND shift.address < %(high)s
      AND (%(shift)s = '' OR shift.shift_id = %(shift)s)
    GROUP BY place ORDER BY place
"""


def gaps(within: Iterable[Span], day: date, level: Level, shift: str = "") -> list[Gap]:
    """Heads wanted and filled by area of a level; the caller may see the ranges."""
    found = []
    with house(), connection.cursor() as query:
        for one in within:
            values = {"day": day, "low": one.low, "high": one.high, "step": 10 ** (19 - level), "shift": shift}
            query.execute(_GAPS, values)
            rows = query.fetchall()
            found += [Gap(*map(int, row[:5]), rules.LEVELS[row[5] - 1]) for row in rows]
    return found


def level_of_area(incident_id: Any, address: int) -> str:
    """The control level an area is held at."""
    return rules.level_at(address, controls(incident_id))


def count_shifts(within: Span, first_day: date, days: int) -> int:
    """How many shifts of some days stand in a range. Relies on post_shift_day."""
    last = first_day + timedelta(days=days)
    return PostShift.objects.filter(inside([within]), day__gte=first_day, day__lt=last).count()


def shifts_over(ended_before: datetime, limit: int = 20_000) -> list[UUID]:
    """The open shifts that ended before a moment, the oldest first. Relies on post_shift_ends."""
    rows = PostShift.objects.filter(ends_at__lt=ended_before, need__state__in=OPEN).order_by("ends_at")
    with house():
        return list(rows.values_list("pk", flat=True)[:limit])


def never_came(need_ids: list[UUID]) -> list[UUID]:
    """The assignments of some shifts whose people neither came nor were taken off."""
    waiting = (AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.UNDER_WAY)
    with house():
        return list(Assignment.objects.filter(need_id__in=need_ids, state__in=waiting).values_list("pk", flat=True))
