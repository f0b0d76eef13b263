"""Allotting resources to areas, putting them on and off duty, moving them on the map."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.areas.models import Area
from gridward.kernel.errors import NotFound
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.errors import UnknownPlace
from gridward.kernel.resources.models import Resource
from gridward.kernel.resources.queries import open_crewed


@transaction.atomic
def allot(actor: Actor, resource_id: Any, address: int, now: datetime) -> Resource:
    """Give a resource another area to serve.

    Raises: NotFound, Forbidden unless the actor may change resources at both places, UnknownPlace.
    """
    resource = _locked(resource_id)
    actor.require("resources.change", resource.address)
    actor.require("resources.change", address)
    if not Area.objects.filter(pk=address).exists():
        raise UnknownPlace(address=address)
    before, resource.address = resource.address, address
    resource.save(update_fields=["address"])
    event = Event("resource.allotted", "resource", str(resource.pk), address, now, data={"from": str(before)})
    record(actor, [event])
    return resource


@transaction.atomic
def set_duty(actor: Actor, resource_id: Any, duty: str, now: datetime, until: datetime | None = None) -> Resource:
    """Put a resource on or off duty; a crew may do it for its own.

    Raises: NotFound, Forbidden.
    """
    open_crewed(actor)
    resource = _locked(resource_id)
    if not resource.crew.filter(user_id=actor.user_id).exists():
        actor.require("resources.change", resource.address)
    resource.duty, resource.duty_until = Resource.Duty(duty), until
    resource.save(update_fields=["duty", "duty_until"])
    event = Event("resource.changed", "resource", str(resource.pk), resource.address, now, data={"duty": duty})
    record(actor, [event])
    return resource


def report_position(actor: Actor, resource_id: Any, latitude: float, longitude: float, now: datetime) -> None:
    """Note where a crew's resource is (WGS-84 degrees); older reports than the one kept are dropped.

    Raises: NotFound if the actor is not of its crew.
    """
    open_crewed(actor)
    mine = Resource.objects.filter(pk=resource_id, crew__user_id=actor.user_id)
    if not mine.exists():
        raise NotFound
    Resource.objects.filter(pk=resource_id).exclude(seen_at__gt=now).update(
        latitude=latitude, longitude=longitude, seen_at=now
    )


def _locked(resource_id: Any) -> Resource:
    resource = Resource.objects.select_for_update(of=("self",)).filter(pk=resource_id).first()
    if resource is None:
        raise NotFound
    return resource
