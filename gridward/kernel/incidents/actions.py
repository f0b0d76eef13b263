"""Opening and closing an incident."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.errors import NotFound
from gridward.kernel.incidents.models import Incident
from gridward.kernel.journal.actions import Event, record


@transaction.atomic
def open_incident(actor: Actor, name: str, name_en: str, hazard: str, address: int, now: datetime) -> Incident:
    """Start a response over an area; everything logged from now on hangs off it."""
    incident = Incident.objects.create(name=name, name_en=name_en, hazard=hazard, address=address, opened_at=now)
    record(actor, [Event("incident.opened", "incident", str(incident.pk), address, now, incident.pk)])
    return incident


@transaction.atomic
def close_incident(actor: Actor, incident_id: Any, now: datetime) -> Incident:
    """End a response: from now on its retention runs (`settings.RETENTION_DAYS`). Closing twice changes nothing.

    Raises: NotFound.
    """
    incident = Incident.objects.select_for_update().filter(pk=incident_id).first()
    if incident is None:
        raise NotFound
    if incident.closed_at is None:
        incident.closed_at = max(now, incident.opened_at)
        incident.save(update_fields=["closed_at"])
        event = Event("incident.closed", "incident", str(incident.pk), incident.address, now, incident.pk)
        record(actor, [event])
    return incident
