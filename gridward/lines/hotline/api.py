"""The hotline for other programs: log, queue, rank, assign, progress. Addresses are strings of nineteen digits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.security import django_auth
from pydantic import Field

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in
from gridward.kernel.address import parse, text
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.needs import queries as kernel_queries
from gridward.kernel.needs.actions import Wanted
from gridward.kernel.needs.errors import UnknownPlace
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import AssignmentState
from gridward.lines.hotline import actions, plan, queries
from gridward.lines.hotline.access import BearerKey, incident_in_force

router = Router(auth=[BearerKey(), django_auth], tags=["hotline"])
PAGE = 100


class NeedIn(Schema):
    """A need to log; sending the same `id` again changes nothing."""

    category: str
    address: str
    words: str = Field(max_length=4000)
    id: UUID | None = None
    channel: str = Field("api", max_length=16)
    place: str = Field("", max_length=200)
    urgency: int | None = Field(None, ge=1, le=3)
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    caller_name: str = Field("", max_length=80)
    caller_phone: str = Field("", max_length=32)
    join_into: UUID | None = None


class AssignmentIn(Schema):
    """Whom to send; `version` is the need's version the decision was made on."""

    resource_id: UUID
    version: int | None = None


class ProgressIn(Schema):
    """A crew's next state, with words as proof when done, or the reason when declined."""

    state: AssignmentState
    words: str = ""
    reason: str = ""


def need_out(need: Need) -> dict[str, Any]:
    """A need as the API shows it."""
    return {
        "id": str(need.pk),
        "tracking_code": need.tracking_code,
        "category": need.category_id,
        "urgency": need.urgency,
        "state": need.state,
        "address": text(need.address),
        "place": need.place,
        "words": need.words,
        "latitude": need.latitude,
        "longitude": need.longitude,
        "opened_at": _time(need.opened_at),
        "promised_at": _time(need.promised_at),
        "due_at": _time(need.due_at),
        "assigned_at": _time(need.assigned_at),
        "arrived_at": _time(need.arrived_at),
        "closed_at": _time(need.closed_at),
        "outcome": need.outcome,
        "holder": text(need.holder),
        "climbs": need.climbs,
        "reopened": need.reopened,
        "joined_to": str(need.joined_to_id) if need.joined_to_id else None,
        "version": need.version,
    }


def assignment_out(assignment: Assignment) -> dict[str, Any]:
    """An assignment as the API shows it."""
    return {
        "id": str(assignment.pk),
        "need_id": str(assignment.need_id),
        "resource_id": str(assignment.resource_id),
        "state": assignment.state,
        "offered_at": _time(assignment.offered_at),
        "version": assignment.version,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@router.post("/needs", response={201: Any, 200: Any}, summary="Log a need")
def log(request: HttpRequest, given: NeedIn) -> Status:
    """Log a need; 201 when it is new, 200 when its id was known."""
    now = clock.now()
    fields = given.dict(exclude={"address", "join_into"})
    wanted = Wanted(incident_id=incident_in_force(), address=_address(given.address), **fields)
    need = actions.take(actor_in(request), wanted, now, given.join_into)
    return Status(201 if need.opened_at == now else 200, need_out(need))


def _address(given: str) -> int:
    try:
        return parse(given)
    except ValueError as malformed:
        raise UnknownPlace(address=given) from malformed


@router.get("/needs", response=Any, summary="The queue")
def queue(request: HttpRequest, limit: int = Query(PAGE, ge=1, le=500), state: str = "") -> dict[str, Any]:
    """The open needs in reach, the one due first on top."""
    return {"needs": [need_out(need) for need in queries.board(actor_in(request), None, state, limit)]}


@router.get("/needs/{uuid:need_id}", response=Any, summary="One need")
def one(request: HttpRequest, need_id: UUID) -> dict[str, Any]:
    """One need in reach, with who is on their way."""
    need = kernel_queries.one(actor_in(request), need_id)
    sent = queries.sent_to([need.pk]).get(need.pk, [])
    return {**need_out(need), "assignments": [assignment_out(assignment) for assignment in sent]}


@router.get("/needs/{uuid:need_id}/choices", response=Any, summary="Who could best be sent")
def choices(request: HttpRequest, need_id: UUID) -> dict[str, Any]:
    """The best resources for a need, ranked, each with its reasons."""
    actor = actor_in(request)
    found = plan.choices(actor, kernel_queries.one(actor, need_id), clock.now())
    shown = [
        {"resource_id": one.resource_id, "name": one.name, "words": one.words, "warnings": one.warnings, **one.reasons}
        for one in found
    ]
    return {"choices": shown}


@router.post("/needs/{uuid:need_id}/assignment", response={201: Any}, summary="Send a resource")
def assign(request: HttpRequest, need_id: UUID, given: AssignmentIn) -> Status:
    """Send a resource to a need; 409 where it is taken, off duty, or the need has moved on."""
    sent = actions.assign(actor_in(request), need_id, given.resource_id, clock.now(), seen_version=given.version)
    return Status(201, assignment_out(sent))


@router.post("/assignments/{uuid:assignment_id}/progress", response=Any, summary="A crew's next state")
def progress(request: HttpRequest, assignment_id: UUID, given: ProgressIn) -> dict[str, Any]:
    """A crew takes its task on."""
    evidence = Evidence(given.words) if given.words else None
    task = actions.go_on(
        actor_in(request), assignment_id, given.state, clock.now(), evidence=evidence, reason=given.reason
    )
    return assignment_out(task)
