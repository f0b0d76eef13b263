"""PyVRP's problem data and routes as flat arrays for the compiled search."""

from typing import NamedTuple

import numpy as np
from pyvrp import ProblemData, Route, Solution, VehicleType

Array = np.ndarray

TRIPS_KNOWN = 8
SPARE = 12
"""Vehicles of a type in no route that are looked at; more alike ones make no difference within a round."""
ROOM = 2.0
MORE = 20
NEAR = 200
FAR = BEYOND_PRIZE = 1 << 40


class Data(NamedTuple):
    """Nodes [n + y] (clients, then yards), vehicles [m] (each its own), places [p]; whole seconds, metres and prices.

    metres_to — as `metres`, from the second place to the first, so that a stop's ways lie in one row.
    """

    place: Array
    load: Array
    service: Array
    opens: Array
    closes: Array
    prize: Array
    near: Array
    away: Array
    clients: int
    trips: Array
    reload: Array
    kind: Array
    capacity: Array
    start: Array
    end: Array
    start_opens: Array
    start_closes: Array
    loading: Array
    end_opens: Array
    end_closes: Array
    longest_s: Array
    fair_s: Array
    longest_m: Array
    fixed: Array
    per_m: Array
    per_s: Array
    per_over: Array
    profile: Array
    metres: Array
    metres_to: Array
    seconds: Array


class State(NamedTuple):
    """Routes: `stop[v, k]` — clients in order; what leads to the first k of them and what follows the first k.

    `lead_*[v, k]` and `rest_*[v, k]` — metres, seconds, earliest and latest begin of that part of the route.
    """

    size: Array
    stop: Array
    route: Array
    load: Array
    driven: Array
    cost: Array
    lead_m: Array
    lead_s: Array
    lead_early: Array
    lead_late: Array
    rest_m: Array
    rest_s: Array
    rest_early: Array
    rest_late: Array


def suits(data: ProblemData) -> bool:
    """Whether ruin and recreate knows all that is asked: all packs ready at once, none picked up, eight trips a van."""
    if data.groups() or data.num_shipments or not data.num_load_dimensions:
        return False
    clients, kinds = data.clients(), data.vehicle_types()
    if any(any(client.pickup) for client in clients) or any(any(kind.initial_load) for kind in kinds):
        return False
    if any(kind.reload_depots and kind.max_reloads >= TRIPS_KNOWN for kind in kinds):
        return False
    return max(client.release_time for client in clients) <= min(kind.tw_early for kind in kinds)


def flat(data: ProblemData, solution: Solution) -> tuple[Data, list[list[int]]]:
    """The arrays, and the nodes of each vehicle's route."""
    kinds, visits = _vehicles_used(data, solution)
    metres = np.stack([data.distance_matrix(way) for way in range(data.num_profiles)]).astype(np.int32)
    seconds = np.stack([data.duration_matrix(way) for way in range(data.num_profiles)]).astype(np.int32)
    metres_to = np.ascontiguousarray(metres.transpose(0, 2, 1))
    columns = {"kind": kinds, **_nodes(data, metres[0]), **_vehicles(data, [data.vehicle_type(at) for at in kinds])}
    arrays = {name: np.ascontiguousarray(column, np.int64) for name, column in columns.items()}
    return Data(**arrays, clients=data.num_clients, metres=metres, metres_to=metres_to, seconds=seconds), visits


def _vehicles_used(data: ProblemData, solution: Solution) -> tuple[list[int], list[list[int]]]:
    """The type and the nodes of each vehicle: those in use, and some besides of every type."""
    used: dict[int, list[Route]] = {}
    for route in solution.routes():
        used.setdefault(route.vehicle_type(), []).append(route)
    kinds: list[int] = []
    visits: list[list[int]] = []
    for at, kind in enumerate(data.vehicle_types()):
        routes = used.get(at, [])
        spare = min(SPARE, kind.num_available - len(routes))
        visits += [_nodes_of(data, route) for route in routes] + [[] for _ in range(spare)]
        kinds += [at] * (len(routes) + spare)
    return kinds, visits


def _nodes_of(data: ProblemData, route: Route) -> list[int]:
    inner = route.schedule()[1:-1]
    return [stop.idx if stop.is_client() else data.num_clients + stop.idx for stop in inner]


def _nodes(data: ProblemData, metres: Array) -> dict[str, Array | list]:
    clients, depots = data.clients(), data.depots()
    both = [*clients, *depots]
    place = np.array([one.location for one in both])
    homes = place[: len(clients)]
    prize = np.array([0 if client.required else client.prize for client in clients])
    return {
        "place": place,
        "load": [client.delivery for client in clients] + [[0] * data.num_load_dimensions for _ in depots],
        "service": [one.service_duration for one in both],
        "opens": [one.tw_early for one in both],
        "closes": [one.tw_late for one in both],
        "prize": np.where([client.required for client in clients], prize.sum() + BEYOND_PRIZE, prize),
        "near": np.argsort(metres[np.ix_(homes, homes)], axis=1, kind="stable")[:, :NEAR],
        "away": metres[place[len(clients) :]].min(axis=0)[homes],
    }


def _vehicles(data: ProblemData, types: list[VehicleType]) -> dict[str, list]:
    start = [data.depot(kind.start_depot) for kind in types]
    end = [data.depot(kind.end_depot) for kind in types]
    return {
        "trips": [kind.max_reloads + 1 if kind.reload_depots else 1 for kind in types],
        "reload": [[yard in kind.reload_depots for yard in range(data.num_depots)] for kind in types],
        "capacity": [kind.capacity for kind in types],
        "start": [depot.location for depot in start],
        "end": [depot.location for depot in end],
        "start_opens": [max(k.tw_early, depot.tw_early) for k, depot in zip(types, start, strict=True)],
        "start_closes": [min(k.start_late, depot.tw_late) for k, depot in zip(types, start, strict=True)],
        "loading": [depot.service_duration for depot in start],
        "end_opens": [depot.tw_early for depot in end],
        "end_closes": [min(k.tw_late, depot.tw_late) for k, depot in zip(types, end, strict=True)],
        "longest_s": [min(kind.max_duration, FAR) for kind in types],
        "fair_s": [min(kind.shift_duration, FAR) for kind in types],
        "longest_m": [min(kind.max_distance, FAR) for kind in types],
        "fixed": [kind.fixed_cost for kind in types],
        "per_m": [kind.unit_distance_cost for kind in types],
        "per_s": [kind.unit_duration_cost for kind in types],
        "per_over": [kind.unit_overtime_cost for kind in types],
        "profile": [kind.profile for kind in types],
    }


def state_of(data: Data, visits: list[list[int]]) -> State:
    """The routes with room for more, not yet reckoned; `visits` — the nodes of each vehicle."""
    n, m = len(data.place), len(data.kind)
    longest = max([len(one) for one in visits] + [n // max(1, sum(map(bool, visits)))])
    width = min(n, int(ROOM * longest)) + MORE
    trips = int(data.trips.max(initial=1))
    state = State(
        np.zeros(m, np.int64), np.zeros((m, width), np.int64), np.full(n, -1, np.int64),
        np.zeros((m, trips, data.load.shape[1]), np.int64), np.ones(m, np.int64), np.zeros(m),
        *(np.zeros((m, width + 1), np.int64) for _ in range(8)),
    )  # fmt: skip
    for v, nodes in enumerate(visits):
        state.size[v] = len(nodes)
        state.stop[v, : len(nodes)] = nodes
        state.route[nodes] = v
    return state
