"""Founding, changing and closing branches and teams. The only writer of teams outside imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.areas.models import Area
from gridward.kernel.clock import local_day
from gridward.kernel.errors import NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.errors import UnknownPlace
from gridward.kernel.search import name_tokens
from gridward.lines.forces.errors import NotFoundedYet, TeamClosed, TeamExists
from gridward.lines.forces.models import Team, Volunteer

CHANGE = "teams.change"
CHANGEABLE = frozenset({"name", "leader", "phone", "organisation", "founded_on"})


@dataclass(frozen=True)
class Founding:
    """A team as whoever founds it describes it."""

    kind: str
    name: str
    address: int
    founded_on: date
    id: UUID | None = None
    """Made by the page, so that sending twice is once."""
    organisation: Any = None
    leader: str = ""
    phone: str = ""


@transaction.atomic
def found(actor: Actor, wanted: Founding, now: datetime) -> Team:
    """Found a team at a place; the same founding again changes nothing.

    Raises: Forbidden, UnknownPlace, TeamExists.
    """
    actor.require(CHANGE, wanted.address)
    if wanted.id and (known := Team.objects.filter(pk=wanted.id).first()):
        return known
    area = Area.objects.filter(pk=wanted.address).first()
    if area is None:
        raise UnknownPlace(address=wanted.address)
    made = Team(
        id=wanted.id or new_id(now),
        kind=wanted.kind,
        name=wanted.name,
        organisation=wanted.organisation,
        address=wanted.address,
        latitude=area.latitude,
        longitude=area.longitude,
        leader=wanted.leader,
        phone=wanted.phone,
        founded_on=wanted.founded_on,
        tokens=list(name_tokens(wanted.name)),
    )
    _keep(made)
    record(actor, [Event("forces.team_founded", "team", str(made.pk), made.address, now, data={"kind": made.kind})])
    return made


@transaction.atomic
def change(actor: Actor, team_id: Any, changes: Mapping[str, Any], now: datetime) -> Team:
    """Correct a standing team; the journal names the fields.

    Raises: NotFound, Forbidden, TeamClosed, TeamExists.
    """
    team = _locked(actor, team_id)
    if unknown := set(changes) - CHANGEABLE:
        raise ValueError(f"not to be changed: {sorted(unknown)}")
    if team.closed_on is not None:
        raise TeamClosed(team=team.name)
    different = {name: value for name, value in changes.items() if getattr(team, name) != value}
    if not different:
        return team
    for name, value in different.items():
        setattr(team, name, value)
    team.tokens, team.version = list(name_tokens(team.name)), team.version + 1
    _keep(team)
    data = {"fields": sorted(different)}
    record(actor, [Event("forces.team_changed", "team", str(team.pk), team.address, now, data=data)])
    return team


@transaction.atomic
def close(actor: Actor, team_id: Any, reason: str, now: datetime, on: date | None = None) -> Team:
    """Close a team, today unless told; its members stay volunteers, without a team. Closed twice is closed once.

    Raises: NotFound, Forbidden, NotFoundedYet.
    """
    team = _locked(actor, team_id)
    if team.closed_on is not None:
        return team
    day = on or local_day(now)
    if day < team.founded_on:
        raise NotFoundedYet(team=team.name, day=team.founded_on.isoformat())
    team.closed_on, team.close_reason, team.version = day, reason.strip()[:200], team.version + 1
    team.save()
    with house():
        # A team may have members whom whoever closes it may not see.
        left = Volunteer.objects.filter(team=team).update(team=None)
    data = {"members": left, "reason": team.close_reason}
    record(actor, [Event("forces.team_closed", "team", str(team.pk), team.address, now, data=data)])
    return team


def _locked(actor: Actor, team_id: Any) -> Team:
    address = Team.objects.filter(pk=team_id).values_list("address", flat=True).first()
    if address is None:
        raise NotFound
    actor.require(CHANGE, address)
    return Team.objects.select_for_update(of=("self",)).get(pk=team_id)


def _keep(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError as clash:
        raise TeamExists from clash
