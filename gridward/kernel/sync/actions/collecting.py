"""Filled-in forms from ODK Collect, taken in by the way of every field record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from gridward.kernel.sync.access import Door
from gridward.kernel.sync.actions.forms import REPORT
from gridward.kernel.sync.actions.receiving import receive
from gridward.kernel.sync.canonical import digest_of
from gridward.kernel.sync.errors import NotTaken
from gridward.kernel.sync.models import FieldForm
from gridward.kernel.sync.openrosa import body_of, read, record_id
from gridward.kernel.sync.records import Answer, Outcome
from gridward.kernel.sync.rules import Batch


def submit(door: Door, content: bytes, photos: Mapping[str, bytes], now: datetime) -> Answer:
    """Keep one submission. Sent again, it changes nothing; refused, nothing is kept: the phone has it, and says why.

    Parameters: content — the XML; photos — what came along, by file name.
    Raises: Forbidden, NotASubmission, PhotoMissing, NotTaken.
    """
    door.actor.require(REPORT)
    filled = read(content)
    form = FieldForm.objects.filter(pk=filled.form).first()
    body = body_of(filled, form.fields if form else (), photos)
    item = {
        "id": str(record_id(door.actor.user_id, filled.instance)), "sequence": 0, "type": "field.form", "base": None,
        "at_ms": max(0, int((filled.made_at or now).timestamp() * 1000)), "offset_ms": None,
        "digest": digest_of(body).hex(), "body": body,
    }  # fmt: skip
    with transaction.atomic():
        receipt = receive(door, Batch(door.epoch, 0.0, [item], numbered=False), now, careful=True)
        answer = receipt.answers[0][1]
        if answer.outcome is Outcome.REJECTED:
            raise NotTaken(words=answer.words)
    return answer
