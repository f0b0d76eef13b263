"""Reading export requests: one's own, and those one may decide."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.address import Span
from gridward.kernel.errors import NotFound
from gridward.kernel.exports.models import ExportRequest
from gridward.kernel.registry import registry


def listed(actor: Actor) -> QuerySet[ExportRequest]:
    """An actor's own requests and those of their areas, newest first. Relies on export_asked_by and export_address."""
    mine = Q(asked_by_id=actor.user_id)
    for sheet in personal_sheets():
        mine |= Q(sheet=sheet) & inside(actor.spans(capability_of(sheet)))
    rows = ExportRequest.objects.select_related("asked_by", "decided_by")
    return rows.filter(mine).order_by("-asked_at", "-id")


def one(actor: Actor, request_id: Any) -> ExportRequest:
    """One request an actor may see.

    Raises: NotFound.
    """
    found = listed(actor).filter(pk=request_id).first()
    if found is None:
        raise NotFound
    return found


def personal_sheets() -> list[str]:
    """The keys of the sheets that hold personal data."""
    return [key for key, sheet in registry().sheets.items() if sheet.personal]


def capability_of(sheet: str) -> str:
    """What both persons must hold at the whole of the range."""
    return str(registry().sheets[sheet].export_capability)


def covers(actor: Actor, sheet: str, within: Span) -> bool:
    """Whether an actor holds the sheet's capability at the whole of a range."""
    return any(span.low <= within.low and within.high <= span.high for span in actor.spans(capability_of(sheet)))
