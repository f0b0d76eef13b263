"""Reading for the hotline's screens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from gridward.kernel.access.actor import Actor, inside, visible
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, Span, at_level, level_of, span
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import full_names
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.queries import of_needs
from gridward.kernel.clock import day_bounds, local_day
from gridward.kernel.incidents.queries import running
from gridward.kernel.near import cache
from gridward.kernel.needs import queries as needs
from gridward.kernel.needs.models import ASKED_FOR, Category, Need
from gridward.kernel.needs.rules import ENDED, LIVE, OPEN, AssignmentState
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import search as search_people
from gridward.kernel.resources.models import Resource
from gridward.lines.hotline import rules
from gridward.lines.hotline.access import tasks_of
from gridward.lines.hotline.figures import KIND, VEHICLES
from gridward.lines.hotline.models import TriageWords

_POINTERS_KEPT_S = 5


def pointers() -> list[rules.Pointers]:
    """The triage words of the categories in use, in their order; kept in memory for five seconds."""
    return cache.get_or_set("hotline-pointers", _pointers, _POINTERS_KEPT_S) or []


def _pointers() -> list[rules.Pointers]:
    rows = TriageWords.objects.filter(category__in_use=True, category__kind=KIND).order_by("category__order")
    return [rules.Pointers(row.category_id, tuple(row.words), tuple(row.critical)) for row in rows]


def categories(public: bool = False) -> list[Category]:
    """The hotline's categories in use, in their order; `public`: only those residents may choose."""
    return [one for one in needs.categories(KIND) if one.public or not public]


@dataclass(frozen=True)
class Caller:
    """Who a phone number belongs to, as the register and earlier calls know it."""

    people: list[Person]
    recent: list[Need]
    places: dict[int, str]


def caller(actor: Actor, phone: str, limit: int = 5) -> Caller:
    """The people and the latest needs behind a phone number. Relies on person_tokens and need_tokens."""
    digits = "".join(filter(str.isdigit, phone))
    if len(digits) < 7:
        return Caller([], [], {})
    people = search_people(actor, digits, limit=limit)
    recent = list(needs.search(actor, digits)[:limit])
    return Caller(people, recent, full_names(one.address for one in [*people, *recent]))


@dataclass(frozen=True)
class Duplicate:
    """An open need at the same place that a new call may be the same as."""

    need: Need
    alike: float


def duplicates(category: str, address: int, tokens: Iterable[int], now: datetime, limit: int = 5) -> list[Duplicate]:
    """Open needs of the last hours at the same place about the same trouble, the most alike first.

    The place is the building where one is known, else the estate or community. Relies on need_open_address.
    """
    said = frozenset(tokens)
    place = at_level(address, min(level_of(address), Level.BUILDING))
    since = now - timedelta(seconds=rules.DUPLICATE_WINDOW_S)
    found = []
    for need in needs.near_duplicates(KIND, span(place), since):
        alike = rules.likeness(said, frozenset(need.tokens))
        if rules.same_trouble(need.category_id == category, alike):
            found.append(Duplicate(need, alike))
    return sorted(found, key=lambda one: -one.alike)[:limit]


# The nearest area of a level that has a position, by straight line; 301 communities or 1,500 estates are few
# enough to look through. Relies on area_level.
_NEAREST = """
    SELECT address FROM kernel_area
    WHERE level = %(level)s AND gone_on IS NULL AND latitude IS NOT NULL
      AND address >= %(low)s AND address < %(high)s
    ORDER BY (latitude - %(latitude)s) ^ 2 + ((longitude - %(longitude)s) * cos(radians(%(latitude)s))) ^ 2
    LIMIT 1
"""


def nearest_area(latitude: float, longitude: float) -> int | None:
    """The deepest area nearest to a point (WGS-84 degrees): community, then its estate and building where drawn."""
    found: int | None = None
    low, high = span(0)
    with connection.cursor() as query:
        for level in (Level.COMMUNITY, Level.ESTATE, Level.BUILDING):
            query.execute(
                _NEAREST, {"level": level, "low": low, "high": high, "latitude": latitude, "longitude": longitude}
            )
            row = query.fetchone()
            if row is None:
                break
            found = row[0]
            low, high = span(found)
    return found


# The place of one level whose name stands in some words: the town, then what lies in it.
# 331 names are few enough to look through. Relies on area_level.
_NAMED = """
    SELECT address FROM kernel_area
    WHERE level = %(level)s AND gone_on IS NULL AND position(name IN %(words)s) > 0
      AND address >= %(low)s AND address < %(high)s
    ORDER BY length(name) DESC, address
    LIMIT 1
"""


def area_in_words(words: str) -> int | None:
    """The place that an address written by hand names; None where it names no town or community of the house."""
    found: int | None = None
    low, high = span(0)
    with connection.cursor() as query:
        for level in (Level.TOWN, Level.COMMUNITY, Level.ESTATE):
            query.execute(_NAMED, {"level": int(level), "words": words, "low": low, "high": high})
            row = query.fetchone()
            if row is not None:
                found = row[0]
                low, high = span(found)
    return found


def district() -> int:
    """The district this house serves: where the incident in force is, else the first one in the tree; 0 for none."""
    incident = running()
    if incident is not None:
        return at_level(incident.address, Level.DISTRICT)
    return Area.objects.filter(level=Level.DISTRICT).order_by("address").values_list("address", flat=True).first() or 0


def reported(ids: Sequence[Any]) -> list[Need]:
    """Needs of public categories by id, newest first; what a stranger is shown of them is for the view to say."""
    rows = Need.objects.filter(pk__in=list(ids), kind=KIND, category__public=True)
    with house():
        return list(rows.select_related("category").order_by("-opened_at", "-id"))


def reported_between(
    start: datetime, end: datetime, codes: Sequence[str], statuses: Iterable[str], limit: int
) -> list[Need]:
    """Needs of public categories that came in a time, newest first. Relies on need_opened."""
    rows = Need.objects.filter(kind=KIND, category__public=True, opened_at__gte=start, opened_at__lte=end)
    if codes:
        rows = rows.filter(category_id__in=codes)
    if set(statuses) == {"open"}:
        rows = rows.filter(state__in=OPEN)
    elif set(statuses) == {"closed"}:
        rows = rows.filter(state__in=ENDED)
    with house():
        return list(rows.select_related("category").order_by("-opened_at", "-id")[:limit])


def board(actor: Actor, within: Span | None, state: str, limit: int) -> list[Need]:
    """The dispatch queue of the hotline: open needs by deadline, or only those in one state."""
    equals: dict[str, Any] = {"kind": KIND, **({"state": state} if state in OPEN else {})}
    return list(needs.queue(actor, within, **equals)[:limit])


def sent_to(need_ids: Sequence[Any]) -> dict[Any, list[Assignment]]:
    """Who is on their way to some needs, by need; one query for all."""
    found: dict[Any, list[Assignment]] = {}
    for assignment in of_needs(need_ids, state__in=LIVE):
        found.setdefault(assignment.need_id, []).append(assignment)
    return found


def counts(actor: Actor, within: Span | None, now: datetime) -> dict[str, int]:
    """How many open needs of the hotline wait, are under way, are overdue, in the actor's reach."""
    rows = visible(Need.objects.filter(ASKED_FOR, kind=KIND, joined_to=None), actor, needs.SEE)
    if within is not None:
        rows = rows.filter(inside([within]))
    found = rows.aggregate(**{state: _count(Q(state=state)) for state in OPEN}, overdue=_count(Q(due_at__lte=now)))
    return {name: int(value) for name, value in found.items()}


def _count(condition: Q) -> Count:
    return Count("id", filter=condition)


def tasks(actor: Actor, now: datetime) -> tuple[list[Assignment], list[Assignment]]:
    """An actor's live tasks, the most urgent first, and those finished today, newest first."""
    start, _ = day_bounds(local_day(now))
    live = tasks_of(actor, Q(state__in=LIVE)).order_by("need__urgency", "need__due_at", "id")
    done = tasks_of(actor, Q(state=AssignmentState.DONE, ended_at__gte=start)).order_by("-ended_at")
    return list(live), list(done[:20])


def fleet(actor: Actor) -> QuerySet[Resource]:
    """The vehicles an actor may allot, by kind and place. Relies on resource_on_duty."""
    rows = visible(Resource.objects.filter(kind__in=VEHICLES), actor, "resources.change")
    return rows.select_related("organisation").order_by("kind", "address", "name", "id")


# How far each community of a range is from the nearest vehicle of a kind on duty, in metres by straight line.
# Relies on area_level and resource_on_duty.
_COVERAGE = """
    WITH vehicle AS MATERIALIZED (
        SELECT resource.name, coalesce(resource.latitude, home.latitude) AS latitude,
               coalesce(resource.longitude, home.longitude) AS longitude
        FROM kernel_resource AS resource LEFT JOIN kernel_area AS home ON home.address = resource.address
        WHERE resource.kind = %(kind)s AND resource.duty = 'on'
          AND coalesce(resource.latitude, home.latitude) IS NOT NULL
    )
    SELECT area.address, near.name, near.metres
    FROM kernel_area AS area
    LEFT JOIN LATERAL (
        SELECT name, 111320.0 * sqrt((vehicle.latitude - area.latitude) ^ 2
               + ((vehicle.longitude - area.longitude) * cos(radians(area.latitude))) ^ 2) AS metres
        FROM vehicle ORDER BY metres LIMIT 1
    ) AS near ON TRUE
    WHERE area.level = 12 AND area.gone_on IS NULL AND area.latitude IS NOT NULL
      AND area.address >= %(low)s AND area.address < %(high)s
    ORDER BY near.metres DESC NULLS FIRST, area.address
    LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Cover:
    """One community and the nearest vehicle on duty; `metres` is None where there is none at all."""

    address: int
    vehicle: str
    metres: float | None


def coverage(kind: str, within: Span, limit: int = 40) -> list[Cover]:
    """The communities of a range, the worst covered first."""
    with connection.cursor() as query:
        query.execute(_COVERAGE, {"kind": kind, "low": within.low, "high": within.high, "limit": limit})
        return [Cover(*row) for row in query.fetchall()]
