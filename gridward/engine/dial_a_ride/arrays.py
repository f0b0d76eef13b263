"""The problem flattened to the arrays the compiled kernels read.

Nodes are numbered: pickups 0..n-1, drops n..2n-1, vehicle starts 2n..2n+V-1, vehicle ends 2n+V..2n+2V-1,
breaks from 2n+2V.
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

from typing import NamedTuple

import numpy as np

from gridward.engine.dial_a_ride.problem import Problem

Array = np.ndarray


class Data(NamedTuple):
    """What never changes during a search; times in seconds (or the unit of the travel matrix), costs in any money."""

    trips: int
    vehicles: int
    time: Array  # [L, L] travel time from row to column
    time_to: Array  # [L, L] the same, transposed, so that "to p" is one contiguous row
    cost: Array  # [L, L]
    cost_to: Array  # [L, L] transposed
    place: Array  # [N] node -> place, -1 for a break (it is taken where the vehicle stands)
    service: Array  # [N]
    opens: Array  # [N] tightened windows
    closes: Array  # [N]
    due: Array  # [N] later than this is priced
    late_price: Array  # [N] per second beyond due
    group: Array  # [N] -1 for none
    load: Array  # [n, K]
    ride_limit: Array  # [n] longest time between leaving the pickup and reaching the drop
    direct: Array  # [n]
    ride_price: float  # per second aboard beyond the direct ride
    clean: Array  # [G, G] time to clean down, inf = never
    capacity: Array  # [V, K]
    max_route: Array  # [V]
    cost_factor: Array  # [V]
    fixed_cost: Array  # [V]
    kind: Array  # [V] vehicles of one kind are interchangeable while empty
    fits: Array  # [n, V] may this vehicle ever carry this trip
    break_from: Array  # [V + 1] breaks of vehicle v are nodes 2n+2V+break_from[v] ..
    partner: Array  # [n] the other trip of a tie, -1 none
    stay: Array  # [n] on an outbound trip with a loose tie: time between its drop and the return's pickup; else -1
    penalty: Array  # [n] weight of leaving the trip out; lexicographic by priority
    frozen: Array  # [V] how many leading stops of the vehicle's route may not be touched
    priced: bool  # lateness or riding costs anything
    loose: bool  # some tie is not already kept by the windows alone


def flatten(problem: Problem, frozen: Array | None = None) -> Data:
    """Arrays of a checked problem, with windows tightened by the ride limits.

    Parameters: frozen — [V] count of leading stops (start included) that stay, default 1 each.
    """
    trips, fleet = problem.trips, problem.vehicles
    n, vehicles = len(trips.from_place), len(fleet.start_place)
    frozen = np.ones(vehicles, np.int32) if frozen is None else np.asarray(frozen, np.int32)
    time_s = np.ascontiguousarray(problem.time_s, np.float64)
    cost = np.ascontiguousarray(problem.cost, np.float64)
    time_to = time_s if np.array_equal(time_s, time_s.T) else np.ascontiguousarray(time_s.T)
    cost_to = time_to if problem.cost is problem.time_s else np.ascontiguousarray(cost.T)
    direct = time_s[trips.from_place, trips.to_place]
    relative = np.isfinite(trips.ride_factor)
    ride_limit = np.where(relative, np.where(relative, trips.ride_factor, 1.0) * direct, np.inf)
    ride_limit = np.minimum(trips.ride_limit_s, np.maximum(ride_limit, direct))
    breaks = sorted(fleet.breaks, key=lambda b: (b.vehicle, b.from_s))
    nodes = _nodes(problem, breaks)
    _tighten(nodes, n, direct, ride_limit)
    partner, stay = _ties(trips, nodes, n)
    return Data(
        n, vehicles, time_s, time_to, cost, cost_to,
        nodes["place"], nodes["service"], nodes["opens"], nodes["closes"], nodes["due"], nodes["late_price"],
        nodes["group"], np.ascontiguousarray(trips.load, np.int32), ride_limit, direct, float(problem.ride_price),
        np.ascontiguousarray(problem.clean_s, np.float64), np.ascontiguousarray(fleet.capacity, np.int32),
        fleet.max_route_s.astype(np.float64), fleet.cost_factor.astype(np.float64),
        fleet.fixed_cost.astype(np.float64), _kinds(problem, breaks, frozen), _fits(problem, nodes, ride_limit, direct),
        np.searchsorted([b.vehicle for b in breaks], np.arange(vehicles + 1)).astype(np.int32),
        partner, stay, priority_weights(trips.priority), frozen,
        bool(problem.ride_price > 0 or (nodes["late_price"] > 0).any()), bool((stay >= 0).any()),
    )  # fmt: skip


def priority_weights(priority: Array) -> Array:
    """[n] weights so that one trip of a higher priority outweighs every trip of lower ones together."""
    weights, below = np.ones(len(priority)), 0.0
    for level in np.unique(priority):
        here = priority == level
        weights[here] = below + 1.0
        below += float(weights[here].sum())
    return weights


def _nodes(problem: Problem, breaks: list) -> dict[str, Array]:
    trips, fleet = problem.trips, problem.vehicles
    vehicles, count = len(fleet.start_place), len(breaks)
    depots, far = np.zeros(2 * vehicles), np.full(2 * vehicles + count, np.inf)
    shift = (fleet.shift_from_s, fleet.shift_to_s)
    none = np.full(vehicles + count, -1)
    columns = {
        "place": (trips.from_place, trips.to_place, fleet.start_place, fleet.end_place, np.full(count, -1)),
        "service": (trips.pickup_service_s, trips.drop_service_s, depots, [b.duration_s for b in breaks]),
        "opens": (trips.pickup_from_s, trips.drop_from_s, shift[0], shift[0], [b.from_s for b in breaks]),
        "closes": (trips.pickup_to_s, trips.drop_to_s, shift[1], shift[1], [b.to_s for b in breaks]),
        "due": (trips.pickup_due_s, trips.drop_due_s, far),
        "late_price": (trips.late_price, trips.late_price, np.zeros(2 * vehicles + count)),
        "group": (trips.group, trips.group, fleet.group, none),
    }
    whole = ("place", "group")
    return {
        name: np.concatenate([np.asarray(part, np.float64) for part in parts]).astype(
            np.int32 if name in whole else np.float64
        )
        for name, parts in columns.items()
    }


def _tighten(nodes: dict[str, Array], n: int, direct: Array, ride_limit: Array) -> None:
    opens, closes, service = nodes["opens"], nodes["closes"], nodes["service"]
    pick, drop, wait = slice(0, n), slice(n, 2 * n), service[:n]
    opens[pick] = np.maximum(opens[pick], opens[drop] - ride_limit - wait)
    closes[pick] = np.minimum(closes[pick], closes[drop] - direct - wait)
    opens[drop] = np.maximum(opens[drop], opens[pick] + wait + direct)
    closes[drop] = np.minimum(closes[drop], closes[pick] + wait + ride_limit)


def _ties(trips, nodes: dict[str, Array], n: int) -> tuple[Array, Array]:
    """Partners of every tie, and the stay of those whose windows alone do not already keep the order."""
    partner, stay = np.full(n, -1, np.int32), np.full(n, -1.0)
    opens, closes = nodes["opens"], nodes["closes"]
    for back in np.flatnonzero(trips.return_of >= 0):
        out = int(trips.return_of[back])
        opens[back] = max(opens[back], opens[n + out] + trips.stay_s[back])
        closes[n + out] = min(closes[n + out], closes[back] - trips.stay_s[back])
        partner[back], partner[out] = out, back
        if closes[n + out] + trips.stay_s[back] > opens[back]:
            stay[out] = trips.stay_s[back]
    return partner, stay


def _kinds(problem: Problem, breaks: list, frozen: Array) -> Array:
    fleet = problem.vehicles
    seen: dict[tuple, int] = {}
    kinds = []
    for v in range(len(fleet.start_place)):
        rests = tuple((b.from_s, b.to_s, b.duration_s) for b in breaks if b.vehicle == v)
        key = (
            int(fleet.start_place[v]), int(fleet.end_place[v]), float(fleet.shift_from_s[v]),
            float(fleet.shift_to_s[v]), tuple(fleet.capacity[v].tolist()), float(fleet.max_route_s[v]),
            int(fleet.crew[v]), int(fleet.group[v]), float(fleet.cost_factor[v]), float(fleet.fixed_cost[v]),
            rests, v if frozen[v] > 1 else -1,
        )  # fmt: skip
        kinds.append(seen.setdefault(key, len(seen)))
    return np.array(kinds, np.int32)


def _fits(problem: Problem, nodes: dict[str, Array], ride_limit: Array, direct: Array) -> Array:
    trips, fleet = problem.trips, problem.vehicles
    n = len(trips.from_place)
    room = (trips.load[:, None, :] <= fleet.capacity[None, :, :]).all(axis=2)
    crew = (trips.crew[:, None] < 0) | (trips.crew[:, None] == fleet.crew[None, :])
    window = (nodes["opens"] <= nodes["closes"] + 1e-9)[: 2 * n].reshape(2, n).all(axis=0)
    possible = window & (direct <= ride_limit + 1e-9)
    return room & crew & possible[:, None]
