"""Small random days that use every constraint of the model."""

import numpy as np

from gridward.engine.dial_a_ride import Break, Problem, problem, trips, vehicles


def random_day(seed: int) -> Problem:
    """A day of 4 to 15 trips and 1 to 3 vehicles: levels, ties, crews, breaks, lateness, ride price, two loads."""
    rng = np.random.default_rng(seed)
    n, count, places = int(rng.integers(4, 16)), int(rng.integers(1, 4)), 12
    xy = rng.random((places, 2)) * 20
    time_s = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) * 60
    start = rng.integers(0, places, n)
    opens = rng.random(n) * 20_000
    return_of = np.full(n, -1)
    return_of[[1, 3]] = 0, 2
    asked = trips(
        start, (start + 1 + rng.integers(0, places - 1, n)) % places, load=rng.integers(0, 2, (n, 2)) + [1, 0],
        pickup_from_s=opens, pickup_to_s=opens + rng.integers(600, 15_000, n), pickup_service_s=60.0,
        drop_service_s=30.0, ride_limit_s=rng.integers(1_200, 6_000, n), ride_factor=3.0, group=rng.integers(0, 3, n),
        crew=np.where(rng.random(n) < 0.1, 0, -1), priority=rng.integers(0, 3, n), return_of=return_of, stay_s=3_000.0,
        pickup_due_s=opens + 1_000, drop_due_s=opens + 3_000, late_price=rng.integers(0, 2, n) * 0.3,
    )  # fmt: skip
    fleet = vehicles(
        rng.integers(0, places, count), rng.integers(0, places, count),
        tuple(Break(v, 8_000.0, 20_000.0, 900.0) for v in range(0, count, 2)),
        capacity=rng.integers(1, 4, (count, 2)), crew=np.arange(count), shift_to_s=40_000.0,
        max_route_s=rng.integers(20_000, 40_000, count), fixed_cost=100.0, cost_factor=1 + rng.random(count),
    )  # fmt: skip
    clean_s = np.where(np.eye(3) > 0, 0, rng.integers(300, 2_000))
    return problem(asked, fleet, time_s, clean_s=clean_s, ride_price=float(rng.integers(0, 2) * 0.1))


def line(count: int = 6, step_s: float = 600.0) -> np.ndarray:
    """Travel times between places on a line, `step_s` apart."""
    at = np.arange(count) * step_s
    return np.abs(at[:, None] - at[None])
