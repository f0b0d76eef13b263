"""What is due to be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from gridward.kernel.erasing.rules import due_on
from gridward.kernel.erasing.tables import holders_of
from gridward.kernel.errors import NotFound
from gridward.kernel.incidents.models import Incident


def due(now: datetime, incident_id: Any = None) -> list[tuple[UUID, list[str]]]:
    """The incidents with the holders whose time has come; with `incident_id`, all that are left of that one.

    Raises: NotFound.
    """
    if incident_id is not None:
        incident = Incident.objects.filter(pk=incident_id).first()
        if incident is None:
            raise NotFound
        return [(incident.pk, holders_of(incident.pk))]
    found = []
    for incident in Incident.objects.filter(closed_at__isnull=False).order_by("closed_at"):
        moments = {one: due_on(one, incident.closed_at, settings.RETENTION_DAYS) for one in holders_of(incident.pk)}
        if holders := [one for one, moment in moments.items() if moment is not None and moment <= now]:
            found.append((incident.pk, holders))
    return found
