"""Unplanned stops put one by one where they cost least, and rounds too full made to fit; no stop changes its van."""

from collections import Counter

from pyvrp import Activity, ActivityType, ProblemData, Route, Solution

ROUTES_TRIED = 15


def inserted(data: ProblemData, solution: Solution) -> Solution:
    """The solution with unplanned stops inserted, the most prized first, wherever no limit breaks.

    Parameters: solution — holds all limits. Returns: the same if nothing fits.
    """
    routes = solution.routes()
    idle = Counter({kind: vehicle.num_available for kind, vehicle in enumerate(data.vehicle_types())})
    idle.subtract(route.vehicle_type() for route in routes)
    absent = sorted(
        (stop.idx for stop in solution.unplanned()), key=lambda client: (-data.client(client).prize, client)
    )
    for client in absent:
        ways = [(at, way) for at in _nearest(data, routes, client) for way in _with_client(data, routes[at], client)]
        alone = [Activity(ActivityType.CLIENT, client)]
        ways += [(-1, Route(data, alone, kind)) for kind, left in sorted(idle.items()) if left > 0]
        prices = [(_cost(way) - (_cost(routes[at]) if at >= 0 else 0), k) for k, (at, way) in enumerate(ways)]
        held = [price for price in prices if ways[price[1]][1].is_feasible()]
        if not held:
            continue
        at, way = ways[min(held)[1]]
        if at >= 0:
            routes[at] = way
        else:
            routes.append(way)
            idle[way.vehicle_type()] -= 1
    return Solution(data, routes) if absent else solution


def _cost(route: Route) -> int:
    return route.distance_cost() + route.duration_cost() + route.fixed_vehicle_cost()


def _nearest(data: ProblemData, routes: list[Route], client: int) -> list[int]:
    """The routes that come nearest."""
    from_client = data.duration_matrix(0)[data.client(client).location]

    def away(at: int) -> int:
        stops = [data.client(stop.idx).location for stop in routes[at].schedule() if stop.is_client()]
        return int(from_client[stops].min())

    return sorted(range(len(routes)), key=lambda at: (away(at), at))[:ROUTES_TRIED]


def _with_client(data: ProblemData, route: Route, client: int) -> list[Route]:
    """The route with the client in each place, and in a trip of its own at either end."""
    here, kind = Activity(ActivityType.CLIENT, client), route.vehicle_type()
    inner = [Activity(stop.type, stop.idx) for stop in route.schedule()[1:-1]]
    ways = [[*inner[:at], here, *inner[at:]] for at in range(len(inner) + 1)]
    vehicle = data.vehicle_type(kind)
    if route.num_trips() <= vehicle.max_reloads:
        for yard in vehicle.reload_depots:
            again = Activity(ActivityType.DEPOT, yard)
            ways += [[*inner, again, here], [here, again, *inner]]
    return [Route(data, way, kind) for way in ways]


def repaired(data: ProblemData, solution: Solution) -> Solution:
    """The solution with stops left out of routes that break a limit, the least prized and last ones first."""
    if solution.is_feasible():
        return solution
    kept: list[Route] = []
    for route in solution.routes():
        inner = list(route.schedule()[1:-1])
        whole = route
        while not whole.is_feasible() and inner:
            inner = _without_one(data, inner)
            whole = Route(data, [Activity(stop.type, stop.idx) for stop in inner], route.vehicle_type())
        if whole.num_clients():
            kept.append(whole)
    return Solution(data, kept)


def _without_one(data: ProblemData, inner: list[Activity]) -> list[Activity]:
    """Without its least prized stop (the last of them), and without a yard that then has nothing to load for."""
    worst = min((data.client(stop.idx).prize, -k) for k, stop in enumerate(inner) if stop.is_client())
    rest = [stop for k, stop in enumerate(inner) if k != -worst[1]]
    clean: list[Activity] = []
    for stop in rest:
        if stop.is_client() or (clean and clean[-1].is_client()):
            clean.append(stop)
    return clean[:-1] if clean and not clean[-1].is_client() else clean
