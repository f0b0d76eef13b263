"""What a collector's device holds of its own patch: the rounds, their points, and who is due, door by door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.access.scope import house
from gridward.kernel.address import parse, span, text
from gridward.kernel.people.models import Person
from gridward.kernel.people.rules import masked_name
from gridward.kernel.secrecy.fields import Secret
from gridward.lines.testing.models import Point, Round
from gridward.lines.testing.rules.patch import stretches

SAMPLE = "testing.sample"
LATE = timedelta(days=2)
"""So long after its end a round is still on the devices, if nobody closed it."""
Row = dict[str, Any]


def open_rounds() -> QuerySet[Round]:
    """The rounds that run, are announced or ended lately, the one that starts last first; for the house."""
    rows = Round.objects.filter(closed_at=None, ends_at__gt=clock.now() - LATE)
    return rows.select_related("rule").order_by("-starts_at", "-id")


def rounds(actor: Actor, after: str, limit: int) -> tuple[list[Row], str]:
    """The open rounds that cover some of the collector's ground, with the rule of the tube."""
    with house():
        found = [one for one in open_rounds() if stretches(actor.spans(SAMPLE), [span(one.address)])]
    rows = [
        {
            "id": str(one.pk),
            "number": one.number,
            "address": text(one.address),
            "pool_size": one.pool_size,
            "starts_at": one.starts_at.isoformat(),
            "ends_at": one.ends_at.isoformat(),
        }
        for one in sorted(found, key=lambda one: str(one.pk))
    ]
    return _page(rows, after, limit)


def points(actor: Actor, after: str, limit: int) -> tuple[list[Row], str]:
    """The sampling points on the collector's ground."""
    with house():
        known = [one.pk for one in open_rounds()]
        found = list(Point.objects.filter(inside(actor.spans(SAMPLE)), round_id__in=known).order_by("id"))
    rows = [
        {
            "id": str(one.pk),
            "round": str(one.round_id),
            "name": one.name,
            "address": text(one.address),
            "tables": one.tables,
            "opens_at": one.opens_at.isoformat(),
            "closes_at": one.closes_at.isoformat(),
        }
        for one in found
    ]
    return _page(rows, after, limit)


def _page(rows: list[Row], after: str, limit: int) -> tuple[list[Row], str]:
    left = [row for row in rows if row["id"] > after]
    return left[:limit], left[limit - 1]["id"] if len(left) > limit else ""


# Who is due on a stretch of ground, from a door on. Relies on person_address and testing_sample_once_a_round.
_PEOPLE = """
    SELECT person.id, person.name, person.room, person.address, person.traits && %(home)s::varchar[],
        extract(year FROM person.born_on)::int,
        EXISTS (SELECT FROM testing_sample AS sample
                WHERE sample.person_id = person.id AND sample.round_id = %(round)s AND NOT sample.extra)
    FROM kernel_person AS person
    WHERE person.address >= %(low)s AND person.address < %(high)s
      AND (person.address, person.room, person.id) > (%(address)s, %(room)s, %(id)s::uuid)
      AND (%(traits)s::varchar[] = '{}' OR person.traits && %(traits)s::varchar[])
    ORDER BY person.address, person.room, person.id LIMIT %(limit)s
"""
_FIRST = (0, "", "00000000-0000-0000-0000-000000000000")


def people(actor: Actor, after: str, limit: int) -> tuple[list[Row], str]:
    """Who is due on the collector's ground: a masked name, the door, the year of birth, whether at home, whether done.

    Read as the house, within the ground only: a collector does not hold the register.
    """
    address, room, key = _FIRST if not after else _door(after)
    found: list[tuple[Any, ...]] = []
    with house(), connection.cursor() as query:
        known = list(open_rounds())
        for ground in stretches(actor.spans(SAMPLE), [span(one.address) for one in known]):
            if ground.span.high <= address or len(found) > limit:
                continue
            one = known[ground.at]
            query.execute(_PEOPLE, {
                "home": one.rule.home_traits, "traits": one.rule.traits, "round": one.pk, "low": ground.span.low,
                "high": ground.span.high, "address": address, "room": room, "id": key, "limit": limit + 1 - len(found),
            })  # fmt: skip
            found += [(*row, one.pk) for row in query.fetchall()]
    last = found[limit - 1] if len(found) > limit else None
    return [_person(row) for row in found[:limit]], f"{text(last[3])}|{last[2]}|{last[0]}" if last else ""


def _door(after: str) -> tuple[int, str, str]:
    address, _, rest = after.partition("|")
    room, _, key = rest.rpartition("|")
    return parse(address), room, key


def _person(row: tuple[Any, ...]) -> Row:
    key, name, room, address, home, born, done, round_id = row
    shown = masked_name(Secret.of(Person, "name").opened(bytes(name), key))
    return {
        "id": str(key),
        "name": shown,
        "room": room,
        "address": text(address),
        "born": born,
        "home": bool(home),
        "sampled": done,
        "round": str(round_id),
    }
