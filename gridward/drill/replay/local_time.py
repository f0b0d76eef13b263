"""Wall-clock times of a place as moments in UTC, the two nights a year on which clocks jump included. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def to_utc(wall: datetime, zone: ZoneInfo, not_before: datetime | None = None) -> datetime:
    """The moment a wall clock of a zone shows `wall` (naive).

    A time that is shown twice is taken as the first of the two, unless that lies before `not_before`; a time the
    clocks skipped is taken as if they had not been put forward, which is the same distance after the skip.
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if not_before is not None and first < not_before <= second:
        return second
    return first


def was_skipped(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether no clock of the zone ever showed this time."""
    return to_utc(wall, zone).astimezone(zone).replace(tzinfo=None) != wall
