"""What the dial-a-ride planner is asked: trips, vehicles, travel, prices."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from gridward.engine.problems import BadInput

Array = np.ndarray


@dataclass(frozen=True)
class Break:
    """A rest of `duration_s` that starts within [from_s, to_s], taken where the vehicle stands, nobody aboard."""

    vehicle: int
    from_s: float
    to_s: float
    duration_s: float


@dataclass(frozen=True)
class Trips:
    """n trips, one value a trip; built by `trips()`, which fills what is not given."""

    from_place: Array
    to_place: Array
    load: Array  # [n, K] seats, wheelchairs, stretchers ... taken
    pickup_from_s: Array
    pickup_to_s: Array
    drop_from_s: Array
    drop_to_s: Array
    pickup_due_s: Array
    drop_due_s: Array
    late_price: Array
    pickup_service_s: Array
    drop_service_s: Array
    ride_limit_s: Array
    ride_factor: Array
    group: Array
    crew: Array
    priority: Array
    return_of: Array
    stay_s: Array


@dataclass(frozen=True)
class Vehicles:
    """V vehicles, one value a vehicle; built by `vehicles()`."""

    start_place: Array
    end_place: Array
    capacity: Array  # [V, K]
    shift_from_s: Array
    shift_to_s: Array
    max_route_s: Array
    crew: Array
    group: Array
    cost_factor: Array
    fixed_cost: Array
    breaks: tuple[Break, ...]


@dataclass(frozen=True)
class Problem:
    """Trips and vehicles over L places; built by `problem()`, which checks every array."""

    trips: Trips
    vehicles: Vehicles
    time_s: Array  # [L, L]
    cost: Array  # [L, L]
    clean_s: Array  # [G, G] clean-down from row's group to column's, inf = never in one route
    ride_price: float


DAY_S = 86_400.0


def trips(from_place: Any, to_place: Any, **columns: Any) -> Trips:
    """Trips from one place to another, with defaults for what is not given.

    Parameters: from_place, to_place — [n] places. columns — any field of `Trips`, [n] or one value for all:
        windows default to the whole day [0, 86 400], due times to the end of the window, limits to none, load to
        one seat, group (control level 0..G-1) to 0, crew and return_of to -1 = none, priority to 0 (higher goes first).
        stay_s is the least time between the drop of trip `return_of[i]` and the pickup of trip i.
    Raises: BadInput for an unknown column or a wrong length.
    """
    n = len(from_place)
    defaults = {
        "load": np.ones((n, 1), np.int32), "pickup_from_s": 0.0, "pickup_to_s": DAY_S, "drop_from_s": 0.0,
        "drop_to_s": DAY_S, "late_price": 0.0, "pickup_service_s": 0.0, "drop_service_s": 0.0,
        "ride_limit_s": np.inf, "ride_factor": np.inf, "group": 0, "crew": -1, "priority": 0, "return_of": -1,
        "stay_s": 0.0, "pickup_due_s": np.inf, "drop_due_s": np.inf,
    }  # fmt: skip
    whole = {"load", "group", "crew", "priority", "return_of"}
    filled = _fill("trips", n, defaults, columns, whole)
    return Trips(from_place=np.array(from_place, np.int32), to_place=np.array(to_place, np.int32), **filled)


def vehicles(start_place: Any, end_place: Any, breaks: tuple[Break, ...] = (), **columns: Any) -> Vehicles:
    """Vehicles with start and end depots, with defaults for what is not given.

    Parameters: columns — any field of `Vehicles`, [V] or one value for all: capacity defaults to one seat, the
        shift to the whole day, max_route_s to none, crew and group (what was aboard before the shift) to -1,
        cost_factor (multiplies travel cost) to 1, fixed_cost (if used) to 0.
    Raises: BadInput for an unknown column or a wrong length.
    """
    count = len(start_place)
    defaults = {
        "capacity": np.ones((count, 1), np.int32), "shift_from_s": 0.0, "shift_to_s": DAY_S, "max_route_s": np.inf,
        "crew": -1, "group": -1, "cost_factor": 1.0, "fixed_cost": 0.0,
    }  # fmt: skip
    filled = _fill("vehicles", count, defaults, columns, {"capacity", "crew", "group"})
    places = np.array(start_place, np.int32), np.array(end_place, np.int32)
    return Vehicles(start_place=places[0], end_place=places[1], breaks=tuple(breaks), **filled)


def problem(
    trips: Trips, vehicles: Vehicles, time_s: Any, cost: Any = None, clean_s: Any = None, ride_price: float = 0.0
) -> Problem:
    """A checked problem.

    Parameters: time_s, cost — [L, L], >= 0, finite between places in use; cost defaults to time_s. clean_s —
        [G, G] time to clean down between control levels, default one level. ride_price — per second a rider is
        aboard beyond the direct ride.
    Raises: BadInput naming the array and the first item at fault.
    """
    time_s = np.array(time_s, np.float64)
    cost = time_s if cost is None else np.array(cost, np.float64)
    clean_s = np.zeros((1, 1)) if clean_s is None else np.array(clean_s, np.float64)
    asked = Problem(trips, vehicles, time_s, cost, clean_s, float(ride_price))
    check(asked)
    return asked


def check(asked: Problem, matrices: bool = True) -> None:
    """Raise BadInput for the first array, and the first item in it, that cannot be planned with."""
    if matrices:
        _check_matrices(asked)
    _check_trips(asked)
    _check_vehicles(asked)


def _fill(what: str, count: int, defaults: dict, columns: dict, whole: set[str]) -> dict[str, Array]:
    for name in columns:
        if name not in defaults:
            raise BadInput(f"{what}.{name}", None, "no such column")
    filled = {}
    for name, default in defaults.items():
        kind = np.int32 if name in whole else np.float64
        given = np.array(columns.get(name, default), np.float64)
        shape = (count,)
        if name in ("load", "capacity"):
            shape = (count, given.shape[-1] if given.ndim == 2 else 1)
            given = given[:, None] if given.ndim == 1 else given
        try:
            filled[name] = np.broadcast_to(given, shape).copy()
        except ValueError:
            raise BadInput(f"{what}.{name}", None, f"shape {given.shape}, {shape} wanted") from None
        _first(f"{what}.{name}", np.isnan(filled[name]), "not a number")
        filled[name] = filled[name].astype(kind)
    return filled


def _first(array: str, wrong: Array, why: str) -> None:
    """Raise for the first item (row) where `wrong` holds."""
    rows = wrong.reshape(len(wrong), -1).any(axis=1) if wrong.size else wrong
    if rows.any():
        raise BadInput(array, int(np.argmax(rows)), why)


def _check_matrices(asked: Problem) -> None:
    places = len(asked.time_s)
    for name, matrix in (("time_s", asked.time_s), ("cost", asked.cost)):
        if matrix.shape != (places, places):
            raise BadInput(name, None, f"shape {matrix.shape}, {(places, places)} wanted")
        _first(name, np.isnan(matrix), "not a number")
        _first(name, matrix < 0, "negative")
    clean = asked.clean_s
    if clean.ndim != 2 or clean.shape[0] != clean.shape[1]:
        raise BadInput("clean_s", None, f"shape {clean.shape}, square wanted")
    _first("clean_s", np.isnan(clean) | (clean < 0), "negative or not a number")
    if not (np.isfinite(asked.ride_price) and asked.ride_price >= 0):
        raise BadInput("ride_price", None, "negative or not finite")


def _check_trips(asked: Problem) -> None:
    t, places = asked.trips, len(asked.time_s)
    n = len(t.from_place)
    for name in ("from_place", "to_place"):
        column = getattr(t, name)
        if len(column) != n:
            raise BadInput(f"trips.{name}", None, f"{len(column)} values, {n} wanted")
        _first(f"trips.{name}", (column < 0) | (column >= places), "no such place")
    for name in ("pickup_service_s", "drop_service_s", "ride_limit_s", "ride_factor", "late_price", "stay_s"):
        _first(f"trips.{name}", getattr(t, name) < 0, "negative")
    for name in ("pickup_service_s", "drop_service_s", "late_price", "stay_s"):
        _first(f"trips.{name}", ~np.isfinite(getattr(t, name)), "not finite")
    for end in ("pickup", "drop"):
        opens, closes = getattr(t, f"{end}_from_s"), getattr(t, f"{end}_to_s")
        _first(f"trips.{end}_from_s", ~np.isfinite(opens), "not finite")
        _first(f"trips.{end}_to_s", closes < opens, "window closes before it opens")
        _first(f"trips.{end}_to_s", ~np.isfinite(closes), "not finite")
    _first("trips.load", t.load < 0, "negative")
    _first("trips.group", (t.group < 0) | (t.group >= len(asked.clean_s)), "no such group in clean_s")
    _first("trips.from_place", ~np.isfinite(asked.time_s[t.from_place, t.to_place]), "its drop cannot be reached")
    _check_ties(t, n)


def _check_ties(t: Trips, n: int) -> None:
    back = t.return_of
    _first("trips.return_of", (back < -1) | (back >= n) | (back == np.arange(n)), "no such trip")
    taken = np.zeros(n, np.int64)
    np.add.at(taken, back[back >= 0], 1)
    tied = np.where(back >= 0, back, 0)
    wrong = (back >= 0) & ((taken[tied] > 1) | (back[tied] >= 0))
    _first("trips.return_of", wrong, "the outbound trip is tied twice")


def _check_vehicles(asked: Problem) -> None:
    f, places = asked.vehicles, len(asked.time_s)
    count = len(f.start_place)
    for name in ("start_place", "end_place"):
        column = getattr(f, name)
        if len(column) != count:
            raise BadInput(f"vehicles.{name}", None, f"{len(column)} values, {count} wanted")
        _first(f"vehicles.{name}", (column < 0) | (column >= places), "no such place")
    if f.capacity.shape[1] != asked.trips.load.shape[1]:
        raise BadInput("vehicles.capacity", None, f"{f.capacity.shape[1]} dimensions, loads have another number")
    _first("vehicles.capacity", f.capacity < 0, "negative")
    for name in ("max_route_s", "cost_factor", "fixed_cost"):
        _first(f"vehicles.{name}", getattr(f, name) < 0, "negative")
    for name in ("shift_from_s", "shift_to_s", "cost_factor", "fixed_cost"):
        _first(f"vehicles.{name}", ~np.isfinite(getattr(f, name)), "not finite")
    _first("vehicles.shift_to_s", f.shift_to_s < f.shift_from_s, "shift ends before it starts")
    _first("vehicles.group", (f.group < -1) | (f.group >= len(asked.clean_s)), "no such group in clean_s")
    for index, rest in enumerate(f.breaks):
        values = [getattr(rest, field.name) for field in fields(rest)]
        if not np.isfinite(values).all() or rest.duration_s < 0 or rest.to_s < rest.from_s:
            raise BadInput("vehicles.breaks", index, "times not finite, or the window closes before it opens")
        if not 0 <= rest.vehicle < count:
            raise BadInput("vehicles.breaks", index, "no such vehicle")
