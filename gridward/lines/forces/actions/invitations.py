"""Targeted assignment: volunteers who can are asked to serve at a place, and answer on their own page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, at_level
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import names_of
from gridward.kernel.clock import local_day
from gridward.kernel.errors import NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.errors import UnknownPlace
from gridward.lines.forces import access
from gridward.lines.forces.access import CHANGE
from gridward.lines.forces.actions.volunteers import serve_where_said
from gridward.lines.forces.models import Invitation, Support, Volunteer
from gridward.lines.forces.rules.rosters import metres


@transaction.atomic
def invite(actor: Actor, volunteer_ids: Iterable[UUID], address: int, words: str, now: datetime) -> int:
    """Ask some who are admitted to serve at a place; who was asked already and has not answered is not asked again.

    Raises: Forbidden where the actor may not change one of them, UnknownPlace.
    Returns: how many were asked.
    """
    if not Area.objects.filter(pk=address).exists():
        raise UnknownPlace(address=address)
    rows = Volunteer.objects.select_for_update(of=("self",)).filter(pk__in=set(volunteer_ids))
    people = list(rows.filter(state=Volunteer.State.ADMITTED).order_by("pk"))
    for one in people:
        actor.require(CHANGE, one.address)
    with house():
        asked = Invitation.objects.filter(volunteer__in=people, address=address, answer="")
        known = set(asked.values_list("volunteer_id", flat=True))
        made = [_made(actor, one, address, words, now) for one in people if one.pk not in known]
        Invitation.objects.bulk_create(made, batch_size=500)
    if made:
        record(actor, [_event("forces.volunteer_invited", one, now) for one in made])
    return len(made)


def _made(actor: Actor, one: Volunteer, address: int, words: str, now: datetime) -> Invitation:
    return Invitation(
        id=new_id(now),
        incident_id=one.incident_id,
        volunteer=one,
        address=address,
        words=words.strip()[:200],
        asked_by_id=actor.user_id,
        asked_at=now,
    )


def _event(verb: str, one: Invitation, now: datetime, **data: Any) -> Event:
    return Event(verb, "volunteer", str(one.volunteer_id), one.address, now, one.incident_id, data)


@transaction.atomic
def answer(actor: Actor, code: str, invitation_id: Any, now: datetime, *, comes: bool) -> Invitation:
    """Say yes or no on one's own page; a yes sends one there, as support where it is not one's own community.

    The first answer counts.

    Raises: UnknownPersonalCode, NotFound.
    """
    one = Volunteer.objects.select_for_update(of=("self",)).get(pk=access.by_code(code).pk)
    asked = Invitation.objects.filter(pk=invitation_id, volunteer=one).first()
    if asked is None:
        raise NotFound
    if asked.answer:
        return asked
    asked.answer = Invitation.Answer.YES if comes else Invitation.Answer.NO
    asked.answered_at = now
    asked.save()
    if comes:
        _support(one, asked, now)
        one.serving_at = asked.address
        one.version += 1
        one.save()
        if one.resource_id:
            serve_where_said(one)
    record(actor, [_event("forces.invitation_answered", asked, now, answer=str(asked.answer))])
    return asked


def _support(one: Volunteer, asked: Invitation, now: datetime) -> None:
    """Begin somebody's stretch of support at a place, and end the one they were on."""
    today = local_day(now)
    with house():
        before = Support.objects.select_for_update().filter(volunteer=one, ends_on=None).first()
        if before is not None:
            before.ends_on = max(today, before.starts_on)
            before.save(update_fields=["ends_on"])
        back_to = before.back_to if before is not None else one.serving_at
        home = at_level(back_to or one.address, Level.COMMUNITY)
        if home == at_level(asked.address, Level.COMMUNITY):
            return
        Support.objects.create(
            id=new_id(now), incident_id=one.incident_id, volunteer=one, address=asked.address, came_from=home,
            back_to=back_to, way_m=_way_m(one, asked.address), starts_on=today, sent_by_id=asked.asked_by_id,
            sent_at=now,
        )  # fmt: skip


def _way_m(one: Volunteer, place: int) -> int:
    """The straight way from somebody's door to a place in metres; 0 where either has no position."""
    areas = names_of([one.address, place])
    home, there = areas.get(one.address), areas[place]
    latitude = one.latitude if one.latitude is not None else home and home.latitude
    longitude = one.longitude if one.longitude is not None else home and home.longitude
    if latitude is None or longitude is None or there.latitude is None or there.longitude is None:
        return 0
    east, north = metres(there.latitude, there.longitude, (latitude, longitude))
    return round((east**2 + north**2) ** 0.5)
