"""Days by one search of PyVRP's, or by ruin and recreate in rounds of clusters searched apart."""

from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
from pyvrp import Activity, ActivityType, Model, ProblemData, Route, Solution

from gridward.engine.delivery.anneal import Cooled, Cooling, annealed
from gridward.engine.delivery.arrays import flat, ready_later, suits
from gridward.engine.delivery.clusters import clusters_of, cut, join
from gridward.engine.delivery.insertion import inserted, repaired
from gridward.engine.delivery.pairs import paired
from gridward.engine.delivery.rounds import Purse, each
from gridward.engine.delivery.search import REGISTRATIONS, Effort, Found, Start, better, early_penalties, paid, search
from gridward.engine.delivery.shares import begun, several
from gridward.engine.delivery.splits import between, split, windowed

Array = np.ndarray

STOPS_PYVRP, STOPS_PYVRP_MIXED = 150, 400
"""Up to so many stops PyVRP alone searches; it chooses better among types of van that share a yard."""
STOPS_ALONE = 800
"""Up to so many stops it is not worth the seconds to start more processes."""
LEAST_ROUTES = 35
"""Where loads fill fewer vans, rounds are few and long."""
LAST_SHARE, LAST_SHARE_LONG = 0.2, 0.5
"""PyVRP searches on for the last share of the effort: up to 800 stops of one yard, or where rounds are few and long."""
ROUNDS = 24
STOPS_A_CLUSTER = 750
TRIPS_A_CLUSTER = 25
"""Trips in a cluster at least: long ones lie across each other, and exchange with all."""
SPLIT_TURNS, SPLIT_SHARE = range(3, 14), 0.5
"""Where rounds are few and long, stops have windows and no plan is given, so many are split before these turns."""
HOT, HOT_TRIPS, HOT_YARDS, WARM, COLD = 1.0, 2.5, 5.0, 0.25, 0.03
"""A worse plan is accepted for about so many ways at first, at first where vans load again, and that at one of several
yards (vans are given their towns while it is hot), at first from a plan given, and at last."""
NEAREST = 0.1
"""Stops count as no nearer to each other, in average ways."""


def solve_data(
    data: ProblemData, effort: Effort, seed: int, start: Solution | None = None, processes: int = 1
) -> Found:
    """The best solution of PyVRP's problem data that the effort comes to.

    Parameters: start — a warm start. processes — 1 does all in this process; more are spawned above 800 clients.
    """
    if not ruined(data):
        return search(data, effort, seed, Start(start))
    if processes == 1 or data.num_clients <= STOPS_ALONE:
        return by_ruin(data, effort, seed, start, None)
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        return by_ruin(data, effort, seed, start, pool)


def ruined(data: ProblemData) -> bool:
    """Whether a day is searched by ruin and recreate, not by PyVRP alone."""
    most = STOPS_PYVRP_MIXED if mixed(data) else STOPS_PYVRP
    return suits(data) and (data.num_clients > most or loads_unevenly(data))


def mixed(data: ProblemData) -> bool:
    """Whether vans of several types begin and end their day at the same yards."""
    ends = [(kind.start_depot, kind.end_depot, kind.profile) for kind in data.vehicle_types()]
    return len(set(ends)) < len(ends)


def yards(data: ProblemData) -> int:
    """How many pairs of yards vans begin and end their day at."""
    return len({(kind.start_depot, kind.end_depot) for kind in data.vehicle_types()})


def loads_unevenly(data: ProblemData) -> bool:
    """Whether vans load again and packs are ready later than vans: with a longest duty, PyVRP 0.14.1 takes some
    moves there for better than they are, and may never end."""
    return several(data) and ready_later(data)


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


def by_ruin(data: ProblemData, effort: Effort, seed: int, start: Solution | None, pool: Executor | None) -> Found:
    """Trips by savings, then ruin and recreate; PyVRP goes on for the last share."""
    rng = np.random.default_rng(seed)
    long = routes_by_load(data) < LEAST_ROUTES and not loads_unevenly(data)
    share, cuts = last_share(data, long), long and windowed(data) and not start
    purse = Purse(effort.share(1.0 - share), pool is not None)
    hot = WARM if start else hottest(data)
    begin = repaired(data, start or begun(data, rng))
    begin = begin if begin.num_routes() else inserted(data, begin)
    best = _cooled(data, purse, begin, heats(data, begin, hot), SPLIT_SHARE if cuts else 0.0, rng, pool)
    came = Found(best, early_penalties(data), purse.steps, purse.spent_s())
    if not share or not best.num_routes():
        return came
    left = effort.left(came.steps, came.cpu_s)
    last = search(data, left, seed, Start(best, came.penalties, REGISTRATIONS))
    return Found(last.solution, last.penalties, came.steps + last.steps, came.cpu_s + last.cpu_s)


def hottest(data: ProblemData) -> float:
    """For how many ways a worse plan is accepted at first, where no plan is given."""
    if not several(data):
        return HOT
    return HOT_YARDS if yards(data) > 1 else HOT_TRIPS


def last_share(data: ProblemData, long: bool) -> float:
    """The share of the effort for which PyVRP searches on at last; `long` — rounds are few and long."""
    if long:
        return LAST_SHARE_LONG
    if data.num_clients > STOPS_ALONE or loads_unevenly(data) or yards(data) > 1:
        return 0.0
    return LAST_SHARE


def heats(data: ProblemData, solution: Solution, hot: float) -> Array:
    """The price for which a worse plan is accepted before each turn, and after the last.

    With one yard it is in ways from stop to stop at last: of short rounds most is the way out and back, which plans
    that are worth comparing have in common. From several, stops are given to yards while it is hot: average ways.
    """
    way = paid(solution) / max(1, data.num_clients + solution.num_trips())
    near = min(max(between(data, solution) / way, NEAREST), 1.0) if way and yards(data) == 1 else 1.0
    return way * np.geomspace(hot * near**0.5, COLD * near, ROUNDS + 1)


def _cooled(
    data: ProblemData, purse: Purse, solution: Solution, heat: Array, split_share: float,
    rng: np.random.Generator, pool: Executor | None,
) -> Solution:  # fmt: skip
    """The best of rounds of ruin and recreate in large clusters of vans, cut anew and cooler from round to round."""
    best = solution
    for turn in range(ROUNDS):
        if purse.over() or not solution.num_routes():
            break
        solution = paired(data, solution)
        if split_share and turn in SPLIT_TURNS:
            solution = split(data, solution, split_share, rng)
        left = purse.part(1 / (ROUNDS - turn))
        parts = cut(data, solution, clusters_of(data, solution, _stops_together(data, solution), rng))
        jobs = [
            Cooling(
                *flat(part.data, part.solution), left.share(len(part.clients) / data.num_clients),
                int(rng.integers(1 << 31)), float(heat[turn]), float(heat[turn + 1]), turn == ROUNDS - 1,
            )
            for part in parts
        ]  # fmt: skip
        came = each(annealed, jobs, [len(part.clients) for part in parts], pool)
        purse.pay(came)
        found = [read(part.data, job, one) for part, job, one in zip(parts, jobs, came, strict=True)]
        solution = join(data, parts, found)
        best = better(data, solution, best)
    return best


def _stops_together(data: ProblemData, solution: Solution) -> float:
    """Stops in a cluster: so few that there is a part for each of two processes, unless trips are few and long."""
    return max(min(STOPS_A_CLUSTER, data.num_clients / 2), TRIPS_A_CLUSTER * data.num_clients / solution.num_trips())


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
