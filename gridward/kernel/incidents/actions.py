"""Opening an incident."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.incidents.models import Incident
from gridward.kernel.journal.actions import Event, record


@transaction.atomic
def open_incident(actor: Actor, name: str, name_en: str, hazard: str, address: int, now: datetime) -> Incident:
    """Start a response over an area; everything logged from now on hangs off it."""
    incident = Incident.objects.create(name=name, name_en=name_en, hazard=hazard, address=address, opened_at=now)
    record(actor, [Event("incident.opened", "incident", str(incident.pk), address, now, incident.pk)])
    return incident
