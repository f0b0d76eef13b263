"""Asking for rosters, proposing them, and approving them whole or by community."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, at_level, span
from gridward.kernel.assignments.planned import Sending, assign_planned
from gridward.kernel.errors import AppError, NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.queries import required
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.notices.actions import to_users
from gridward.kernel.plans.models import Plan
from gridward.lines.forces.errors import NothingToPlan, PlanOver
from gridward.lines.forces.models import PostShift, RosterRequest, Volunteer
from gridward.lines.forces.plan import rosters as planning

MOST_DAYS = 7
SEED = 0
"""The roster planner draws no lots; a plan keeps a seed all the same."""


def ask(actor: Actor, address: int, first_day: date, days: int, now: datetime) -> RosterRequest:
    """Write down that a roster is wanted; the work is the job's. The same asked twice while it waits is one.

    Raises: Forbidden, NotFound in quiet times.
    """
    actor.require("rosters.plan", address)
    incident = required()
    waiting = RosterRequest.State.ASKED, RosterRequest.State.PLANNING
    with transaction.atomic():
        same = RosterRequest.objects.select_for_update().filter(
            incident=incident, address=address, first_day=first_day, days=days, state__in=waiting
        )
        found = same.first()
        if found is not None:
            return found
        request = RosterRequest.objects.create(
            id=new_id(now), incident=incident, address=address, first_day=first_day,
            days=max(1, min(days, MOST_DAYS)), asked_by_id=actor.user_id, asked_at=now,
        )  # fmt: skip
        data = {"first_day": first_day.isoformat(), "days": request.days}
        event = Event("forces.roster_asked", "roster_request", str(request.pk), address, now, incident.pk, data)
        record(actor, [event])
    return request


def work_off(actor: Actor, request_id: Any, now: datetime) -> RosterRequest:
    """Plan what was asked for, noting how far it is; what cannot be planned is noted with the reason.

    Raises: NotFound.
    """
    request = RosterRequest.objects.filter(pk=request_id).first()
    if request is None:
        raise NotFound
    if request.state in (RosterRequest.State.PROPOSED, RosterRequest.State.FAILED):
        return request

    def tell(percent: int) -> None:
        RosterRequest.objects.filter(pk=request.pk).update(
            state=RosterRequest.State.PLANNING, done_percent=min(percent, 99)
        )

    tell(5)
    try:
        plan = propose(actor, request.address, request.first_day, request.days, now, tell)
    except AppError as refused:
        request.state, request.refusal = RosterRequest.State.FAILED, str(refused)
    else:
        request.state, request.plan_id = RosterRequest.State.PROPOSED, plan.pk
    request.done_percent, request.finished_at = 100, now
    request.save()
    return request


def propose(
    actor: Actor, address: int, first_day: date, days: int, now: datetime, tell: Callable[[int], None] | None = None
) -> Plan:
    """Plan the open shifts of an area and some days: a proposal, with everything it depends on.

    Raises: Forbidden, NothingToPlan where no shift is open.
    """
    actor.require("rosters.plan", address)
    incident = required()
    draft = planning.draft(incident.pk, span(address), first_day, days, now, tell)
    if not draft.inputs["posts"]:
        raise NothingToPlan(day=first_day)
    return keep(actor, planning.KIND, incident.pk, address, draft, now)


@transaction.atomic
def keep(actor: Actor, kind: str, incident_id: UUID, address: int, draft: planning.Draft, now: datetime) -> Plan:
    """Write a draft down as a proposal, journalled."""
    plan = Plan.objects.create(
        id=new_id(now), kind=kind, incident_id=incident_id, address=address,
        engine_version=planning.engine_version(), seed=SEED, inputs=draft.inputs, outcome=draft.outcome,
        unserved=draft.unserved, cost=draft.cost, lower_bound=draft.bound, made_at=now, made_by_id=actor.user_id,
    )  # fmt: skip
    sent, missing = len(draft.outcome.get("sent", [])), sum(one["heads"] for one in draft.unserved)
    data = {"kind": kind, "sent": sent, "missing": missing}
    record(actor, [Event("forces.plan_proposed", "plan", str(plan.pk), address, now, incident_id, data)])
    return plan


@dataclass(frozen=True)
class Approved:
    """What approving did: assignments made, and people passed over because they were booked or went off duty."""

    made: int
    passed_over: int


@transaction.atomic
def approve(actor: Actor, plan_id: Any, now: datetime, communities: Collection[int] | None = None) -> Approved:
    """Make the assignments of a proposed roster, of all its communities or of some. Approving again changes nothing.

    Raises: NotFound, Forbidden outside the actor's reach, PlanOver once it was withdrawn.
    """
    plan = locked(plan_id, planning.KIND)
    parts, approved = plan.outcome["parts"], plan.outcome["approved"]
    chosen = {int(one) for one in parts} & set(communities) if communities is not None else {int(one) for one in parts}
    for address in chosen:
        actor.require("rosters.plan", address)
    fresh = {one for one in chosen if str(one) not in approved}
    if not fresh:
        return Approved(0, 0)
    sendings = _sendings(plan, fresh)
    made = assign_planned(actor, sendings, now, plan.pk)
    told = set(made)
    for address in fresh:
        approved[str(address)] = {"at": now.isoformat(), "by": actor.user_id}
    if len(approved) == len(parts):
        plan.state, plan.decided_at, plan.decided_by_id = Plan.State.APPROVED, now, actor.user_id
    plan.save(update_fields=["outcome", "state", "decided_at", "decided_by"])
    _journal(actor, plan, fresh, sendings, told, now)
    _tell([one.resource_id for one in sendings if one.id in told], plan, now)
    return Approved(len(made), len(sendings) - len(made))


@transaction.atomic
def withdraw(actor: Actor, plan_id: Any, now: datetime) -> Plan:
    """Put a proposal away; what was approved of it stays. Done twice, nothing changes.

    Raises: NotFound, Forbidden, PlanOver where all of it was approved.
    """
    plan = Plan.objects.select_for_update().filter(pk=plan_id, kind__startswith="forces.").first()
    if plan is None:
        raise NotFound
    actor.require("rosters.plan", plan.address)
    if plan.state == Plan.State.APPROVED:
        raise PlanOver
    if plan.state == Plan.State.PROPOSED:
        plan.state, plan.decided_at, plan.decided_by_id = Plan.State.WITHDRAWN, now, actor.user_id
        plan.save(update_fields=["state", "decided_at", "decided_by"])
        event = Event("forces.plan_withdrawn", "plan", str(plan.pk), plan.address, now, plan.incident_id)
        record(actor, [event])
    return plan


def locked(plan_id: Any, kind: str) -> Plan:
    """A plan of a kind with its row locked, unless it was withdrawn.

    Raises: NotFound, PlanOver.
    """
    plan = Plan.objects.select_for_update().filter(pk=plan_id, kind=kind).first()
    if plan is None:
        raise NotFound
    if plan.state == Plan.State.WITHDRAWN:
        raise PlanOver
    return plan


def _sendings(plan: Plan, chosen: Collection[int]) -> list[Sending]:
    inputs = plan.inputs
    people = inputs["people"]["resource"]
    rows = [
        row for row in plan.outcome["sent"]
        if at_level(int(inputs["posts"][row[2]][0]), Level.COMMUNITY) in chosen
    ]  # fmt: skip
    with house():
        hours: Mapping[UUID, tuple[datetime, datetime]] = {
            key: (starts, ends)
            for key, starts, ends in PostShift.objects.filter(pk__in={UUID(row[3]) for row in rows}).values_list(
                "need_id", "starts_at", "ends_at"
            )
        }
    return [
        Sending(UUID(need), UUID(people[person]), *hours[UUID(need)], {"way_m": way_m, "stranger": bool(stranger)})
        for person, _day, _post, need, way_m, stranger in rows
        if UUID(need) in hours
    ]


def _journal(
    actor: Actor, plan: Plan, fresh: Collection[int], sendings: list[Sending], made: Collection[UUID], now: datetime
) -> None:
    whole = len(fresh) == len(plan.outcome["parts"])
    data = {"made": len(made), "passed_over": len(sendings) - len(made), "communities": len(fresh)}
    places = [plan.address] if whole else sorted(fresh)
    events = [Event("forces.roster_approved", "plan", str(plan.pk), at, now, plan.incident_id, data) for at in places]
    record(actor, events)


def _tell(resources: list[UUID], plan: Plan, now: datetime) -> None:
    with house():
        rows = Volunteer.objects.filter(resource_id__in=resources, account__isnull=False)
        accounts = set(rows.values_list("account_id", flat=True))
    to_users(sorted(accounts), "forces.rostered", plan.address, now, first_day=plan.inputs["first_day"])
