"""Vans that drive several trips, seen trip by trip: each trip a vehicle of its own within its time, and back again.

A van's barycentre says little where its trips go different ways, and PyVRP is several times quicker where nothing is
loaded again. Between two trips of a van the time is cut at random within what both can spare, so that no choice made
for one trip can break another.
"""

from dataclasses import dataclass

import numpy as np
from pyvrp import Activity, ActivityType, ProblemData, Route, Solution, VehicleType

Array = np.ndarray
MOST_TRIPS = 4


@dataclass(frozen=True)
class Trips:
    """The whole seen by trips: `of` — for each vehicle type of `data`, which of `vans` drives it; in the order driven.

    `vans` — the vehicle type in the whole of each van.
    """

    data: ProblemData
    solution: Solution
    of: tuple[int, ...]
    vans: tuple[int, ...]


@dataclass(frozen=True)
class _Trip:
    start: int  # yards
    end: int
    clients: tuple[int, ...]


def several(data: ProblemData) -> bool:
    """Whether any van may load again."""
    return any(kind.max_reloads and kind.reload_depots for kind in data.vehicle_types())


def by_trips(data: ProblemData, solution: Solution, rng: np.random.Generator) -> Trips:
    """The problem and its solution by trips, with those that vans could drive besides.

    Parameters: solution — holds all limits. rng — advanced.
    """
    kinds: list[VehicleType] = []
    of: list[int] = []
    driven: list[tuple[int, ...]] = []
    vans: list[int] = []
    idle = [kind.num_available for kind in data.vehicle_types()]
    for route in solution.routes():
        trips = _trips(route)
        kind = data.vehicle_type(route.vehicle_type())
        idle[route.vehicle_type()] -= 1
        spare_m = (kind.max_distance - route.distance()) // (len(trips) + 1)
        for trip, frame in zip(*_framed(data, kind, route, trips, rng), strict=True):
            kinds.append(_alone(kind, trip, frame, len(trips), _metres(data, kind.profile, trip) + spare_m))
            of.append(len(vans))
            driven.append(trip.clients)
        vans.append(route.vehicle_type())
    for at, left in enumerate(idle):
        for nth in range(left):
            for kind in _empty(data.vehicle_type(at), nth):
                kinds.append(kind)
                of.append(len(vans))
                driven.append(())
            vans.append(at)
    whole = data.replace(vehicle_types=kinds)
    routes = [Route(whole, _visits(clients), at) for at, clients in enumerate(driven) if clients]
    return Trips(whole, Solution(whole, routes), tuple(of), tuple(vans))


def by_vans(data: ProblemData, trips: Trips, solution: Solution) -> Solution:
    """The whole's solution of a solution by trips."""
    visits: dict[int, list[Activity]] = {}
    for route in sorted(solution.routes(), key=lambda route: route.vehicle_type()):
        inner = visits.setdefault(trips.of[route.vehicle_type()], [])
        if inner:
            inner.append(Activity(ActivityType.DEPOT, route.start_depot()))
        inner += [Activity(stop.type, stop.idx) for stop in route.schedule()[1:-1]]
    return Solution(data, [Route(data, inner, trips.vans[van]) for van, inner in visits.items()])


def _visits(clients: tuple[int, ...]) -> list[Activity]:
    return [Activity(ActivityType.CLIENT, client) for client in clients]


def _trips(route: Route) -> list[_Trip]:
    trips: list[_Trip] = []
    start, clients = route.start_depot(), []
    for done in route.schedule()[1:]:
        if done.is_client():
            clients.append(done.idx)
            continue
        trips.append(_Trip(start, done.idx, tuple(clients)))
        start, clients = done.idx, []
    return trips


def _framed(
    data: ProblemData, kind: VehicleType, route: Route, trips: list[_Trip], rng: np.random.Generator
) -> tuple[list[_Trip], list[tuple[int, int]]]:
    """The trips of a van, and an empty one before or after where it may drive more; each with its time."""
    longest_s = min(kind.max_duration, kind.tw_late - kind.tw_early)
    begins = max(kind.tw_early, route.end_time() - longest_s)
    ends = min(kind.tw_late, begins + longest_s)
    if len(trips) <= kind.max_reloads:
        trips = _with_empty(kind, trips, rng)
    latest = [ends]
    for trip in reversed(trips):
        latest.append(_latest_start(data, kind.profile, trip, latest[-1]))
    latest = latest[::-1]
    cuts = [begins]
    for at, trip in enumerate(trips[:-1]):
        earliest = _earliest_end(data, kind.profile, trip, cuts[-1])
        cuts.append(int(earliest + rng.uniform(0.0, 1.0) * max(0, latest[at + 1] - earliest)))
    cuts.append(ends)
    return trips, list(zip(cuts[:-1], cuts[1:], strict=True))


def _with_empty(kind: VehicleType, trips: list[_Trip], rng: np.random.Generator) -> list[_Trip]:
    first, last = trips[0], trips[-1]
    ways = []
    if first.start in kind.reload_depots:
        ways.append([_Trip(first.start, first.start, ()), *trips])
    if last.end in kind.reload_depots:
        ways.append([*trips, _Trip(last.end, last.end, ())])
    return ways[int(rng.integers(len(ways)))] if ways else trips


def _earliest_end(data: ProblemData, profile: int, trip: _Trip, start_s: int) -> int:
    if not trip.clients:
        return start_s
    time_s, depot = data.duration_matrix(profile), data.depot(trip.start)
    chosen = [data.client(client) for client in trip.clients]
    now_s = max(start_s, depot.tw_early, max(one.release_time for one in chosen)) + depot.service_duration
    here = depot.location
    for one in chosen:
        now_s = max(now_s + int(time_s[here, one.location]), one.tw_early) + one.service_duration
        here = one.location
    return now_s + int(time_s[here, data.depot(trip.end).location])


def _latest_start(data: ProblemData, profile: int, trip: _Trip, end_s: int) -> int:
    if not trip.clients:
        return end_s
    time_s, depot, home = data.duration_matrix(profile), data.depot(trip.start), data.depot(trip.end)
    now_s, here = min(end_s, home.tw_late), home.location
    for client in reversed(trip.clients):
        one = data.client(client)
        now_s = min(now_s - int(time_s[one.location, here]) - one.service_duration, one.tw_late)
        here = one.location
    return min(now_s - int(time_s[depot.location, here]) - depot.service_duration, depot.tw_late)


def _metres(data: ProblemData, profile: int, trip: _Trip) -> int:
    if not trip.clients:
        return 0
    places = [data.client(client).location for client in trip.clients]
    places = [data.depot(trip.start).location, *places, data.depot(trip.end).location]
    return int(data.distance_matrix(profile)[places[:-1], places[1:]].sum())


def _alone(kind: VehicleType, trip: _Trip, frame: tuple[int, int], count: int, longest_m: int) -> VehicleType:
    """A vehicle for this trip only."""
    return kind.replace(
        num_available=1, start_depot=trip.start, end_depot=trip.end, tw_early=frame[0], tw_late=max(frame),
        start_late=max(frame), fixed_cost=kind.fixed_cost // count if trip.clients else 0, reload_depots=[],
        max_reloads=0, max_distance=max(0, longest_m),
    )  # fmt: skip


def _empty(kind: VehicleType, longer: int) -> list[VehicleType]:
    """Vehicles for the trips of a van in no route, one of them with twice the time of the others."""
    count, yard = kind.max_reloads + 1, kind.start_depot
    if count == 1 or yard != kind.end_depot or yard not in kind.reload_depots:
        return [kind.replace(num_available=1, reload_depots=[], max_reloads=0)]
    share = np.ones(min(count, MOST_TRIPS))
    share[longer % len(share)] = 2.0
    cuts = kind.tw_early + np.cumsum([0.0, *share / share.sum()]) * (kind.tw_late - kind.tw_early)
    frames = zip(cuts[:-1].astype(int).tolist(), cuts[1:].astype(int).tolist(), strict=True)
    return [
        _alone(kind, _Trip(yard, yard, (0,)), frame, len(share), kind.max_distance // len(share)) for frame in frames
    ]
