"""Certificates of hours: computed from stays, signed, written down in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.address import Level, at_level
from gridward.kernel.areas.models import Area
from gridward.kernel.clock import local_day
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.signing import sign
from gridward.lines.forces import access
from gridward.lines.forces.errors import NothingServed
from gridward.lines.forces.models import Volunteer
from gridward.lines.forces.queries.certificates import served
from gridward.lines.forces.rules.certificates import PURPOSE, Certificate, code_of, written


@dataclass(frozen=True)
class Issued:
    """A certificate with the code that proves it."""

    certificate: Certificate
    code: str


def issue_own(actor: Actor, code: str, now: datetime) -> Issued:
    """A certificate for somebody, by their personal code; it may be asked for any number of times.

    Raises: UnknownPersonalCode, NothingServed.
    """
    return _issue(actor, access.by_code(code), now)


def issue(actor: Actor, volunteer_id: Any, now: datetime) -> Issued:
    """A certificate for a volunteer, at the desk.

    Raises: NotFound, Forbidden, NothingServed.
    """
    one = access.one(actor, volunteer_id)
    if not (one.serving_at and actor.may(access.CHANGE, one.serving_at)):
        actor.require(access.CHANGE, one.address)
    return _issue(actor, one, now)


@transaction.atomic
def _issue(actor: Actor, one: Volunteer, now: datetime) -> Issued:
    done = served(one.pk)
    if not done.times or done.first_at is None or done.last_at is None:
        raise NothingServed
    district = Area.objects.filter(pk=at_level(one.address, Level.DISTRICT)).values_list("name", flat=True).first()
    made = Certificate(
        badge=one.badge,
        name=one.name,
        tenths=done.tenths,
        times=done.times,
        first=local_day(done.first_at),
        last=local_day(done.last_at),
        district=district or "",
        issued_on=local_day(now),
    )
    content = written(made)
    where = (one.serving_at or one.address, now, one.incident_id)
    data = {"tenths": made.tenths, "times": made.times}
    record(actor, [Event("forces.certificate_issued", "volunteer", str(one.pk), *where, data)])
    return Issued(made, code_of(content, sign(PURPOSE, content)))
