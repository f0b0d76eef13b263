"""Writing the journal: the only way anything is announced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from gridward.kernel.access.actor import Actor
from gridward.kernel.journal.models import Entry
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


def record(actor: Actor, events: Iterable[Event]) -> None:
    """Write entries for events in the running transaction and hand them to the lines that listen.

    Hearers run inside the same transaction, so what they write commits or fails with the change itself.
    """
    events = list(events)
    Entry.objects.bulk_create(
        Entry(
            at=event.at,
            actor_id=actor.user_id,
            verb=event.verb,
            subject_kind=event.subject_kind,
            subject_id=event.subject_id,
            address=event.address,
            incident_id=event.incident_id,
            channel=actor.channel,
            data=dict(event.data),
        )
        for event in events
    )
    for event in events:
        for hearer in registry().hearers(event.verb):
            hearer(event)
