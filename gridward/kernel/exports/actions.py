"""Asking for an export of personal data, deciding about it, taking its file."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.address import Span
from gridward.kernel.errors import Forbidden, NotFound
from gridward.kernel.exports import queries
from gridward.kernel.exports.errors import OwnRequest, RequestOver
from gridward.kernel.exports.models import ExportRequest
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.errors import ReasonMissing
from gridward.kernel.notices.actions import to_desk, to_users
from gridward.kernel.sheets.errors import UnknownFormat, UnknownSheet
from gridward.kernel.sheets.exporting import write_export
from gridward.kernel.sheets.writing import FORMATS

State = ExportRequest.State
LINK = "/sheets/exports/"


@transaction.atomic
def ask(actor: Actor, sheet: str, kind: str, within: Span, purpose: str, now: datetime) -> ExportRequest:
    """Ask for a sheet of a range; whoever may see these people is told.

    Raises: UnknownSheet, UnknownFormat, ReasonMissing, Forbidden.
    """
    if sheet not in queries.personal_sheets():
        raise UnknownSheet(sheet=sheet, sheets=", ".join(queries.personal_sheets()))
    if kind not in FORMATS:
        raise UnknownFormat
    if not purpose.strip():
        raise ReasonMissing
    _require_all_of(actor, sheet, within)
    request = ExportRequest.objects.create(
        sheet=sheet,
        format=kind,
        address=within.low,
        address_end=within.high,
        purpose=purpose.strip()[:200],
        asked_by_id=actor.user_id,
        asked_at=now,
        expires_at=now + timedelta(hours=settings.EXPORT_HOURS),
    )
    _journal(actor, request, "export.asked", now, {"purpose": request.purpose})
    to_desk(within.low, queries.capability_of(sheet), "export.asked", now, link=LINK, account=actor.name)
    return request


@transaction.atomic
def decide(actor: Actor, request_id: Any, now: datetime, *, approved: bool) -> ExportRequest:
    """Approve or refuse what somebody else asked for; an approved file can be taken once, until it expires.

    Raises: NotFound, OwnRequest, Forbidden, RequestOver.
    """
    request = _locked(actor, request_id)
    if request.asked_by_id == actor.user_id or actor.user_id is None:
        raise OwnRequest
    _require_all_of(actor, request.sheet, Span(request.address, request.address_end))
    if request.state != State.WAITING or request.expires_at <= now:
        raise RequestOver
    request.state = State.APPROVED if approved else State.REFUSED
    request.decided_by_id, request.decided_at = actor.user_id, now
    request.expires_at = now + timedelta(hours=settings.EXPORT_HOURS)
    request.save()
    _journal(actor, request, "export.approved" if approved else "export.refused", now, {})
    to_users([request.asked_by_id], "export.decided", request.address, now, link=LINK, account=actor.name)
    return request


@transaction.atomic
def take(actor: Actor, request_id: Any, file: IO[bytes], now: datetime) -> ExportRequest:
    """Write an approved export to a file for the one who asked; there is no second time.

    Raises: NotFound, RequestOver, Forbidden if they no longer may see all of it.
    """
    request = _locked(actor, request_id)
    if request.asked_by_id != actor.user_id:
        raise NotFound
    if request.state != State.APPROVED or request.expires_at <= now:
        raise RequestOver
    within = Span(request.address, request.address_end)
    _require_all_of(actor, request.sheet, within)
    write_export(actor, request.sheet, request.format, file, within, now)
    request.state = State.TAKEN
    request.save()
    return request


def _require_all_of(actor: Actor, sheet: str, within: Span) -> None:
    if not queries.covers(actor, sheet, within):
        raise Forbidden(capability=queries.capability_of(sheet))


def _locked(actor: Actor, request_id: Any) -> ExportRequest:
    queries.one(actor, request_id)
    return ExportRequest.objects.select_for_update(of=("self",)).get(pk=request_id)


def _journal(actor: Actor, request: ExportRequest, verb: str, now: datetime, said: dict[str, str]) -> None:
    data = {"sheet": request.sheet, "until": str(request.address_end)}
    record(actor, [Event(verb, "export", str(request.pk), request.address, now, data=data, said=said)])
