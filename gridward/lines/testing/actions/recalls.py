"""Calling back the people of a positive tube: a task to isolate each, a sample of their own, and what it said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from gridward.kernel.access.actor import Actor
from gridward.kernel.journal.actions import Event, record

# The recalls that wait for the people of re-sampling tubes. Relies on testing_recall_waiting.
_ANSWER = """
    UPDATE testing_recall AS recall SET answered_at = tube.closed_at, again_id = tube.id
    FROM testing_tube AS tube JOIN testing_sample AS sample ON sample.tube_id = tube.id
    WHERE tube.id = ANY(%s::uuid[]) AND recall.person_id = sample.person_id AND recall.answered_at IS NULL
    RETURNING recall.id, recall.address, tube.incident_id, tube.code
"""


def answer_recalls(actor: Actor, tubes: Sequence[tuple[UUID, datetime]], now: datetime) -> int:
    """Note that people called back were sampled again in some tubes.

    Returns: how many recalls that answered.
    """
    if not tubes:
        return 0
    with connection.cursor() as query:
        query.execute(_ANSWER, [[key for key, _at in tubes]])
        answered = query.fetchall()
    events = [
        Event("testing.recall_answered", "recall", str(key), address, now, incident_id, {"tube": code})
        for key, address, incident_id, code in answered
    ]
    if events:
        record(actor, events)
    return len(answered)
