"""Deciding about those who signed up: identity, admission in any number, refusal, pauses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, at_level
from gridward.kernel.clock import local_day
from gridward.kernel.errors import Invalid, NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.errors import ReasonMissing
from gridward.kernel.people.models import Person
from gridward.kernel.people.rules import age
from gridward.kernel.resources.models import Resource
from gridward.kernel.search import name_tokens, number_token
from gridward.kernel.secrecy.fields import Sealer
from gridward.kernel.secrecy.keyring import search_keys
from gridward.kernel.sheets.identifiers import birthday
from gridward.lines.forces.access import CHANGE
from gridward.lines.forces.actions.volunteers import keep, locked, new_code, step
from gridward.lines.forces.errors import NotYet
from gridward.lines.forces.models import Volunteer
from gridward.lines.forces.models.volunteers import RESOURCE_KINDS
from gridward.lines.forces.models.words import said
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.queries.volunteers import candidate
from gridward.lines.forces.rules.volunteers import against_joining, settled_limits

# One statement for any number; the keys were made and sealed before.
_ADMIT = """
    UPDATE forces_volunteer AS v SET state = 'admitted', decided_at = %(now)s, version = version + 1,
           resource_id = coalesce(v.resource_id, given.resource),
           code = CASE WHEN v.code = '' THEN given.code ELSE v.code END,
           code_hash = coalesce(v.code_hash, given.code_hash)
    FROM unnest(%(ids)s::uuid[], %(resources)s::uuid[], %(codes)s::bytea[], %(hashes)s::bigint[])
         AS given (id, resource, code, code_hash)
    WHERE v.id = given.id
"""


def admit(actor: Actor, volunteer_id: Any, now: datetime) -> Volunteer:
    """Take somebody on: from now on they are a resource that can be rostered, with a personal page. Twice is once.

    Raises: NotFound, Forbidden, WrongState, NotYet with what the rules for joining miss.
    """
    with transaction.atomic():
        one = locked(actor, volunteer_id)
        if one.state == Volunteer.State.ADMITTED:
            return one
        if reasons := against_joining(candidate(one, local_day(now)), joining().frozen):
            raise NotYet(reasons=said(reasons))
        step(one, Volunteer.State.ADMITTED)
        _admit(actor, [one], now)
        one.refresh_from_db()
    return one


@transaction.atomic
def admit_all(actor: Actor, volunteer_ids: Iterable[Any], now: datetime) -> tuple[int, int]:
    """Take on all of some who may be; the others stay in the queue.

    Raises: Forbidden where the actor may not change one of them.
    Returns: how many were admitted, and how many the rules stand against.
    """
    waiting = list(
        Volunteer.objects.select_for_update(of=("self",))
        .filter(pk__in=list(volunteer_ids), state=Volunteer.State.APPLIED)
        .order_by("pk")
    )
    for one in waiting:
        actor.require(CHANGE, one.address)
    rules, today = joining().frozen, local_day(now)
    fit = [one for one in waiting if not against_joining(candidate(one, today), rules)]
    if fit:
        _admit(actor, fit, now)
    return len(fit), len(waiting) - len(fit)


def _admit(actor: Actor, fit: list[Volunteer], now: datetime) -> None:
    sealer = Sealer(Volunteer)
    made = {one.pk: _resource(one) for one in fit if one.resource_id is None}
    codes = {one.pk: new_code() for one in fit}
    values = {
        "now": now,
        "ids": list(codes),
        "resources": [made[key].pk if key in made else None for key in codes],
        "codes": [sealer.sealed("code", codes[one.pk], one.pk, one.incident_id) for one in fit],
        "hashes": [sealer.hashed("code_hash", codes[one.pk], one.incident_id) for one in fit],
    }
    # A resource is the house's: whoever admits need not hold the right to change every one.
    with house(), connection.cursor() as query:
        Resource.objects.bulk_create(made.values(), batch_size=1000)
        query.execute(_ADMIT, values)
        kept = [one.resource_id for one in fit if one.resource_id]
        Resource.objects.filter(pk__in=kept).update(duty=Resource.Duty.ON)
    record(actor, [_event("forces.volunteer_admitted", one, now, kind=one.kind) for one in fit])


def _resource(one: Volunteer) -> Resource:
    """A badge instead of a name, and no position: where somebody lives is not for the map."""
    return Resource(
        id=new_id(),
        kind=RESOURCE_KINDS[Volunteer.Kind(one.kind)],
        name=one.badge,
        address=one.serving_at or at_level(one.address, Level.COMMUNITY),
        skills=list(one.skills),
        tokens=list(name_tokens(one.badge.lower())),
    )


def _event(verb: str, one: Volunteer, now: datetime, **data: Any) -> Event:
    where = (one.serving_at or one.address, now, one.incident_id)
    return Event(verb, "volunteer", str(one.pk), *where, data)


@transaction.atomic
def refuse(actor: Actor, volunteer_id: Any, reason: str, now: datetime) -> Volunteer:
    """Do not take somebody on; they read the reason on their page.

    Raises: NotFound, Forbidden, WrongState, ReasonMissing.
    """
    one = locked(actor, volunteer_id)
    if not reason.strip():
        raise ReasonMissing
    step(one, Volunteer.State.REFUSED)
    one.reason, one.decided_at = reason, now
    one.save()
    record(actor, [_event("forces.volunteer_refused", one, now)])
    return one


@transaction.atomic
def pause(actor: Actor, volunteer_id: Any, now: datetime) -> Volunteer:
    """Put somebody off duty until they come back; what they are rostered for stays theirs until it is given away.

    Raises: NotFound, Forbidden, WrongState.
    """
    one = locked(actor, volunteer_id)
    step(one, Volunteer.State.PAUSED)
    one.save()
    with house():
        Resource.objects.filter(pk=one.resource_id).update(duty=Resource.Duty.OFF)
    record(actor, [_event("forces.volunteer_paused", one, now)])
    return one


@transaction.atomic
def check_identity(actor: Actor, volunteer_id: Any, now: datetime, id_number: str = "") -> Volunteer:
    """Note that somebody is who they say: the card was seen, or its number is given and found in the register.

    Whoever is checked already is not checked again by looking at the card, nor by the number that is known.
    Parameters: id_number — as the sheets' parser takes it; empty where the card was only looked at.
    Raises: NotFound, Forbidden, Invalid where the number's birthday is not the one they gave, AlreadyRegistered.
    """
    one = locked(actor, volunteer_id)
    if one.checked_at is not None and id_number in ("", one.id_number):
        return one
    if id_number:
        born_on = birthday(id_number) if len(id_number) == 18 else None
        if born_on and one.born_on and born_on != one.born_on:
            raise Invalid(field=str(Volunteer._meta.get_field("born_on").verbose_name), reason=born_on.isoformat())
        one.id_number, one.born_on = id_number, born_on or one.born_on
        one.person = _registered(id_number)
        one.limits = settled_limits(one.limits, age(one.born_on, local_day(now)), joining().frozen)
    one.checked_at, one.checked_by_id = now, actor.user_id
    one.version += 1
    keep(one)
    found = one.person_id is not None
    record(actor, [_event("forces.identity_checked", one, now, number=bool(id_number), registered=found)])
    return one


def _registered(id_number: str) -> Person | None:
    """The person of the register with an ID number, wherever they live."""
    hashes = [number_token(id_number.lower(), key) for key in search_keys("person")]
    with house():
        return Person.objects.filter(id_hash__in=hashes).first()


@transaction.atomic
def mark_trained(actor: Actor, volunteer_ids: Iterable[Any], now: datetime) -> int:
    """Note for all of some that they were trained today. Returns how many were not noted yet.

    Raises: NotFound where one is not the actor's to change.
    """
    ids = set(volunteer_ids)
    rows = list(Volunteer.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    if len(rows) != len(ids):
        raise NotFound
    for one in rows:
        actor.require(CHANGE, one.address)
    today = local_day(now)
    fresh = [one for one in rows if one.trained_on != today]
    Volunteer.objects.filter(pk__in=[one.pk for one in fresh]).update(trained_on=today)
    if fresh:
        record(actor, [_event("forces.volunteer_changed", one, now, fields=["trained_on"]) for one in fresh])
    return len(fresh)
