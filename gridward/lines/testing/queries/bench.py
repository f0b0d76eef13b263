"""Reads of the laboratory's bench: what waits, what runs, who is there, and how positive it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from gridward.kernel.access.actor import Actor, visible
from gridward.kernel.access.scope import house
from gridward.lines.testing.models import Gift, Instrument, Laboratory, LentStaff, Plate, Reading, Shift, Tube
from gridward.lines.testing.rules import Verdict

BENCH = "testing.bench"
MEASURED = timedelta(days=3)
"""Positivity is measured over so long."""


def laboratories(actor: Actor) -> list[Laboratory]:
    """The laboratories an actor works in, mobile ones first."""
    return list(visible(Laboratory.objects.filter(in_use=True), actor, BENCH).order_by("-mobile", "name"))


def waiting(laboratory: Laboratory, limit: int = 400) -> list[Tube]:
    """Tubes a laboratory received and has not answered, the oldest sample first. Relies on testing_tube_waiting."""
    with house():
        rows = Tube.objects.filter(laboratory=laboratory, verdict__in=["", Verdict.INVALID], received_at__isnull=False)
        return list(rows.order_by("closed_at")[:limit])


def not_on_a_plate(laboratory: Laboratory, tubes: list[Tube]) -> list[Tube]:
    """Those of some tubes that no unread plate holds; a tube to be repeated waits for another plate."""
    held = {code for plate in unread(laboratory) for code in plate.layout.values()}
    return [one for one in tubes if one.code not in held]


def unread(laboratory: Laboratory) -> QuerySet[Plate]:
    """The plates that wait for their instrument, the first set out on top."""
    return Plate.objects.filter(laboratory=laboratory, read_at=None).select_related("instrument").order_by("set_at")


def read_lately(laboratory: Laboratory, limit: int = 20) -> list[Plate]:
    """The plates read last."""
    rows = Plate.objects.filter(laboratory=laboratory, read_at__isnull=False)
    return list(rows.select_related("instrument").order_by("-read_at")[:limit])


def to_be_seconded(laboratory: Laboratory) -> list[Reading]:
    """Readings by hand that wait for a second reader. Relies on testing_reading_to_be_seconded."""
    with house():
        rows = Reading.objects.filter(laboratory=laboratory, source="hand", second_at=None)
        return list(rows.select_related("tube", "read_by").order_by("read_at"))


def instruments(laboratory: Laboratory) -> list[Instrument]:
    """A laboratory's instruments in use."""
    return list(Instrument.objects.filter(laboratory=laboratory, in_use=True).order_by("name"))


def lent(laboratory: Laboratory) -> list[LentStaff]:
    """Who is lent to a laboratory, by institution."""
    rows = LentStaff.objects.filter(laboratory=laboratory).select_related("institution")
    return list(rows.order_by("institution__name", "id"))


def shifts(laboratory: Laboratory, now: datetime, ahead: timedelta = timedelta(days=1)) -> list[Shift]:
    """The shifts that run or begin within a time. Relies on testing_shift_ends."""
    rows = Shift.objects.filter(staff__laboratory=laboratory, ends_at__gt=now, starts_at__lt=now + ahead)
    return list(rows.select_related("staff__institution").order_by("starts_at", "id"))


def gifts(laboratory: Laboratory) -> tuple[list[Gift], int]:
    """What was given to a laboratory, newest first, and what all of it is worth (fen)."""
    rows = Gift.objects.filter(laboratory=laboratory)
    return list(rows.order_by("-at")[:200]), rows.aggregate(Sum("worth_fen"))["worth_fen__sum"] or 0


@dataclass(frozen=True)
class Measured:
    """Tubes of one pool size concluded lately, and how many of them were positive."""

    pool_size: int
    tubes: int
    positive: int


# Relies on testing_tube_verdict.
_MEASURED = """
    SELECT round.pool_size, count(*), count(*) FILTER (WHERE verdict = 'positive')
    FROM testing_tube AS tube JOIN testing_round AS round ON round.id = tube.round_id
    WHERE verdict_at >= %s AND verdict_at <= %s AND verdict IN ('positive', 'negative') AND NOT tube.again
    GROUP BY round.pool_size ORDER BY count(*) DESC LIMIT 1
"""


def measured(now: datetime) -> Measured | None:
    """The commonest pool size of the last days with its results; None where nothing was concluded."""
    with house(), connection.cursor() as query:
        query.execute(_MEASURED, [now - MEASURED, now])
        row = query.fetchone()
    return Measured(*row) if row else None


def capacity_of(laboratories: list[Laboratory]) -> dict[Any, int]:
    """Tubes an hour of each laboratory's instruments in use."""
    rows = Instrument.objects.filter(Q(laboratory__in=laboratories), in_use=True).values("laboratory_id")
    return {row["laboratory_id"]: row["per_h"] for row in rows.annotate(per_h=Sum("tubes_per_h"))}


def open_tubes(laboratories: list[Laboratory]) -> dict[Any, int]:
    """How many tubes each laboratory has received and not answered. Relies on testing_tube_waiting."""
    with house(), connection.cursor() as query:
        query.execute(
            "SELECT laboratory_id, count(*) FROM testing_tube WHERE laboratory_id = ANY(%s::uuid[]) "
            "AND verdict IN ('', 'invalid') AND received_at IS NOT NULL GROUP BY laboratory_id",
            [[one.pk for one in laboratories]],
        )
        return dict(query.fetchall())
