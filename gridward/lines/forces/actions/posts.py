"""Stating posts, and making the shifts of a day from them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.address import EVERYWHERE, Level, Span
from gridward.kernel.assignments.planned import release_planned
from gridward.kernel.errors import NotFound, Stale
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.queries import required
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.near import cache
from gridward.kernel.needs.models import Category, Urgency
from gridward.kernel.needs.scheduled import Scheduled, end_scheduled, log_scheduled
from gridward.lines.forces.errors import BadHeads, PostNameTaken, UnknownPostKind
from gridward.lines.forces.models import (
    RESOURCE_KINDS,
    AreaControl,
    ControlLevel,
    DemandRule,
    Post,
    PostKind,
    ShiftTime,
)
from gridward.lines.forces.queries import posts as queries
from gridward.lines.forces.rules import posts as rules
from gridward.lines.forces.rules.kinds import SHIFT

EXAMPLE = Path(__file__).parents[1] / "config" / "posts.example.toml"
MOST_HEADS = 200
_CLIMB_S = 3600


def install(now: datetime | None = None) -> None:
    """Load the example shifts, kinds of post and demand rules into a house that has none yet."""
    if not ShiftTime.objects.exists():
        load_configuration(SYSTEM, now=now)


@transaction.atomic
def load_configuration(actor: Actor, path: Path = EXAMPLE, now: datetime | None = None) -> int:
    """Make the shifts, kinds of post and demand rules of a TOML file the ones in the database.

    Returns: how many rows there are. Loading the same file again changes nothing but writes it down.
    """
    listed = tomllib.loads(path.read_text(encoding="utf-8"))
    for row in listed["shift"]:
        ShiftTime.objects.update_or_create(pk=row["key"], defaults=row)
    for order, row in enumerate(listed["kind"], start=1):
        _load_kind(row, 700 + order)
    DemandRule.objects.exclude(category_id__in=[row["kind"] for row in listed["rule"]]).delete()
    rows = [(row, level, share) for row in listed["rule"] for level, share in row["per_thousand"].items()]
    for row, level, share in rows:
        DemandRule.objects.update_or_create(
            category_id=row["kind"],
            level=ControlLevel(level),
            place=DemandRule.Place(row["place"]),
            defaults={"shifts": row["shifts"], "per_thousand": share, "least": row["least"]},
        )
    if now is not None:
        data = {"rules": len(rows)}
        record(actor, [Event("forces.configuration_loaded", "configuration", "posts", 0, now, data=data)])
    cache.delete("categories")
    return len(listed["shift"]) + len(listed["kind"]) + len(rows)


def _load_kind(row: Mapping[str, Any], order: int) -> None:
    wanted = {
        "kind": SHIFT,
        "name": row["name"],
        "name_en": row["name_en"],
        "urgency": Urgency.NORMAL,
        "assign_s": _CLIMB_S,
        "close_s": 86_400,
        "climb_s": 4 * _CLIMB_S,
        "first_level": Level.COMMUNITY,
        "takers": list(RESOURCE_KINDS.values()),
        "skills": row["skills"],
        "public": False,
        "order": order,
    }
    Category.objects.update_or_create(pk=row["key"], defaults=wanted)
    PostKind.objects.update_or_create(pk=row["key"], defaults={"bars": row["bars"], "weight": row["weight"]})


@transaction.atomic
def set_control(actor: Actor, address: int, level: str, now: datetime) -> AreaControl:
    """Set how strictly an area is held; setting the same again changes nothing.

    Raises: Forbidden, NotFound in quiet times.
    """
    actor.require("rosters.plan", address)
    incident = required()
    found = AreaControl.objects.select_for_update().filter(incident=incident, address=address).first()
    if found is not None and found.level == level:
        return found
    before = found.level if found else ""
    one = found or AreaControl(incident=incident, address=address)
    one.level, one.since = ControlLevel(level), now
    one.save()
    data = {"from": before, "to": level}
    record(actor, [Event("forces.control_set", "area", str(address), address, now, incident.pk, data)])
    return one


@transaction.atomic
def state_post(
    actor: Actor,
    address: int,
    category: str,
    name: str,
    heads: Mapping[str, int],
    now: datetime,
    *,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Post:
    """A community states a post it must hold, with the people each shift needs. The same again changes nothing.

    Raises: Forbidden, UnknownPostKind, BadHeads, PostNameTaken.
    """
    actor.require("posts.state", address)
    if not PostKind.objects.filter(pk=category).exists():
        raise UnknownPostKind(kind=category)
    wanted = _checked(heads)
    incident = required()
    found = Post.objects.filter(incident=incident, address=address, category_id=category, name=name).first()
    if found is not None:
        if found.heads == wanted and found.active_until is None:
            return found
        raise PostNameTaken(name=name)
    post = Post.objects.create(
        id=new_id(now), incident=incident, address=address, category_id=category, name=name, heads=wanted,
        latitude=latitude, longitude=longitude, active_from=clock.local_day(now), stated_by_id=actor.user_id,
        stated_at=now,
    )  # fmt: skip
    _tell(actor, post, "forces.post_stated", now, {"heads": wanted})
    return post


@transaction.atomic
def change_post(actor: Actor, post_id: Any, heads: Mapping[str, int], now: datetime, seen_version: int) -> Post:
    """Change how many people a post needs, from the next shifts that are made; none at all ends it.

    Raises: NotFound, Forbidden, BadHeads, Stale.
    """
    post = Post.objects.select_for_update().filter(pk=post_id).first()
    if post is None:
        raise NotFound
    actor.require("posts.state", post.address)
    if post.version != seen_version:
        raise Stale
    wanted, before = _checked(heads, none=True), post.heads
    if wanted == before:
        return post
    post.heads, post.version, post.source = wanted, post.version + 1, Post.Source.STATED
    post.active_until = None if wanted else max(post.active_from, clock.local_day(now))
    post.save()
    _tell(actor, post, "forces.post_changed" if wanted else "forces.post_ended", now, {"from": before, "to": wanted})
    return post


def _checked(heads: Mapping[str, int], *, none: bool = False) -> dict[str, int]:
    known = {one.key for one in queries.shift_times()}
    wanted = {key: int(count) for key, count in heads.items() if count}
    if (not wanted and not none) or not set(wanted) <= known or not all(0 < n <= MOST_HEADS for n in wanted.values()):
        raise BadHeads(most=MOST_HEADS)
    return wanted


def _tell(actor: Actor, post: Post, verb: str, now: datetime, data: Mapping[str, Any]) -> None:
    event = Event(verb, "post", str(post.pk), post.address, now, post.incident_id, {"name": post.name, **data})
    record(actor, [event])


# Posts of the rules made the standing ones: added, changed, or ended where the rules ask for none any more. What a
# community stated itself is left alone. Relies on post_once.
_RESTATE = """
    WITH wanted AS (
        SELECT * FROM unnest(%(ids)s::uuid[], %(places)s::bigint[], %(categories)s::text[], %(names)s::text[],
                             %(heads)s::text[]) AS wanted (id, address, category, name, heads)
    ), put AS (
        INSERT INTO forces_post AS post (id, incident_id, address, category_id, name, latitude, longitude, heads,
                                         source, active_from, stated_by_id, stated_at, version)
        SELECT wanted.id, %(incident)s, wanted.address, category, wanted.name, area.latitude, area.longitude,
               heads::jsonb, 'rule', %(day)s, %(actor)s, %(now)s, 1
        FROM wanted JOIN kernel_area AS area ON area.address = wanted.address
        ON CONFLICT (incident_id, address, category_id, name) DO UPDATE
        SET heads = excluded.heads, version = post.version + 1, active_until = NULL
        WHERE post.source = 'rule' AND (post.heads <> excluded.heads OR post.active_until IS NOT NULL)
        RETURNING 1
    ), ended AS (
        UPDATE forces_post AS post SET active_until = greatest(%(day)s, active_from), version = version + 1
        WHERE incident_id = %(incident)s AND source = 'rule' AND active_until IS NULL
          AND address >= %(low)s AND address < %(high)s
          AND NOT EXISTS (SELECT FROM wanted WHERE wanted.address = post.address
                          AND wanted.category = post.category_id AND wanted.name = post.name)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM put), (SELECT count(*) FROM ended)
"""


@transaction.atomic
def restate(actor: Actor, within: Span, now: datetime) -> int:
    """Make the demand rules the standing posts of a range. Done again, nothing changes.

    Returns: how many posts were added, changed or ended.
    Raises: Forbidden unless the actor may plan the whole range.
    """
    actor.require("rosters.plan", within.low)
    actor.require("rosters.plan", within.high - 1)
    incident = required()
    wanted = queries.standing_demand(incident.pk, within)
    names = {one.pk: one.name for one in queries.kinds()}
    values = {
        "ids": [new_id(now) for _ in wanted],
        "places": [one.address for one in wanted],
        "categories": [one.category for one in wanted],
        "names": [names[one.category] for one in wanted],
        "heads": [queries.as_json(one.heads) for one in wanted],
        "incident": incident.pk, "day": clock.local_day(now), "actor": actor.user_id, "now": now,
        "low": within.low, "high": within.high,
    }  # fmt: skip
    with connection.cursor() as query:
        query.execute(_RESTATE, values)
        put, ended = query.fetchone()
    if put + ended:
        data = {"put": put, "ended": ended}
        where = 0 if within == EVERYWHERE else within.low
        record(actor, [Event("forces.posts_restated", "area", str(where), where, now, incident.pk, data)])
    return put + ended


_KEEP_SHIFTS = """
    INSERT INTO forces_postshift (need_id, post_id, address, category_id, shift_id, day, starts_at, ends_at, heads,
                                  level)
    SELECT need_id, post_id, address, category, shift, %(day)s, starts_at, ends_at, heads, level
    FROM unnest(%(needs)s::uuid[], %(posts)s::uuid[], %(places)s::bigint[], %(categories)s::text[], %(shifts)s::text[],
                %(starts)s::timestamptz[], %(ends)s::timestamptz[], %(heads)s::int[], %(levels)s::text[])
        AS made (need_id, post_id, address, category, shift, starts_at, ends_at, heads, level)
    WHERE need_id = ANY (%(logged)s::uuid[])
"""


@transaction.atomic
def make_day(actor: Actor, within: Span, day: date, now: datetime) -> int:
    """Turn the posts of a range into the shifts of a day, each a need. Done again, only what is new is added.

    Returns: how many shifts were made.
    Raises: Forbidden unless the actor may state posts in the whole range.
    """
    actor.require("posts.state", within.low)
    actor.require("posts.state", within.high - 1)
    incident = required()
    with connection.cursor() as query:
        query.execute("SELECT pg_advisory_xact_lock(hashtext('forces.make_day'))")
    missing = queries.shifts_to_make(incident.pk, within, day)
    ids: list[UUID] = [new_id(now) for _ in missing]
    scheduled = [
        Scheduled(
            one.category, one.address, one.starts_at - rules.TAKEN_BEFORE, one.ends_at + rules.OVER_AFTER,
            one.latitude, one.longitude, {"heads": one.heads, "shift": one.shift, "day": day.isoformat()}, key,
        )
        for key, one in zip(ids, missing, strict=True)
    ]  # fmt: skip
    logged = log_scheduled(actor, incident.pk, scheduled, now)
    if not logged:
        return 0
    columns = ("post_id", "address", "category", "shift", "starts_at", "ends_at", "heads", "level")
    names = ("posts", "places", "categories", "shifts", "starts", "ends", "heads", "levels")
    values = {name: [getattr(one, column) for one in missing] for name, column in zip(names, columns, strict=True)}
    with connection.cursor() as query:
        query.execute(_KEEP_SHIFTS, {**values, "needs": ids, "day": day, "logged": logged})
    data = {"day": day.isoformat(), "shifts": len(logged)}
    where = 0 if within == EVERYWHERE else within.low
    record(actor, [Event("forces.day_made", "area", str(where), where, now, incident.pk, data)])
    return len(logged)


@transaction.atomic
def close_over(actor: Actor, now: datetime) -> int:
    """End the shifts whose time is over: who was expected and never came is taken off. Done again, nothing changes.

    Whoever is still there holds the shift open until they check out, or are cut off.
    Returns: how many shifts ended.
    """
    over = queries.shifts_over(now - rules.CLOSED_AFTER)
    release_planned(actor, queries.never_came(over), "absent", now)
    return len(end_scheduled(actor, over, now))
