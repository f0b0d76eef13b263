"""From rows to the engine and back: which pool size, which box to which laboratory, in which order it is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from gridward.engine import delivery, pooling
from gridward.engine.delivery import Effort
from gridward.engine.travel import StraightLine
from gridward.kernel.access.actor import Actor
from gridward.lines.testing.models import Box, Laboratory, Round
from gridward.lines.testing.queries import bench
from gridward.lines.testing.queries.desk import Travelling

HORIZON_H = 48
LOADING_S = 300.0
SEARCH_STEPS = 200
VAN = StraightLine.of("van")


@dataclass(frozen=True)
class PoolAdvice:
    """Which pool size to use from what was measured; `size` 0 where nothing keeps to the limits."""

    size: int
    reasons: list[str]
    tubes: int
    positive: int
    pool_size: int


def pool_advice(actor: Actor, people: int, now: datetime) -> PoolAdvice | None:
    """The size to pool swabs in at the door, from the results of the last days and the laboratories at work.

    Swabs are mixed in the tube, so a positive pool is sampled again one by one. None where nothing was measured yet.
    """
    found = bench.measured(now)
    machines = [one for lab in bench.laboratories(actor) for one in bench.instruments(lab)]
    if found is None or not machines or not people:
        return None
    assay = pooling.by_ct()
    positivity = pooling.measured(found.positive, found.tubes, found.pool_size, assay=assay)
    wells = max(one.wells for one in machines)
    run_h = wells * len(machines) / max(1, sum(one.tubes_per_h for one in machines))
    laboratory = pooling.Laboratory(wells, run_h, len(machines))
    advice = pooling.advise(positivity, assay, people, laboratory, pooling.Limits(own_samples=False))
    size = advice.chosen.scheme.sizes[0] if advice.chosen else 0
    words = [_said(code, scheme, numbers) for code, scheme, numbers in advice.reasons]
    return PoolAdvice(size, words, found.tubes, found.positive, found.pool_size)


def _said(code: Any, scheme: Any, numbers: Any) -> str:
    """One of the engine's reasons in words."""
    values = {name: f"{value:.3g}" for name, value in numbers.items()} | {"size": scheme.sizes[0]}
    for name in ("likely", "low", "high", "missed", "limit"):
        if name in numbers:
            values[name] = f"{numbers[name] * 100:.2g}"
    return _reason_words()[code] % values


def _reason_words() -> dict[Any, str]:
    reason = pooling.Reason
    return {
        reason.FEWEST_TESTS: _("%(size)s to a tube takes %(tests)s tests a person, against 1 one by one."),
        reason.POOLING_DOES_NOT_PAY: _("Pooling does not pay: too many tubes would be positive."),
        reason.BEST_THROUGHOUT: _("It is best over the whole interval of positivity, %(low)s to %(high)s %%."),
        reason.SAFEST_CHOICE: _("It is the least to regret between %(low)s and %(high)s %% positive."),
        reason.FEWER_STAGES: _("A further stage would save hardly a test."),
        reason.NEXT_BEST: _("Next best is %(size)s to a tube: %(tests)s tests a person, all answered in %(last_h)s h."),
        reason.CHEAPER_MISSES_TOO_MANY: _("%(size)s to a tube is cheaper, but misses up to %(missed)s %%."),
        reason.CHEAPER_IS_TOO_SLOW: _("%(size)s to a tube is cheaper, but answers only in %(last_h)s h."),
        reason.NOTHING_FITS: _("Nothing keeps to the limits; %(size)s to a tube comes nearest: %(last_h)s h."),
    }


@dataclass(frozen=True)
class Bound:
    """Where one box should go and when its last tube is answered, hours from now; None with the reason."""

    box: Box
    laboratory: Laboratory | None
    answered_h: float | None


def allocation(actor: Actor, boxes: Sequence[Travelling], now: datetime) -> list[Bound]:
    """Send each box to the laboratory that answers it soonest: capacity, what waits there, the way (straight line).

    The older its samples, the more an hour of a box counts.
    """
    laboratories = bench.laboratories(actor)
    if not boxes or not laboratories:
        return [Bound(one.box, None, None) for one in boxes]
    per_h, queued = bench.capacity_of(laboratories), bench.open_tubes(laboratories)
    capacity = [_hours(per_h.get(one.pk, 0), queued.get(one.pk, 0)) for one in laboratories]
    tested_by = pooling.laboratories(capacity, [one.setup_h + one.run_h for one in laboratories])
    age_h = [(now - one.oldest_at).total_seconds() / 3600 for one in boxes]
    sent = pooling.boxes([one.box.tubes for one in boxes], 0.0, [1.0 + max(0.0, age) for age in age_h])
    middle = _middle(laboratories)
    points = [_place(one.box.point, middle) for one in boxes]
    way = VAN.matrix(points, [_place(one, middle) for one in laboratories]).time_s / 3600
    found = pooling.allocate(sent, tested_by, way)
    return [
        Bound(
            one.box,
            laboratories[found.laboratory[at]] if found.laboratory[at] >= 0 else None,
            None if np.isnan(found.answered_h[at]) else float(found.answered_h[at]),
        )
        for at, one in enumerate(boxes)
    ]


def _hours(per_h: int, queued: int) -> list[int]:
    """What is left of each hour once the tubes that wait are set out."""
    left = []
    for _hour in range(HORIZON_H):
        taken = min(per_h, queued)
        queued -= taken
        left.append(per_h - taken)
    return left


Point = tuple[float, float]


def _middle(places: Sequence[Any]) -> Point:
    """The middle of what has a position: where that is taken to stand which has none."""
    known = [(one.latitude, one.longitude) for one in places if one.latitude is not None and one.longitude is not None]
    if not known:
        return (0.0, 0.0)
    return (sum(one for one, _ in known) / len(known), sum(other for _, other in known) / len(known))


def _place(one: Any, middle: Point) -> Point:
    return middle if one.latitude is None or one.longitude is None else (one.latitude, one.longitude)


@dataclass(frozen=True)
class Fetching:
    """One courier's round: the boxes in order with when each is reached, in seconds from the start."""

    courier: int
    stops: list[tuple[Travelling, int]]
    distance_m: int
    duration_s: int


def fetching(laboratory: Laboratory, boxes: Sequence[Travelling], couriers: int = 1, room: int = 40) -> list[Fetching]:
    """Rounds that fetch boxes and end at the laboratory; ways are straight lines, made longer by a factor.

    Parameters: couriers — how many drive, at least 1; room — boxes to a vehicle.
    """
    if not boxes:
        return []
    middle = _middle([laboratory, *(one.box.point for one in boxes)])
    places = [_place(laboratory, middle), *(_place(one.box.point, middle) for one in boxes)]
    way = VAN.matrix(places, places)
    asked = delivery.problem(
        delivery.stops(range(1, len(places)), service_s=LOADING_S),
        delivery.vans([0] * couriers, 1, capacity=[[room]] * couriers, shift_to_s=12 * 3600.0, trips=3, cost_per_s=1.0),
        delivery.yards([0]),
        way.time_s,
        way.distance_m,
    )
    plan = delivery.solve(asked, Effort(steps=SEARCH_STEPS))
    return [
        Fetching(
            one.van + 1,
            [(boxes[stop], int(at)) for trip in one.trips for stop, at in zip(trip.stops, trip.start_s, strict=True)],
            int(one.distance_m),
            int(one.duty_s),
        )
        for one in plan.rounds
        if one.trips
    ]


def people_due(rounds: Sequence[Round]) -> int:
    """How many people the rounds that run are to sample."""
    return sum(one.people for one in rounds if one.closed_at is None)
