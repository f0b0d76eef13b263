"""Large days in rounds of clusters searched apart: by ruin and recreate where that knows all asked, else by PyVRP."""

from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
from pyvrp import Activity, ActivityType, Model, ProblemData, Route, Solution

from gridward.engine.delivery.anneal import Cooled, Cooling, annealed
from gridward.engine.delivery.arrays import flat, suits
from gridward.engine.delivery.clusters import clusters_of, cut, join
from gridward.engine.delivery.insertion import inserted, repaired
from gridward.engine.delivery.pairs import paired
from gridward.engine.delivery.rounds import REGISTRATIONS, Habit, Purse, Rounds, each, early_penalties
from gridward.engine.delivery.search import Effort, Found, Start, better, paid, search
from gridward.engine.delivery.shares import begun
from gridward.engine.delivery.trips import by_trips, by_vans, several

Way = Callable[[ProblemData, Effort, int, Solution | None, Executor | None], Found]

STOPS_TOGETHER = 800
LEAST_ROUTES = 35
"""Fewer and longer routes than these lose more by being kept apart than they gain, and end with a search by PyVRP."""
LAST_SHARE = 0.5
ROUNDS = 24
FIRST_SHARE = 0.03
ONE_TRIP = Habit()
TRIP_ROUNDS = 16
VANS_EVERY = 4
SEVERAL_TRIPS = Habit(50)
RUIN_ROUNDS = 24
STOPS_RUINED = 750
TRIPS_RUINED = 25
"""Trips in a cluster at least: long ones lie across each other, and exchange with all."""
HOT, HOT_TRIPS, WARM, COLD = 1.0, 2.5, 0.25, 0.03
"""A worse plan is accepted for about so many average ways at first, at first where vans load again (they are given
their towns while it is hot), at first from a plan given, and at last."""


def solve_data(
    data: ProblemData, effort: Effort, seed: int, start: Solution | None = None, processes: int = 1
) -> Found:
    """The best solution of PyVRP's problem data: by one search up to 800 clients, by other ways beyond.

    Parameters: start — a warm start. processes — 1 does all in this process; more are spawned.
    """
    way = way_of(data)
    if way is None:
        return search(data, effort, seed, Start(start))
    if processes == 1:
        return way(data, effort, seed, start, None)
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        return way(data, effort, seed, start, pool)


def way_of(data: ProblemData) -> Way | None:
    """How to go about a day; None — one search of PyVRP's."""
    if data.num_clients <= STOPS_TOGETHER or data.groups() or data.num_shipments:
        return None
    if suits(data):
        return by_ruin
    if routes_by_load(data) < LEAST_ROUTES:
        return None
    return _by_trips if several(data) else _of_one_trip


def routes_by_load(data: ProblemData) -> float:
    """How many average vehicles, full on every trip, the loads would fill."""
    if not data.num_load_dimensions:
        return 0.0
    loads = np.sum([np.maximum(client.delivery, client.pickup) for client in data.clients()], axis=0, dtype=np.float64)
    carried = np.zeros(data.num_load_dimensions)
    for kind in data.vehicle_types():
        trips = min(kind.max_reloads + 1 if kind.reload_depots else 1, data.num_clients)
        carried += np.array(kind.capacity, np.float64) * trips * kind.num_available
    return float((loads / np.maximum(carried / data.num_vehicles, 1.0)).max())


def _of_one_trip(data: ProblemData, effort: Effort, seed: int, start: Solution | None, pool: Executor | None) -> Found:
    """A quick search of all, then rounds."""
    purse, early = Purse(effort, pool is not None), early_penalties(data, ONE_TRIP)
    first = search(data, effort.share(FIRST_SHARE), seed, Start(start, early, REGISTRATIONS))
    rounds = Rounds(purse, ONE_TRIP, first.penalties, np.random.default_rng(seed), pool)
    solution, purse.steps = first.solution, first.steps
    for turn in range(ROUNDS):
        if purse.over() or solution.num_routes() < 2:
            break
        solution = _mended(data, better(data, rounds.searched(data, solution, 1 / (ROUNDS - turn)), solution))
    return Found(solution, rounds.penalties, purse.steps, purse.spent_s())


def _by_trips(data: ProblemData, effort: Effort, seed: int, start: Solution | None, pool: Executor | None) -> Found:
    """Trips by savings, then rounds of trips, and now and then of vans."""
    purse, rng = Purse(effort, pool is not None), np.random.default_rng(seed)
    rounds = Rounds(purse, SEVERAL_TRIPS, early_penalties(data, SEVERAL_TRIPS), rng, pool)
    solution = _mended(data, begun(data, rng) if start is None else start)
    for turn in range(TRIP_ROUNDS):
        if purse.over() or solution.num_routes() < 2:
            break
        seen = by_trips(data, solution, rng) if (turn + 1) % VANS_EVERY else None
        found = rounds.searched(*((seen.data, seen.solution) if seen else (data, solution)), 1 / (TRIP_ROUNDS - turn))
        solution = _mended(data, better(data, by_vans(data, seen, found) if seen else found, solution))
    return Found(solution, rounds.penalties, purse.steps, purse.spent_s())


def by_ruin(data: ProblemData, effort: Effort, seed: int, start: Solution | None, pool: Executor | None) -> Found:
    """Trips by savings, then ruin and recreate; PyVRP goes on where routes are few and long."""
    rng, few = np.random.default_rng(seed), routes_by_load(data) < LEAST_ROUTES
    purse = Purse(effort.share(1.0 - LAST_SHARE) if few else effort, pool is not None)
    hot = WARM if start else HOT_TRIPS if several(data) else HOT
    best = _cooled(data, purse, repaired(data, start or begun(data, rng)), hot, rng, pool)
    came = Found(best, early_penalties(data, ONE_TRIP), purse.steps, purse.spent_s())
    if not few or not best.num_routes():
        return came
    left = effort.left(came.steps, came.cpu_s)
    last = search(data, left, seed, Start(best, came.penalties, REGISTRATIONS))
    return Found(last.solution, last.penalties, came.steps + last.steps, came.cpu_s + last.cpu_s)


def _cooled(
    data: ProblemData, purse: Purse, solution: Solution, hot: float, rng: np.random.Generator, pool: Executor | None
) -> Solution:
    """The best of rounds of ruin and recreate in large clusters of vans, cut anew and cooler from round to round."""
    best, way = solution, paid(solution) / max(1, data.num_clients + solution.num_trips())
    heat = way * np.geomspace(hot, COLD, RUIN_ROUNDS + 1)
    for turn in range(RUIN_ROUNDS):
        if purse.over() or not solution.num_routes():
            break
        solution = paired(data, solution)
        left = purse.part(1 / (RUIN_ROUNDS - turn))
        parts = cut(data, solution, clusters_of(data, solution, _ruined_together(data, solution), rng))
        jobs = [
            Cooling(
                *flat(part.data, part.solution), left.share(len(part.clients) / data.num_clients),
                int(rng.integers(1 << 31)), float(heat[turn]), float(heat[turn + 1]), turn == RUIN_ROUNDS - 1,
            )
            for part in parts
        ]  # fmt: skip
        came = each(annealed, jobs, [len(part.clients) for part in parts], pool)
        purse.pay(came)
        found = [read(part.data, job, one) for part, job, one in zip(parts, jobs, came, strict=True)]
        solution = join(data, parts, found)
        best = better(data, solution, best)
    return best


def _ruined_together(data: ProblemData, solution: Solution) -> float:
    """Stops in a cluster: so few that there is a part for each of two processes, unless trips are few and long."""
    return max(min(STOPS_RUINED, data.num_clients / 2), TRIPS_RUINED * data.num_clients / solution.num_trips())


def warm_up() -> None:
    """Compile every kernel, or load it from the cache."""
    day = Model()
    yard = day.add_depot(day.add_location(0, 0))
    day.add_vehicle_type(1, 3, yard, yard, reload_depots=[yard], max_reloads=1)
    for x in range(1, 5):
        day.add_client(day.add_location(x, 0), delivery=1)
    for here in day.locations:
        for there in day.locations:
            day.add_edge(here, there, distance=abs(here.x - there.x), duration=0)
    by_ruin(day.data(), Effort(steps=1), 1, None, None)


def read(data: ProblemData, job: Cooling, came: Cooled) -> Solution:
    """The solution of the nodes of each vehicle."""
    routes = [
        Route(data, [_activity(node, job.data.clients) for node in nodes], int(job.data.kind[v]))
        for v, nodes in enumerate(came.visits)
        if nodes
    ]
    return Solution(data, routes)


def _activity(node: int, clients: int) -> Activity:
    return Activity(ActivityType.CLIENT, node) if node < clients else Activity(ActivityType.DEPOT, node - clients)


def _mended(data: ProblemData, solution: Solution) -> Solution:
    mended = inserted(data, repaired(data, solution))
    return better(data, mended, solution) if mended.is_feasible() else solution
