"""What the command line decides. Pure: no Django, no clock, no chance without a seed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


def most_pressing(deadlines: Sequence[datetime]) -> int | None:
    """The place of the earliest deadline; ties go to the first. None where there are none."""
    return min(range(len(deadlines)), key=deadlines.__getitem__) if deadlines else None
