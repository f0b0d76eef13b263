"""Unplanned stops put one by one where they cost least, everything else left in its van and order."""

import numpy as np
from pyvrp import Activity, ActivityType, ProblemData, Route, Solution

Array = np.ndarray

ROUTES_TRIED = 15


def inserted(data: ProblemData, solution: Solution) -> Solution:
    """The solution with unplanned stops inserted, the most prized first, wherever no limit breaks.

    Parameters: solution — holds all limits; every vehicle type has one vehicle. Returns: the same if nothing fits.
    """
    routes = {route.vehicle_type(): route for route in solution.routes()}
    absent = sorted(
        (stop.idx for stop in solution.unplanned()), key=lambda client: (-data.client(client).prize, client)
    )
    for client in absent:
        best: tuple[int, Route] | None = None
        for kind in _nearest(data, routes, client):
            for route in _with_client(data, routes.get(kind), kind, client):
                dearer = _cost(route) - (_cost(routes[kind]) if kind in routes else 0)
                if route.is_feasible() and (best is None or dearer < best[0]):
                    best = dearer, route
        if best:
            routes[best[1].vehicle_type()] = best[1]
    return Solution(data, [routes[kind] for kind in sorted(routes)])


def _cost(route: Route) -> int:
    return route.distance_cost() + route.duration_cost() + route.fixed_vehicle_cost()


def _nearest(data: ProblemData, routes: dict[int, Route], client: int) -> list[int]:
    """The vehicles whose rounds come nearest, and after them those that stay in the yard."""
    from_client = data.duration_matrix(0)[data.client(client).location]

    def away(kind: int) -> int:
        stops = [data.client(stop.idx).location for stop in routes[kind].schedule() if stop.is_client()]
        return int(from_client[stops].min())

    near = sorted(routes, key=lambda kind: (away(kind), kind))
    return near[:ROUTES_TRIED] + [kind for kind in range(data.num_vehicle_types) if kind not in routes]


def _with_client(data: ProblemData, route: Route | None, kind: int, client: int) -> list[Route]:
    """The round with the client in each place, and in a trip of its own at the end."""
    here = Activity(ActivityType.CLIENT, client)
    if route is None:
        return [Route(data, [here], kind)]
    inner = [Activity(stop.type, stop.idx) for stop in route.schedule()[1:-1]]
    ways = [[*inner[:at], here, *inner[at:]] for at in range(len(inner) + 1)]
    vehicle = data.vehicle_type(kind)
    if route.num_trips() <= vehicle.max_reloads:
        ways += [[*inner, Activity(ActivityType.DEPOT, yard), here] for yard in vehicle.reload_depots]
    return [Route(data, way, kind) for way in ways]
