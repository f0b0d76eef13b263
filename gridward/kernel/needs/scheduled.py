"""Needs that a schedule asks for, such as the shifts of a day: thousands logged in one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.ids import new_id, tracking_code
from gridward.kernel.journal.actions import Event, announce
from gridward.kernel.registry import registry

# Relies on the primary key only. `words` stay empty: what a scheduled need is, its category and details say.
_LOG = """
    WITH wanted AS (
        SELECT * FROM unnest(%(ids)s::uuid[], %(codes)s::text[], %(categories)s::text[], %(places)s::bigint[],
                             %(latitudes)s::float8[], %(longitudes)s::float8[], %(taken_bys)s::timestamptz[],
                             %(ended_bys)s::timestamptz[], %(details)s::text[])
            AS wanted (id, code, category, address, latitude, longitude, taken_by, ended_by, details)
    ), logged AS (
        INSERT INTO kernel_need (id, tracking_code, incident_id, kind, category_id, urgency, state, address, place,
                                 latitude, longitude, words, tokens, details, private, channel, caller_name,
                                 caller_phone, logged_by_id, opened_at, promised_at, due_at, holder, holder_level,
                                 climbs, reopened, outcome, version)
        SELECT wanted.id, code, %(incident)s, category.kind, category.key, category.urgency, 'waiting',
               wanted.address, '', coalesce(wanted.latitude, area.latitude),
               coalesce(wanted.longitude, area.longitude), '', '{}', details::jsonb, '', 'schedule', '', '',
               %(actor)s, %(now)s, ended_by, taken_by,
               wanted.address - wanted.address %% (10 ^ (19 - category.first_level))::numeric::bigint,
               category.first_level, 0, 0, '', 1
        FROM wanted
        JOIN kernel_category AS category ON category.key = wanted.category
        JOIN kernel_area AS area ON area.address = wanted.address
        ON CONFLICT (id) DO NOTHING
        RETURNING id, address, category_id
    ), journalled AS (
        INSERT INTO kernel_entry (at, actor_id, verb, subject_kind, subject_id, address, incident_id, channel, data)
        SELECT %(now)s, %(actor)s::bigint, 'need.logged', 'need', id::text, address, %(incident)s, %(channel)s,
               jsonb_build_object('category', category_id, 'channel', 'schedule')
        FROM logged
    )
    SELECT id, address FROM logged
"""


@dataclass(frozen=True)
class Scheduled:
    """A need at a place, to be taken up and to be over by two moments."""

    category: str
    address: int
    taken_by: datetime
    ended_by: datetime
    latitude: float | None = None
    longitude: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=new_id)


@transaction.atomic
def log_scheduled(actor: Actor, incident_id: UUID, wanted: Sequence[Scheduled], now: datetime) -> list[UUID]:
    """Log needs at known places under new ids. The caller has checked the actor's right at each place.

    Returns: the ids of those logged; one that was there before, or lies nowhere, is passed over.
    """
    if not wanted:
        return []
    values = {
        "ids": [one.id for one in wanted],
        "codes": [tracking_code() for _ in wanted],
        "categories": [one.category for one in wanted],
        "places": [one.address for one in wanted],
        "latitudes": [one.latitude for one in wanted],
        "longitudes": [one.longitude for one in wanted],
        "taken_bys": [one.taken_by for one in wanted],
        "ended_bys": [one.ended_by for one in wanted],
        "details": [json.dumps(dict(one.details)) for one in wanted],
        "incident": incident_id,
        "actor": actor.user_id,
        "channel": actor.channel,
        "now": now,
    }
    with house(), connection.cursor() as query:
        query.execute(_LOG, values)
        rows = query.fetchall()
    if any(registry().hearers("need.logged")):
        announce(Event("need.logged", "need", str(key), place, now, incident_id) for key, place in rows)
    return [key for key, _ in rows]


# Relies on the primary key and the index of assignments by need.
_END = """
    WITH ended AS (
        UPDATE kernel_need AS need
        SET state = CASE WHEN EXISTS (SELECT FROM kernel_assignment AS one
                                      WHERE one.need_id = need.id AND one.state = 'done')
                         THEN 'served' ELSE 'withdrawn' END,
            closed_at = greatest(%(now)s, need.opened_at), closed_by_id = %(actor)s, version = need.version + 1
        WHERE need.id = ANY (%(ids)s::uuid[]) AND need.state IN ('waiting', 'assigned', 'moving')
          AND NOT EXISTS (SELECT FROM kernel_assignment AS one
                          WHERE one.need_id = need.id
                            AND one.state IN ('offered', 'accepted', 'under_way', 'arrived'))
        RETURNING need.id, need.address, need.incident_id, need.state
    ), journalled AS (
        INSERT INTO kernel_entry (at, actor_id, verb, subject_kind, subject_id, address, incident_id, channel, data)
        SELECT %(now)s, %(actor)s::bigint, 'need.' || state, 'need', id::text, address, incident_id, %(channel)s,
               jsonb_build_object('why', 'over')
        FROM ended
    )
    SELECT id, address, incident_id, state FROM ended
"""


@transaction.atomic
def end_scheduled(actor: Actor, need_ids: Sequence[UUID], now: datetime) -> list[UUID]:
    """End needs whose time is over and that nobody holds any more: served where somebody was done, else withdrawn.

    Returns: the ids of those that ended; done again, none.
    """
    if not need_ids:
        return []
    with house(), connection.cursor() as query:
        query.execute("SELECT FROM kernel_need WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(need_ids)])
        values = {"ids": list(need_ids), "now": now, "actor": actor.user_id, "channel": actor.channel}
        query.execute(_END, values)
        rows = query.fetchall()
    if any(any(registry().hearers(verb)) for verb in ("need.served", "need.withdrawn")):
        announce(Event(f"need.{state}", "need", str(key), place, now, about) for key, place, about, state in rows)
    return [row[0] for row in rows]
