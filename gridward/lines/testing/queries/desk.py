"""Reads of the testing desk: rounds and how far they are, points, who is sampled at home, boxes, recalls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from gridward.kernel.access.actor import Actor, inside, one_visible, visible
from gridward.kernel.access.scope import house
from gridward.kernel.address import EVERYWHERE, span, trail
from gridward.kernel.errors import NotFound
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import SEE as PEOPLE_SEE
from gridward.lines.testing.models import Box, Custody, Newcomer, Point, Recall, Round, RoundRule, Tube, Turn
from gridward.lines.testing.rules.custody import Link, current, handed_over

SEE = "testing.see"


def rules() -> list[RoundRule]:
    """The rules rounds may follow, in their order."""
    return list(RoundRule.objects.all())


def rounds(actor: Actor) -> QuerySet[Round]:
    """The rounds in an actor's reach, and those that cover it from above, the newest first."""
    spans, rows = actor.spans(SEE), Round.objects.select_related("rule")
    if EVERYWHERE not in spans:
        above = {place for one in spans for place in trail(one.low)}
        rows = rows.filter(inside(spans) | Q(address__in=above))
    return rows.order_by("-starts_at", "-id")


def one_round(actor: Actor, round_id: Any) -> Round:
    """One round. Raises: NotFound."""
    found = rounds(actor).filter(pk=round_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Progress:
    """How far a round is at one point."""

    point: Point
    tubes: int
    sampled: int
    concluded: int
    oldest_at: datetime | None
    """The oldest sample without a result."""


# Relies on testing_point_once and testing_tube_point.
_PROGRESS = """
    SELECT point_id, count(*), sum(people), count(*) FILTER (WHERE verdict <> ''),
           min(closed_at) FILTER (WHERE verdict IN ('', 'invalid'))
    FROM testing_tube WHERE round_id = %s AND point_id = ANY(%s::uuid[]) GROUP BY point_id
"""


def progress(actor: Actor, made: Round) -> list[Progress]:
    """Every point of a round in the actor's reach, by place."""
    points = list(visible(Point.objects.filter(round=made), actor, SEE).order_by("address", "number"))
    with connection.cursor() as query:
        query.execute(_PROGRESS, [made.pk, [one.pk for one in points]])
        told = {row[0]: row[1:] for row in query.fetchall()}
    return [Progress(one, *told.get(one.pk, (0, 0, 0, None))) for one in points]


def one_point(actor: Actor, point_id: Any) -> Point:
    """One sampling point. Raises: NotFound."""
    return one_visible(Point.objects.select_related("round"), actor, SEE, point_id)


def turns(point: Point) -> list[Turn]:
    """The turns of a point in order. Relies on testing_turn_once."""
    return list(Turn.objects.filter(point=point).order_by("starts_at", "address"))


def tubes_of(point: Point, limit: int) -> list[Tube]:
    """A point's newest tubes. Relies on testing_tube_point."""
    return list(Tube.objects.filter(round=point.round, point=point).order_by("-closed_at")[:limit])


def at_home(actor: Actor, made: Round, limit: int) -> list[Person]:
    """Who is to be sampled at home and was not yet, door by door. Relies on person_special_address."""
    rows = visible(Person.objects.filter(traits__overlap=made.rule.home_traits or ["-"]), actor, PEOPLE_SEE)
    rows = rows.filter(inside([span(made.address)])).order_by("address", "room", "id")
    found = list(rows[: limit * 3])
    with house(), connection.cursor() as query:
        query.execute(
            "SELECT person_id FROM testing_sample WHERE round_id = %s AND person_id = ANY(%s::uuid[])",
            [made.pk, [one.pk for one in found]],
        )
        done = {key for (key,) in query.fetchall()}
    return [one for one in found if one.pk not in done][:limit]


@dataclass(frozen=True)
class Travelling:
    """A box that no laboratory has, and how old its oldest sample is."""

    box: Box
    oldest_at: datetime
    last: Custody | None
    handed_over: bool = False
    """Whether its courier has given it away again."""


# Boxes on the way with the oldest sample in each. Relies on testing_box_on_the_way, testing_packed_code and
# testing_tube_code.
_OLDEST = """
    SELECT packed.box_id, min(tube.closed_at) FROM testing_packed AS packed
    JOIN testing_tube AS tube ON tube.code = packed.code
    WHERE packed.box_id = ANY(%s::uuid[]) GROUP BY packed.box_id
"""


def travelling(actor: Actor, capability: str = SEE, limit: int = 300) -> list[Travelling]:
    """The boxes that no laboratory has taken in, the oldest sample first."""
    rows = visible(Box.objects.filter(received_at=None), actor, capability).select_related("bound_for", "point")
    boxes = list(rows.order_by("packed_at")[:limit])
    oldest = oldest_in(boxes)
    chains = chains_of([one.seal for one in boxes])
    found = [
        Travelling(one, oldest.get(one.pk) or one.packed_at, last_of(chain), handed_over(links_of(chain)))
        for one in boxes
        for chain in [chains.get(one.seal, [])]
    ]
    return sorted(found, key=lambda one: one.oldest_at)


def oldest_in(boxes: Sequence[Box]) -> dict[Any, datetime]:
    """When the oldest sample of each box was taken, as far as its tubes' own records are here."""
    with house(), connection.cursor() as query:
        query.execute(_OLDEST, [[one.pk for one in boxes]])
        return dict(query.fetchall())


def chains_of(seals: Sequence[str]) -> dict[str, list[Custody]]:
    """The links of some boxes by seal, in no order. Relies on testing_custody_seal."""
    found: dict[str, list[Custody]] = {}
    for link in Custody.objects.filter(seal__in=seals):
        found.setdefault(link.seal, []).append(link)
    return found


def last_of(chain: Sequence[Custody]) -> Custody | None:
    """The link of a chain that says where its box is; None for a box that nobody took."""
    now = current(links_of(chain))
    return next((one for one, link in zip(chain, links_of(chain), strict=True) if link == now), None)


def links_of(chain: Sequence[Custody]) -> list[Link]:
    """A chain as the rules judge it."""
    return [Link(one.step, one.at, one.holder_id) for one in chain]


def received(actor: Actor, limit: int = 50) -> list[Box]:
    """The boxes taken in last."""
    rows = visible(Box.objects.filter(received_at__isnull=False), actor, SEE)
    return list(rows.select_related("received_by").order_by("-received_at")[:limit])


def one_box(actor: Actor, box_id: Any) -> Box:
    """One box. Raises: NotFound."""
    return one_visible(Box.objects.select_related("bound_for", "received_by", "point"), actor, SEE, box_id)


def custody_of(box: Box) -> list[Custody]:
    """The chain of a box, oldest first. Relies on testing_custody_seal."""
    return list(Custody.objects.filter(seal=box.seal).select_related("holder").order_by("at"))


def recalls(actor: Actor, limit: int = 200) -> list[Recall]:
    """Who was called back, those still without a sample of their own first. Relies on testing_recall_opened."""
    rows = visible(Recall.objects.select_related("tube", "need", "again"), actor, SEE)
    newest = list(rows.order_by("-opened_at")[:limit])
    return sorted(newest, key=lambda one: (one.answered_at is not None, -one.opened_at.timestamp()))


def newcomers(actor: Actor, limit: int = 200) -> list[Newcomer]:
    """Who was sampled and is not in the register, by place. Relies on testing_newcomer_address."""
    rows = visible(Newcomer.objects.filter(completed_at=None), actor, SEE)
    return list(rows.select_related("tube").order_by("address", "id")[:limit])


def one_tube(actor: Actor, tube_id: Any) -> Tube:
    """One tube, for the desk or the bench. Raises: NotFound."""
    capability = SEE if actor.may(SEE) else "testing.bench"
    return one_visible(Tube.objects.select_related("laboratory", "round", "point"), actor, capability, tube_id)
