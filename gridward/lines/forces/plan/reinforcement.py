"""Reinforcement drafted from rows: who stands nowhere on a day and could serve, where heads are lacking, who goes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from gridward.kernel.address import Level, Span, at_level
from gridward.kernel.areas.queries import names_of
from gridward.lines.forces.models import Volunteer
from gridward.lines.forces.plan.rosters import Draft, times
from gridward.lines.forces.queries import duty, posts
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.rules import reinforcement as rules
from gridward.lines.forces.rules.rosters import free_shifts

KIND = "forces.reinforcement"
MAY_GO = (Volunteer.Kind.CADRE, Volunteer.Kind.TEACHER)
"""Who is sent to other towns: staff of offices and schools; volunteers serve where they signed up."""
MOST_M = 45_000.0


def shorts(within: Span, day: date) -> list[rules.Short]:
    """The communities of a range that lack heads on a day, the key areas and the largest gaps first."""
    found = [one for one in posts.gaps([within], day, Level.COMMUNITY) if one.lacking]
    areas = names_of(one.address for one in found)
    rows = [
        rules.Short(one.address, one.level, area.latitude, area.longitude, one.lacking)
        for one in found
        if (area := areas.get(one.address)) is not None and area.latitude is not None and area.longitude is not None
    ]
    order = ("high", "medium", "low")
    return sorted(rows, key=lambda one: (order.index(one.level), -one.lacking, one.address))


def groups(incident_id: Any, within: Span, day: date, kinds: Collection[str] = MAY_GO) -> list[rules.Group]:
    """Those who could serve on a day and stand nowhere, by kind and home community; who supports already is left out.

    Whoever can take the most shifts of the day stands first in a group.
    """
    busy = {one.resource_id for one in duty.promised(day, 1)}
    hours, asked = times(), joining().frozen
    found: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for one in duty.candidates(incident_id, within, day):
        if one.kind not in kinds or one.resource_id in busy or one.supports:
            continue
        free = sum(free_shifts(one, hours, asked, day, 1))
        if free:
            home = at_level(one.serving_at or one.address, Level.COMMUNITY)
            found.setdefault((home, one.kind), []).append((-free, str(one.volunteer_id)))
    areas = names_of(address for address, _kind in found)
    return [
        rules.Group(address, kind, area.latitude, area.longitude, tuple(key for _free, key in sorted(people)))
        for (address, kind), people in sorted(found.items())
        if (area := areas.get(address)) is not None and area.latitude is not None and area.longitude is not None
    ]


def draft(incident_id: Any, within: Span, day: date, kinds: Collection[str] = MAY_GO) -> Draft:
    """Who of a range could reinforce whom on a day."""
    lacking, spare = shorts(within, day), groups(incident_id, within, day, kinds)
    sent, missing = rules.moves(spare, lacking, {one.address for one in lacking}, MOST_M)
    inputs = {
        "day": day.isoformat(),
        "kinds": sorted(kinds),
        "most_m": MOST_M,
        "groups": [[str(one.address), one.kind, one.latitude, one.longitude, list(one.people)] for one in spare],
        "shorts": [[str(one.address), one.level, one.latitude, one.longitude, one.lacking] for one in lacking],
    }
    moves = [
        {"from": str(spare[one.group].address), "to": str(lacking[one.short].address), "kind": spare[one.group].kind,
         "level": lacking[one.short].level, "heads": len(one.people), "way_m": one.way_m, "people": list(one.people)}
        for one in sent
    ]  # fmt: skip
    unserved = [
        {"address": str(one.address), "level": one.level, "heads": left, "why": "all that fit are taken"}
        for one, left in zip(lacking, missing, strict=True)
        if left
    ]
    cost = float(sum(one.way_m * len(one.people) for one in sent))
    return Draft(inputs, {"day": day.isoformat(), "moves": moves}, unserved, cost, cost)


def replayed(inputs: dict[str, Any]) -> list[rules.Move]:
    """The same moves again, from what a plan kept."""
    spare = [rules.Group(int(a), kind, x, y, tuple(people)) for a, kind, x, y, people in inputs["groups"]]
    lacking = [rules.Short(int(a), level, x, y, heads) for a, level, x, y, heads in inputs["shorts"]]
    return rules.moves(spare, lacking, {one.address for one in lacking}, inputs["most_m"])[0]
