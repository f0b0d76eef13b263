"""What the desk and the bench keep of laboratories: boxes bound for them, couriers, lent staff, shifts, gifts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor, one_visible
from gridward.kernel.errors import Forbidden, Invalid, NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.queries import running
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.orgs.models import Organisation
from gridward.lines.testing.actions.receiving import laboratory_of
from gridward.lines.testing.errors import QuietTimes
from gridward.lines.testing.models import Box, Custody, Gift, Laboratory, LentStaff, Shift
from gridward.lines.testing.rules import Step

PLAN, CARRY = "testing.plan", "testing.carry"
MOST_FEN = 10**12


@transaction.atomic
def bind_boxes(actor: Actor, bound: Mapping[UUID, UUID], now: datetime) -> int:
    """Say which laboratory boxes go to. What is so already, or was taken in, stays.

    Returns: how many boxes were sent elsewhere than before. Raises: NotFound, Forbidden.
    """
    rows = Box.objects.select_for_update(of=("self",)).filter(pk__in=list(bound), received_at=None)
    known = {one.pk: one for one in Laboratory.objects.filter(pk__in=set(bound.values()))}
    changed = []
    for box in rows:
        actor.require(PLAN, box.address)
        laboratory = known.get(bound[box.pk])
        if laboratory is None:
            raise NotFound
        if box.bound_for_id != laboratory.pk:
            box.bound_for = laboratory
            changed.append(box)
    Box.objects.bulk_update(changed, ["bound_for"])
    if changed:
        record(actor, [
            Event("testing.box_bound", "box", str(one.pk), one.address, now, one.incident_id,
                  {"laboratory": str(one.bound_for)})
            for one in changed
        ])  # fmt: skip
    return len(changed)


@transaction.atomic
def take_box(actor: Actor, box_id: Any, now: datetime, *, intact: bool = True) -> Custody:
    """A courier takes a sealed box. Taking what one has changes nothing.

    Raises: NotFound, Forbidden.
    """
    box = one_visible(Box.objects.filter(received_at=None), actor, CARRY, box_id)
    last = Custody.objects.filter(seal=box.seal).order_by("-at").first()
    if last is not None and last.holder_id == actor.user_id and last.step == Step.TAKEN:
        return last
    link = Custody.objects.create(
        id=new_id(now), seal=box.seal, step=Step.TAKEN, address=box.address, at=now, intact=intact,
        holder_id=actor.user_id,
    )  # fmt: skip
    data = {"seal": box.seal, "step": str(Step.TAKEN), "intact": intact}
    record(actor, [Event("testing.box_handed", "box", str(box.pk), box.address, now, box.incident_id, data)])
    return link


@dataclass(frozen=True)
class Lending:
    """Somebody an institution lends."""

    institution_id: Any
    name: str
    task: str
    since: date
    phone: str = ""


@transaction.atomic
def lend(actor: Actor, laboratory_id: Any, given: Lending, now: datetime) -> LentStaff:
    """Note somebody whom an institution lends to a laboratory.

    Raises: NotFound, Forbidden, Invalid.
    """
    laboratory = _laboratory(actor, laboratory_id)
    institution = Organisation.objects.filter(pk=given.institution_id).first()
    if institution is None:
        raise Invalid(field=_("institution"), reason=_("choose one from the list"))
    if not given.name.strip():
        raise Invalid(field=_("name"), reason=_("write the name"))
    made = LentStaff.objects.create(
        id=new_id(now), laboratory=laboratory, institution=institution, address=laboratory.address,
        name=given.name.strip(), phone=given.phone, task=given.task, since=given.since,
    )  # fmt: skip
    data = {"institution": institution.name}
    record(actor, [Event("testing.staff_lent", "laboratory", str(laboratory.pk), laboratory.address, now, data=data)])
    return made


@transaction.atomic
def set_shift(actor: Actor, staff_id: Any, starts_at: datetime, ends_at: datetime, now: datetime) -> Shift:
    """Put one of the lent staff on a shift. The same shift again changes nothing.

    Raises: NotFound, Forbidden, Invalid where it ends before it starts.
    """
    staff = one_visible(LentStaff.objects.all(), actor, PLAN, staff_id)
    if ends_at <= starts_at:
        raise Invalid(field=_("until"), reason=_("a shift ends after it starts"))
    made, fresh = Shift.objects.get_or_create(
        staff=staff,
        starts_at=starts_at,
        defaults={"id": new_id(now), "ends_at": ends_at, "address": staff.address},
    )
    if fresh:
        record(actor, [Event("testing.shift_set", "laboratory", str(staff.laboratory_id), staff.address, now)])
    return made


@transaction.atomic
def note_gift(
    actor: Actor, laboratory_id: Any, giver: str, what: str, worth_fen: int, now: datetime, gift_id: UUID | None = None
) -> Gift:
    """Enter a gift into the register: from whom, what, worth how much. Sent again under its id it changes nothing.

    Raises: NotFound, Invalid, QuietTimes.
    """
    laboratory = laboratory_of(actor, laboratory_id)
    incident = running()
    if incident is None:
        raise QuietTimes
    if not giver.strip() or not what.strip():
        raise Invalid(field=_("gift"), reason=_("write who gave it, and what"))
    if not 0 <= worth_fen <= MOST_FEN:
        raise Invalid(field=_("worth"), reason=_("write an amount in yuan"))
    key = gift_id or new_id(now)
    known = Gift.objects.filter(pk=key).first()
    if known is not None:
        return known
    made = Gift.objects.create(
        id=key, incident=incident, laboratory=laboratory, address=laboratory.address, giver=giver.strip(),
        what=what.strip(), worth_fen=worth_fen, at=now, noted_by_id=actor.user_id,
    )  # fmt: skip
    where = (laboratory.address, now, incident.pk)
    record(actor, [Event("testing.gift_noted", "gift", str(made.pk), *where, {"worth_fen": worth_fen})])
    return made


def _laboratory(actor: Actor, laboratory_id: Any) -> Laboratory:
    laboratory = one_visible(Laboratory.objects.all(), actor, "testing.see", laboratory_id)
    if not actor.may(PLAN, laboratory.address):
        raise Forbidden(capability=PLAN)
    return laboratory
