"""Computing figures from their rows, and keeping them fresh from the journal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import connection, transaction

from gridward.kernel.address import Level, step
from gridward.kernel.clock import local_day
from gridward.kernel.figures.models import FigureMark
from gridward.kernel.figures.queries import AGGREGATE_SQL, COMPUTED_LEVELS, day_params
from gridward.kernel.journal.queries import cursor
from gridward.kernel.manifest import Figure
from gridward.kernel.registry import registry

_LOCK = 0x67726964


def _place_at(level: Level) -> str:
    """The area of a level that a row lies in; none where the row lies at a desk above, which counts it once itself."""
    above = max((one for one in COMPUTED_LEVELS if one < level), default=None)
    place = f"address - address % {step(level)}"
    place = f"CASE WHEN address % {step(above)} <> 0 THEN {place} END" if above else place
    return place.replace("%", "%%")


_PLACES = ", ".join(map(_place_at, COMPUTED_LEVELS))

# Days whose figures may have changed: every day between the first and the last entry of a thing that has news.
# Relies on entry_transaction and entry_subject.
_TOUCHED_DAYS = """
    SELECT DISTINCT day::date
    FROM (SELECT DISTINCT subject_id FROM kernel_entry
          WHERE transaction >= pg_snapshot_xmin(%(since)s::pg_snapshot)
            AND NOT pg_visible_in_snapshot(transaction, %(since)s::pg_snapshot)) AS changed
    CROSS JOIN LATERAL (SELECT min(at) AS first, max(at) AS last FROM kernel_entry AS entry
                        WHERE entry.subject_id = changed.subject_id) AS life
    CROSS JOIN LATERAL generate_series((first AT TIME ZONE %(zone)s)::date, (last AT TIME ZONE %(zone)s)::date,
                                       interval '1 day') AS day
"""


@transaction.atomic
def refresh(now: datetime) -> list[date]:
    """Recompute the figures of every day that the journal touched since the last refresh, and of today.

    One worker at a time; a second one returns at once.
    Returns: the days recomputed.
    """
    with connection.cursor() as query:
        query.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not query.fetchone()[0]:
            return []
    mark, _ = FigureMark.objects.get_or_create(pk=1, defaults={"cursor": "1:1:"})
    reached = cursor()
    with connection.cursor() as query:
        query.execute(_TOUCHED_DAYS, {"since": mark.cursor, "zone": settings.TIME_ZONE})
        days = {row[0] for row in query.fetchall()} | {local_day(now)}
    compute(sorted(days), now)
    mark.cursor = reached
    mark.save()
    return sorted(days)


@transaction.atomic
def compute(days: Iterable[date], now: datetime) -> None:
    """Replace all figures of some days by what their rows say at `now`."""
    for day in days:
        with connection.cursor() as query:
            query.execute("DELETE FROM kernel_figurevalue WHERE day = %s", [day])
            for figure in registry().figures.values():
                query.execute(_insert(figure), {**day_params(day, now), "key": figure.key, "day": day, "now": now})


def _insert(figure: Figure) -> str:
    groups = "GROUPING SETS ((place), (place, part))" if figure.parts else "GROUPING SETS ((place))"
    part = "CASE WHEN grouping(part) = 1 THEN '' ELSE part END" if figure.parts else "''"
    return f"""
        INSERT INTO kernel_figurevalue (key, address, day, part, value, weight, computed_at)
        SELECT %(key)s, place, %(day)s, {part}, {AGGREGATE_SQL[figure.aggregate]}, count(*), %(now)s
        FROM ({figure.rows}) AS row
        CROSS JOIN LATERAL unnest(ARRAY[{_PLACES}]) AS place
        WHERE place IS NOT NULL
        GROUP BY {groups}
    """
