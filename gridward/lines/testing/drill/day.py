"""A day's round in a drill: people sampled by community, boxes to laboratories, a positive tube called back.

The first communities only, up to so many people: what a whole district's round takes is `gridward bench screening`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor, actor_of
from gridward.kernel.access.models import User
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, at_level, span
from gridward.kernel.drills import Community, Day, Ground
from gridward.lines.testing import plan
from gridward.lines.testing.actions.custody import store_boxes, store_custody
from gridward.lines.testing.actions.laboratories import bind_boxes
from gridward.lines.testing.actions.receiving import receive_box, set_plate
from gridward.lines.testing.actions.results import read_again, read_by_hand, take_file
from gridward.lines.testing.actions.rounds import WantedRound, open_round
from gridward.lines.testing.actions.tubes import store_tubes
from gridward.lines.testing.drill import phones
from gridward.lines.testing.models import Point, Recall, Round
from gridward.lines.testing.queries import desk

MOST_PEOPLE, MOST_COMMUNITIES = 20_000, 30
TUBES_TO_AN_UPLOAD, TUBES_TO_A_BOX, TUBES_TO_A_PLATE = 200, 94, 94
OPENING_H, FIRST_H, HOURS = 6, 7, 11
_PEOPLE = "SELECT id, address FROM kernel_person WHERE address >= %s AND address < %s ORDER BY address, room, id"


@dataclass
class Course:
    """One day's round as it goes on."""

    ground: Ground
    day: Day
    made: Round | None = None
    points: dict[int, Point] = field(default_factory=dict)
    positive: set[str] = field(default_factory=set)
    codes: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**9)))
    desk: Actor = SYSTEM
    first: Actor = SYSTEM
    second: Actor = SYSTEM

    def code(self, letter: str, now: datetime) -> str:
        """The next code that starts with a letter and the day."""
        return f"{letter}{clock.local_day(now):%y%m%d}{next(self.codes):06d}"


def live(ground: Ground, day: Day, start: datetime, end: datetime) -> None:
    """Put a round on each day of the drill, with all that follows from it."""
    morning = start
    while morning < end:
        course = Course(ground, day)
        day.at(morning + timedelta(hours=OPENING_H), lambda now, course=course: _open(course, now))
        morning += timedelta(days=1)


def _open(course: Course, now: datetime) -> None:
    ground = course.ground
    district = at_level(ground.communities[0].address, Level.DISTRICT)
    users = {user.username: user for user in User.objects.filter(username__in=["testing", "laboratory", "laboratory2"])}
    if len(users) == 3:
        course.desk, course.first, course.second = (
            actor_of(users[name], "drill") for name in ("testing", "laboratory", "laboratory2")
        )
    course.made = open_round(course.desk, WantedRound(district, "everybody", clock.local_day(now)), now)
    for point in Point.objects.filter(round=course.made).order_by("-number"):
        course.points[at_level(point.address, Level.COMMUNITY)] = point
    for at, community in enumerate(_sampled(ground)):
        moment = now + timedelta(hours=FIRST_H - OPENING_H + HOURS * (at % 12) / 12, minutes=at % 7)
        course.day.at(moment, lambda then, community=community, at=at: _sample(course, community, at, then))


def _sampled(ground: Ground) -> list[Community]:
    """The communities of the drill's round, from the first on, until enough people are in them."""
    found, people = [], 0
    for community in ground.communities:
        if people >= MOST_PEOPLE or len(found) == MOST_COMMUNITIES:
            break
        found.append(community)
        people += community.residents
    return found


def _sample(course: Course, community: Community, at: int, now: datetime) -> None:
    """A community's tubes arrive in batches, are packed, and a courier takes them; a few people stay away."""
    made, point = course.made, course.points.get(community.address)
    assert made is not None
    people = _people(community.address)
    if point is None or not people:
        return
    came = people[len(people) // 12 :]
    groups = [came[low : low + made.pool_size] for low in range(0, len(came), made.pool_size)]
    tubes = [
        phones.tube(made, point, course.code("T", now), group, now - timedelta(minutes=len(groups) - number) / 4)
        for number, group in enumerate(groups)
    ]
    for low in range(0, len(tubes), TUBES_TO_AN_UPLOAD):
        store_tubes(SYSTEM, tubes[low : low + TUBES_TO_AN_UPLOAD], now)
    codes = [one.body["tube"] for one in tubes]
    if at == 0:
        course.positive.add(codes[len(codes) // 2])
    boxes = [
        phones.box(made, point, course.code("B", now), course.code("S", now), codes[low : low + TUBES_TO_A_BOX], now)
        for low in range(0, len(codes), TUBES_TO_A_BOX)
    ]
    store_boxes(SYSTEM, boxes, now)
    course.day.at(
        now + timedelta(minutes=20), lambda then: _send(course, [one.body["seal"] for one in boxes], point, then)
    )


def _people(community: int) -> list[tuple[UUID, int]]:
    with house(), connection.cursor() as query:
        query.execute(_PEOPLE, list(span(community)))
        return query.fetchall()


def _send(course: Course, seals: list[str], point: Point, now: datetime) -> None:
    """The desk sends what stands at the points where it is answered soonest; the courier has it in an hour."""
    proposed = plan.allocation(course.desk, desk.travelling(course.desk), now)
    bind_boxes(course.desk, {one.box.pk: one.laboratory.pk for one in proposed if one.laboratory}, now)
    store_custody(SYSTEM, [phones.handover(seal, "taken", point.address, now) for seal in seals], now)
    course.day.at(now + timedelta(minutes=40), lambda then: _receive(course, seals, then))


def _receive(course: Course, seals: list[str], now: datetime) -> None:
    """The laboratory scans the boxes in and sets the plates out."""
    for one in desk.travelling(course.desk):
        if one.box.seal in seals and one.box.bound_for is not None:
            codes = list(one.box.packed.order_by("place").values_list("code", flat=True))
            receive_box(course.first, one.box.bound_for_id, one.box.seal, codes, now)
            _set_out(course, one.box.bound_for, codes, now)


def _set_out(course: Course, laboratory: Any, codes: list[str], now: datetime) -> None:
    instrument = laboratory.instruments.order_by("name").first()
    for low in range(0, len(codes), TUBES_TO_A_PLATE):
        made = set_plate(
            course.first, laboratory.pk, course.code("P", now), codes[low : low + TUBES_TO_A_PLATE], now, instrument.pk
        )
        hours = laboratory.setup_h + laboratory.run_h
        course.day.at(now + timedelta(hours=hours), lambda then, made=made: _read(course, made, then))


def _read(course: Course, plate: Any, now: datetime) -> None:
    """The instrument's file goes in; whoever was in a positive tube is sampled alone within two hours."""
    positive = course.positive & set(plate.layout.values())
    take_file(course.first, plate.pk, phones.plate_rows(plate.layout, positive), now)
    for recall in Recall.objects.filter(tube__code__in=positive, person__isnull=False).order_by("seat"):
        later = now + timedelta(minutes=60 + 5 * recall.seat)
        course.day.at(later, lambda then, recall=recall: _sample_again(course, recall, plate.laboratory_id, then))


def _sample_again(course: Course, recall: Recall, laboratory_id: Any, now: datetime) -> None:
    made, point = course.made, course.points[at_level(recall.address, Level.COMMUNITY)]
    assert made is not None
    code, seal = course.code("R", now), course.code("S", now)
    again = phones.tube(made, point, code, [(recall.person_id, recall.address)], now, again=True)
    store_tubes(SYSTEM, [again], now)
    store_boxes(SYSTEM, [phones.box(made, point, course.code("B", now), seal, [code], now)], now)
    course.day.at(now + timedelta(hours=1), lambda then: _read_alone(course, recall, code, seal, laboratory_id, then))


def _read_alone(course: Course, recall: Recall, code: str, seal: str, laboratory_id: Any, now: datetime) -> None:
    """Two readers; the one at seat 3 is positive, the others are not."""
    verdict = "positive" if recall.seat == 3 else "negative"
    receive_box(course.first, laboratory_id, seal, [code], now)
    reading = read_by_hand(course.first, laboratory_id, code, verdict, now)
    if course.second is not course.first:
        read_again(course.second, reading.pk, verdict, now + timedelta(minutes=2))
