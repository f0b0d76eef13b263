"""From rows to the ranking's input and back: who could best be sent to one need, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, hypot, radians
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, Span, at_level, span
from gridward.kernel.clock import day_bounds, local_day
from gridward.kernel.needs.models import Need
from gridward.kernel.people.traits import SKILLS
from gridward.kernel.registry import registry
from gridward.kernel.resources.models import Resource
from gridward.kernel.secrecy.fields import Secret
from gridward.lines.hotline import rules

METRES_PER_DEGREE = 111_320.0
DETOUR = 1.35
"""Roads are longer than the straight line; the factor used until a road map is given."""
SPEED_MS = {"car": 9.0, "van": 8.0, "wheelchair_bus": 7.0, "foot": 1.3}
NEAREST_LOOKED_AT = 60

# The nearest resources on duty of the kinds that may take a need, free or able to take several, with their load,
# the end of their duty and how many others of their kind are free in their town.
# Relies on resource_on_duty, assignment_live_once and assignment_offered.
_CANDIDATES = """
    WITH able AS MATERIALIZED (
        SELECT resource.id, resource.kind, resource.name, resource.address, resource.phone, resource.skills,
               resource.exclusive, resource.duty_until,
               coalesce(resource.latitude, home.latitude) AS latitude,
               coalesce(resource.longitude, home.longitude) AS longitude,
               resource.address - resource.address %% {town} AS town
        FROM kernel_resource AS resource LEFT JOIN kernel_area AS home ON home.address = resource.address
        WHERE resource.duty = 'on' AND resource.kind = ANY(%(kinds)s) AND ({where})
          AND (resource.duty_until IS NULL OR resource.duty_until > %(now)s)
    ), live AS MATERIALIZED (
        SELECT resource_id, count(*) AS tasks, bool_or(need_id = %(need)s) AS here
        FROM kernel_assignment WHERE state IN ('offered', 'accepted', 'under_way', 'arrived') GROUP BY resource_id
    ), today AS MATERIALIZED (
        SELECT resource_id, count(*) AS tasks
        FROM kernel_assignment WHERE offered_at >= %(day_start)s AND state = 'done' GROUP BY resource_id
    ), loaded AS (
        SELECT able.*, coalesce(live.tasks, 0) AS live, coalesce(live.here, FALSE) AS here,
               coalesce(today.tasks, 0) AS done_today,
               count(*) FILTER (WHERE live.tasks IS NULL) OVER (PARTITION BY able.kind, able.town) AS free_in_town
        FROM able
        LEFT JOIN live ON live.resource_id = able.id
        LEFT JOIN today ON today.resource_id = able.id
    )
    SELECT id, kind, name, address, phone, skills, exclusive, duty_until, latitude, longitude, live, done_today,
           free_in_town
    FROM loaded
    WHERE NOT (exclusive AND live > 0) AND NOT here
    ORDER BY (latitude - %(latitude)s) ^ 2 + ((longitude - %(longitude)s) * %(shrink)s) ^ 2 NULLS LAST, id
    LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Choice:
    """One resource offered to the dispatcher in its place, with reasons in words and as the assignment keeps them."""

    place: int
    resource_id: str
    name: str
    kind: Any
    phone: str
    reach_min: int
    words: list[str]
    warnings: list[str]
    reasons: Mapping[str, Any]


@dataclass(frozen=True)
class _Row:
    id: Any
    kind: str
    name: str
    address: int
    phone: bytes
    skills: list[str]
    exclusive: bool
    duty_until: datetime | None
    latitude: float | None
    longitude: float | None
    live: int
    done_today: int
    free_in_town: int


def choices(actor: Actor, need: Need, now: datetime, limit: int = 9) -> list[Choice]:
    """The best resources an actor may send to a need, the best first, each with its reasons."""
    where = position(need)
    rows = {str(row.id): row for row in _rows(need, actor.spans("resources.see"), where, now)}
    candidates = [_candidate(row, need, where, now) for row in rows.values()]
    ranked = rules.rank(candidates, need.category.skills, need.urgency <= 2)
    by_key = {one.key: one for one in candidates}
    return [_choice(at, one, by_key[one.key], rows[one.key]) for at, one in enumerate(ranked[:limit], start=1)]


def position(need: Need) -> tuple[float, float] | None:
    """Where a need is (WGS-84 degrees): its own point, else that of the deepest area around it that has one."""
    if need.latitude is not None and need.longitude is not None:
        return need.latitude, need.longitude
    places = [at_level(need.address, level) for level in Level if level >= Level.DISTRICT]
    with connection.cursor() as query:
        query.execute(
            "SELECT latitude, longitude FROM kernel_area WHERE address = ANY(%s) AND latitude IS NOT NULL "
            "ORDER BY level DESC LIMIT 1",
            [places],
        )
        return query.fetchone()


def _rows(need: Need, spans: Sequence[Span], where: tuple[float, float] | None, now: datetime) -> list[_Row]:
    latitude, longitude = where or (0.0, 0.0)
    ranges = " OR ".join(f"(resource.address >= {low} AND resource.address < {high})" for low, high in spans) or "FALSE"
    start, _end = day_bounds(local_day(now))
    town = 10 ** (19 - Level.TOWN)
    # The ranges keep to the actor's reach; how busy a resource is counts its tasks everywhere.
    with house(), connection.cursor() as query:
        query.execute(
            _CANDIDATES.format(where=ranges, town=town),
            {
                "kinds": need.category.takers,
                "now": now,
                "day_start": start,
                "need": need.pk,
                "latitude": latitude,
                "longitude": longitude,
                "shrink": cos(radians(latitude)),
                "limit": NEAREST_LOOKED_AT,
            },
        )
        return [_Row(*row) for row in query.fetchall()]


def _candidate(row: _Row, need: Need, where: tuple[float, float] | None, now: datetime) -> rules.Candidate:
    return rules.Candidate(
        key=str(row.id),
        reach_s=_reach_s(row, where),
        skills=frozenset(row.skills),
        preference=need.category.takers.index(row.kind),
        busy=row.live,
        done_today=row.done_today,
        duty_left_s=(row.duty_until - now).total_seconds() if row.duty_until else None,
        siblings_free=row.free_in_town - (row.live == 0),
        own_area=span(row.address).holds(need.address),
    )


def _reach_s(row: _Row, where: tuple[float, float] | None) -> float:
    if where is None or row.latitude is None or row.longitude is None:
        return rules.DUTY_NEEDED_S
    north = row.latitude - where[0]
    east = (row.longitude - where[1]) * cos(radians(where[0]))
    kind = registry().resource_kinds.get(row.kind)
    speed = SPEED_MS.get(kind.profile if kind else "car", SPEED_MS["car"])
    return DETOUR * METRES_PER_DEGREE * hypot(north, east) / speed


def _choice(at: int, ranked: rules.Ranked, one: rules.Candidate, row: _Row) -> Choice:
    minutes = max(1, round(one.reach_s / 60))
    kind = registry().resource_kinds.get(row.kind)
    words, warnings = _words(ranked, one, minutes)
    reasons = {
        "rank": at,
        "reach_s": round(one.reach_s),
        "matched": list(ranked.matched),
        "missing": list(ranked.missing),
        "costs_s": {name: round(cost) for name, cost in ranked.costs.items()},
    }
    title = kind.title if kind else row.kind
    phone = Secret.of(Resource, "phone").opened(row.phone, row.id)
    return Choice(at, ranked.key, row.name, title, phone, minutes, words, warnings, reasons)


def _words(ranked: rules.Ranked, one: rules.Candidate, minutes: int) -> tuple[list[str], list[str]]:
    words = [_("%(minutes)d min away (straight line, estimated)") % {"minutes": minutes}]
    warnings = []
    if ranked.matched:
        words.append(_("has the skills: %(skills)s") % {"skills": _skills(ranked.matched)})
    if ranked.missing:
        warnings.append(_("lacks: %(skills)s") % {"skills": _skills(ranked.missing)})
    if one.own_area:
        words.append(_("allotted to this place"))
    if one.busy:
        warnings.append(ngettext("%(n)d task under way", "%(n)d tasks under way", one.busy) % {"n": one.busy})
    elif one.done_today:
        words.append(
            ngettext("%(n)d task done today", "%(n)d tasks done today", one.done_today) % {"n": one.done_today}
        )
    else:
        words.append(_("no task yet today"))
    if ranked.costs["duty"]:
        left = round((one.duty_left_s or 0) / 60)
        warnings.append(_("duty ends in %(minutes)d min") % {"minutes": left})
    if ranked.costs["cover"]:
        warnings.append(_("the last of its kind free in its town"))
    return words, warnings


def _skills(keys: Sequence[str]) -> str:
    return _(", ").join(str(SKILLS.get(key, key)) for key in keys)
