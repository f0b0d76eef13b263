"""The crew's tasks on a phone without network: the list it holds, and what it did, brought in afterwards."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor
from gridward.kernel.address import text
from gridward.kernel.areas.queries import full_names
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.errors import AppError, NotFound
from gridward.kernel.needs.rules import LIVE, AssignmentState
from gridward.kernel.sync.records import Answer, Item, Outcome
from gridward.lines.hotline import actions
from gridward.lines.hotline.access import one_task, tasks_of

_PHOTO = "data:image/jpeg;base64,"
_STEPS = frozenset({"accepted", "under_way", "arrived", "done", "declined"})


def tasks(actor: Actor, after: str, limit: int) -> tuple[list[dict[str, Any]], str]:
    """The live tasks of one's own crews, with the caller's name and phone: whoever goes there has to ring."""
    if after:
        return [], ""
    rows = list(tasks_of(actor, Q(state__in=LIVE)).order_by("need__urgency", "need__due_at", "id")[:limit])
    names = full_names(task.need.address for task in rows)
    return [
        {
            "id": str(task.pk), "state": task.state, "category": task.need.category.name,
            "category_en": task.need.category.name_en, "words": task.need.words, "address": text(task.need.address),
            "place": f"{names.get(task.need.address, '')} {task.need.place}".strip(),
            "caller": task.need.caller_name, "phone": task.need.caller_phone, "code": task.need.tracking_code,
            "due_ms": int(task.need.due_at.timestamp() * 1000),
        }
        for task in rows
    ], ""  # fmt: skip


def store_progress(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    """Take tasks on as crews did in the field; one that moved on meanwhile is a conflict, never overwritten."""
    return [_one(actor, item, now) for item in items]


def _one(actor: Actor, item: Item, now: datetime) -> Answer:
    try:
        key, wanted = UUID(item.body["task"]), AssignmentState(item.body["state"])
        evidence = _evidence(item) if wanted is AssignmentState.DONE else None
    except (KeyError, ValueError, TypeError, AttributeError, binascii.Error):
        return Answer(Outcome.REJECTED, "malformed", _("This step cannot be read. Update the app."))
    if wanted not in _STEPS:
        return Answer(Outcome.REJECTED, "malformed", _("This step cannot be read. Update the app."))
    try:
        with transaction.atomic():
            if one_task(actor, key).state == wanted:
                return Answer(Outcome.STORED)
            reason = str(item.body.get("words", ""))[:2000]
            actions.go_on(actor, key, wanted, now, evidence=evidence, reason=reason)
    except NotFound as hidden:
        return Answer(Outcome.CONFLICT, "task_gone", str(hidden))
    except AppError as refusal:
        if refusal.status in (429, 503):
            raise
        return Answer(Outcome.CONFLICT, refusal.code, str(refusal))
    return Answer(Outcome.STORED)


def _evidence(item: Item) -> Evidence:
    photo = item.body.get("photo", "")
    if photo and not photo.startswith(_PHOTO):
        raise ValueError("photo")
    return Evidence(str(item.body.get("words", ""))[:2000], base64.b64decode(photo[len(_PHOTO) :], validate=True))
