"""A device's life: offered a way in, enrolled, enrolled anew after a reinstall, shut out, lost and wiped."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.errors import Forbidden, Invalid
from gridward.kernel.ids import new_id, tracking_code
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.sync.access import Door, digest_of, one_device
from gridward.kernel.sync.errors import WrongCode
from gridward.kernel.sync.models import Device

CODE_MIN = 10
OFFLINE_H = 12
"""How long a device may open its store without the server."""


@dataclass(frozen=True)
class Offer:
    """A way in, to be used once within ten minutes."""

    device: Device
    code: str


@dataclass(frozen=True)
class Enrolled:
    """What an installation needs to speak for a device."""

    device: Device
    token: str
    name: str


@transaction.atomic
def offer(actor: Actor, name: str, now: datetime, device_id: UUID | None = None) -> Offer:
    """A code for one's own new device, or for one that was installed anew.

    Raises: NotFound, Invalid, Forbidden for somebody else's device.
    """
    if device_id is None:
        name = name.strip()
        if not name or len(name) > 60:
            raise Invalid(field="name", reason="1–60")
        spans = sorted({span for held in actor.reach.values() for span in held}, key=lambda one: one.high - one.low)
        device = Device(id=new_id(now), user_id=actor.user_id, name=name, made_at=now, share=secrets.token_bytes(16))
        device.address = spans[0].low if spans else 0
    else:
        device = one_device(actor, device_id)
        if device.user_id != actor.user_id:
            raise Forbidden(capability="grants.give")
    code = tracking_code()
    device.code_digest, device.code_until = digest_of(code), now + timedelta(minutes=CODE_MIN)
    device.save()
    _tell(actor, "device.offered", device, now)
    return Offer(device, code)


@transaction.atomic
def enrol(code: str, now: datetime) -> Enrolled:
    """Let the installation that knows a code speak for its device: a new epoch begins, the old installation is out.

    Raises: WrongCode.
    """
    with house():
        wanted = digest_of(code.strip().upper())
        device = Device.objects.select_for_update(of=("self",)).filter(code_digest=wanted, code_until__gt=now).first()
        if device is None:
            raise WrongCode
        token = secrets.token_urlsafe(32)
        device.token_digest, device.code_digest, device.code_until = digest_of(token), None, None
        device.epoch, device.watermark, device.enrolled_at = device.epoch + 1, 0, now
        device.revoked_at, device.wipe, device.wiped_at = None, False, None
        device.share = secrets.token_bytes(16)
        device.save()
        _tell(Actor(device.user_id, channel="field"), "device.enrolled", device, now)
        return Enrolled(device, token, str(device.user))


@transaction.atomic
def enrol_collect(actor: Actor, device_id: UUID, now: datetime) -> Enrolled:
    """Enrol one's own device for ODK Collect, which knows no codes: its token is to be shown once.

    Raises: NotFound, Forbidden for somebody else's device.
    """
    return enrol(offer(actor, "", now, device_id).code, now)


@transaction.atomic
def revoke(actor: Actor, device_id: UUID, now: datetime, *, lost: bool) -> Device:
    """Shut a device out; a lost one forgets everything as soon as it hears of it, and its store key is destroyed now.

    Raises: NotFound.
    """
    device = one_device(actor, device_id)
    if device.revoked_at is not None and device.wipe == lost:
        return device
    device.revoked_at, device.wipe = now, lost
    device.code_digest = device.code_until = None
    # Without the salt the server's half of the key is gone: what the device still holds can no longer be opened.
    device.share = b""
    device.save()
    _tell(actor, "device.lost" if lost else "device.revoked", device, now)
    return device


@transaction.atomic
def confirm_wiped(door: Door, now: datetime) -> None:
    """The device says that it has forgotten everything."""
    device = Device.objects.select_for_update(of=("self",)).get(pk=door.device_id)
    if device.wipe and device.wiped_at is None:
        device.wiped_at, device.token_digest = now, None
        device.save()
        _tell(door.actor, "device.wiped", device, now)


def _tell(actor: Actor, verb: str, device: Device, now: datetime) -> None:
    record(actor, [Event(verb, "device", str(device.pk), device.address, now, data={"epoch": device.epoch})])
