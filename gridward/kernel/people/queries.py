"""Reading the register of people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from gridward.kernel.access.actor import Actor, inside, one_visible, visible
from gridward.kernel.access.finding import holding
from gridward.kernel.address import Span
from gridward.kernel.people.models import Person
from gridward.kernel.search import answering, name_tokens, number_tokens
from gridward.kernel.secrecy.keyring import search_key, search_keys

SEE = "people.see"
HOLDER = "person"
"""Whose keys the register of people is under."""


def register(actor: Actor, within: Span | None = None) -> QuerySet[Person]:
    """The people an actor may see, door by door. Relies on person_address."""
    rows = visible(Person.objects.all(), actor, SEE)
    if within is not None:
        rows = rows.filter(inside([within]))
    return rows.order_by("address", "room", "id")


def search(actor: Actor, words: str, within: Span | None = None, limit: int = 50) -> list[Person]:
    """People whose name (Chinese, pinyin or initials), phone or ID number answers a query, door by door.

    Relies on person_tokens; the found are ordered after the limit is met, so that a common name stays quick.
    """
    alternatives = answering(words, search_keys(HOLDER))
    if not alternatives:
        return []
    rows = register(actor, within).filter(holding(Person, alternatives, within, limit)).order_by()
    return sorted(rows, key=lambda person: (person.address, person.room, str(person.pk)))


def with_traits(actor: Actor, within: Span | None = None, trait: str = "") -> QuerySet[Person]:
    """The people with special needs, door by door. Relies on person_special_address and person_traits."""
    rows = register(actor, within).exclude(traits=[])
    return rows.filter(traits__contains=[trait]) if trait else rows


def one(actor: Actor, person_id: Any) -> Person:
    """One person an actor may see.

    Raises: NotFound.
    """
    return one_visible(Person.objects.all(), actor, SEE, person_id)


def tokens_of(name: str, phone: str = "", id_number: str = "", incident_id: UUID | None = None) -> list[int]:
    """The search tokens of one person's record, hashed for its incident."""
    key = search_key(incident_id, HOLDER)
    return sorted({*name_tokens(name, key), *number_tokens(phone, key), *number_tokens(id_number, key)})
