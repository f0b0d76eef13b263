"""Sending resources to needs and following them there. The only writer of assignments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from gridward.kernel.access.actor import Actor
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.proofs import Evidence, keep
from gridward.kernel.errors import NotFound, Stale
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.actions import locked, move
from gridward.kernel.needs.errors import NotAllowedNow, ReasonMissing, ResourceBusy, ResourceOffDuty
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import LIVE, AssignmentState, NeedState, Step, after, may_become, need_step_of
from gridward.kernel.notices.actions import to_users
from gridward.kernel.resources.models import Resource

_TIME_OF = {
    AssignmentState.ACCEPTED: "accepted_at",
    AssignmentState.UNDER_WAY: "left_at",
    AssignmentState.ARRIVED: "arrived_at",
    AssignmentState.DONE: "ended_at",
    AssignmentState.DECLINED: "ended_at",
    AssignmentState.RELEASED: "ended_at",
}


@transaction.atomic
def assign(
    actor: Actor,
    need_id: Any,
    resource_id: Any,
    now: datetime,
    *,
    reasons: Mapping[str, Any] | None = None,
    until: datetime | None = None,
    seen_version: int | None = None,
) -> Assignment:
    """Send a resource to a need, booked from now until it is done (or `until`, when planned so).

    Parameters: reasons — why this one, as the ranking gave them; seen_version — the need's version on the
        dispatcher's screen, to refuse a decision on an old picture.
    Raises: ResourceBusy, ResourceOffDuty, NotAllowedNow, Stale, NotFound.
    """
    need = locked(need_id)
    if seen_version is not None and need.version != seen_version:
        raise Stale
    if after(NeedState(need.state), Step.ASSIGN) is None:
        raise NotAllowedNow(state=need.get_state_display())
    resource = _free_resource(resource_id)
    assignment = Assignment(
        need=need,
        resource=resource,
        address=need.address,
        booked=DateTimeTZRange(now, until),
        exclusive=resource.exclusive,
        reasons=dict(reasons or {}),
        offered_by_id=actor.user_id,
        offered_at=now,
    )
    _insert(assignment)
    need.assigned_at = need.assigned_at or now
    move(actor, need, Step.ASSIGN, now)
    record(actor, [_event(assignment, need, "assignment.offered", now, {"resource": resource.name})])
    to_users(
        resource.crew.values_list("user_id", flat=True),
        "assignment.offered",
        need.address,
        now,
        link=f"/hotline/tasks/{assignment.pk}",
        category=need.category.name,
        code=need.tracking_code,
    )
    return assignment


def _free_resource(resource_id: Any) -> Resource:
    # The lock makes two dispatchers take turns here, so that the loser meets the constraint and not a deadlock.
    resource = Resource.objects.select_for_update(of=("self",)).filter(pk=resource_id).first()
    if resource is None:
        raise NotFound
    if resource.duty != Resource.Duty.ON:
        raise ResourceOffDuty(resource=resource.name)
    return resource


def _insert(assignment: Assignment) -> None:
    try:
        with transaction.atomic():
            assignment.save(force_insert=True)
    except IntegrityError as clash:
        raise ResourceBusy(resource=assignment.resource.name) from clash


@transaction.atomic
def progress(
    actor: Actor,
    assignment_id: Any,
    wanted: AssignmentState,
    now: datetime,
    *,
    evidence: Evidence | None = None,
    reason: str = "",
) -> Assignment:
    """Take an assignment on: accepted, on the way, there, done (with proof), declined or released (with a reason).

    Saying the same twice changes nothing.
    Raises: NotAllowedNow, ProofMissing, ReasonMissing, NotFound.
    """
    need = locked(_need_id_of(assignment_id))
    assignment = Assignment.objects.select_for_update(of=("self",)).select_related("resource").get(pk=assignment_id)
    if assignment.state == wanted:
        return assignment
    if not may_become(AssignmentState(assignment.state), wanted):
        raise NotAllowedNow(state=assignment.get_state_display())
    if wanted in (AssignmentState.DECLINED, AssignmentState.RELEASED) and not reason.strip():
        raise ReasonMissing
    words = evidence.words if evidence else ""
    if wanted is AssignmentState.DONE:
        keep(actor, need, assignment, evidence or Evidence(), now)
    _stamp(assignment, wanted, now, reason)
    _tell_need(actor, need, assignment, wanted, now, words)
    data = {"resource": assignment.resource.name, "reason": reason, "words": words}
    said = {name: value for name, value in data.items() if value}
    record(actor, [_event(assignment, need, f"assignment.{wanted}", now, said)])
    return assignment


def _need_id_of(assignment_id: Any) -> Any:
    need_id = Assignment.objects.filter(pk=assignment_id).values_list("need_id", flat=True).first()
    if need_id is None:
        raise NotFound
    return need_id


def _stamp(assignment: Assignment, wanted: AssignmentState, now: datetime, reason: str) -> None:
    assignment.state = wanted
    setattr(assignment, _TIME_OF[wanted], now)
    if wanted not in LIVE:
        assignment.end_reason = reason
        assignment.booked = DateTimeTZRange(assignment.booked.lower, max(now, assignment.booked.lower))
    assignment.version += 1
    assignment.save()


def _tell_need(
    actor: Actor, need: Need, assignment: Assignment, wanted: AssignmentState, now: datetime, words: str
) -> None:
    if wanted is AssignmentState.ARRIVED:
        need.arrived_at = need.arrived_at or now
    others = need.assignments.filter(state__in=LIVE).exclude(pk=assignment.pk).values_list("state", flat=True)
    step = need_step_of(wanted, list(others))
    if step is not None and after(NeedState(need.state), step) is not None:
        move(actor, need, step, now, words)
    else:
        need.save(update_fields=["arrived_at"])


def _event(assignment: Assignment, need: Need, verb: str, now: datetime, data: Mapping[str, Any]) -> Event:
    return Event(verb, "assignment", str(assignment.pk), need.address, now, need.incident_id, data)
