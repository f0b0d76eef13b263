"""What is due to be forgotten, and when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

PART_OF = {"person": "people", "caller": "needs", "journal": "journal"}
"""Holders by the name their retention is set under; a line's own holder goes by its name, else as needs do."""


def due_on(holder: str, closed_at: datetime | None, retention_days: Mapping[str, int]) -> datetime | None:
    """When a holder's rows and keys of an incident are to be destroyed; None while it is open."""
    if closed_at is None:
        return None
    part = PART_OF.get(holder, holder)
    return closed_at + timedelta(days=retention_days.get(part, retention_days.get("needs", 0)))
