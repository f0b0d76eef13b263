"""What an officer decides about a record that contradicts what is known, or was rejected."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gridward.kernel.access.actor import Actor, one_visible
from gridward.kernel.errors import Invalid, NotFound
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.sync.errors import AlreadySettled
from gridward.kernel.sync.models import SETTLE, Record
from gridward.kernel.sync.records import Outcome


@transaction.atomic
def settle(actor: Actor, record_id: UUID, decision: str, now: datetime) -> Record:
    """Say what was decided about a conflict or a rejection; what has to change is changed on the line's own pages.

    Raises: NotFound, Invalid without words, AlreadySettled.
    """
    if not decision.strip():
        raise Invalid(field="decision", reason="1–500")
    row = one_visible(Record.objects.select_for_update(of=("self",)), actor, SETTLE, record_id)
    if row.outcome not in (Outcome.CONFLICT, Outcome.REJECTED):
        raise NotFound
    if row.settled_at is not None:
        raise AlreadySettled
    row.settled_at, row.settled_by_id, row.settlement = now, actor.user_id, decision.strip()[:500]
    row.save(update_fields=["settled_at", "settled_by", "settlement"])
    data = {"type": row.type, "reason": row.reason}
    event = Event("record.settled", "record", str(row.pk), row.address, now, row.incident_id, data)
    record(actor, [event])
    return row
