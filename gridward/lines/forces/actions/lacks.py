"""Stating lacks, offering supplies, matching the two, and following what is sent until it is received."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.access.scope import house, open_rows
from gridward.kernel.address import Level
from gridward.kernel.assignments.actions import assign, progress
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.errors import NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.queries import required
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.near import cache
from gridward.kernel.needs import actions as needs
from gridward.kernel.needs.models import Category, Need, Urgency
from gridward.kernel.needs.rules import LIVE, AssignmentState
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.resources.models import Resource
from gridward.kernel.search import name_tokens
from gridward.lines.forces.errors import BadQuantity, NothingToMatch, UnknownField
from gridward.lines.forces.models import Delivery, Field, Lack, Supply
from gridward.lines.forces.queries import lacks as queries
from gridward.lines.forces.rules import lacks as rules
from gridward.lines.forces.rules.kinds import LACK, SUPPLY

EXAMPLE = Path(__file__).parents[1] / "config" / "lacks.example.toml"
MOST = 1_000_000


def install(now: datetime | None = None) -> None:
    """Load the example fields into a house that has none yet."""
    if not Category.objects.filter(kind=LACK).exists():
        load_fields(SYSTEM, now=now)


@transaction.atomic
def load_fields(actor: Actor, path: Path = EXAMPLE, now: datetime | None = None) -> int:
    """Make the fields of a TOML file the categories of lacks. Returns how many; loading again changes nothing."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["kind"]
    for order, row in enumerate(listed, start=1):
        wanted = {
            "kind": LACK, "name": row["name"], "name_en": row["name_en"], "urgency": Urgency.NORMAL,
            "assign_s": row["assign_s"], "close_s": row["close_s"], "climb_s": 3600, "first_level": Level.DISTRICT,
            "takers": [SUPPLY], "public": False, "order": 720 + order,
        }  # fmt: skip
        Category.objects.update_or_create(pk=row["key"], defaults=wanted)
    if now is not None:
        data = {"fields": len(listed)}
        record(actor, [Event("forces.configuration_loaded", "configuration", "lacks", 0, now, data=data)])
    cache.delete("categories")
    return len(listed)


@dataclass(frozen=True)
class Stated:
    """So much of an item that a community lacks, as it says it."""

    address: int
    field: str
    item: str
    unit: str
    quantity: int
    words: str = ""
    id: UUID | None = None
    """Made by the page, so that sending twice is once."""


@transaction.atomic
def state_lack(actor: Actor, stated: Stated, now: datetime) -> Need:
    """A community states what it lacks; the same sent again is the same.

    Raises: Forbidden, UnknownField, BadQuantity, UnknownPlace.
    """
    actor.require("lacks.state", stated.address)
    item, unit = _checked(stated.field, stated.item, stated.unit, stated.quantity)
    words = f"{item} {stated.quantity} {unit}" + (f"：{stated.words}" if stated.words else "")
    details = {"item": item, "unit": unit, "quantity": stated.quantity}
    category = f"{LACK}.{stated.field}"
    wanted = needs.Wanted(required().pk, category, stated.address, words, "console", details=details, id=stated.id)
    need = needs.log(actor, wanted, now)
    Lack.objects.get_or_create(
        need=need,
        defaults={"address": need.address, "field": stated.field, "item": item, "unit": unit,
                  "wanted": stated.quantity},
    )  # fmt: skip
    return need


@transaction.atomic
def offer(actor: Actor, organisation_id: Any, field: str, item: str, unit: str, quantity: int, now: datetime) -> Supply:
    """A department says how much of an item it can give; said again, the number is the new one.

    Raises: NotFound, Forbidden, UnknownField, BadQuantity where less is given than was promised already.
    """
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        raise NotFound
    actor.require("lacks.supply", organisation.address)
    item, unit = _checked(field, item, unit, quantity)
    name = f"{item}（{unit}）"
    # Whoever may offer for a department may not see every resource of its place.
    with house():
        resource = Resource.objects.filter(kind=SUPPLY, name=name, organisation=organisation).first()
        resource = resource or Resource.objects.create(
            id=new_id(now), kind=SUPPLY, name=name, organisation=organisation, address=organisation.address,
            exclusive=False, tokens=sorted(name_tokens(name)),
        )  # fmt: skip
        supply = Supply.objects.select_for_update().filter(pk=resource.pk).first()
        before = supply.held if supply else 0
        supply = supply or Supply(resource=resource, address=organisation.address, field=field, item=item, unit=unit)
        if quantity < supply.promised:
            raise BadQuantity(most=MOST)
        if before == quantity:
            return supply
        supply.held = quantity
        supply.save()
    data = {"item": item, "from": before, "to": quantity, "unit": unit}
    record(actor, [Event("forces.supply_offered", "resource", str(resource.pk), supply.address, now, data=data)])
    return supply


def _checked(field: str, item: str, unit: str, quantity: int) -> tuple[str, str]:
    if field not in Field.values or queries.category_of(field) is None:
        raise UnknownField(field=field)
    if not 0 < quantity <= MOST or not item.strip() or not unit.strip():
        raise BadQuantity(most=MOST)
    return item.strip()[:60], unit.strip()[:12]


@transaction.atomic
def match(actor: Actor, address: int, within: Any, now: datetime) -> int:
    """Send what departments have left to what an area lacks: key areas first, then the least way.

    Returns: how many deliveries were made.
    Raises: Forbidden, NothingToMatch.
    """
    actor.require("lacks.match", address)
    incident = required()
    _lock_rows(within)
    wants, gives = queries.things(incident.pk, within)
    found = rules.matches(wants, gives)
    if not found:
        raise NothingToMatch
    for one in found:
        _deliver(actor, one, now)
    data = {"deliveries": len(found), "lacks": len({one.lack for one in found})}
    record(actor, [Event("forces.matched", "area", str(address), address, now, incident.pk, data)])
    return len(found)


def _lock_rows(within: Any) -> None:
    """One matcher at a time: lacks first, then supplies, each in the order of their keys."""
    with house():
        list(Lack.objects.select_for_update().filter(address__gte=within.low, address__lt=within.high).order_by("pk"))
        list(Supply.objects.select_for_update().order_by("pk"))


def _deliver(actor: Actor, one: rules.Match, now: datetime) -> None:
    reasons = {"way_m": one.way_m, "quantity": one.quantity}
    with house():
        sent = assign(actor, UUID(one.lack), UUID(one.supply), now, reasons=reasons)
        Delivery.objects.create(assignment=sent, need_id=sent.need_id, address=sent.address, quantity=one.quantity)
        Lack.objects.filter(pk=sent.need_id).update(promised=F("promised") + one.quantity)
        Supply.objects.filter(pk=sent.resource_id).update(promised=F("promised") + one.quantity)


@transaction.atomic
def send_off(actor: Actor, delivery_id: Any, now: datetime) -> Assignment:
    """The department, or the desk, says that it is on its way. Said twice, nothing changes.

    Raises: NotFound, Forbidden, NotAllowedNow.
    """
    one = _delivery(actor, delivery_id)
    supply = one.assignment.resource
    if not actor.may("lacks.match", one.address):
        actor.require("lacks.supply", supply.address)
    return progress(actor, one.pk, AssignmentState.UNDER_WAY, now)


@transaction.atomic
def receive(actor: Actor, delivery_id: Any, words: str, now: datetime) -> Assignment:
    """The community says that it has it, with who took it and where. Said twice, nothing changes.

    What is still lacking once the last delivery is in is stated anew, so that the lack does not drop.
    Raises: NotFound, Forbidden, ProofMissing, NotAllowedNow.
    """
    one = _delivery(actor, delivery_id)
    actor.require("lacks.state", one.address)
    done = progress(actor, one.pk, AssignmentState.DONE, now, evidence=Evidence(words))
    if one.received_at is not None:
        return done
    Delivery.objects.filter(pk=one.pk).update(received_at=now)
    with house():
        lack = Lack.objects.select_for_update().get(pk=one.need_id)
        lack.received += one.quantity
        rest = lack.wanted - lack.received
        over = not Assignment.objects.filter(need_id=lack.pk, state__in=LIVE).exists()
        if over and rest:
            lack.wanted = lack.received
        lack.save()
    if over and rest:
        state_lack(actor, Stated(lack.address, lack.field, lack.item, lack.unit, rest), now)
    return done


def _delivery(actor: Actor, delivery_id: Any) -> Delivery:
    """A delivery that the actor may see from either end, opened to them with its need and supply.

    Raises: NotFound.
    """
    with house():
        one = Delivery.objects.select_related("assignment__resource").filter(pk=delivery_id).first()
    ends = [] if one is None else [one.address, one.assignment.resource.address]
    if one is None or not any(actor.may("rosters.see", place) for place in ends):
        raise NotFound
    open_rows(one.pk, one.need_id, one.assignment.resource_id)
    return one
