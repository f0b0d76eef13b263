"""The planner's problem as PyVRP's problem data: whole seconds and metres, rounded so that no limit is overstepped."""

from dataclasses import dataclass

import numpy as np
from pyvrp import Client, Depot, Location, ProblemData, VehicleType

from gridward.engine.delivery.problem import Problem

Array = np.ndarray

PRICE_SCALES = (1, 10, 100, 1000)
WORTH = 10
"""A stop is worth ten of the next priority, and the least more than any detour for it could cost."""
LONGEST_S = 10**8


@dataclass(frozen=True)
class Model:
    """PyVRP's data and how to read it: `clients` — stop of each client; `kinds` — vans of each vehicle type."""

    data: ProblemData
    clients: Array
    kinds: tuple[tuple[int, ...], ...]
    price_scale: int


def model(asked: Problem, chosen: Array, apart: bool = False) -> Model:
    """The chosen stops and all vans as PyVRP sees them; alike vans are one vehicle type.

    Parameters: chosen — [m] stop indices. apart — each van is its own type. Returns: clients as in `chosen`.
    """
    scale = price_scale(asked)
    kinds = tuple((van,) for van in range(len(asked.vans.yard))) if apart else _alike(asked)
    times, distances = _whole_matrices(asked)
    prize = prizes(asked, scale)
    data = ProblemData(
        [Location(float(x), float(y)) for x, y in asked.xy],
        [_client(asked, int(stop), int(prize[stop])) for stop in chosen],
        [_depot(asked, yard) for yard in range(len(asked.yards.place))],
        [_vehicle_type(asked, kind[0], len(kind), scale) for kind in kinds],
        distances,
        times,
    )
    return Model(data, np.asarray(chosen, np.int64), kinds, scale)


def price_scale(asked: Problem) -> int:
    """The least factor that makes all prices whole, at most 1000."""
    prices = np.concatenate([asked.vans.cost_per_m, asked.vans.cost_per_s, asked.vans.over_price])
    for scale in PRICE_SCALES:
        if np.allclose(prices * scale, np.round(prices * scale), atol=1e-9):
            return scale
    return PRICE_SCALES[-1]


def prizes(asked: Problem, scale: int) -> Array:
    """[n] what leaving each stop costs: beyond its dearest out-and-back trip, tenfold for each higher priority."""
    v = asked.vans
    if not len(v.yard):
        return np.ones(len(asked.stops.place), np.int64)
    finite_s = float(np.where(np.isfinite(asked.time_s), asked.time_s, 0.0).max(initial=0.0))
    finite_m = float(np.where(np.isfinite(asked.distance_m), asked.distance_m, 0.0).max(initial=0.0))
    longest_s = min(2 * finite_s + float(asked.stops.service_s.max(initial=0.0)), float((v.shift_to_s).max()))
    dearest = v.fixed_cost + 2 * finite_m * v.cost_per_m + longest_s * (v.cost_per_s + v.over_price)
    base = max(1.0, 2 * float(dearest.max()) * scale)
    return np.round(base * WORTH ** (asked.stops.priority.max(initial=1) - asked.stops.priority)).astype(np.int64)


def _alike(asked: Problem) -> tuple[tuple[int, ...], ...]:
    """Vans that differ in nothing, together, in order of their first."""
    v = asked.vans
    columns = [np.asarray(column, np.float64).reshape(len(v.yard), -1) for column in vars(v).values()]
    found: dict[bytes, list[int]] = {}
    for van, row in enumerate(np.concatenate(columns, axis=1)):
        found.setdefault(row.tobytes(), []).append(van)
    return tuple(tuple(vans) for vans in found.values())


def _whole_matrices(asked: Problem) -> tuple[list[Array], list[Array]]:
    """Times and distances rounded up; a closed way takes longer than any shift."""
    closed_s = int(np.ceil(asked.vans.shift_to_s.max(initial=0.0))) + 1
    finite = np.isfinite(asked.time_s) & np.isfinite(asked.distance_m)
    closed_m = int(np.ceil(np.where(finite, asked.distance_m, 0.0).max(initial=0.0))) + 1
    times = np.ceil(np.where(finite, np.minimum(asked.time_s, closed_s), closed_s)).astype(np.int64)
    distances = np.ceil(np.where(finite, asked.distance_m, closed_m)).astype(np.int64)
    return list(times), list(distances)


def _whole(value: float) -> int:
    """A limit rounded down; far enough where there is none."""
    return int(np.floor(min(value, LONGEST_S)))


def _client(asked: Problem, stop: int, prize: int) -> Client:
    s = asked.stops
    closes = max(_whole(s.to_s[stop]), int(np.ceil(s.from_s[stop])))
    return Client(
        int(s.place[stop]), delivery=s.packs[stop].tolist(), service_duration=int(np.ceil(s.service_s[stop])),
        tw_early=int(np.ceil(s.from_s[stop])), tw_late=closes,
        release_time=min(int(np.ceil(s.ready_s[stop])), closes), prize=prize, required=False,
    )  # fmt: skip


def _depot(asked: Problem, yard: int) -> Depot:
    y = asked.yards
    opens = int(np.ceil(y.from_s[yard]))
    return Depot(
        int(y.place[yard]), opens, max(_whole(y.to_s[yard]), opens), int(np.ceil(y.loading_s[yard])),
    )  # fmt: skip


def _vehicle_type(asked: Problem, van: int, count: int, scale: int) -> VehicleType:
    v = asked.vans
    opens = int(np.ceil(v.shift_from_s[van]))
    longest_s = _whole(min(v.max_duty_s[van], v.shift_to_s[van] - v.shift_from_s[van]))
    fair_s = min(longest_s, _whole(v.fair_s[van])) if v.over_price[van] > 0 else longest_s
    return VehicleType(
        num_available=count, capacity=v.capacity[van].tolist(), start_depot=int(v.yard[van]),
        end_depot=int(v.end_yard[van]), fixed_cost=round(float(v.fixed_cost[van]) * scale),
        tw_early=opens, tw_late=max(_whole(v.shift_to_s[van]), opens),
        shift_duration=fair_s, max_overtime=longest_s - fair_s,
        unit_overtime_cost=round(float(v.over_price[van]) * scale), max_distance=_whole(v.max_distance_m[van]),
        unit_distance_cost=round(float(v.cost_per_m[van]) * scale),
        unit_duration_cost=round(float(v.cost_per_s[van]) * scale), profile=int(v.road[van]),
        reload_depots=np.flatnonzero(v.reload[van]).tolist() if v.trips[van] > 1 else [],
        max_reloads=int(v.trips[van]) - 1,
    )  # fmt: skip
