"""The sync protocol over HTTP. Source: docs/reference/sync.md"""

from __future__ import annotations

import base64
import gzip
import json
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import open_to_all
from gridward.kernel.access.origin import network_of
from gridward.kernel.errors import AppError
from gridward.kernel.sync import queries
from gridward.kernel.sync.access import Door
from gridward.kernel.sync.actions import devices
from gridward.kernel.sync.actions.receiving import Receipt, Unlucky, read, receive
from gridward.kernel.sync.errors import BatchTooLarge, WrongCode
from gridward.kernel.sync.models import Device
from gridward.kernel.sync.rules import MOST_BYTES, MOST_ITEMS, SKEW_FLAGGED_S
from gridward.kernel.sync.sealing import public_key, share_of
from gridward.web.field.door import also_wiped, answer, by_device, refused
from gridward.web.field.guessing import count_try
from gridward.web.walls import start_over

_ZIP_FROM_BYTES = 1024


@require_POST
@by_device
@also_wiped
def upload(request: HttpRequest, door: Door) -> HttpResponse:
    """Take a batch: one transaction, acknowledged only once it is committed."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise BatchTooLarge(items=MOST_ITEMS, bytes=MOST_BYTES)
    now = clock.now()
    batch = read(request.body, door, now)
    try:
        receipt = receive(door, batch, now)
    except Unlucky:
        start_over()
        receipt = receive(door, batch, now, careful=True)
    return answer({"now_ms": _ms(), "epoch": door.epoch, "wipe": door.wipe, **_receipt_out(receipt)})


def _receipt_out(receipt: Receipt) -> dict[str, object]:
    found = []
    for key, one in receipt.answers:
        told = {"id": key, "outcome": one.outcome.value}
        if one.reason:
            told |= {"reason": one.reason, "words": one.words}
        found.append(told)
    flagged = abs(receipt.skew_s) >= SKEW_FLAGGED_S
    return {
        "watermark": receipt.watermark,
        "skew_ms": round(receipt.skew_s * 1000),
        "skewed": flagged,
        "results": found,
    }


@require_GET
@by_device
@also_wiped
def state(request: HttpRequest, door: Door) -> HttpResponse:
    """How far this installation's records are known, and what this account may hold and make."""
    device = Device.objects.get(pk=door.device_id)
    first = request.GET.get("from", "")
    returned = queries.returned(door, int(first)) if first.isdigit() and len(first) < 17 else []
    return answer({
        "now_ms": _ms(), "epoch": door.epoch, "watermark": device.watermark, "device": str(device.pk),
        "name": door.actor.name, "parts": queries.parts(door.actor), "commands": queries.commands(door.actor),
        "house_key": public_key(), "address": f"{door.address:019d}", "returned": returned,
    })  # fmt: skip


@require_POST
@by_device
def unlock(request: HttpRequest, door: Door) -> HttpResponse:
    """The server's half of the store key, good for twelve hours offline."""
    now = clock.now()
    salt = bytes(Device.objects.values_list("share", flat=True).get(pk=door.device_id))
    until = now + timedelta(hours=devices.OFFLINE_H)
    share = base64.b64encode(share_of(door.device_id, salt)).decode()
    return answer({"now_ms": _ms(), "share": share, "until_ms": int(until.timestamp() * 1000)})


@require_GET
@by_device
def patch(request: HttpRequest, door: Door, part: str) -> HttpResponse:
    """One piece of one part of the device's own patch, from a cursor on."""
    rows, after = queries.patch(door, part, request.GET.get("after", ""))
    response = answer({"now_ms": _ms(), "rows": list(rows), "next": after})
    if len(response.content) >= _ZIP_FROM_BYTES and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(response.content, 5, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["Vary"] = "Accept-Encoding"
    return response


@require_POST
@by_device
@also_wiped
def wiped(request: HttpRequest, door: Door) -> HttpResponse:
    """The device says that it has forgotten everything."""
    devices.confirm_wiped(door, clock.now())
    return answer({"now_ms": _ms()})


@csrf_exempt  # nosemgrep: no-forms-without-a-mark # no cookie is looked at
@require_POST
@open_to_all
def enrolment(request: HttpRequest) -> HttpResponse:
    """Enrol an installation by the code that its account had made; no cookie is looked at, so none can be misused."""
    now = clock.now()
    try:
        count_try(network_of(request), now)
        made = devices.enrol(_code(request), now)
    except AppError as refusal:
        return refused(refusal)
    device = made.device
    said = {"now_ms": _ms(), "device": str(device.pk), "token": made.token, "epoch": device.epoch}
    return answer({**said, "name": made.name, "house_key": public_key()}, 201)


def _code(request: HttpRequest) -> str:
    try:
        return str(json.loads(request.body)["code"])[:40]
    except (ValueError, KeyError, TypeError) as wrong:
        raise WrongCode from wrong


def _ms() -> int:
    return int(clock.now().timestamp() * 1000)
