"""Which response is running."""

from __future__ import annotations

from gridward.kernel.errors import NotFound
from gridward.kernel.incidents.models import Incident


def running() -> Incident | None:
    """The incident in force: the newest one not closed; None in quiet times."""
    return Incident.objects.filter(closed_at=None).order_by("-opened_at").first()


def required() -> Incident:
    """The incident in force.

    Raises: NotFound in quiet times.
    """
    found = running()
    if found is None:
        raise NotFound
    return found
