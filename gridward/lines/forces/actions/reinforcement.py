"""Sending people who can be spared to where heads are lacking, and letting them go home again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, at_level, span
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.queries import required
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.plans.models import Plan
from gridward.lines.forces.actions import rosters
from gridward.lines.forces.errors import NobodyToSend
from gridward.lines.forces.models import Support, Volunteer
from gridward.lines.forces.plan import reinforcement as planning
from gridward.lines.forces.plan.rosters import draft as draft_roster


def propose(
    actor: Actor, address: int, day: date, now: datetime, kinds: Collection[str] = planning.MAY_GO
) -> Plan:  # fmt: skip
    """Propose who of an area reinforces whom on a day.

    Raises: Forbidden, NobodyToSend where nobody is lacking or nobody can be spared.
    """
    actor.require("rosters.plan", address)
    incident = required()
    draft = planning.draft(incident.pk, span(address), day, kinds)
    if not draft.outcome["moves"]:
        raise NobodyToSend
    return rosters.keep(actor, planning.KIND, incident.pk, address, draft, now)


@dataclass(frozen=True)
class Reinforced:
    """What approving did: people sent, people passed over who left or were sent elsewhere, shifts filled by them."""

    sent: int
    passed_over: int
    assigned: int


_SERVE = """
    UPDATE forces_volunteer AS one SET serving_at = given.place, version = one.version + 1
    FROM unnest(%(people)s::uuid[], %(places)s::bigint[]) AS given (id, place)
    JOIN forces_volunteer AS before ON before.id = given.id
    WHERE one.id = given.id AND one.state = 'admitted'
      AND NOT EXISTS (SELECT FROM forces_support AS support
                      WHERE support.volunteer_id = one.id AND support.ends_on IS NULL)
    RETURNING one.id, one.resource_id, coalesce(before.serving_at, one.address), given.place, before.serving_at
"""


@transaction.atomic
def approve(actor: Actor, plan_id: Any, now: datetime) -> Reinforced:
    """Send the people of a proposal: they serve under the community's orders, and are put on its open shifts.

    Approving again changes nothing.
    Raises: NotFound, Forbidden outside the actor's reach, PlanOver once it was withdrawn.
    """
    plan = rosters.locked(plan_id, planning.KIND)
    actor.require("rosters.plan", plan.address)
    if plan.state == Plan.State.APPROVED:
        return Reinforced(0, 0, 0)
    moves, day = plan.outcome["moves"], date.fromisoformat(plan.outcome["day"])
    sent = _send(actor, plan, moves, day, now)
    plan.state, plan.decided_at, plan.decided_by_id = Plan.State.APPROVED, now, actor.user_id
    plan.save(update_fields=["state", "decided_at", "decided_by"])
    _journal(actor, plan, moves, {row[0] for row in sent}, now)
    assigned = _put_on_shifts(actor, plan, {row[1] for row in sent}, day, now)
    return Reinforced(len(sent), sum(one["heads"] for one in moves) - len(sent), assigned)


def _send(actor: Actor, plan: Plan, moves: list[dict[str, Any]], day: date, now: datetime) -> list[tuple[Any, ...]]:
    pairs = [(UUID(who), int(one["to"]), one["way_m"]) for one in moves for who in one["people"]]
    way = {who: way_m for who, _to, way_m in pairs}
    values = {"people": [who for who, _, _ in pairs], "places": [to for _, to, _ in pairs]}
    # Who is sent may live where the desk of the area does not look; their ids were proposed to it.
    with house(), connection.cursor() as query:
        query.execute(_SERVE, values)
        rows = query.fetchall()
        Support.objects.bulk_create(
            Support(
                id=new_id(now), incident_id=plan.incident_id, volunteer_id=who, plan_id=plan.pk, address=place,
                came_from=at_level(home, Level.COMMUNITY), back_to=before, way_m=way[who], starts_on=day,
                sent_by_id=actor.user_id, sent_at=now,
            )
            for who, _resource, home, place, before in rows
        )  # fmt: skip
    return rows


def _journal(actor: Actor, plan: Plan, moves: list[dict[str, Any]], sent: set[UUID], now: datetime) -> None:
    events = []
    for one in moves:
        heads = sum(UUID(who) in sent for who in one["people"])
        data = {"from": one["from"], "kind": one["kind"], "heads": heads}
        events.append(Event("forces.reinforced", "plan", str(plan.pk), int(one["to"]), now, plan.incident_id, data))
    record(actor, events)


def _put_on_shifts(actor: Actor, plan: Plan, resources: set[UUID], day: date, now: datetime) -> int:
    draft = draft_roster(plan.incident_id, span(plan.address), day, 1, now, only=resources)
    if not draft.outcome["sent"]:
        return 0
    made = rosters.keep(actor, rosters.planning.KIND, plan.incident_id, plan.address, draft, now)
    return rosters.approve(actor, made.pk, now).made


@transaction.atomic
def send_home(actor: Actor, address: int, now: datetime, day: date) -> int:
    """End the support of everybody sent to an area; what they stand on already they keep. Done again, nothing changes.

    Returns: how many go home.
    Raises: Forbidden outside the actor's reach.
    """
    actor.require("rosters.plan", address)
    low, high = span(address)
    rows = Support.objects.select_for_update().filter(address__gte=low, address__lt=high, ends_on=None)
    people = list(rows.values_list("volunteer_id", flat=True))
    if not people:
        return 0
    with house():
        Support.objects.filter(volunteer_id__in=people, ends_on=None, starts_on__gt=day).update(starts_on=day)
        Support.objects.filter(volunteer_id__in=people, ends_on=None).update(ends_on=day)
        back = Support.objects.filter(volunteer=OuterRef("pk")).order_by("-sent_at").values("back_to")[:1]
        Volunteer.objects.filter(pk__in=people).update(serving_at=Subquery(back))
    event = Event("forces.sent_home", "area", str(address), address, now, required().pk, {"heads": len(people)})
    record(actor, [event])
    return len(people)
