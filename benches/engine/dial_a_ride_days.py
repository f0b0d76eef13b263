"""Instances of the dial-a-ride benches: Cordeau's files, and made-up dialysis days of any size."""

import csv
from dataclasses import fields
from pathlib import Path

import numpy as np

from gridward.engine.dial_a_ride import Break, Problem, Trips, problem, trips, vehicles

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "engine" / "darp"
HOUR_S = 3_600.0
TREATMENT_S = 4 * HOUR_S
CHAIRS_S = (7.0 * HOUR_S, 12.0 * HOUR_S, 17.0 * HOUR_S)  # when the three turns of chairs start


def names() -> list[str]:
    """Instances found beside the repository, a before pr; empty if the folder is absent."""
    return [row["instance"] for row in _rows()]


def best_known() -> dict[str, float]:
    """Best known cost of each instance."""
    return {row["instance"]: float(row["best_known_cost"]) for row in _rows()}


def _rows() -> list[dict[str, str]]:
    path = FOLDER / "best_known.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def cordeau(name: str) -> Problem:
    """One of Cordeau's instances; distances are Euclidean, unrounded, a minute a unit, as in the literature."""
    path = next(path for path in (FOLDER / name, FOLDER / f"{name}.txt") if path.exists())
    rows = [[float(word) for word in line.split()] for line in path.read_text().splitlines() if line.strip()]
    (fleet, _, longest, seats, ride_limit), nodes = rows[0], rows[1:]
    if len(nodes) % 2 == 1:  # the pr files name the depot once
        nodes.append(nodes[0])
    table = np.array(nodes)
    n, count = (len(table) - 2) // 2, int(fleet)
    gap = table[:, None, 1:3] - table[None, :, 1:3]
    pick, drop = table[1 : n + 1], table[n + 1 : 2 * n + 1]
    asked = trips(
        np.arange(1, n + 1), np.arange(n + 1, 2 * n + 1), load=pick[:, 4:5], pickup_service_s=pick[:, 3],
        drop_service_s=drop[:, 3], pickup_from_s=pick[:, 5], pickup_to_s=pick[:, 6], drop_from_s=drop[:, 5],
        drop_to_s=drop[:, 6], ride_limit_s=ride_limit,
    )  # fmt: skip
    ours = vehicles(
        [0] * count, [2 * n + 1] * count, capacity=[[seats]] * count, shift_from_s=table[0, 5],
        shift_to_s=table[0, 6], max_route_s=longest,
    )  # fmt: skip
    return problem(asked, ours, np.hypot(gap[..., 0], gap[..., 1]))


def dialysis_day(trip_count: int, vehicle_count: int, seed: int = 1) -> Problem:
    """A made-up day: each patient rides out and back, three control levels, three turns of chairs, lunch breaks.

    Parameters: trip_count — even. Half the ties are loose: the patient may come up to 20 minutes late, and the return
        then leaves four hours after arrival.
    """
    rng = np.random.default_rng(seed)
    patients, side = trip_count // 2, 24.0 * np.sqrt(max(trip_count, 400) / 1_600)
    clinics, depots = max(2, trip_count // 200), max(1, vehicle_count // 35)
    estates = rng.random((max(4, patients // 8), 2)) * side
    homes = estates[rng.integers(0, len(estates), patients)] + rng.normal(0, 0.4, (patients, 2))
    xy = np.concatenate([homes, rng.random((clinics + depots, 2)) * side])
    gap = xy[:, None] - xy[None]
    time_s = np.round(np.hypot(gap[..., 0], gap[..., 1]) * 1.3 / 32.0 * HOUR_S + 60.0 * (1 - np.eye(len(xy))))
    apart = np.hypot(*(homes[:, None] - xy[patients : patients + clinics][None]).transpose(2, 0, 1))
    clinic = np.argsort(apart, axis=1)[np.arange(patients), rng.integers(0, 2, patients)] + patients
    asked = _dialysis_trips(rng, clinic)
    garage = patients + clinics + np.arange(vehicle_count) % depots
    lunch = tuple(Break(v, 10.5 * HOUR_S, 14.5 * HOUR_S, 0.5 * HOUR_S) for v in range(vehicle_count))
    kinds = np.array([[6, 0, 0], [4, 1, 0], [3, 2, 0], [1, 0, 1]])
    capacity = kinds[np.array([0, 0, 0, 1, 1, 1, 2, 2, 0, 3])[np.arange(vehicle_count) % 10]]
    fleet = vehicles(
        garage, garage, lunch, capacity=capacity, shift_from_s=4.5 * HOUR_S, shift_to_s=23.5 * HOUR_S,
        max_route_s=19 * HOUR_S, fixed_cost=1_800.0,
    )  # fmt: skip
    clean_s = np.full((3, 3), 1_200.0) - 1_200.0 * np.eye(3)
    return problem(asked, fleet, time_s, clean_s=clean_s)


def _dialysis_trips(rng: np.random.Generator, clinic: np.ndarray) -> Trips:
    """Trips out (0..p-1) and back (p..2p-1) of p patients."""
    p = len(clinic)
    home = np.arange(p)
    chair_s = np.array(CHAIRS_S)[rng.integers(0, 3, p)]
    late_s = np.where(rng.random(p) < 0.5, 1_200.0, 0.0)
    level = rng.choice(3, p, p=[0.8, 0.15, 0.05])
    load = np.eye(3, dtype=int)[rng.choice(3, p, p=[0.85, 0.13, 0.02])]
    service_s = np.where(load[:, 0] > 0, 120.0, 300.0)
    day = 86_400.0
    return trips(
        np.concatenate([home, clinic]), np.concatenate([clinic, home]), load=np.concatenate([load, load]),
        pickup_from_s=np.concatenate([np.zeros(p), chair_s + TREATMENT_S]),
        pickup_to_s=np.concatenate([np.full(p, day), chair_s + TREATMENT_S + 5_400.0]),
        drop_from_s=np.concatenate([chair_s - 3_600.0, np.zeros(p)]),
        drop_to_s=np.concatenate([chair_s + late_s, np.full(p, day)]),
        pickup_service_s=np.tile(service_s, 2), drop_service_s=np.tile(service_s, 2), ride_limit_s=4_500.0,
        ride_factor=np.inf, group=np.tile(level, 2), priority=np.concatenate([np.ones(p), np.zeros(p)]),
        return_of=np.concatenate([np.full(p, -1), home]), stay_s=TREATMENT_S,
    )  # fmt: skip


def same_trip(day: Problem, trip: int) -> Trips:
    """One more rider who asks for exactly what trip `trip` asked for."""
    return Trips(**{field.name: getattr(day.trips, field.name)[trip : trip + 1] for field in fields(Trips)})
