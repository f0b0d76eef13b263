"""Signing up, admitting, sending down, pausing, leaving: the only writer of volunteers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import IntegrityError, transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house, open_rows
from gridward.kernel.address import Level, at_level, level_of
from gridward.kernel.areas.models import Area
from gridward.kernel.clock import local_day
from gridward.kernel.errors import Stale, TooMany
from gridward.kernel.ids import new_id, tracking_code
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.errors import UnknownPlace
from gridward.kernel.people.rules import age
from gridward.kernel.resources.models import Resource
from gridward.kernel.search import name_tokens, number_token, number_tokens
from gridward.kernel.secrecy.keyring import search_key
from gridward.kernel.sheets.identifiers import birthday
from gridward.lines.forces import access
from gridward.lines.forces.access import CHANGE, HOLDER
from gridward.lines.forces.errors import AlreadyRegistered, TeamClosed, WrongState
from gridward.lines.forces.models import Team, Volunteer
from gridward.lines.forces.models.volunteers import RESOURCE_KINDS
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.rules.volunteers import may_go, settled_limits

BY_ONESELF = frozenset({"hours", "transport", "limits", "skills", "phone", "max_shifts_week"})
"""What somebody may change on their own page."""
BY_THE_DESK = BY_ONESELF | {
    "kind", "team", "organisation", "serving_at", "trained_on", "insured_until", "guardian", "guardian_agreed_on",
    "born_on", "name", "address",
}  # fmt: skip
_ID_CHARS = 18


@dataclass(frozen=True)
class Application:
    """What somebody says of themselves who wants to serve."""

    incident_id: UUID
    name: str
    phone: str
    address: int
    id: UUID | None = None
    """Made by the page, so that sending twice is once."""
    kind: str = Volunteer.Kind.VOLUNTEER
    source: str = Volunteer.Source.OPEN
    id_number: str = ""
    born_on: date | None = None
    guardian: str = ""
    guardian_agreed: bool = False
    skills: Sequence[str] = ()
    limits: Sequence[str] = ()
    transport: str = Volunteer.Transport.FOOT
    hours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    max_shifts_week: int = 5


def count_visit(visitor: str, allowed: int, stretch_s: int, now: datetime) -> None:
    """Count one visit of a resident's page in the running stretch of time, shared by all processes.

    Raises: TooMany, with the seconds until the next stretch.
    """
    began = int(now.timestamp()) // stretch_s * stretch_s
    place = f"forces-visit-{number_token(f'{visitor} {began}'):x}"
    cache.add(place, 0, stretch_s)
    if cache.incr(place) > allowed:
        raise TooMany(seconds=began + stretch_s - int(now.timestamp()))


def apply(actor: Actor, wanted: Application, now: datetime) -> Volunteer:
    """Put somebody into the desk's queue; the same application again changes nothing.

    Whoever acts needs no grant: a resident signs up for themselves.
    Raises: UnknownPlace, AlreadyRegistered.
    """
    with house(), transaction.atomic():
        if wanted.id and (known := Volunteer.objects.filter(pk=wanted.id).first()):
            return known
        if level_of(wanted.address) < Level.COMMUNITY or not Area.objects.filter(pk=wanted.address).exists():
            raise UnknownPlace(address=wanted.address)
        if wanted.id_number:
            _make_room(wanted.incident_id, wanted.id_number)
        made = _applied(wanted, now)
        keep(made)
        where = (made.address, now, made.incident_id)
        data = {"kind": made.kind, "source": made.source}
        record(actor, [Event("forces.volunteer_applied", "volunteer", str(made.pk), *where, data)])
    open_rows(made.pk)
    return made


def _applied(wanted: Application, now: datetime) -> Volunteer:
    area = Area.objects.get(pk=wanted.address)
    born_on = birthday(wanted.id_number) if len(wanted.id_number) == _ID_CHARS else wanted.born_on
    made = Volunteer(
        id=wanted.id or new_id(now),
        incident_id=wanted.incident_id,
        kind=wanted.kind,
        source=wanted.source,
        badge=new_badge(),
        code=new_code(),
        name=wanted.name,
        phone=wanted.phone,
        id_number=wanted.id_number,
        address=wanted.address,
        latitude=area.latitude,
        longitude=area.longitude,
        skills=list(wanted.skills),
        limits=settled_limits(wanted.limits, _age(born_on, now), joining().frozen),
        transport=wanted.transport,
        hours={day: list(shifts) for day, shifts in wanted.hours.items()},
        max_shifts_week=wanted.max_shifts_week,
        born_on=born_on,
        guardian=wanted.guardian,
        guardian_agreed_on=local_day(now) if wanted.guardian_agreed else None,
        applied_at=now,
    )
    made.tokens = tokens_of(made)
    return made


def _age(born_on: date | None, now: datetime) -> int | None:
    return age(born_on, local_day(now))


def new_badge() -> str:
    """A badge nobody has: eight letters without look-alikes."""
    return tracking_code()[:8]


def new_code() -> str:
    """A personal code: twenty letters, about 2^99 of them."""
    return (tracking_code() + tracking_code()).lower()


def tokens_of(one: Volunteer) -> list[int]:
    """What a volunteer is found by: name, phone and badge, hashed for the incident."""
    key = search_key(one.incident_id, HOLDER)
    return sorted({*name_tokens(one.name, key), *number_tokens(one.phone, key), *name_tokens(one.badge.lower(), key)})


def _make_room(incident_id: UUID, id_number: str) -> None:
    """One ID number serves once; who was refused or has left may come again.

    Raises: AlreadyRegistered.
    """
    said = number_token(id_number.lower(), search_key(incident_id, HOLDER))
    same = Volunteer.objects.filter(incident_id=incident_id, id_hash=said)
    if same.exclude(state__in=[Volunteer.State.REFUSED, Volunteer.State.LEFT]).exists():
        raise AlreadyRegistered
    same.update(id_hash=None)


def keep(one: Volunteer) -> None:
    try:
        with transaction.atomic():
            one.save()
    except IntegrityError as clash:
        raise AlreadyRegistered from clash


def locked(actor: Actor, volunteer_id: Any, seen_version: int | None = None) -> Volunteer:
    """A volunteer whom an actor may change, locked.

    Raises: NotFound, Forbidden, Stale.
    """
    seen = access.one(actor, volunteer_id)
    if not (actor.may(CHANGE, seen.address) or (seen.serving_at and actor.may(CHANGE, seen.serving_at))):
        actor.require(CHANGE, seen.address)
    open_rows(seen.pk)
    found = Volunteer.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    if seen_version is not None and found.version != seen_version:
        raise Stale
    return found


def step(one: Volunteer, wanted: str) -> None:
    """Put a locked volunteer into a state that may follow.

    Raises: WrongState.
    """
    if not may_go(one.state, wanted):
        raise WrongState(state=one.get_state_display())
    one.state = Volunteer.State(wanted)
    one.version += 1


@transaction.atomic
def change(
    actor: Actor, volunteer_id: Any, changes: Mapping[str, Any], now: datetime, seen_version: int | None = None
) -> Volunteer:
    """Correct a volunteer's record at the desk; the journal names the fields, not their content.

    Raises: NotFound, Forbidden, Stale, UnknownPlace, TeamClosed.
    """
    one = locked(actor, volunteer_id, seen_version)
    return _change(actor, one, changes, BY_THE_DESK, now)


@transaction.atomic
def change_own(actor: Actor, code: str, changes: Mapping[str, Any], now: datetime) -> Volunteer:
    """Change what somebody may change of themselves, by their personal code.

    Raises: UnknownPersonalCode.
    """
    one = Volunteer.objects.select_for_update(of=("self",)).get(pk=access.by_code(code).pk)
    return _change(actor, one, changes, BY_ONESELF, now)


def _change(
    actor: Actor, one: Volunteer, changes: Mapping[str, Any], allowed: frozenset[str], now: datetime
) -> Volunteer:
    if unknown := set(changes) - allowed:
        raise ValueError(f"not to be changed here: {sorted(unknown)}")
    different = {name: value for name, value in changes.items() if getattr(one, name) != value}
    if not different:
        return one
    _check(different)
    for name, value in different.items():
        setattr(one, name, value)
    one.limits = settled_limits(one.limits, _age(one.born_on, now), joining().frozen)
    one.tokens = tokens_of(one)
    one.version += 1
    one.save()
    if one.resource_id:
        serve_where_said(one)
    where = (one.serving_at or one.address, now, one.incident_id)
    data = {"fields": sorted(different)}
    record(actor, [Event("forces.volunteer_changed", "volunteer", str(one.pk), *where, data)])
    return one


def _check(changes: Mapping[str, Any]) -> None:
    for name in ("address", "serving_at"):
        place = changes.get(name)
        if place is not None and not Area.objects.filter(pk=place).exists():
            raise UnknownPlace(address=place)
    team: Team | None = changes.get("team")
    if team is not None and team.closed_on is not None:
        raise TeamClosed(team=team.name)


def serve_where_said(one: Volunteer) -> None:
    """Let the resource of a volunteer say what they can and where they serve: where sent to, else where they live."""
    with house():
        Resource.objects.filter(pk=one.resource_id).update(
            kind=RESOURCE_KINDS[Volunteer.Kind(one.kind)],
            skills=list(one.skills),
            address=one.serving_at or at_level(one.address, Level.COMMUNITY),
        )
