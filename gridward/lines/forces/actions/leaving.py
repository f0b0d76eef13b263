"""Leaving, at once and without being asked why; and being forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.planned import release_planned
from gridward.kernel.erasing.actions import list_erased
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.rules import LIVE
from gridward.kernel.resources.models import Resource
from gridward.lines.forces import access
from gridward.lines.forces.actions.volunteers import locked, step
from gridward.lines.forces.models import Volunteer

TABLE = Volunteer._meta.db_table
LEFT = "left"
"""Why a shift was given back."""
GONE = "–"
"""Before the number that a resource keeps whose person was forgotten."""


@transaction.atomic
def leave(actor: Actor, code: str, now: datetime, *, forget: bool) -> None:
    """Go, by one's personal code: shifts ahead are given back at once; with `forget`, the record is destroyed too.

    Raises: UnknownPersonalCode, also the second time.
    """
    one = Volunteer.objects.select_for_update(of=("self",)).get(pk=access.by_code(code).pk)
    _go(actor, one, now)
    if forget:
        _forget(actor, one, now)


@transaction.atomic
def dismiss(actor: Actor, volunteer_id: Any, now: datetime, *, forget: bool) -> None:
    """Let somebody go who said so at the desk; with `forget`, destroy the record too.

    Raises: NotFound, Forbidden, WrongState.
    """
    one = locked(actor, volunteer_id)
    if one.state != Volunteer.State.LEFT:
        _go(actor, one, now)
    if forget:
        _forget(actor, one, now)


def _go(actor: Actor, one: Volunteer, now: datetime) -> None:
    step(one, Volunteer.State.LEFT)
    one.left_at, one.code, one.code_hash = now, "", None
    one.save()
    if one.resource_id:
        # Shifts may lie anywhere; whoever goes may give back their own.
        with house():
            Resource.objects.filter(pk=one.resource_id).update(duty=Resource.Duty.OFF)
            ahead = Assignment.objects.filter(resource_id=one.resource_id, state__in=LIVE, arrived_at=None)
            release_planned(actor, list(ahead.values_list("pk", flat=True)), LEFT, now)
    where = (one.serving_at or one.address, now, one.incident_id)
    record(actor, [Event("forces.volunteer_left", "volunteer", str(one.pk), *where)])


def _forget(actor: Actor, one: Volunteer, now: datetime) -> None:
    """Destroy the record. Nothing in the journal says who it was, and hours worked stay, as nobody's."""
    key, resource_id, where = one.pk, one.resource_id, (one.address, now, one.incident_id)
    with house():
        one.delete()
        Resource.objects.filter(pk=resource_id).update(name=f"{GONE}{resource_id}", skills=[], tokens=[])
    record(actor, [Event("forces.volunteer_forgotten", "volunteer", str(key), *where)])
    transaction.on_commit(lambda: list_erased(TABLE, [key], now))
