"""What is done when people do not come: they are taken off their shifts, and the nearest spares are put on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import span
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.planned import assign_planned, release_planned
from gridward.kernel.errors import NotFound
from gridward.kernel.incidents.queries import required
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.plans.models import Plan
from gridward.lines.forces.actions.rosters import keep
from gridward.lines.forces.plan import mending as planning
from gridward.lines.forces.rules.kinds import SHIFT

ABSENT, MOVED = "absent", "moved"


@dataclass(frozen=True)
class Mended:
    """What mending a roster did."""

    absent: int
    sent: int
    moved: int
    missing: int
    plan_id: UUID | None = None


@transaction.atomic
def report_absent(actor: Actor, assignment_ids: Collection[UUID], now: datetime) -> int:
    """A community says who did not come; their places are open again. Said again, nothing changes.

    Returns: how many were taken off.
    Raises: NotFound, Forbidden outside the actor's reach.
    """
    _allowed(actor, "posts.state", assignment_ids)
    return len(release_planned(actor, list(assignment_ids), ABSENT, now))


@transaction.atomic
def mend(actor: Actor, address: int, day: date, absent: Collection[UUID], now: datetime) -> Mended:
    """Replace people who did not come on a day from the nearest spares of an area, and write down how.

    Done again with the same people, nothing changes.
    Raises: NotFound, Forbidden outside the actor's reach.
    """
    actor.require("rosters.plan", address)
    _allowed(actor, "rosters.plan", absent)
    incident = required()
    found = planning.mended(incident.pk, span(address), day, set(absent), now)
    if not found.absent:
        return Mended(0, 0, 0, 0)
    release_planned(actor, found.absent, ABSENT, now)
    release_planned(actor, found.moved, MOVED, now)
    plan = keep(actor, planning.KIND, incident.pk, address, found.draft, now)
    made = assign_planned(actor, found.sendings, now, plan.pk)
    plan.state, plan.decided_at, plan.decided_by_id = Plan.State.APPROVED, now, actor.user_id
    plan.save(update_fields=["state", "decided_at", "decided_by"])
    told = Mended(len(found.absent), len(made), len(found.moved), found.missing, plan.pk)
    data = {"absent": told.absent, "sent": told.sent, "moved": told.moved, "missing": told.missing}
    record(actor, [Event("forces.roster_mended", "plan", str(plan.pk), address, now, incident.pk, data)])
    return told


def _allowed(actor: Actor, capability: str, assignment_ids: Collection[UUID]) -> None:
    """Every one of the shifts exists and lies in the actor's reach: what is hidden is absent."""
    with house():
        rows = Assignment.objects.filter(pk__in=list(assignment_ids), need__kind=SHIFT)
        places = list(rows.values_list("address", flat=True))
    if len(places) != len(set(assignment_ids)) or not all(actor.may("needs.see", place) for place in places):
        raise NotFound
    for place in places:
        actor.require(capability, place)
