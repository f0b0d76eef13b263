"""How branches and teams are counted on a day. Pure."""

from __future__ import annotations

from datetime import date


def stands_on(founded_on: date, closed_on: date | None, day: date) -> bool:
    """Whether a team stands on a day: from the day it is founded to the day before it is closed."""
    return founded_on <= day and (closed_on is None or day < closed_on)
