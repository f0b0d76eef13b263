"""The one place that reads the time, so that a drill can run a day in minutes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

_simulated: ContextVar[datetime | None] = ContextVar("simulated_now", default=None)


def now() -> datetime:
    """The present moment in UTC, or the simulated one inside `simulated()`."""
    return _simulated.get() or datetime.now(UTC)


@contextmanager
def simulated(moment: datetime) -> Iterator[None]:
    """Run a block at a given moment (aware, any zone).

    Raises: ValueError if `moment` carries no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a simulated moment needs a zone")
    token = _simulated.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _simulated.reset(token)


def zone() -> ZoneInfo:
    """The district's time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def local_day(moment: datetime) -> date:
    """The calendar day of a moment in the district's zone."""
    return moment.astimezone(zone()).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The half-open UTC interval that a local calendar day covers."""
    start = datetime.combine(day, time.min, zone())
    end = datetime.combine(day + timedelta(days=1), time.min, zone())
    return start.astimezone(UTC), end.astimezone(UTC)
