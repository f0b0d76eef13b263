"""A plan as others read it: routes with times, what they cost, who is left out and why."""

from dataclasses import dataclass

import numpy as np

from gridward.engine.dial_a_ride.arrays import Data
from gridward.engine.dial_a_ride.insertion import set_release
from gridward.engine.dial_a_ride.reasons import reasons
from gridward.engine.dial_a_ride.schedule import begin_times, refresh_all
from gridward.engine.dial_a_ride.state import State, Work
from gridward.engine.problems import Unserved

Array = np.ndarray


@dataclass(frozen=True)
class Route:
    """One vehicle's day: stops in order with the time each begins.

    stops — node numbers: pickup of trip i is i, its drop n + i, vehicle v's start 2n + v, its end 2n + V + v, breaks
    from 2n + 2V in order of vehicle and opening time.
    """

    vehicle: int
    stops: tuple[int, ...]
    begin_s: tuple[float, ...]


@dataclass(frozen=True)
class Point:
    """What a search had reached when."""

    cpu_s: float
    steps: int
    missing: float  # weight of the trips left out, lexicographic by priority
    cost: float


@dataclass(frozen=True)
class Plan:
    """A plan; every constraint of the problem holds in it. There is no lower bound: none that is quick is any use."""

    routes: tuple[Route, ...]  # one a vehicle, used or not
    vehicle: Array  # [n] -1 unserved
    pickup_s: Array  # [n] when boarding begins, nan unserved
    drop_s: Array  # [n]
    cost: float  # travel, fixed cost, lateness and riding
    travel_cost: float
    unserved: tuple[Unserved, ...]
    curve: tuple[Point, ...]
    steps: int
    cpu_s: float
    seed: int


def read_plan(
    data: Data, state: State, work: Work, curve: tuple[Point, ...], steps: int, cpu_s: float, seed: int
) -> Plan:
    """The plan a state stands for.

    Parameters: state — feasible; its schedules are recomputed, otherwise unchanged.
    """
    n = data.trips
    when = np.full(2 * n, np.nan)
    routes, begin = [], np.zeros(state.node.shape)
    begin_times(data, state, begin)
    for v in range(data.vehicles):
        m = int(state.size[v])
        stops, times = state.node[v, :m], begin[v, :m]
        riders = stops < 2 * n
        when[stops[riders]] = times[riders]
        routes.append(Route(v, tuple(stops.tolist()), tuple(times.tolist())))
    return Plan(
        tuple(routes), state.route_of.copy(), when[:n], when[n:], float(state.travel.sum() + state.extra.sum()),
        float(state.travel.sum()), reasons(data, state, work), curve, steps, cpu_s, seed,
    )  # fmt: skip


def write_plan(data: Data, plan: Plan, state: State, work: Work) -> None:
    """Set a state to a plan's routes, leaving out trips whose vehicle could not drive its route any more.

    Parameters: state — empty routes, changed.
    """
    n, stands = data.trips, np.zeros(data.vehicles, np.bool_)
    empty, sizes = state.node.copy(), state.size.copy()
    for route in plan.routes:
        if data.loose:
            _fix_ties(data, plan, route, state)
        state.node[route.vehicle, : len(route.stops)] = route.stops
        state.size[route.vehicle] = len(route.stops)
        state.route_of[[stop for stop in route.stops if stop < n]] = route.vehicle
    refresh_all(data, state, work, stands)
    if not stands.all():
        state.route_of[np.isin(state.route_of, np.flatnonzero(~stands))] = -1
        state.node[~stands], state.size[~stands] = empty[~stands], sizes[~stands]
        refresh_all(data, state, work, stands)
    left = np.flatnonzero(state.route_of < 0)
    state.count[0] = len(left)
    state.absent[: len(left)] = left


def _fix_ties(data: Data, plan: Plan, route: Route, state: State) -> None:
    """Split each loose tie of a route at a moment both its trips keep."""
    for stop in route.stops:
        if stop < data.trips and data.partner[stop] >= 0:
            out = stop if data.stay[stop] >= 0 else int(data.partner[stop])
            if data.stay[out] >= 0 and np.isnan(state.release[out]):
                ends = plan.drop_s[out] + data.stay[out], plan.pickup_s[data.partner[out]]
                release = ends[0] if not np.isnan(ends[0]) else ends[1]
                if not np.isnan(release):
                    set_release(data, state, out, release)
