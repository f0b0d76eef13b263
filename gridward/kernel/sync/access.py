"""Who a device's token stands for, found in one statement; which devices and records an officer may see."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.db.models import Q, QuerySet

from gridward.kernel.access.actor import Actor, inside, reach_of
from gridward.kernel.errors import NotFound
from gridward.kernel.prepared import rows_of
from gridward.kernel.sync.errors import UnknownDevice
from gridward.kernel.sync.models import SETTLE, Device, Record
from gridward.kernel.sync.records import Outcome


@dataclass(frozen=True)
class Door:
    """A device that showed its token: whose it is, which installation speaks, where its patch is."""

    device_id: UUID
    epoch: int
    address: int
    incident_id: UUID | None
    wipe: bool
    actor: Actor


def digest_of(secret: str) -> bytes:
    """What the database keeps of a token or a code."""
    return hashlib.sha256(secret.encode()).digest()


def door_of(token: str) -> Door:
    """The device behind a token; one statement, whatever scope is in force (`gridward_device` in walls/functions.sql).

    Raises: UnknownDevice.
    """
    found = rows_of("SELECT * FROM gridward_device(%s::bytea)", [digest_of(token)])
    if not found:
        raise UnknownDevice
    device_id, epoch, address, wipe, user_id, name, incident_id, roles, places = found[0]
    return Door(device_id, epoch, address, incident_id, wipe, _actor(user_id, name, tuple(roles), tuple(places)))


@lru_cache(maxsize=4096)
def _actor(user_id: int, name: str, roles: tuple[str, ...], places: tuple[int, ...]) -> Actor:
    return Actor(user_id, name, "field", reach_of(zip(roles, places, strict=True)))


def devices(actor: Actor) -> QuerySet[Device]:
    """The devices an actor may see: their own, and those of the patches they answer for."""
    theirs = Q(user_id=actor.user_id) | inside(actor.spans(SETTLE)) | inside(actor.spans("grants.give"))
    return Device.objects.filter(theirs).select_related("user").order_by("-made_at")


def one_device(actor: Actor, device_id: UUID) -> Device:
    """One of those devices, locked; hidden equals absent.

    Raises: NotFound.
    """
    found = devices(actor).select_for_update(of=("self",)).filter(pk=device_id).first()
    if found is None:
        raise NotFound
    return found


def unsettled(actor: Actor) -> QuerySet[Record]:
    """Conflicts and rejections that nobody has settled, the oldest first. Relies on record_unsettled."""
    open_ = Q(outcome__in=[Outcome.CONFLICT, Outcome.REJECTED], settled_at=None)
    return (
        Record.objects.filter(open_, inside(actor.spans(SETTLE)))
        .select_related("device", "user")
        .order_by("received_at", "id")
    )
