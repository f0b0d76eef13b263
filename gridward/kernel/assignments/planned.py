"""What a plan sends or calls back, all at once: one statement for thousands of assignments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, announce
from gridward.kernel.registry import registry

_ASSIGN = Path(__file__).with_name("assign_planned.sql").read_text(encoding="utf-8")
_RELEASE = Path(__file__).with_name("release_planned.sql").read_text(encoding="utf-8")
_ARRIVE = Path(__file__).with_name("arrive_planned.sql").read_text(encoding="utf-8")
_FINISH = Path(__file__).with_name("finish_planned.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Sending:
    """One resource for one need from `starts` to `ends`, with why this one."""

    need_id: UUID
    resource_id: UUID
    starts: datetime
    ends: datetime
    reasons: Mapping[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=new_id)


@transaction.atomic
def assign_planned(actor: Actor, sendings: Sequence[Sending], now: datetime, plan_id: UUID | None = None) -> list[UUID]:
    """Send resources to needs, each booked for its own time. The caller has checked the actor's right at each place.

    Sent again, what is live already is passed over, as is a resource off duty or booked meanwhile, and an ended need.
    Returns: the ids of the assignments made, in no order.
    """
    if not sendings:
        return []
    _lock([one.need_id for one in sendings], [one.resource_id for one in sendings])
    values = {
        "ids": [one.id for one in sendings],
        "needs": [one.need_id for one in sendings],
        "resources": [one.resource_id for one in sendings],
        "starts": [one.starts for one in sendings],
        "ends": [one.ends for one in sendings],
        "reasons": [json.dumps(dict(one.reasons)) for one in sendings],
        "plan": plan_id,
    }
    return _done(actor, _ASSIGN, values, now, ("need.assigned", "assignment.offered"))


@transaction.atomic
def release_planned(actor: Actor, assignment_ids: Sequence[UUID], reason: str, now: datetime) -> list[UUID]:
    """Call resources back, for a reason that is a word of the line's. The caller has checked the actor's right.

    Returns: the ids of the assignments that were live, in no order.
    """
    if not assignment_ids:
        return []
    _lock(*_ends_of(assignment_ids))
    values = {"ids": list(assignment_ids), "reason": reason}
    return _done(actor, _RELEASE, values, now, ("need.released", "assignment.released"))


def arrive_planned(actor: Actor, said: Mapping[UUID, datetime], now: datetime) -> list[UUID]:
    """Resources came to their needs: assignment → when. The caller has checked who says so, and that it is so.

    Returns: the ids of the assignments that had not arrived before, in no order.
    """
    return _said(actor, _ARRIVE, said, now, ("need.moving", "assignment.arrived"))


def finish_planned(actor: Actor, said: Mapping[UUID, datetime], now: datetime) -> list[UUID]:
    """Resources that had arrived are done: assignment → when. A need whose last one is done is served.

    Returns: the ids of the assignments that were not done before, in no order.
    """
    return _said(actor, _FINISH, said, now, ("need.served", "assignment.done"))


@transaction.atomic
def _said(
    actor: Actor, statement: str, said: Mapping[UUID, datetime], now: datetime, verbs: tuple[str, str]
) -> list[UUID]:
    if not said:
        return []
    _lock(*_ends_of(list(said)))
    return _done(actor, statement, {"ids": list(said), "moments": list(said.values())}, now, verbs)


def _ends_of(assignment_ids: Sequence[UUID]) -> tuple[list[UUID], list[UUID]]:
    with house(), connection.cursor() as query:
        query.execute("SELECT need_id, resource_id FROM kernel_assignment WHERE id = ANY(%s)", [list(assignment_ids)])
        ends = query.fetchall()
    return [need for need, _ in ends], [resource for _, resource in ends]


def _lock(needs: list[UUID], resources: list[UUID]) -> None:
    """Needs first and both in the order of their ids, so that two approvals take turns and never block each other."""
    with house(), connection.cursor() as query:
        query.execute("SELECT FROM kernel_need WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [needs])
        query.execute("SELECT FROM kernel_resource WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [resources])


def _done(actor: Actor, statement: str, values: dict[str, Any], now: datetime, verbs: tuple[str, str]) -> list[UUID]:
    shared = {"now": now, "actor": actor.user_id, "channel": actor.channel}
    with house(), connection.cursor() as query:
        query.execute(statement, {**values, **shared})
        rows = query.fetchall()
    if any(any(registry().hearers(verb)) for verb in verbs):
        _announce(rows, now, verbs)
    return [row[0] for row in rows]


def _announce(rows: list[Any], now: datetime, verbs: tuple[str, str]) -> None:
    moved = {row[1]: row for row in rows if row[5]}
    needs = [Event(verbs[0], "need", str(row[1]), row[2], now, row[3]) for row in moved.values()]
    told = [Event(verbs[1], "assignment", str(row[0]), row[2], now, row[3], {"resource": row[4]}) for row in rows]
    announce([*needs, *told])
