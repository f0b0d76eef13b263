"""PyVRP's problem data and routes as flat arrays for the compiled search."""

from typing import NamedTuple

import numpy as np
from pyvrp import ProblemData, Route, Solution, VehicleType

Array = np.ndarray

MOST_TRIPS = 24
"""Trips a van is given at most."""
SPARE = 12
"""Vehicles of a type in no route that are looked at; more alike ones make no difference within a round."""
ROOM = 2.0
MORE = 20
NEAR = 200
WAITING = 0.2
"""What a second of waiting counts where a second too late counts 1, when stops are near each other."""
FAR = BEYOND_PRIZE = 1 << 40
NUMBER_BITS = 20
"""So many clients at most; beside a length up to `FAR` in one whole number, which sorts faster than two."""


WAY = np.dtype([("m", np.int32), ("s", np.int32), ("back_m", np.int32), ("back_s", np.int32)])
"""The metres and seconds of a way, and of the way back."""
LEG = np.dtype([("place", np.int32), ("m", np.int32), ("s", np.int32), ("done", np.int32)])
"""The place of a node, the metres and seconds of the way to it, and when all before it is done at the earliest."""
PART = np.dtype([(f"{side}_{what}", np.int64) for side in ("lead", "rest") for what in ("m", "s", "early", "late")])
"""What leads to the first k nodes of a route and what follows them: metres, seconds, earliest and latest begin."""


class Data(NamedTuple):
    """Nodes [n + y] (clients, then yards), vehicles [m] (each its own), places [p]; whole seconds, metres and prices.

    ready — when its packs may be loaded, 0 if no later than vans are there. gated — whether any are ready later.
    alone — what the metres of one more trip cost at least, for this client alone.
    way — [profile, p, p] from the first place to the second and from there back, so that a stop's ways lie together.
    """

    place: Array
    load: Array
    service: Array
    opens: Array
    closes: Array
    prize: Array
    ready: Array
    near: Array
    away: Array
    alone: Array
    clients: int
    gated: bool
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
    way: Array


class State(NamedTuple):
    """Routes, of which `stop[v, k]` is the node at position k.

    route, at — [n] where a client is: vehicle (-1 = in none), position.
    begins — [m, trips + 1] the position each trip begins at; beyond the last one, one more than there are nodes.
    ready — [m, trips] when the last packs of a trip are ready.
    leg — [m, k] the way to a node and what is before it, `LEG`; after the last, that to the end.
    part — [m, k] what leads to the first k nodes and what follows them, `PART`.
    """

    size: Array
    stop: Array
    route: Array
    at: Array
    begins: Array
    ready: Array
    load: Array
    driven: Array
    cost: Array
    leg: Array
    part: Array


def suits(data: ProblemData) -> bool:
    """Whether ruin and recreate knows all that is asked: packs that are all brought, none picked up."""
    if data.groups() or data.num_shipments or not data.num_load_dimensions:
        return False
    return not any(any(one.pickup) for one in data.clients()) and not any(
        any(kind.initial_load) for kind in data.vehicle_types()
    )


def ready_later(data: ProblemData) -> bool:
    """Whether any packs are ready later than the first van is."""
    return bool(_ready(data).any())


def _ready(data: ProblemData) -> Array:
    """[n] when each client's packs are ready; 0 if no later than the first van is."""
    ready = np.array([client.release_time for client in data.clients()])
    return np.where(ready > min(kind.tw_early for kind in data.vehicle_types()), ready, 0)


def flat(data: ProblemData, solution: Solution) -> tuple[Data, list[list[int]]]:
    """The arrays, and the nodes of each vehicle's route."""
    kinds, visits = _vehicles_used(data, solution)
    order = _places_as_visited(data, visits)
    number = np.argsort(order)
    columns = {
        "kind": kinds,
        **_nodes(data, number),
        **_vehicles(data, [data.vehicle_type(at) for at in kinds], number),
    }
    # The nearest stops are what a search reads most of: half as wide, they are read a tenth faster.
    arrays = {
        name: np.ascontiguousarray(column, np.uint32 if name == "near" else np.int64)
        for name, column in columns.items()
    }
    return Data(**arrays, clients=data.num_clients, gated=ready_later(data), way=_ways(data, order)), visits


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


def _places_as_visited(data: ProblemData, visits: list[list[int]]) -> Array:
    """The places in the order in which they are visited: what is near each other is so in memory too."""
    both = [*data.clients(), *data.depots()]
    visited = [both[node].location for nodes in visits for node in nodes]
    places, first = np.unique([*visited, *range(data.num_locations)], return_index=True)
    return places[np.argsort(first)]


def _ways(data: ProblemData, order: Array) -> Array:
    """[profile, p, p] the ways between the places in this order."""
    ways = np.empty((data.num_profiles, len(order), len(order)), WAY)
    square = np.ix_(order, order)
    for profile in range(data.num_profiles):
        metres, seconds = data.distance_matrix(profile)[square], data.duration_matrix(profile)[square]
        ways["m"][profile], ways["s"][profile] = metres, seconds
        ways["back_m"][profile], ways["back_s"][profile] = metres.T, seconds.T
    return ways


def _nodes(data: ProblemData, number: Array) -> dict[str, Array | list]:
    clients, depots = data.clients(), data.depots()
    both = [*clients, *depots]
    places = np.array([one.location for one in both])
    homes, metres = places[: len(clients)], data.distance_matrix(0)
    prize = np.array([0 if client.required else client.prize for client in clients])
    return {
        "place": number[places],
        "load": [client.delivery for client in clients] + [[0] * data.num_load_dimensions for _ in depots],
        "service": [one.service_duration for one in both],
        "opens": [one.tw_early for one in both],
        "closes": [min(one.tw_late, FAR) for one in both],
        "ready": np.concatenate([_ready(data), np.zeros(len(depots))]),
        "prize": np.where([client.required for client in clients], prize.sum() + BEYOND_PRIZE, prize),
        "near": _nearest(_apart(data, homes)),
        "alone": _alone(data, homes),
        "away": metres[places[len(clients) :]].min(axis=0)[homes],
    }


def _alone(data: ProblemData, homes: Array) -> Array:
    """[n] what the metres of one more trip for a client alone cost at least: no way is quicker by way of a third."""
    least = np.full(len(homes), FAR)
    for kind in data.vehicle_types():
        metres = data.distance_matrix(kind.profile)
        begin, end = data.depot(kind.start_depot).location, data.depot(kind.end_depot).location
        for yard in (data.depot(one).location for one in kind.reload_depots):
            for here, there in ((yard, end), (begin, yard)):
                more = metres[here, homes] + metres[homes, there] - metres[here, there]
                least = np.minimum(least, kind.unit_distance_cost * more)
    return least


def _apart(data: ProblemData, homes: Array) -> Array:
    """[n, n] how far clients are from each other in place and time: metres, and what waiting or being late would be."""
    square = np.ix_(homes, homes)
    metres, seconds = data.distance_matrix(0)[square].astype(float), data.duration_matrix(0)[square]
    windows = [(one.tw_early, min(one.tw_late, FAR), one.service_duration) for one in data.clients()]
    opens, closes, service = np.array(windows).T
    done_s = service[:, None] + seconds
    waits_s = np.maximum(opens - done_s - closes[:, None], 0)
    late_s = np.maximum(opens[:, None] + done_s - closes, 0)
    apart = metres + metres.mean() / max(seconds.mean(), 1.0) * (WAITING * waits_s + late_s)
    np.fill_diagonal(apart, -1.0)
    return np.minimum(apart, apart.T)


def _nearest(apart: Array) -> Array:
    """[n, NEAR or fewer] the nearest of all first; of those as near by whole metres, the first."""
    keys = (np.minimum(apart, FAR).astype(np.int64) << NUMBER_BITS) | np.arange(len(apart))
    return np.sort(keys, axis=1)[:, :NEAR] & ((1 << NUMBER_BITS) - 1)


def _vehicles(data: ProblemData, types: list[VehicleType], number: Array) -> dict[str, Array | list]:
    start = [data.depot(kind.start_depot) for kind in types]
    end = [data.depot(kind.end_depot) for kind in types]
    return {
        "trips": [min(kind.max_reloads + 1, MOST_TRIPS) if kind.reload_depots else 1 for kind in types],
        "reload": [[yard in kind.reload_depots for yard in range(data.num_depots)] for kind in types],
        "capacity": [kind.capacity for kind in types],
        "start": number[[depot.location for depot in start]],
        "end": number[[depot.location for depot in end]],
        "start_opens": [max(k.tw_early, depot.tw_early) for k, depot in zip(types, start, strict=True)],
        "start_closes": [min(k.start_late, depot.tw_late, FAR) for k, depot in zip(types, start, strict=True)],
        "loading": [depot.service_duration for depot in start],
        "end_opens": [depot.tw_early for depot in end],
        "end_closes": [min(k.tw_late, depot.tw_late, FAR) for k, depot in zip(types, end, strict=True)],
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
    driven = [1 + sum(node >= data.clients for node in nodes) for nodes in visits]
    trips = max(int(data.trips.max(initial=1)), *driven)
    state = State(
        np.zeros(m, np.int64), np.zeros((m, width), np.int64), np.full(n, -1, np.int64), np.zeros(n, np.int64),
        np.zeros((m, trips + 1), np.int64), np.zeros((m, trips), np.int64),
        np.zeros((m, trips, data.load.shape[1]), np.int64), np.ones(m, np.int64),
        np.zeros(m), np.zeros((m, width + 1), LEG), np.zeros((m, width + 1), PART),
    )  # fmt: skip
    for v, nodes in enumerate(visits):
        state.size[v] = len(nodes)
        state.stop[v, : len(nodes)] = nodes
        state.route[nodes] = v
    return state
