"""OR-Tools' routing on the same dial-a-ride instance, for comparison."""

import math
import time
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from gridward.engine.dial_a_ride import Problem

SCALE = 1_000  # OR-Tools counts in whole numbers
LEFT_OUT = 10**9  # its first insertion seldom serves everybody: let it leave stops out at a price, then repair


def ortools_plan(asked: Problem, cpu_s: float) -> float | None:
    """Cost of the best plan OR-Tools finds in `cpu_s` seconds (one thread), None if none.

    Covers what Cordeau's instances hold: one load, windows, ride and route limits, identical vehicles at one depot.
    """
    n, count = len(asked.trips.from_place), len(asked.vehicles.start_place)
    manager = pywrapcp.RoutingIndexManager(2 * n + 1, count, 0)
    routing = pywrapcp.RoutingModel(manager)
    places = [0, *asked.trips.from_place.tolist(), *asked.trips.to_place.tolist()]
    service = [0.0, *asked.trips.pickup_service_s.tolist(), *asked.trips.drop_service_s.tolist()]
    travel = asked.time_s

    def cost(a: int, b: int) -> int:
        return round(SCALE * travel[places[manager.IndexToNode(a)], places[manager.IndexToNode(b)]])

    def span(a: int, b: int) -> int:
        node = manager.IndexToNode(a)
        return math.ceil(SCALE * (service[node] + travel[places[node], places[manager.IndexToNode(b)]]))

    def load(a: int) -> int:
        node = manager.IndexToNode(a)
        return 0 if node == 0 else int(asked.trips.load[(node - 1) % n][0]) * (1 if node <= n else -1)

    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitCallback(cost))
    day = int(SCALE * asked.vehicles.shift_to_s[0])
    routing.AddDimension(routing.RegisterTransitCallback(span), day, day, False, "time")
    seats = [int(asked.vehicles.capacity[0][0])] * count
    routing.AddDimensionWithVehicleCapacity(routing.RegisterUnaryTransitCallback(load), 0, seats, True, "load")
    _constrain(asked, routing, manager, n)
    return _search(routing, cpu_s)


def _constrain(asked: Problem, routing: Any, manager: Any, n: int) -> None:
    clock, solver, t = routing.GetDimensionOrDie("time"), routing.solver(), asked.trips
    for v in range(len(asked.vehicles.start_place)):
        clock.SetSpanUpperBoundForVehicle(int(SCALE * asked.vehicles.max_route_s[v]), v)
    for i in range(n):
        pick, drop = manager.NodeToIndex(1 + i), manager.NodeToIndex(1 + n + i)
        routing.AddPickupAndDelivery(pick, drop)
        routing.AddDisjunction([pick], LEFT_OUT)
        routing.AddDisjunction([drop], LEFT_OUT)
        solver.Add(routing.VehicleVar(pick) == routing.VehicleVar(drop))
        longest = int(SCALE * (t.ride_limit_s[i] + t.pickup_service_s[i]))
        solver.Add(clock.CumulVar(pick) <= clock.CumulVar(drop))
        solver.Add(clock.CumulVar(drop) - clock.CumulVar(pick) <= longest)
        for stop, opens, closes in ((pick, t.pickup_from_s, t.pickup_to_s), (drop, t.drop_from_s, t.drop_to_s)):
            clock.CumulVar(stop).SetRange(int(SCALE * opens[i]), int(SCALE * closes[i]))


def _search(routing: Any, cpu_s: float) -> float | None:
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    begun_s, left_s = time.process_time(), cpu_s
    # OR-Tools counts wall seconds: give it those, and stop when the process has had its CPU seconds.
    search.time_limit.FromMilliseconds(int(20_000 * left_s))
    routing.AddSearchMonitor(routing.solver().CustomLimit(lambda: time.process_time() - begun_s > cpu_s))
    found = routing.SolveWithParameters(search)
    return None if found is None or found.ObjectiveValue() >= LEFT_OUT else found.ObjectiveValue() / SCALE
