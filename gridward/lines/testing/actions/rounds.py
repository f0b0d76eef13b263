"""Opening and closing rounds of testing, and completing who was sampled without being registered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from gridward.kernel.access.actor import Actor, one_visible
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, at_level, span
from gridward.kernel.areas.models import Area
from gridward.kernel.clock import zone
from gridward.kernel.errors import Invalid, NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.queries import running
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.people import queries as people
from gridward.kernel.secrecy.keyring import sealing_key
from gridward.lines.testing.errors import NobodyDue, QuietTimes
from gridward.lines.testing.models import Newcomer, Point, Round, RoundRule, Turn
from gridward.lines.testing.models.rounds import HOLDER
from gridward.lines.testing.queries import desk
from gridward.lines.testing.queries.due import due_by_building
from gridward.lines.testing.rules.planning import Building, Layout, Shares, layout

PLAN = "testing.plan"


@dataclass(frozen=True)
class WantedRound:
    """What the desk asks for: a rule over an area on a day; `pool_size` instead of the rule's where given."""

    address: int
    rule: str
    day: date
    pool_size: int | None = None


@transaction.atomic
def open_round(actor: Actor, wanted: WantedRound, now: datetime) -> Round:
    """Open a round: its points, tables and samplers, each building's turn, and the posts it asks of the rosters.

    Raises: Forbidden; QuietTimes; NotFound for an unknown rule or place; Invalid; NobodyDue.
    """
    actor.require(PLAN, wanted.address)
    incident = running()
    if incident is None:
        raise QuietTimes
    rule = RoundRule.objects.filter(pk=wanted.rule).first()
    if rule is None or not Area.objects.filter(pk=wanted.address).exists():
        raise NotFound
    if wanted.pool_size not in (None, 1, 5, 10, 20):
        raise Invalid(field="pool_size", reason="1, 5, 10, 20")
    # What a round's phones seal is under this key; made here, so that it is there to be destroyed with the incident.
    sealing_key(incident.pk, HOLDER)
    opens, closes = (datetime.combine(wanted.day, at, zone()) for at in (rule.opens, rule.closes))
    buildings = due_by_building(span(wanted.address), rule.traits, rule.home_traits)
    made = Round(
        id=new_id(now), incident=incident, rule=rule, address=wanted.address, number=_number(incident.pk, wanted),
        pool_size=wanted.pool_size or rule.pool_size, starts_at=opens, ends_at=closes,
        people=sum(one.people + one.at_home for one in buildings), opened_by_id=actor.user_id, opened_at=now,
    )  # fmt: skip
    if not made.people:
        raise NobodyDue
    made.save(force_insert=True)
    points = _lay_out(made, rule, buildings, now)
    _announce(actor, made, points, now)
    return made


def _number(incident_id: Any, wanted: WantedRound) -> int:
    known = Round.objects.filter(incident_id=incident_id, address=wanted.address)
    return (known.aggregate(Max("number"))["number__max"] or 0) + 1


def _lay_out(made: Round, rule: RoundRule, buildings: list[Building], now: datetime) -> list[Point]:
    shares = Shares(rule.people_per_point, rule.people_per_table, rule.people_per_sampler)
    points: list[Point] = []
    turns: list[Turn] = []
    areas = _areas(one.address for one in buildings)
    for community, group in groupby(buildings, key=lambda one: at_level(one.address, Level.COMMUNITY)):
        for number, laid in enumerate(layout(list(group), shares, made.starts_at, made.ends_at), start=1):
            point = _point(made, laid, community, number, areas, now)
            points.append(point)
            turns += [
                Turn(
                    id=new_id(now), point=point, address=one.building.address, people=one.building.people,
                    starts_at=one.starts_at, ends_at=one.ends_at,
                )
                for one in laid.turns
            ]  # fmt: skip
    Point.objects.bulk_create(points, batch_size=2000)
    Turn.objects.bulk_create(turns, batch_size=2000)
    return points


def _areas(addresses: Iterable[int]) -> dict[int, Area]:
    wanted = {at_level(one, level) for one in addresses for level in (Level.ESTATE, Level.COMMUNITY)}
    return {area.address: area for area in Area.objects.filter(pk__in=wanted)}


def _point(made: Round, laid: Layout, community: int, number: int, areas: dict[int, Area], now: datetime) -> Point:
    """A point stands in the estate of its first building, else in the community."""
    first = at_level(laid.turns[0].building.address, Level.ESTATE) if laid.turns else community
    place = areas.get(first) or areas.get(community)
    return Point(
        id=new_id(now), round=made, address=place.address if place else made.address, number=number,
        name=f"{place.name if place else ''}{number}号采样点", people=laid.people + laid.at_home, tables=laid.tables,
        samplers=laid.samplers, opens_at=made.starts_at, closes_at=made.ends_at,
        latitude=place.latitude if place else None, longitude=place.longitude if place else None,
    )  # fmt: skip


def _announce(actor: Actor, made: Round, points: list[Point], now: datetime) -> None:
    """The round, and for each community the posts it asks of whoever keeps the rosters."""
    data = {"people": made.people, "points": len(points), "pool_size": made.pool_size, "rule": made.rule_id}
    events = [Event("testing.round_opened", "round", str(made.pk), made.address, now, made.incident_id, data)]
    by_community = sorted(points, key=lambda one: one.address)
    for community, group in groupby(by_community, key=lambda one: at_level(one.address, Level.COMMUNITY)):
        here = list(group)
        wanted = {
            "round": str(made.pk),
            "task": "sampler",
            "posts": sum(one.samplers for one in here),
            "points": len(here),
            "skills": ["infection_control"],
            "starts_at": made.starts_at.isoformat(),
            "ends_at": made.ends_at.isoformat(),
        }
        events.append(Event("testing.posts_wanted", "round", str(made.pk), community, now, made.incident_id, wanted))
    record(actor, events)


@transaction.atomic
def close_round(actor: Actor, round_id: Any, now: datetime) -> Round:
    """Take a round off the phones; what was sampled before still comes in. Closing twice changes nothing.

    Raises: NotFound, Forbidden.
    """
    seen = desk.one_round(actor, round_id)
    actor.require(PLAN, seen.address)
    made = Round.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    if made.closed_at is None:
        made.closed_at = now
        made.save(update_fields=["closed_at"])
        event = Event("testing.round_closed", "round", str(made.pk), made.address, now, made.incident_id)
        record(actor, [event])
    return made


# A person already counted in the round is not counted again under their name.
_EXTRA_FIRST = """
    UPDATE testing_sample AS mine SET extra = true
    WHERE mine.newcomer_id = %(newcomer)s AND EXISTS (
        SELECT FROM testing_sample AS other WHERE other.person_id = %(person)s AND other.round_id = mine.round_id
          AND NOT other.extra)
"""
_LINK = "UPDATE testing_sample SET person_id = %s WHERE newcomer_id = %s AND person_id IS NULL"


@transaction.atomic
def complete_newcomer(actor: Actor, newcomer_id: Any, person_id: Any, now: datetime) -> Newcomer:
    """Say which person of the register somebody is who was sampled by name only. Twice changes nothing.

    Raises: NotFound, Forbidden.
    """
    newcomer = one_visible(Newcomer.objects.select_for_update(of=("self",)), actor, "testing.see", newcomer_id)
    actor.require(PLAN, newcomer.address)
    person = people.one(actor, person_id)
    if newcomer.completed_at is None:
        with house(), connection.cursor() as query:
            query.execute(_EXTRA_FIRST, {"person": person.pk, "newcomer": newcomer.pk})
            query.execute(_LINK, [person.pk, newcomer.pk])
        newcomer.completed_at = now
        newcomer.save(update_fields=["completed_at"])
        event = Event(
            "testing.newcomer_completed", "person", str(person.pk), newcomer.address, now, newcomer.incident_id
        )
        record(actor, [event])
    return newcomer
