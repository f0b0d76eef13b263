"""The console's pages about the field: my devices and those I answer for, and records that somebody has to look at."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_account, needs_capability
from gridward.kernel.areas.queries import full_names
from gridward.kernel.registry import registry
from gridward.kernel.sync.access import devices as visible_devices
from gridward.kernel.sync.access import unsettled
from gridward.kernel.sync.actions import devices, settling
from gridward.kernel.sync.models import SETTLE, FieldForm, Record
from gridward.kernel.sync.records import Outcome
from gridward.kernel.sync.rules import SKEW_FLAGGED_S
from gridward.web.field.answers import answers_of
from gridward.web.field.collect import settings_of
from gridward.web.paging import page_of
from gridward.web.scope import chosen_area

_SHOWN_BODY = 4000


@require_GET
@needs_account
def device_list(request: HttpRequest) -> HttpResponse:
    """My field devices, and those of my area."""
    return _devices(request)


def _devices(request: HttpRequest, shown: dict[str, Any] | None = None) -> HttpResponse:
    actor = actor_in(request)
    page = page_of(visible_devices(actor).order_by("-made_at", "-id"), request.GET.get("after", ""))
    names = full_names(device.address for device in page.rows)
    rows = [
        {"device": device, "place_name": names.get(device.address, ""), "mine": device.user_id == actor.user_id,
         "skewed": abs(device.skew_s) >= SKEW_FLAGGED_S}
        for device in page.rows
    ]  # fmt: skip
    context = {"rows": rows, "after": page.after, "minutes": devices.CODE_MIN, "collect_server": _collect(request)}
    return render(request, "field/devices.html", context | (shown or {}))


def _offered(request: HttpRequest, offered: devices.Offer) -> HttpResponse:
    link = request.build_absolute_uri(f"{reverse('field-app')}#enrol={offered.code}")
    return _devices(request, {"offered": offered, "link": link, "drawn": _drawn(link)})


def _collect(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("collect-list")).removesuffix("/formList")


def _drawn(said: str) -> str:
    return segno.make(said, error="m").svg_data_uri(scale=5, border=2)


@require_POST
@needs_account
def offer(request: HttpRequest) -> HttpResponse:
    """A code for a new device of mine."""
    return _offered(request, devices.offer(actor_in(request), request.POST.get("name", ""), clock.now()))


@require_POST
@needs_account
def offer_again(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """A code for a device of mine that was installed anew."""
    return _offered(request, devices.offer(actor_in(request), "", clock.now(), device_id))


@require_POST
@needs_account
def collect_token(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Enrol a device of mine with ODK Collect: its token is shown this once."""
    made = devices.enrol_collect(actor_in(request), device_id, clock.now())
    said = settings_of(_collect(request), made.device.name, made.token)
    response = _devices(request, {"collect": made, "drawn": _drawn(said)})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@needs_account
def revocation(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Shut a device out."""
    devices.revoke(actor_in(request), device_id, clock.now(), lost=False)
    messages.success(request, _("The device is shut out."))
    return redirect("field-devices")


@require_POST
@needs_account
def loss(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """A device is lost: shut it out, and have it forget everything."""
    devices.revoke(actor_in(request), device_id, clock.now(), lost=True)
    messages.success(request, _("The device is shut out, and forgets everything as soon as it is online."))
    return redirect("field-devices")


@require_GET
@needs_capability(SETTLE)
def conflicts(request: HttpRequest) -> HttpResponse:
    """Field records that contradict what is known or were rejected, the oldest first."""
    page = page_of(unsettled(actor_in(request)), request.GET.get("after", ""))
    names = full_names(row.address for row in page.rows)
    rows = [_shown(row, names.get(row.address, "")) for row in page.rows]
    return render(request, "field/conflicts.html", {"rows": rows, "after": page.after, "now": clock.now()})


def _shown(row: Record, place_name: str) -> dict[str, Any]:
    command = registry().commands.get(row.type)
    return {
        "row": row,
        "place_name": place_name,
        "title": command.title if command else row.type,
        "facts": _facts(row.body),
        "skewed": abs(row.skew_s) >= SKEW_FLAGGED_S,
    }


def _facts(body: str) -> str:
    """The body as it was written, one fact a line, without pictures."""
    try:
        found = json.loads(body or "{}")
    except ValueError:
        return body[:_SHOWN_BODY]
    kept = {key: value for key, value in found.items() if not (isinstance(value, str) and len(value) > 2000)}
    return json.dumps(kept, ensure_ascii=False, indent=1)[:_SHOWN_BODY]


@require_POST
@needs_capability(SETTLE)
def settlement(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Say what was decided about one of them."""
    settling.settle(actor_in(request), record_id, request.POST.get("decision", ""), clock.now())
    messages.success(request, _("Settled, and kept in the journal with your name."))
    return redirect("sync-conflicts")


@require_GET
@needs_capability("field.see")
def reports(request: HttpRequest) -> HttpResponse:
    """Filled-in forms from the field, the newest first. Relies on record_form_address."""
    area, within = chosen_area(request, "field.see")
    kept = Record.objects.filter(type="field.form", outcome__in=[Outcome.STORED, Outcome.SAME])
    held = kept.filter(address__gte=within.low, address__lt=within.high).select_related("user")
    page = page_of(held.order_by("-received_at", "-id"), request.GET.get("after", ""))
    names = full_names(row.address for row in page.rows)
    forms = {form.key: form for form in FieldForm.objects.all()}
    rows = [{"row": row, "place_name": names.get(row.address, ""), **answers_of(row.body, forms)} for row in page.rows]
    return render(request, "field/reports.html", {"area": area, "rows": rows, "after": page.after})
