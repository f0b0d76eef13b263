"""The statements of an upload, each once for a whole batch, and a device's patch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.module_loading import import_string

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.errors import NotFound
from gridward.kernel.registry import registry
from gridward.kernel.sync.access import Door
from gridward.kernel.sync.models import Record
from gridward.kernel.sync.records import Answer, Outcome

PATCH_ROWS = 500
MOST_RETURNED = 1000
found = lru_cache(maxsize=256)(import_string)
"""A callable by its dotted path."""

_KNOWN = "SELECT id, digest, outcome, reason, user_id FROM kernel_record WHERE id = ANY(%s)"


def known(ids: Sequence[UUID]) -> dict[UUID, tuple[bytes, Answer, int]]:
    """What was answered to records that were stored before, whoever made them: digest, answer, account."""
    if not ids:
        return {}
    with house(), connection.cursor() as query:
        query.execute(_KNOWN, [list(ids)])
        return {
            key: (bytes(digest), Answer(Outcome(outcome), reason), account)
            for key, digest, outcome, reason, account in query.fetchall()
        }


def bodies(ids: Sequence[UUID]) -> dict[UUID, str]:
    """The protocol's own copies of bodies, opened anew from the database."""
    return {row.pk: row.body for row in Record.objects.filter(pk__in=ids).only("pk", "body", "incident_id")}


def returned(door: Door, first: int) -> list[dict[str, Any]]:
    """What became of this installation's records from a number on that were not simply stored.

    Those whose number was taken have none, and are always told. Relies on record_sequence_once.
    """
    odd = Record.objects.filter(device_id=door.device_id, epoch=door.epoch).exclude(outcome=Outcome.STORED)
    rows = odd.filter(Q(sequence__gte=first) | Q(sequence=None)).order_by("sequence")[:MOST_RETURNED]
    return [
        {"id": str(row.pk), "sequence": row.sequence or 0, "outcome": row.outcome, "reason": row.reason,
         "words": row.words}
        for row in rows
    ]  # fmt: skip


def patch(door: Door, part: str, after: str) -> tuple[list[Mapping[str, Any]], str]:
    """Rows of one part of the device's own patch from a cursor on, and the cursor to go on from ("" at the end).

    Raises: NotFound for a part that does not exist or is not for this account.
    """
    listed = registry().patch.get(part)
    if listed is None or not door.actor.may(listed.capability):
        raise NotFound
    return found(listed.rows)(door.actor, after, PATCH_ROWS)


def parts(actor: Actor) -> list[str]:
    """The parts of the patch an account may hold."""
    return [part.key for part in registry().patch.values() if actor.may(part.capability)]


def commands(actor: Actor) -> list[str]:
    """The kinds of record an account may make."""
    return [command.key for command in registry().commands.values() if actor.may(command.capability)]
