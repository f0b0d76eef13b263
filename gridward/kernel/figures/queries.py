"""Reading figures: as last computed for an area and a day, or live for a small place; and the rows behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from gridward.kernel.access.scope import house, reaches
from gridward.kernel.address import Level, Span, level_of, span
from gridward.kernel.clock import day_bounds
from gridward.kernel.errors import NotFound
from gridward.kernel.figures.models import FigureValue
from gridward.kernel.manifest import Aggregate, Figure
from gridward.kernel.registry import registry

AGGREGATE_SQL = {
    Aggregate.COUNT: "count(*)::float8",
    Aggregate.SUM: "coalesce(sum(amount), 0)::float8",
    Aggregate.SHARE: "avg(amount)::float8",
    Aggregate.MEDIAN: "percentile_cont(0.5) WITHIN GROUP (ORDER BY amount)::float8",
    Aggregate.P95: "percentile_cont(0.95) WITHIN GROUP (ORDER BY amount)::float8",
    # Of amounts x in ascending order: 2 Σ i·x / (n Σ x) − (n + 1) / n.
    Aggregate.GINI: "(SELECT 2 * sum(place * x) / nullif(count(*) * sum(x), 0) - (count(*) + 1)::float8 / count(*) "
    "FROM unnest(array_agg(amount::float8 ORDER BY amount)) WITH ORDINALITY AS each (x, place) HAVING count(*) > 0)",
}
SEE = FigureValue.wall.see
COMPUTED_LEVELS = (Level.COMMUNITY, Level.TOWN, Level.DISTRICT)


@dataclass(frozen=True)
class Reading:
    """One figure as a screen shows it; `value` is None where no rows lie behind an average, or none may be read."""

    figure: Figure
    address: int
    day: date
    value: float | None
    weight: int
    computed_at: datetime
    part: str = ""


def figure(key: str) -> Figure:
    """A figure's definition.

    Raises: NotFound.
    """
    try:
        return registry().figures[key]
    except KeyError as unknown:
        raise NotFound from unknown


def day_params(day: date, now: datetime) -> dict[str, datetime]:
    """The bounds a figure's rows are asked for; a day not yet over ends now."""
    start, end = day_bounds(day)
    return {"start": start, "end": max(start, min(end, now))}


def read(keys: Iterable[str], address: int, day: date, now: datetime) -> dict[str, Reading]:
    """Figures of one area on one day, by key; parts left out.

    Areas below a community are computed at once, the others read as last computed.
    """
    figures = [figure(key) for key in keys]
    if level_of(address) > Level.COMMUNITY:
        return {one.key: _live(one, address, day, now) for one in figures}
    rows = FigureValue.objects.filter(address=address, day=day, part="", key__in=[one.key for one in figures])
    stored = {row.key: row for row in rows}
    return {one.key: _reading(one, stored.get(one.key), address, day, now) for one in figures}


def _reading(one: Figure, row: FigureValue | None, address: int, day: date, now: datetime) -> Reading:
    if row is None:
        counted = one.aggregate in (Aggregate.COUNT, Aggregate.SUM) and reaches(span(address), *SEE)
        empty = 0.0 if counted else None
        return Reading(one, address, day, empty, 0, now)
    return Reading(one, address, day, row.value, row.weight, row.computed_at, row.part)


def _live(one: Figure, address: int, day: date, now: datetime) -> Reading:
    low, high = span(address)
    if not reaches(span(address), *SEE):
        return Reading(one, address, day, None, 0, now)
    # A number is theirs to read who may not read the rows behind it.
    with house(), connection.cursor() as query:
        query.execute(
            f"SELECT {AGGREGATE_SQL[one.aggregate]}, count(*) FROM ({one.rows}) AS row "  # nosec B608 # only names of our own are formatted in
            "WHERE address >= %(low)s AND address < %(high)s",
            {**day_params(day, now), "low": low, "high": high},
        )
        value, weight = query.fetchone()
    return Reading(one, address, day, value, weight, now)


def trends(keys: Iterable[str], address: int, last: date, days: int = 14) -> dict[str, list[tuple[date, float | None]]]:
    """Figures of one area over days, by key, oldest day first; days without a value are left out."""
    found: dict[str, list[tuple[date, float | None]]] = {key: [] for key in keys}
    rows = FigureValue.objects.filter(
        key__in=list(found), address=address, part="", day__gt=last - timedelta(days=days), day__lte=last
    )
    for key, day, value in rows.order_by("day").values_list("key", "day", "value"):
        found[key].append((day, value))
    return found


def by_area(key: str, parent: int, level: Level, day: date) -> dict[int, FigureValue]:
    """A figure of every area of a level below `parent`, by address."""
    low, high = span(parent)
    rows = FigureValue.objects.filter(key=key, day=day, part="", address__gte=low, address__lt=high)
    return {row.address: row for row in rows if level_of(row.address) == level}


def by_part(key: str, address: int, day: date) -> list[tuple[str, float | None]]:
    """A figure of one area by its parts, the largest first."""
    rows = FigureValue.objects.filter(key=key, address=address, day=day).exclude(part="")
    return sorted(rows.values_list("part", "value"), key=lambda row: (-(row[1] or 0), row[0]))


def rows_behind(
    one: Figure, spans: Sequence[Span], day: date, now: datetime, *, after: str = "", limit: int = 50
) -> list[dict[str, Any]]:
    """The rows a figure was computed from, inside some ranges, in the order of their ids.

    Parameters: after — the last `row_id` of the page before.
    """
    ranges = " OR ".join(f"(address >= {low} AND address < {high})" for low, high in spans) or "FALSE"
    behind = "AND row_id > %(after)s::uuid" if after else ""
    with connection.cursor() as query:
        query.execute(
            f"SELECT row_id::text, address, amount FROM ({one.rows}) AS row "  # nosec B608 # only names of our own are formatted in
            f"WHERE ({ranges}) {behind} ORDER BY row_id LIMIT %(limit)s",
            {**day_params(day, now), "after": after, "limit": limit},
        )
        return [dict(zip(("row_id", "address", "amount"), row, strict=True)) for row in query.fetchall()]
