"""Neighbouring routes put in clusters, each cut out as a problem of its own and its solution put back.

Source: Santini, Schneider, Vidal & Vigo (2023), decomposition strategies for vehicle routing heuristics (clusters of
routes by barycentre); Taillard & Voss (2002), POPMUSIC.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from pyvrp import Activity, Client, Depot, ProblemData, Route, Solution

Array = np.ndarray

TILT_RAD = 0.4


@dataclass(frozen=True)
class Part:
    """A share of the problem: the whole's clients and vehicle types by the part's numbers, and its present routes."""

    data: ProblemData
    solution: Solution
    clients: tuple[int, ...]
    types: tuple[int, ...]


def clusters_of(data: ProblemData, solution: Solution, stops: float, rng: np.random.Generator) -> list[Array]:
    """Routes in clusters of about so many stops, halved again and again across the tilted longer axis of barycentres.

    Parameters: rng — advanced. Returns: arrays of route indices; each route is in one.
    """
    routes = solution.routes()
    middle = np.array([barycentre(data, visited(route)) for route in routes])
    weight = np.array([route.num_clients() for route in routes], np.float64)
    count = max(1, round(weight.sum() / stops))
    return _halved(middle, weight, np.arange(len(routes)), min(count, len(routes)), rng)


def barycentre(data: ProblemData, clients: list[int]) -> tuple[float, float]:
    """The mean place of clients."""
    places = [data.location(data.client(client).location) for client in clients]
    return float(np.mean([place.x for place in places])), float(np.mean([place.y for place in places]))


def visited(route: Route) -> list[int]:
    """The clients of a route in order."""
    return [stop.idx for stop in route.schedule() if stop.is_client()]


def _halved(middle: Array, weight: Array, routes: Array, count: int, rng: np.random.Generator) -> list[Array]:
    if count == 1:
        return [routes]
    apart = middle[routes] - middle[routes].mean(axis=0)
    axis = np.linalg.svd(apart, full_matrices=False)[2][0]
    tilt = rng.normal(0.0, TILT_RAD)
    turned = np.array([
        axis[0] * np.cos(tilt) - axis[1] * np.sin(tilt), axis[0] * np.sin(tilt) + axis[1] * np.cos(tilt),
    ])  # fmt: skip
    order = routes[np.argsort(apart @ turned, kind="stable")]
    low = count // 2
    passed = np.cumsum(weight[order])
    at = int(np.searchsorted(passed, passed[-1] * low / count))
    at = min(max(at, low), len(order) - (count - low))
    return _halved(middle, weight, order[:at], low, rng) + _halved(middle, weight, order[at:], count - low, rng)


def cut(data: ProblemData, solution: Solution, clusters: list[Array]) -> list[Part]:
    """The part of each cluster, with its share of the vehicles in no route and the unplanned stops nearest to it."""
    routes = solution.routes()
    idle = Counter({t: kind.num_available for t, kind in enumerate(data.vehicle_types())})
    idle.subtract(route.vehicle_type() for route in routes)
    absent = _absent_shares(data, solution, clusters)
    parts = []
    for turn, cluster in enumerate(clusters):
        spare = Counter({t: -(-left // (len(clusters) - turn)) for t, left in idle.items()})
        idle.subtract(spare)
        parts.append(part_of(data, [routes[k] for k in cluster], spare, absent[turn]))
    return parts


def _absent_shares(data: ProblemData, solution: Solution, clusters: list[Array]) -> list[list[int]]:
    shares: list[list[int]] = [[] for _ in clusters]
    absent = [stop.idx for stop in solution.unplanned()]
    if not absent:
        return shares
    middle = np.array([barycentre(data, visited(route)) for route in solution.routes()])
    owner = np.concatenate([np.full(len(cluster), k) for k, cluster in enumerate(clusters)])
    middle = middle[np.concatenate(clusters)]
    for client in absent:
        place = data.location(data.client(client).location)
        nearest = int(np.argmin(((middle - (place.x, place.y)) ** 2).sum(axis=1)))
        shares[int(owner[nearest])].append(client)
    return shares


def part_of(data: ProblemData, routes: list[Route], spare: Counter[int], absent: list[int]) -> Part:
    clients = [client for route in routes for client in visited(route)] + absent
    fleet = spare + Counter(route.vehicle_type() for route in routes)
    types = sorted(t for t, count in fleet.items() if count > 0)
    chosen = [data.client(client) for client in clients]
    places = np.unique([one.location for one in chosen] + [depot.location for depot in data.depots()])
    square = np.ix_(places, places)
    part = ProblemData(
        [data.location(int(place)) for place in places],
        [_moved(one, places) for one in chosen],
        [_moved_depot(depot, places) for depot in data.depots()],
        [data.vehicle_type(t).replace(num_available=fleet[t]) for t in types],
        [data.distance_matrix(profile)[square] for profile in range(data.num_profiles)],
        [data.duration_matrix(profile)[square] for profile in range(data.num_profiles)],
    )
    number = {client: k for k, client in enumerate(clients)}
    kind = {t: k for k, t in enumerate(types)}
    local = [Route(part, _renumbered(route, number), kind[route.vehicle_type()]) for route in routes]
    return Part(part, Solution(part, local), tuple(clients), tuple(types))


def activities(route: Route) -> list[Activity]:
    """What a route does between its ends."""
    return [Activity(stop.type, stop.idx) for stop in route.schedule()[1:-1]]


def _renumbered(route: Route, number: dict[int, int]) -> list[Activity]:
    """What a route does between its ends, clients by other numbers."""
    inner = route.schedule()[1:-1]
    return [Activity(stop.type, number[stop.idx] if stop.is_client() else stop.idx) for stop in inner]


def _moved(client: Client, places: Array) -> Client:
    return Client(
        int(np.searchsorted(places, client.location)), client.delivery, client.pickup, client.service_duration,
        client.tw_early, client.tw_late, client.release_time, client.prize, client.required, name=client.name,
    )  # fmt: skip


def _moved_depot(depot: Depot, places: Array) -> Depot:
    at = int(np.searchsorted(places, depot.location))
    return Depot(at, depot.tw_early, depot.tw_late, depot.service_duration, name=depot.name)


def join(data: ProblemData, parts: list[Part], solutions: list[Solution]) -> Solution:
    """The whole solution of the parts' solutions."""
    routes: list[Route] = []
    for part, solution in zip(parts, solutions, strict=True):
        number = dict(enumerate(part.clients))
        for route in solution.routes():
            routes.append(Route(data, _renumbered(route, number), part.types[route.vehicle_type()]))
    return Solution(data, routes)
