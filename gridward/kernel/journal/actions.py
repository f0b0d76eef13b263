"""Writing the journal: the only way anything is announced."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from gridward.kernel.access.actor import Actor
from gridward.kernel.journal.words import sealed_words
from gridward.kernel.registry import registry


@dataclass(frozen=True)
class Event:
    """What happened, as lines that listen receive it."""

    verb: str
    subject_kind: str
    subject_id: str
    address: int
    at: datetime
    incident_id: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    """What people wrote themselves: kept sealed, so that the journal stays whole when it is forgotten."""


COLUMNS = "at, actor_id, verb, subject_kind, subject_id, address, incident_id, channel, data"
"""The columns of `values_of`, in order."""
ROW = "%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb"


def values_of(actor: Actor, event: Event) -> list[Any]:
    """One entry as the values of `COLUMNS`, for statements that write it along with the change itself."""
    said = sealed_words(event.incident_id, event.verb, event.subject_id, event.said)
    data = json.dumps({**event.data, **said}, cls=DjangoJSONEncoder)
    subject = (event.verb, event.subject_kind, event.subject_id, event.address)
    return [event.at, actor.user_id, *subject, event.incident_id, actor.channel, data]


def record(actor: Actor, events: Iterable[Event]) -> None:
    """Write entries for events, if any, in the running transaction and hand them to the lines that listen.

    Hearers run inside the same transaction, so what they write commits or fails with the change itself.
    """
    events = list(events)
    if not events:
        return
    rows = ", ".join([f"({ROW})"] * len(events))
    with connection.cursor() as query:
        query.execute(
            f"INSERT INTO kernel_entry ({COLUMNS}) VALUES {rows}",  # nosec B608 # only names of our own are formatted in
            [value for event in events for value in values_of(actor, event)],
        )
    announce(events)


def announce(events: Iterable[Event]) -> None:
    """Hand events whose entries are written to the lines that listen."""
    for event in events:
        for hearer in registry().hearers(event.verb):
            hearer(event)
