"""What the delivery planner is asked: stops, vans, yards, travel."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from gridward.engine.problems import BadInput

Array = np.ndarray


@dataclass(frozen=True)
class Stops:
    """n stops, one value a stop; built by `stops()`, which fills what is not given."""

    place: Array
    packs: Array  # [n, K] whole packs of each type
    service_s: Array
    from_s: Array  # service starts within [from_s, to_s]
    to_s: Array
    ready_s: Array  # its packs leave a yard no earlier
    priority: Array  # 1 = the most urgent


@dataclass(frozen=True)
class Vans:
    """V vans, one value a van; built by `vans()`."""

    yard: Array
    end_yard: Array
    capacity: Array  # [V, K]
    shift_from_s: Array
    shift_to_s: Array
    max_duty_s: Array
    max_distance_m: Array
    trips: Array  # at most so many a day
    reload: Array  # [V, Y] bool, yards where it may load again
    fair_s: Array  # duty beyond it costs over_price a second more
    over_price: Array
    fixed_cost: Array
    cost_per_m: Array
    cost_per_s: Array
    road: Array  # which of the travel matrices it drives by


@dataclass(frozen=True)
class Yards:
    """Y yards, one value a yard; built by `yards()`. Loading takes `loading_s`, at the start of each trip."""

    place: Array
    from_s: Array
    to_s: Array
    loading_s: Array


@dataclass(frozen=True)
class Problem:
    """A day: stops, vans, yards and travel; built and checked by `problem()`.

    `time_s`, `distance_m` — [R, P, P] from place to place by road network; inf = no way (closed). `xy` — [P, 2] where
    the places lie, any unit, used only to see which routes are neighbours.
    """

    stops: Stops
    vans: Vans
    yards: Yards
    time_s: Array
    distance_m: Array
    xy: Array


WHOLE = {"place", "packs", "priority", "yard", "end_yard", "capacity", "trips", "road"}
TABLES = {"packs", "capacity"}


def stops(place: Any, **columns: Any) -> Stops:
    """Stops from columns of length n; a column may be one value for all; `packs` [n, K], default one pack.

    Raises: BadInput naming the column and the first stop at fault.
    """
    defaults = {"packs": 1, "service_s": 0.0, "from_s": 0.0, "to_s": np.inf, "ready_s": 0.0, "priority": 1}
    return Stops(**_filled("stops", {"place": place, **columns}, {"place": None, **defaults}))


def yards(place: Any, **columns: Any) -> Yards:
    """Yards from columns of length Y, open always unless told.

    Raises: BadInput naming the column and the first yard at fault.
    """
    defaults = {"from_s": 0.0, "to_s": np.inf, "loading_s": 0.0}
    return Yards(**_filled("yards", {"place": place, **columns}, {"place": None, **defaults}))


def vans(yard: Any, yard_count: int, **columns: Any) -> Vans:
    """Vans from columns of length V; they end at, and load again at, their own yard unless told.

    Parameters: yard_count — Y. shift_to_s — must be given. Raises: BadInput naming the column and the first van.
    """
    reload = columns.pop("reload", None)
    defaults: dict[str, Any] = {
        "yard": None, "end_yard": columns.get("yard", yard), "capacity": None, "shift_from_s": 0.0, "shift_to_s": None,
        "max_duty_s": np.inf, "max_distance_m": np.inf, "trips": 1, "fair_s": np.inf, "over_price": 0.0,
        "fixed_cost": 0.0, "cost_per_m": 1.0, "cost_per_s": 0.0, "road": 0,
    }  # fmt: skip
    filled = _filled("vans", {"yard": yard, **columns}, defaults)
    own = filled["yard"][:, None] == np.arange(yard_count)
    given = own if reload is None else np.array(reload, bool)
    if given.shape != own.shape:
        raise BadInput("vans.reload", None, f"shape {given.shape}, {own.shape} wanted")
    return Vans(reload=given, **filled)


def problem(stops: Stops, vans: Vans, yards: Yards, time_s: Any, distance_m: Any = None, xy: Any = None) -> Problem:
    """A checked problem; nothing given is changed.

    Parameters: time_s, distance_m — [P, P] or [R, P, P], >= 0, inf = no way; distance_m: default time_s. xy — [P, 2],
    default: travel times to places far apart serve as coordinates. Raises: BadInput naming the array and the item.
    """
    time_s = _matrices("time_s", time_s)
    distance_m = time_s if distance_m is None else _matrices("distance_m", distance_m)
    if distance_m.shape != time_s.shape:
        raise BadInput("distance_m", None, f"shape {distance_m.shape}, {time_s.shape} as time_s wanted")
    xy = _landmarks(time_s[0]) if xy is None else np.array(xy, np.float64)
    if xy.shape != (time_s.shape[1], 2):
        raise BadInput("xy", None, f"shape {xy.shape}, {(time_s.shape[1], 2)} wanted")
    _first("xy", ~np.isfinite(xy), "not finite")
    asked = Problem(stops, vans, yards, time_s, distance_m, xy)
    _check_stops(asked)
    _check_yards(asked)
    _check_vans(asked)
    return asked


def _filled(what: str, columns: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Array]:
    """All columns as arrays of one length, whole where they count something."""
    strange = sorted(set(columns) - set(defaults))
    if strange:
        raise BadInput(what, None, f"no column is called {strange[0]}")
    count = len(np.atleast_1d(next(iter(columns.values()))))
    filled: dict[str, Array] = {}
    for name, default in defaults.items():
        if default is None and name not in columns:
            raise BadInput(f"{what}.{name}", None, "must be given")
        values = np.array(columns.get(name, default), np.float64)
        if name in TABLES and values.ndim < 2:
            values = values[..., None]
        shape = (count, values.shape[-1]) if name in TABLES else (count,)
        if values.ndim and values.shape != shape and values.shape[0] not in (1, count) or values.ndim > len(shape):
            raise BadInput(f"{what}.{name}", None, f"shape {values.shape}, {shape} wanted")
        values = np.broadcast_to(values, shape).copy()
        _first(f"{what}.{name}", np.isnan(values), "not a number")
        if name in WHOLE:
            _first(f"{what}.{name}", ~np.isfinite(values) | (values != np.floor(values)), "not a whole number")
            values = values.astype(np.int64)
        filled[name] = values
    return filled


def _first(array: str, wrong: Array, why: str) -> None:
    """Raise for the first item where `wrong` holds anywhere in its row."""
    rows = wrong.reshape(len(wrong), -1).any(axis=1) if wrong.size else np.zeros(0, bool)
    if rows.any():
        raise BadInput(array, int(rows.argmax()), why)


def _matrices(name: str, given: Any) -> Array:
    values = np.array(given, np.float64)
    values = values[None] if values.ndim == 2 else values
    if values.ndim != 3 or values.shape[1] != values.shape[2]:
        raise BadInput(name, None, f"shape {values.shape}, [P, P] or [R, P, P] wanted")
    for network in values:
        _first(name, np.isnan(network), "not a number")
        _first(name, network < 0, "negative")
        _first(name, np.diag(network) != 0, "a place is not 0 from itself")
    return values


def _landmarks(time_s: Array) -> Array:
    """[P, 2] times to two places far apart: near in both means near on the ground, nearly."""
    reachable = np.where(np.isfinite(time_s), time_s, 0.0)
    if not len(reachable):
        return np.zeros((0, 2))
    one = int(reachable[0].argmax())
    other = int(reachable[one].argmax())
    return np.stack([reachable[one], reachable[other]], axis=1)


def _check_place(name: str, place: Array, count: int) -> None:
    _first(name, (place < 0) | (place >= count), "no such place")


def _check_stops(asked: Problem) -> None:
    s = asked.stops
    _check_place("stops.place", s.place, asked.time_s.shape[1])
    for name in ("packs", "service_s", "from_s", "ready_s"):
        values = getattr(s, name)
        _first(f"stops.{name}", (values < 0) | ~np.isfinite(values), "negative or not finite")
    _first("stops.to_s", s.to_s < s.from_s, "window closes before it opens")
    _first("stops.priority", (s.priority < 1) | (s.priority > 4), "not 1, 2, 3 or 4")


def _check_yards(asked: Problem) -> None:
    y = asked.yards
    _check_place("yards.place", y.place, asked.time_s.shape[1])
    for name in ("from_s", "loading_s"):
        values = getattr(y, name)
        _first(f"yards.{name}", (values < 0) | ~np.isfinite(values), "negative or not finite")
    _first("yards.to_s", y.to_s < y.from_s, "closes before it opens")


def _check_vans(asked: Problem) -> None:
    v, yard_count = asked.vans, len(asked.yards.place)
    for name in ("yard", "end_yard"):
        values = getattr(v, name)
        _first(f"vans.{name}", (values < 0) | (values >= yard_count), "no such yard")
    if v.reload.shape[1] != yard_count:
        raise BadInput("vans.reload", None, f"{v.reload.shape[1]} yards, {yard_count} wanted")
    if v.capacity.shape[1] != asked.stops.packs.shape[1]:
        raise BadInput("vans.capacity", None, f"{v.capacity.shape[1]} types of packs, stops have another number")
    for field in fields(Vans):
        if field.name not in ("reload", "yard", "end_yard"):
            _first(f"vans.{field.name}", getattr(v, field.name) < 0, "negative")
    for name in ("shift_from_s", "shift_to_s", "over_price", "fixed_cost", "cost_per_m", "cost_per_s"):
        _first(f"vans.{name}", ~np.isfinite(getattr(v, name)), "not finite")
    _first("vans.shift_to_s", v.shift_to_s < v.shift_from_s, "shift ends before it starts")
    _first("vans.trips", v.trips < 1, "at least one trip")
    _first("vans.road", v.road >= len(asked.time_s), "no such travel matrix")
