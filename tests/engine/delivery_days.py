"""Small and large delivery days for the tests, and a check of plans that shares nothing with the planner."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from gridward.engine import delivery

QUICK = delivery.Effort(steps=150)
SLOW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def line(*at_m: float, speed: float = 1.0) -> np.ndarray:
    """Times between places on one road."""
    at = np.array(at_m, float)
    return np.abs(at[:, None] - at[None]) / speed


def one_yard(at_m: tuple[float, ...], van_count: int = 1, stop: dict | None = None, **van) -> delivery.Problem:
    """A yard at 0 and stops along a road."""
    stops = delivery.stops(np.arange(1, len(at_m) + 1), **(stop or {}))
    vans = delivery.vans(np.zeros(van_count), 1, **{"capacity": 10, "shift_to_s": 10_000, **van})
    return delivery.problem(stops, vans, delivery.yards([0]), line(0, *at_m))


def broken(asked: delivery.Problem, plan: delivery.Plan, failed: tuple[int, ...] = ()) -> list[str]:
    """Every limit the plan oversteps, from the problem alone; failed vans stand where they are."""
    s, v, y = asked.stops, asked.vans, asked.yards
    wrong, seen = [], []
    for one in plan.rounds:
        if not one.trips:
            continue
        road, clock = v.road[one.van], one.trips[0].begin_s
        metres = 0.0
        if one.trips[0].yard != v.yard[one.van] or clock < v.shift_from_s[one.van]:
            wrong.append("start")
        if len(one.trips) > v.trips[one.van]:
            wrong.append("trips")
        for k, trip in enumerate(one.trips):
            if k and not v.reload[one.van, trip.yard]:
                wrong.append("reload")
            ready = max((s.ready_s[stop] for stop in trip.stops), default=0.0)
            clock = max(clock, y.from_s[trip.yard], trip.begin_s) + y.loading_s[trip.yard]
            clock = max(clock, ready)
            here = y.place[trip.yard]
            if (s.packs[list(trip.stops)].sum(axis=0) > v.capacity[one.van]).any():
                wrong.append("load")
            for stop, start_s in zip(trip.stops, trip.start_s, strict=True):
                clock += asked.time_s[road, here, s.place[stop]]
                metres += asked.distance_m[road, here, s.place[stop]]
                if start_s < clock - 1e-6 or not s.from_s[stop] <= start_s <= s.to_s[stop]:
                    wrong.append(f"stop {stop}")
                clock, here = start_s + s.service_s[stop], s.place[stop]
                seen.append(stop)
            if one.van in failed and trip is one.trips[-1]:
                clock = one.end_s
                continue
            last = one.trips[k + 1].yard if k + 1 < len(one.trips) else v.end_yard[one.van]
            clock += asked.time_s[road, here, y.place[last]]
            metres += asked.distance_m[road, here, y.place[last]]
        if clock > one.end_s + 1e-6 or one.end_s > v.shift_to_s[one.van]:
            wrong.append("shift")
        if one.duty_s > v.max_duty_s[one.van] or metres > v.max_distance_m[one.van] + 1e-6:
            wrong.append("duty or distance")
        if metres > one.distance_m + 1e-6:
            wrong.append("distance told")
    left = [one.item for one in plan.unserved]
    if sorted(seen + left) != list(range(len(s.place))):
        wrong.append("every stop once")
    return wrong


@st.composite
def days(draw) -> delivery.Problem:
    """Small days of every kind."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, yard_count, van_count = draw(st.integers(1, 9)), draw(st.integers(1, 2)), draw(st.integers(1, 4))
    xy = rng.uniform(0, 1000, (yard_count + n, 2))
    time_s = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    if draw(st.booleans()):
        time_s[rng.integers(len(xy)), rng.integers(len(xy), size=2)] = np.inf
        np.fill_diagonal(time_s, 0.0)
    opens = rng.uniform(0, 3000, n)
    stops = delivery.stops(
        yard_count + np.arange(n), packs=rng.integers(0, 5, (n, 2)), service_s=rng.uniform(0, 99, n), from_s=opens,
        to_s=opens + rng.uniform(1, 4000, n), ready_s=rng.choice([0.0, 900.5], n), priority=rng.integers(1, 5, n),
    )  # fmt: skip
    vans = delivery.vans(
        rng.integers(yard_count, size=van_count), yard_count, capacity=rng.integers(2, 12, (van_count, 2)),
        shift_to_s=rng.uniform(2000, 9000, van_count if draw(st.booleans()) else 1),
        max_duty_s=draw(st.sampled_from([np.inf, 4000.0])),
        max_distance_m=draw(st.sampled_from([np.inf, 5000.0])), trips=draw(st.integers(1, 3)),
        fixed_cost=draw(st.sampled_from([0.0, 500.0])), cost_per_s=draw(st.sampled_from([0.0, 0.5])),
        fair_s=2000.0, over_price=draw(st.sampled_from([0.0, 2.0])),
    )  # fmt: skip
    return delivery.problem(stops, vans, delivery.yards(np.arange(yard_count), loading_s=60), time_s, None, xy)


def large(n: int, yard_count: int = 1, **van) -> delivery.Problem:
    """A day of short rounds around one yard, or between some."""
    xy = np.random.default_rng(1).uniform(0, 1000, (n + yard_count, 2))
    stops = delivery.stops(np.arange(yard_count, n + yard_count), packs=1)
    yard = np.arange(n // 5) % yard_count
    vans = delivery.vans(yard, yard_count, **{"capacity": 8, "shift_to_s": 99_999, **van})
    time_s = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return delivery.problem(stops, vans, delivery.yards(np.arange(yard_count)), time_s, None, xy)
