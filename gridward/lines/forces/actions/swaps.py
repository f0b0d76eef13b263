"""Offering a shift, taking one over, taking an offer back: exchanges that keep the rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.planned import Sending, assign_planned, release_planned
from gridward.kernel.errors import NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.lines.forces.errors import SwapBreaks, SwapOver
from gridward.lines.forces.models import PostShift, Swap, Volunteer
from gridward.lines.forces.models.words import BREAKS, said_of
from gridward.lines.forces.plan import swaps as planning

SWAPPED = "swapped"
_MOVABLE = ("offered", "accepted")


@transaction.atomic
def offer(actor: Actor, giver: Volunteer, need_id: Any, now: datetime, wanted: Volunteer | None = None) -> Swap:
    """Offer one's own shift, to somebody or to whoever can; offered again it is the same. Nobody is free before.

    The caller has made sure that the giver acts, or the desk for them.
    Raises: NotFound for a shift that is not theirs, SwapOver once it has begun.
    """
    with house():
        shift = _shift(giver, need_id)
        if shift.starts_at <= now:
            raise SwapOver
        known = Swap.objects.filter(need_id=shift.pk, offered_by=giver, state=Swap.State.OFFERED).first()
        if known is not None:
            return known
        made = Swap.objects.create(
            id=new_id(now), need_id=shift.pk, address=shift.address, offered_by=giver, wanted=wanted, offered_at=now
        )
        _tell(actor, made, "forces.swap_offered", giver, now)
    return made


@transaction.atomic
def withdraw(actor: Actor, giver: Volunteer, swap_id: Any, now: datetime) -> Swap:
    """Take an offer back; done twice, nothing changes.

    Raises: NotFound for one that is not theirs, SwapOver once somebody took it.
    """
    with house():
        swap = Swap.objects.select_for_update().filter(pk=swap_id, offered_by=giver).first()
        if swap is None:
            raise NotFound
        if swap.state == Swap.State.ACCEPTED:
            raise SwapOver
        if swap.state == Swap.State.OFFERED:
            swap.state, swap.decided_at = Swap.State.WITHDRAWN, now
            swap.save(update_fields=["state", "decided_at"])
            _tell(actor, swap, "forces.swap_withdrawn", giver, now)
    return swap


@transaction.atomic
def take(actor: Actor, taker: Volunteer, swap_id: Any, now: datetime) -> Swap:
    """Take an offered shift over; whoever stands elsewhere that day gives that shift in return. Twice is once.

    Raises: NotFound, SwapOver where it is gone or has begun, SwapBreaks with the rules it would break.
    """
    with house():
        swap = Swap.objects.select_for_update(of=("self",)).select_related("offered_by").filter(pk=swap_id).first()
        if swap is None or swap.wanted_id not in (None, taker.pk):
            raise NotFound
        if swap.state == Swap.State.ACCEPTED and swap.taken_by_id == taker.pk:
            return swap
        giver, shift = swap.offered_by, PostShift.objects.get(pk=swap.need_id)
        if swap.state != Swap.State.OFFERED or giver.pk == taker.pk or shift.starts_at <= now:
            raise SwapOver
        if broken := planning.breaks(giver.incident_id, shift.day, giver.resource_id, taker.resource_id):
            raise SwapBreaks(reasons=said_of(BREAKS, broken))
        back = _exchange(actor, giver, taker, shift, now)
        swap.state, swap.taken_by, swap.in_return_id, swap.decided_at = Swap.State.ACCEPTED, taker, back, now
        swap.save()
        _tell(actor, swap, "forces.swap_taken", taker, now)
    return swap


def _exchange(actor: Actor, giver: Volunteer, taker: Volunteer, shift: PostShift, now: datetime) -> UUID | None:
    gives = Assignment.objects.filter(need_id=shift.pk, resource_id=giver.resource_id, state__in=_MOVABLE).first()
    if gives is None:
        raise SwapOver
    mine = Assignment.objects.filter(
        need__post_shift__day=shift.day, resource_id=taker.resource_id, state__in=_MOVABLE
    ).first()
    back = PostShift.objects.get(pk=mine.need_id) if mine else None
    release_planned(actor, [gives.pk, *([mine.pk] if mine else [])], SWAPPED, now)
    sendings = [Sending(shift.pk, taker.resource_id, shift.starts_at, shift.ends_at, {"swapped": True})]
    if back is not None:
        sendings.append(Sending(back.pk, giver.resource_id, back.starts_at, back.ends_at, {"swapped": True}))
    if len(assign_planned(actor, sendings, now)) != len(sendings):
        raise SwapOver
    return back.pk if back else None


def _shift(giver: Volunteer, need_id: Any) -> PostShift:
    found = PostShift.objects.filter(
        pk=need_id, need__assignments__resource_id=giver.resource_id, need__assignments__state__in=_MOVABLE
    ).first()
    if found is None:
        raise NotFound
    return found


def _tell(actor: Actor, swap: Swap, verb: str, who: Volunteer, now: datetime) -> None:
    event = Event(verb, "swap", str(swap.pk), swap.address, now, who.incident_id, {"badge": who.badge})
    record(actor, [event])
