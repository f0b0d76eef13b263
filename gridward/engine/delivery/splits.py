"""Long rounds cut in two, so that there are more than the search keeps; and how far stops are from each other."""

from collections import Counter

import numpy as np
from pyvrp import ProblemData, Route, Solution

from gridward.engine.delivery.clusters import activities

Array = np.ndarray

DRAWN = 0.3
"""A cut costs by lot up to so much more than it does, so that no two turns cut alike."""
LEAST_STOPS = 3
"""Nodes on either side of a cut at least."""


def legs(data: ProblemData, route: Route) -> tuple[Array, Array, Array]:
    """What a route's ways from stop to stop cost, what the ways home and out again there do, and which these are.

    Returns: costs [k], costs by way of the yards [k], and the number of the node before each [k].
    """
    kind = data.vehicle_type(route.vehicle_type())
    stops, depots = list(route.schedule()), data.depots()
    at = np.array([data.client(s.idx).location if s.is_client() else depots[s.idx].location for s in stops])
    client = np.array([s.is_client() for s in stops])
    before = np.flatnonzero(client[:-1] & client[1:])
    far_m, far_s = data.distance_matrix(kind.profile), data.duration_matrix(kind.profile)

    def cost(a: Array, b: Array) -> Array:
        return float(kind.unit_distance_cost) * far_m[a, b] + float(kind.unit_duration_cost) * far_s[a, b]

    here, there = at[before], at[before + 1]
    home, out = np.full(len(here), at[-1]), np.full(len(here), at[0])
    return cost(here, there), cost(here, home) + cost(out, there), before


def windowed(data: ProblemData) -> bool:
    """Whether a stop opens or closes within the day: then how many rounds are best is more than a matter of loads."""
    closes = max(kind.tw_late for kind in data.vehicle_types())
    return any(client.tw_early > 0 or client.tw_late < closes for client in data.clients())


def between(data: ProblemData, solution: Solution) -> float:
    """What the average way from stop to stop costs; 0 without any."""
    ways = np.concatenate([legs(data, route)[0] for route in solution.routes()] or [np.zeros(0)])
    return float(ways.mean()) if len(ways) else 0.0


def split(data: ProblemData, solution: Solution, share: float, rng: np.random.Generator) -> Solution:
    """The solution with that share of its routes, those for which it costs least, cut in two.

    Parameters: rng — advanced. Returns: as many cuts as there are vehicles of those types in no route.
    """
    routes, idle = list(solution.routes()), Counter(dict(enumerate(k.num_available for k in data.vehicle_types())))
    idle.subtract(route.vehicle_type() for route in routes)
    cuts = sorted(cut for k, route in enumerate(routes) for cut in _cheapest(data, route, k, rng))
    for _, k, at in cuts[: round(share * len(routes))]:
        kind, inner = routes[k].vehicle_type(), activities(routes[k])
        first, second = Route(data, inner[:at], kind), Route(data, inner[at:], kind)
        if idle[kind] > 0 and first.is_feasible() and second.is_feasible():
            idle[kind] -= 1
            routes[k] = first
            routes.append(second)
    return Solution(data, routes)


def _cheapest(data: ProblemData, route: Route, k: int, rng: np.random.Generator) -> list[tuple[float, int, int]]:
    """The price, route and activities before the cheapest cut of a route; none of a short one."""
    straight, by_yard, before = legs(data, route)
    fit = (before >= LEAST_STOPS) & (before <= len(activities(route)) - LEAST_STOPS)
    if not fit.any():
        return []
    price = (by_yard - straight) * (1.0 + DRAWN * rng.random(len(straight)))
    best = int(np.argmin(np.where(fit, price, np.inf)))
    return [(float(price[best]), k, int(before[best]))]
