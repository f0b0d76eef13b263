"""Made-up delivery days: towns around yards, vans of two sizes, two trips, windows of half a day."""

from __future__ import annotations

import numpy as np

from gridward.engine import delivery

SPEED_M_PER_S = 8.0


def made_up(stop_count: int, yard_count: int, van_count: int, trips: int, seed: int) -> delivery.Problem:
    """A day that the vans can just about carry.

    Parameters: seed — of the places, packs and windows. Returns: two types of packs, four priorities, two sizes of van.
    """
    rng = np.random.default_rng(seed)
    towns = rng.uniform(0, 30_000, (max(3, stop_count // 60), 2))
    homes = towns[rng.integers(len(towns), size=stop_count)] + rng.normal(0, 900, (stop_count, 2))
    yard_xy = rng.uniform(6_000, 24_000, (yard_count, 2))
    xy = np.concatenate([yard_xy, homes])
    distance_m = 1.3 * np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    packs = np.stack([rng.integers(1, 6, stop_count), rng.integers(0, 3, stop_count)], axis=1)
    opens = rng.choice([0, 0, 4 * 3600], stop_count)
    stops = delivery.stops(
        yard_count + np.arange(stop_count), packs=packs, service_s=rng.integers(60, 240, stop_count), from_s=opens,
        to_s=opens + rng.choice([5, 10], stop_count) * 3600, priority=rng.integers(1, 5, stop_count),
    )  # fmt: skip
    size = np.arange(van_count) % 2
    share = 1.15 * packs.sum(axis=0) / (van_count * trips)
    capacity = np.ceil(np.where(size[:, None] == 0, 0.85, 1.15) * share)
    vans = delivery.vans(
        np.arange(van_count) % yard_count, yard_count, capacity=capacity, shift_to_s=10 * 3600, trips=trips,
        fixed_cost=2_000 + 1_000 * size, reload=np.ones((van_count, yard_count), bool),
    )  # fmt: skip
    yards = delivery.yards(np.arange(yard_count), loading_s=600)
    return delivery.problem(stops, vans, yards, distance_m / SPEED_M_PER_S, distance_m, xy)
