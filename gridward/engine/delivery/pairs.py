"""Trips of alike vans dealt anew, so that a van drives trips that lie near each other."""

import numpy as np
from pyvrp import Activity, ActivityType, ProblemData, Route, Solution
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from gridward.engine.delivery.clusters import activities, barycentre, visited

Array = np.ndarray
IMPOSSIBLE = 1e12


def paired(data: ProblemData, solution: Solution) -> Solution:
    """The same trips by the same vans, each with the next ones that lie nearest where that holds all limits."""
    routes: list[Route] = []
    for kind in range(data.num_vehicle_types):
        own = [route for route in solution.routes() if route.vehicle_type() == kind]
        routes += _dealt(data, kind, own) or own
    return Solution(data, routes)


def _dealt(data: ProblemData, kind: int, own: list[Route]) -> list[Route]:
    layers: list[list[list[Activity]]] = []
    for route in own:
        for nth, trip in enumerate(_trips(route)):
            if nth == len(layers):
                layers.append([])
            layers[nth].append(trip)
    if len(layers) < 2:
        return own
    vans = [Route(data, trip, kind) for trip in layers[0]]
    for layer in layers[1:]:
        ways = [[_then(data, kind, van, trip) for trip in layer] for van in vans]
        middle = [barycentre(data, visited(van)) for van in vans]
        apart = cdist(middle, [barycentre(data, _clients(trip)) for trip in layer])
        price = np.where([[way.is_feasible() for way in row] for row in ways], apart, IMPOSSIBLE)
        rows, columns = linear_sum_assignment(price)
        if price[rows, columns].max() >= IMPOSSIBLE:
            return []
        for row, column in zip(rows, columns, strict=True):
            vans[row] = ways[row][column]
    return vans


def _trips(route: Route) -> list[list[Activity]]:
    trips: list[list[Activity]] = [[]]
    for stop in route.schedule()[1:-1]:
        if stop.is_client():
            trips[-1].append(Activity(stop.type, stop.idx))
        else:
            trips.append([Activity(stop.type, stop.idx)])
    return trips


def _then(data: ProblemData, kind: int, van: Route, trip: list[Activity]) -> Route:
    return Route(data, [*activities(van), *trip], kind)


def _clients(trip: list[Activity]) -> list[int]:
    return [stop.idx for stop in trip if stop.type == ActivityType.CLIENT]
