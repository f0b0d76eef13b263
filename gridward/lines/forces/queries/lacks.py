"""Reading what communities lack, what departments can give, and what is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from gridward.kernel.access.actor import Actor, inside, visible
from gridward.kernel.access.scope import house
from gridward.kernel.address import Span
from gridward.kernel.areas.models import Area
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.needs.models import Category
from gridward.kernel.needs.rules import OPEN
from gridward.lines.forces.models import Delivery, Lack, Supply
from gridward.lines.forces.queries.posts import controls
from gridward.lines.forces.rules import lacks as rules
from gridward.lines.forces.rules.kinds import LACK
from gridward.lines.forces.rules.posts import level_at

SEE = "rosters.see"
SHOWN = 200


def open_lacks(actor: Actor, within: Span, field: str = "") -> QuerySet[Lack]:
    """The lacks of a range that are not met, the one due first on top. Relies on lack_address."""
    rows = Lack.objects.filter(inside([within]), need__state__in=OPEN, **({"field": field} if field else {}))
    return visible(rows, actor, SEE).select_related("need__category").order_by("need__due_at", "pk")


def supplies(actor: Actor, field: str = "") -> list[Supply]:
    """What the departments in reach can give, what is left of it first. Relies on supply_address."""
    rows = visible(Supply.objects.filter(**({"field": field} if field else {})), actor, SEE)
    rows = rows.select_related("resource__organisation")
    return list(rows.order_by("field", "item", F("promised") - F("held"), "pk")[:SHOWN])


def category_of(field: str) -> Category | None:
    """The category of a field's lacks; None for a field that is not configured."""
    return Category.objects.filter(kind=LACK, pk=f"{LACK}.{field}", in_use=True).first()


def deliveries(actor: Actor, within: Span, *, live: bool = True) -> QuerySet[Delivery]:
    """What is on its way to a range, or what came. Relies on delivery_address."""
    rows = visible(Delivery.objects.filter(inside([within]), received_at__isnull=live), actor, SEE)
    return rows.select_related("assignment", "need__lack").order_by("-assignment__offered_at")


def givers(rows: list[Delivery]) -> dict[Any, Assignment]:
    """Each delivery's assignment with the supply it comes from: whoever waits for it may know."""
    with house():
        found = Assignment.objects.filter(pk__in=[one.pk for one in rows]).select_related("resource__organisation")
        return {one.pk: one for one in found}


@dataclass(frozen=True)
class Sum:
    """One item: wanted, promised and received by open lacks; held and promised by supplies."""

    field: str
    item: str
    unit: str
    wanted: int
    promised: int
    received: int
    left: int


def summed(lacks: list[Lack], given: list[Supply]) -> list[Sum]:
    """Supply against demand, by item, the largest lack first."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for one in lacks:
        row = found.setdefault((one.field, one.item, one.unit), [0, 0, 0, 0])
        row[0], row[1], row[2] = row[0] + one.wanted, row[1] + one.promised, row[2] + one.received
    for supply in given:
        row = found.setdefault((supply.field, supply.item, supply.unit), [0, 0, 0, 0])
        row[3] += supply.held - supply.promised
    return sorted(
        (Sum(*what, *row) for what, row in found.items()), key=lambda one: (one.promised - one.wanted, one.item)
    )


def things(incident_id: Any, within: Span) -> tuple[list[rules.Thing], list[rules.Thing]]:
    """What is still lacking in a range, and what departments have left, as the matching takes them."""
    levels = controls(incident_id)
    with house():
        lacks = list(
            Lack.objects.filter(inside([within]), need__state__in=OPEN, promised__lt=F("wanted")).select_related("need")
        )
        given = list(Supply.objects.filter(promised__lt=F("held"), resource__duty="on").select_related("resource"))
        places = Area.objects.in_bulk({one.address for one in given})
    wants = [
        rules.Thing(str(one.pk), one.field, one.item, one.unit, one.wanted - one.promised, one.need.latitude,
                    one.need.longitude, level_at(one.address, levels))
        for one in sorted(lacks, key=lambda one: (one.need.due_at, one.pk))
        if one.need.latitude is not None and one.need.longitude is not None
    ]  # fmt: skip
    gives = [
        rules.Thing(str(one.pk), one.field, one.item, one.unit, one.held - one.promised, area.latitude, area.longitude)
        for one in sorted(given, key=lambda one: one.pk)
        if (area := places.get(one.address)) is not None and area.latitude is not None and area.longitude is not None
    ]
    return wants, gives
