"""Reading offers of shifts: one's own, and those one could take."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from gridward.kernel.access.actor import inside
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, at_level, span
from gridward.lines.forces.models import Swap, Volunteer

SHOWN = 30


def own(one: Volunteer, now: datetime) -> list[Swap]:
    """Somebody's own offers for shifts that have not begun, the soonest first."""
    rows = Swap.objects.filter(offered_by=one, state=Swap.State.OFFERED, need__post_shift__starts_at__gt=now)
    with house():
        return list(rows.select_related("need__post_shift__post").order_by("need__post_shift__starts_at")[:SHOWN])


def to_take(one: Volunteer, now: datetime) -> list[Swap]:
    """Offers made to somebody, or to whoever can in the town they serve in. Relies on swap_address."""
    around = span(at_level(one.serving_at or one.address, Level.TOWN))
    rows = Swap.objects.filter(
        Q(wanted=one) | (Q(wanted=None) & inside([around])),
        state=Swap.State.OFFERED,
        need__post_shift__starts_at__gt=now,
    )
    with house():
        found = rows.exclude(offered_by=one).select_related("offered_by", "need__post_shift__post")
        return list(found.order_by("need__post_shift__starts_at")[:SHOWN])


def by_badge(badge: str) -> Volunteer | None:
    """Who serves under a badge; None for nobody."""
    with house():
        return Volunteer.objects.filter(badge__iexact=badge, state=Volunteer.State.ADMITTED).first()
