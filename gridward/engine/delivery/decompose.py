"""Large days: a quick solution, then clusters of neighbouring routes re-solved apart, in rounds, in processes.

Source: Santini, Schneider, Vidal & Vigo (2023), decomposition strategies for vehicle routing heuristics (clusters of
routes by barycentre); Taillard & Voss (2002), POPMUSIC.
"""

from collections import Counter
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from pyvrp import Activity, Client, Depot, ProblemData, Route, Solution
from pyvrp.search import PerturbationParams

from gridward.engine.delivery.insertion import inserted, repaired
from gridward.engine.delivery.savings import driven, trips_joined
from gridward.engine.delivery.search import Effort, Found, Penalties, Start, Until, better, search
from gridward.engine.delivery.trips import by_trips, by_vans, several

Array = np.ndarray

STOPS_TOGETHER = 800
STOPS_A_CLUSTER = 250
LEAST_ROUTES = 35
"""Fewer and longer routes than these lose more by being kept apart than they gain."""
ROUNDS = 24
FIRST_SHARE = 0.03
REGISTRATIONS = 100
TILT_RAD = 0.4


@dataclass(frozen=True)
class Habit:
    """How rounds are gone about: how many; stops moved at random each iteration; first penalties in average ways."""

    rounds: int
    shaken: int
    times: float


ONE_TRIP = Habit(ROUNDS, PerturbationParams().max_perturbations, 10.0)
SEVERAL_TRIPS = Habit(2 * ROUNDS, 10, 0.1)


@dataclass(frozen=True)
class Part:
    """A share of the problem: the whole's clients and vehicle types by the part's numbers, and its present routes."""

    data: ProblemData
    solution: Solution
    clients: tuple[int, ...]
    types: tuple[int, ...]


def solve_data(
    data: ProblemData, effort: Effort, seed: int, start: Solution | None = None, processes: int = 1
) -> Found:
    """The best solution of PyVRP's problem data: by one search up to 800 clients or 35 routes, in clusters beyond.

    Parameters: start — a warm start. processes — 1 does all in this process; more are spawned.
    """
    if data.num_clients <= STOPS_TOGETHER or data.groups() or data.num_shipments or routes_by_load(data) < LEAST_ROUTES:
        return search(data, effort, seed, Start(start))
    if processes == 1:
        return _rounds(data, effort, seed, start, None)
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        return _rounds(data, effort, seed, start, pool)


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


def _rounds(data: ProblemData, effort: Effort, seed: int, start: Solution | None, pool: Executor | None) -> Found:
    """Clusters drawn anew each round, where vans load again of trips and of vans in turn; what a round leaves of the
    effort is the next's.
    """
    rng, clock = np.random.default_rng(seed), Until(effort)
    habit = SEVERAL_TRIPS if several(data) else ONE_TRIP
    found, apart_s = _begun(data, effort, seed, start, rng), 0.0
    solution, penalties, steps = found.solution, found.penalties, found.steps
    for turn in range(habit.rounds):
        spent_s = clock.cpu_s() + apart_s
        if _spent(effort, steps, spent_s) or solution.num_routes() < 2:
            break
        left = Effort(max(0, effort.steps - steps), max(0.0, effort.cpu_s - spent_s)).share(1 / (habit.rounds - turn))
        seen = by_trips(data, solution, rng) if turn % 2 == 0 and several(data) else None
        whole = (seen.data, seen.solution) if seen else (data, solution)
        joined, came = _round(*whole, left, penalties, habit, rng, pool)
        solution = better(data, by_vans(data, seen, joined) if seen else joined, solution)
        if solution.is_feasible() or turn:
            mended = inserted(data, repaired(data, solution))
            solution = better(data, mended, solution) if mended.is_feasible() else solution
        penalties = _mean([one.penalties for one in came])
        steps += sum(one.steps for one in came)
        apart_s += 0.0 if pool is None else sum(one.cpu_s for one in came)
    return Found(solution, penalties, steps, clock.cpu_s() + apart_s)


def _round(
    data: ProblemData, solution: Solution, effort: Effort, penalties: Penalties, habit: Habit,
    rng: np.random.Generator, pool: Executor | None,
) -> tuple[Solution, list[Found]]:  # fmt: skip
    """The solution with each of its clusters searched, and what came of each."""
    parts = cut(data, solution, clusters_of(data, solution, rng))
    jobs = [
        Job(part, effort.share(len(part.clients) / data.num_clients), int(rng.integers(1 << 31)), penalties, habit)
        for part in parts
    ]
    came = [improved(job) for job in jobs] if pool is None else _apart(pool, jobs)
    return join(data, parts, came), came


def _begun(data: ProblemData, effort: Effort, seed: int, start: Solution | None, rng: np.random.Generator) -> Found:
    """What the rounds begin with: a quick search of all; where vans load again the start given or trips by savings."""
    penalties = early_penalties(data)
    if not several(data):
        return search(data, effort.share(FIRST_SHARE), seed, Start(start, penalties, REGISTRATIONS))
    if start is None:
        seen = by_trips(data, Solution(data, []), rng)
        start = by_vans(data, seen, driven(seen.data, trips_joined(seen.data)))
    return Found(start, penalties, 0, 0.0)


def early_penalties(data: ProblemData) -> Penalties:
    """Breaking a limit by the average load, time or distance costs ten times the average way, or a tenth of it."""
    kinds = data.vehicle_types()
    away_m, away_s = float(data.distance_matrix(0).mean()), float(data.duration_matrix(0).mean())
    per_m, per_s = np.mean([(kind.unit_distance_cost, kind.unit_duration_cost) for kind in kinds], axis=0)
    way = (SEVERAL_TRIPS if several(data) else ONE_TRIP).times * (per_m * away_m + per_s * away_s)
    loads = np.mean([np.maximum(client.delivery, client.pickup) for client in data.clients()], axis=0)
    return (way / np.maximum(loads, 1e-3)).tolist(), way / max(away_s, 1.0), way / max(away_m, 1.0)


def _spent(effort: Effort, steps: int, spent_s: float) -> bool:
    return 0 < effort.steps <= steps or 0 < effort.cpu_s <= spent_s


@dataclass(frozen=True)
class Job:
    """A part to search on from its routes, with what effort, seed, first penalties and habit."""

    part: Part
    effort: Effort
    seed: int
    penalties: Penalties
    habit: Habit


def improved(job: Job) -> Found:
    """Search on from a part's routes, made anew: PyVRP 0.14 forgets vans' fixed costs on the way to a process."""
    data = job.part.data
    routes = [Route(data, _activities(route), route.vehicle_type()) for route in job.part.solution.routes()]
    begin = Start(Solution(data, routes), job.penalties, REGISTRATIONS, shaken=job.habit.shaken)
    return search(data, job.effort, job.seed, begin)


def _apart(pool: Executor, jobs: list[Job]) -> list[Found]:
    """In processes, the largest first."""
    order = sorted(range(len(jobs)), key=lambda k: -jobs[k].part.data.num_clients)
    running = {k: pool.submit(improved, jobs[k]) for k in order}
    return [running[k].result() for k in range(len(jobs))]


def _mean(penalties: list[Penalties]) -> Penalties:
    """The geometric mean of what the clusters' penalties ended at."""
    table = np.log([[*loads, duration, distance] for loads, duration, distance in penalties])
    *loads, duration, distance = np.exp(table.mean(axis=0)).tolist()
    return loads, duration, distance


def clusters_of(data: ProblemData, solution: Solution, rng: np.random.Generator) -> list[Array]:
    """Routes in clusters of about 250 stops, halved again and again across the tilted longer axis of barycentres.

    Parameters: rng — advanced. Returns: arrays of route indices; each route is in one.
    """
    routes = solution.routes()
    middle = np.array([_barycentre(data, route) for route in routes])
    weight = np.array([route.num_clients() for route in routes], np.float64)
    count = max(1, round(weight.sum() / STOPS_A_CLUSTER))
    return _halved(middle, weight, np.arange(len(routes)), min(count, len(routes)), rng)


def _barycentre(data: ProblemData, route: Route) -> tuple[float, float]:
    places = [data.location(data.client(stop.idx).location) for stop in route.schedule() if stop.is_client()]
    return float(np.mean([place.x for place in places])), float(np.mean([place.y for place in places]))


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
        parts.append(_part(data, [routes[k] for k in cluster], spare, absent[turn]))
    return parts


def _absent_shares(data: ProblemData, solution: Solution, clusters: list[Array]) -> list[list[int]]:
    shares: list[list[int]] = [[] for _ in clusters]
    absent = [stop.idx for stop in solution.unplanned()]
    if not absent:
        return shares
    middle = np.array([_barycentre(data, route) for route in solution.routes()])
    owner = np.concatenate([np.full(len(cluster), k) for k, cluster in enumerate(clusters)])
    middle = middle[np.concatenate(clusters)]
    for client in absent:
        place = data.location(data.client(client).location)
        nearest = int(np.argmin(((middle - (place.x, place.y)) ** 2).sum(axis=1)))
        shares[int(owner[nearest])].append(client)
    return shares


def _part(data: ProblemData, routes: list[Route], spare: Counter[int], absent: list[int]) -> Part:
    clients = [stop.idx for route in routes for stop in route.schedule() if stop.is_client()] + absent
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


def _activities(route: Route) -> list[Activity]:
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


def join(data: ProblemData, parts: list[Part], came: list[Found]) -> Solution:
    """The whole solution of the parts' solutions."""
    routes: list[Route] = []
    for part, one in zip(parts, came, strict=True):
        number = dict(enumerate(part.clients))
        for route in one.solution.routes():
            routes.append(Route(data, _renumbered(route, number), part.types[route.vehicle_type()]))
    return Solution(data, routes)
