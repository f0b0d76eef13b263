"""Sending resources to needs and following them there. The only writer of assignments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange, Jsonb
from psycopg.errors import DeadlockDetected

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house, open_rows
from gridward.kernel.address import Level
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.proofs import Evidence, keep
from gridward.kernel.errors import NotFound, Stale
from gridward.kernel.journal.actions import Event, announce, record
from gridward.kernel.needs.actions import locked, move
from gridward.kernel.needs.errors import NotAllowedNow, ReasonMissing, ResourceBusy, ResourceOffDuty
from gridward.kernel.needs.models import NEED_STATES, Need
from gridward.kernel.needs.rules import (
    LIVE,
    AssignmentState,
    NeedState,
    Promise,
    Step,
    after,
    due_at,
    may_become,
    need_step_of,
)
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


_ASSIGN = Path(__file__).with_name("assign.sql").read_text(encoding="utf-8")

# Both rows locked, the need first, so that two dispatchers take turns here and the loser meets the constraint and
# not a deadlock; and everything a decision needs.
_PAIR = """
    SELECT need.state, need.version, need.address, need.incident_id, need.category_id, need.tracking_code,
           need.due_at, need.promised_at, category.name, category.assign_s, category.close_s, category.climb_s,
           category.first_level, resource.kind, resource.name, resource.duty, resource.exclusive,
           ARRAY(SELECT user_id FROM kernel_crewmember WHERE resource_id = resource.id)
    FROM kernel_need AS need
    JOIN kernel_category AS category ON category.key = need.category_id
    JOIN kernel_resource AS resource ON resource.id = %s
    WHERE need.id = %s
    FOR UPDATE OF need, resource
"""


@dataclass(frozen=True)
class Pair:
    """A need and a resource, frozen under lock, as a decision to send sees them."""

    state: NeedState
    version: int
    address: int
    incident_id: UUID
    category: str
    tracking_code: str
    due_at: datetime
    promised_at: datetime
    category_name: str
    assign_s: int
    close_s: int
    climb_s: int
    first_level: int
    resource_kind: str
    resource_name: str
    duty: str
    exclusive: bool
    crew: list[int]

    def due_after(self, state: NeedState, now: datetime) -> datetime:
        """When the need's next step is due once it is in `state`."""
        if state == self.state:
            return self.due_at
        promise = Promise(self.assign_s, self.close_s, self.climb_s, Level(self.first_level))
        return due_at(promise, state, now, self.promised_at)


def assign(
    actor: Actor,
    need_id: Any,
    resource_id: Any,
    now: datetime,
    *,
    reasons: Mapping[str, Any] | None = None,
    until: datetime | None = None,
    seen_version: int | None = None,
    check: Callable[[Pair], None] | None = None,
) -> Assignment:
    """Send a resource to a need, booked from now until it is done (or `until`, when planned so).

    Parameters: reasons — why this one, as the ranking gave them; seen_version — the need's version on the
        dispatcher's screen, to refuse a decision on an old picture; check — raises what a line refuses about the
        two, before anything else is looked at.
    Raises: ResourceBusy, ResourceOffDuty, NotAllowedNow, Stale, NotFound.
    """
    with transaction.atomic():
        pair = _locked_pair(need_id, resource_id)
        if check is not None:
            check(pair)
        state = _state_after_assigning(pair, seen_version)
        assignment = Assignment(
            need_id=need_id,
            resource_id=resource_id,
            address=pair.address,
            booked=DateTimeTZRange(now, until),
            exclusive=pair.exclusive,
            reasons=dict(reasons or {}),
            offered_by_id=actor.user_id,
            offered_at=now,
        )
        _send(actor, pair, assignment, state, now)
    return assignment


def _locked_pair(need_id: Any, resource_id: Any) -> Pair:
    with connection.cursor() as query:
        query.execute(_PAIR, [resource_id, need_id])
        row = query.fetchone()
    if row is None:
        raise NotFound
    return Pair(NeedState(row[0]), *row[1:])


def _state_after_assigning(pair: Pair, seen_version: int | None) -> NeedState:
    if seen_version is not None and pair.version != seen_version:
        raise Stale
    state = after(pair.state, Step.ASSIGN)
    if state is None:
        raise NotAllowedNow(state=dict(NEED_STATES)[pair.state])
    if pair.duty != Resource.Duty.ON:
        raise ResourceOffDuty(resource=pair.resource_name)
    return state


def _send(actor: Actor, pair: Pair, assignment: Assignment, state: NeedState, now: datetime) -> None:
    changed = state is not pair.state
    values = {
        "id": assignment.pk,
        "need": assignment.need_id,
        "resource": assignment.resource_id,
        "address": pair.address,
        "now": now,
        "until": assignment.booked.upper,
        "exclusive": pair.exclusive,
        "reasons": Jsonb(assignment.reasons),
        "actor": actor.user_id,
        "state": state,
        "due_at": pair.due_after(state, now),
        "channel": actor.channel,
        "code": pair.tracking_code,
        "changed": changed,
        "name": pair.resource_name,
    }
    try:
        # The pair was read and locked in the actor's scope; needs joined to this one may lie anywhere.
        with house(), connection.cursor() as query:
            query.execute(_ASSIGN, values)
    except IntegrityError as clash:
        raise ResourceBusy(resource=pair.resource_name) from clash
    except OperationalError as failure:
        # Two writers that the locks above did not bring into line: one of them gives way, as if it had come later.
        if isinstance(failure.__cause__, DeadlockDetected):
            raise ResourceBusy(resource=pair.resource_name) from failure
        raise
    _tell(pair, assignment, now, changed)


def _tell(pair: Pair, assignment: Assignment, now: datetime, changed: bool) -> None:
    where = (pair.address, now, pair.incident_id)
    offered = Event("assignment.offered", "assignment", str(assignment.pk), *where, {"resource": pair.resource_name})
    moved = [Event("need.assigned", "need", str(assignment.need_id), *where)] if changed else []
    announce([*moved, offered])
    if pair.crew:
        to_users(
            pair.crew,
            "assignment.offered",
            pair.address,
            now,
            link=f"/crew/{assignment.pk}",
            category=pair.category_name,
            code=pair.tracking_code,
        )


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
    need_id, resource_id = _ends_of(assignment_id)
    need = locked(need_id)
    # Whoever may act on an assignment may act on its resource, also where that was allotted to another area since.
    open_rows(resource_id)
    _lock(resource_id)
    assignment = Assignment.objects.select_for_update(of=("self",)).select_related("resource").get(pk=assignment_id)
    assignment.need = need
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
    said = {"reason": reason, "words": words}
    record(actor, [_event(assignment, need, f"assignment.{wanted}", now, said)])
    return assignment


def _lock(resource_id: Any) -> None:
    # Ending a booking and making one both look at the exclusion constraint; whoever holds the resource looks alone.
    with connection.cursor() as query:
        query.execute("SELECT FROM kernel_resource WHERE id = %s FOR UPDATE", [resource_id])


def _ends_of(assignment_id: Any) -> tuple[Any, Any]:
    ends = Assignment.objects.filter(pk=assignment_id).values_list("need_id", "resource_id").first()
    if ends is None:
        raise NotFound
    return ends


def _stamp(assignment: Assignment, wanted: AssignmentState, now: datetime, reason: str) -> None:
    assignment.state = wanted
    setattr(assignment, _TIME_OF[wanted], now)
    if wanted not in LIVE:
        assignment.end_words = reason
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


def _event(assignment: Assignment, need: Need, verb: str, now: datetime, said: Mapping[str, str]) -> Event:
    data = {"resource": assignment.resource.name}
    return Event(verb, "assignment", str(assignment.pk), need.address, now, need.incident_id, data, said)
