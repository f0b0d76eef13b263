"""Looking behind the mask, and changing records. The only writer of people outside imports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor
from gridward.kernel.areas.models import Area
from gridward.kernel.errors import Forbidden, Invalid
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.errors import ReasonMissing, UnknownPlace
from gridward.kernel.people import queries
from gridward.kernel.people.models import Person
from gridward.kernel.people.watching import count_look

CHANGEABLE = frozenset({"address", "room", "name", "sex", "born_on", "phone", "id_number", "traits", "note"})


@transaction.atomic
def reveal(actor: Actor, person_id: Any, purpose: str, now: datetime) -> Person:
    """A person's record unmasked, for a purpose that the journal keeps.

    Raises: NotFound, Forbidden, ReasonMissing, QuotaReached.
    """
    person = queries.one(actor, person_id)
    actor.require("people.reveal", person.address)
    if not purpose.strip():
        raise ReasonMissing
    count_look(actor, person.address, now)
    where = (person.address, now, person.incident_id)
    event = Event("person.revealed", "person", str(person.pk), *where, said={"purpose": purpose})
    record(actor, [event])
    return person


@transaction.atomic
def change(actor: Actor, person_id: Any, changes: Mapping[str, Any], now: datetime) -> Person:
    """Correct a person's record; the journal names the fields, not their content.

    Raises: NotFound, Forbidden, UnknownPlace.
    """
    person = queries.one(actor, person_id)
    actor.require("people.change", person.address)
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise ValueError(f"not fields of a person: {sorted(unknown)}")
    if "address" in changes:
        _check_place(actor, int(changes["address"]))
    for name, value in changes.items():
        setattr(person, name, value)
    person.tokens = queries.tokens_of(person.name, person.phone, person.id_number, person.incident_id)
    # Not the check of uniqueness: it would look in reach only, and then the database would have the last word.
    person.full_clean(validate_unique=False, validate_constraints=False)
    _keep(person)
    event = Event("person.changed", "person", str(person.pk), person.address, now, data={"fields": sorted(changes)})
    record(actor, [event])
    return person


def _keep(person: Person) -> None:
    """Save a person. An ID number is given once in the district; whose it is already, and where, is not said."""
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as clash:
        raise Invalid(field=_("ID number"), reason=_("it cannot be kept here; ask the district's office")) from clash


def _check_place(actor: Actor, address: int) -> None:
    if not Area.objects.filter(pk=address).exists():
        raise UnknownPlace(address=address)
    if not actor.may("people.change", address):
        raise Forbidden(capability="people.change")
