"""Planning on while vehicles are under way: what is done stays, failed vehicles drop out, promised times are kept."""

from dataclasses import dataclass, replace

import numpy as np

from gridward.engine.dial_a_ride.arrays import Data, flatten
from gridward.engine.dial_a_ride.plan import Plan, Route, read_plan
from gridward.engine.dial_a_ride.problem import Problem
from gridward.engine.dial_a_ride.solve import Effort, begin, run
from gridward.engine.dial_a_ride.state import copy_state

Array = np.ndarray

# How far a kept promise may slip when not everybody can be served within the tolerance asked for.
LOOSER = (1.0, 4.0, np.inf)
HAIR_S = 1e-6


@dataclass(frozen=True)
class Replan:
    """What came of planning on.

    problem — as asked, but a rider stranded in a failed vehicle is picked up where it stands. frozen — [V] leading
    stops of each route that had happened, or were being driven to, by now. changed — trips whose pickup moved by more
    than the tolerance, riders of failed vehicles among them.
    """

    problem: Problem
    plan: Plan
    frozen: Array
    changed: tuple[int, ...]


def replan(
    problem: Problem, plan: Plan, now_s: float, failed: tuple[int, ...], effort: Effort, tolerance_s: float = 300.0,
    seed: int = 1,
) -> Replan:  # fmt: skip
    """Plan on from `now_s` without the failed vehicles, changing few promised pickup times.

    Parameters: problem, plan — not changed; every begin time of the plan is taken as kept so far. failed — vehicles
        that stop where they last began a stop; riders aboard wait there. effort — for all attempts together; an
        attempt that serves everybody ends it. tolerance_s — a pickup moved by no more keeps its promise.
    """
    frozen = frozen_stops(problem, plan, now_s)
    asked = strand(problem, plan, frozen, now_s, failed)
    kept = _without(problem, plan, frozen, failed)
    frozen = frozen.copy()
    for v in failed:
        frozen[v] = len(kept.routes[v].stops) - 1
    waiting = _waiting(problem, plan, kept, now_s)
    spent_s, spent_steps, best = 0.0, 0, kept
    for loose in LOOSER:
        data = _freeze(flatten(asked, frozen), kept, frozen, now_s, failed)
        promised = _promise(data, plan, waiting, loose * tolerance_s)
        search = begin(promised, seed, best)
        share = Effort(effort.steps // len(LOOSER), effort.cpu_s / len(LOOSER))
        run(search, share)
        spent_s, spent_steps = spent_s + search.cpu_s(), spent_steps + search.steps
        final = begin(data, seed, None)
        copy_state(search.best, final.state)
        best = read_plan(data, final.state, final.work, search.curve, spent_steps, spent_s, seed)
        if not best.unserved:
            break
    moved = np.abs(best.pickup_s - plan.pickup_s) > tolerance_s + 0.001
    moved |= np.isnan(best.pickup_s) & ~np.isnan(plan.pickup_s)
    return Replan(asked, best, frozen, tuple(np.flatnonzero(moved).tolist()))


def frozen_stops(problem: Problem, plan: Plan, now_s: float) -> Array:
    """[V] how many leading stops of each route have begun by now, or are being cleaned for or driven to; at least 1."""
    frozen = np.ones(len(plan.routes), np.int32)
    places = _places(problem)
    for route in plan.routes:
        count = max(1, sum(begin <= now_s for begin in route.begin_s[:-1]))
        here = next((places[s] for s in reversed(route.stops[:count]) if places[s] >= 0), -1)
        following = route.stops[count]
        bound_s = problem.time_s[here, places[following]] if places[following] >= 0 else 0.0
        bound_s += _clean_s(problem, route, count)
        if route.begin_s[0] <= now_s and route.begin_s[count] - bound_s < now_s and count < len(route.stops) - 1:
            count += 1
        frozen[route.vehicle] = count
    return frozen


def _clean_s(problem: Problem, route: Route, k: int) -> float:
    """Clean-down between the riders before position k of a route and the rider there."""
    n, level = len(problem.trips.from_place), problem.trips.group
    before = next((int(level[s % n]) for s in reversed(route.stops[:k]) if s < 2 * n), -1)
    before = int(problem.vehicles.group[route.vehicle]) if before < 0 else before
    if route.stops[k] >= 2 * n or before in (-1, int(level[route.stops[k] % n])):
        return 0.0
    return float(problem.clean_s[before, level[route.stops[k] % n]])


def _places(problem: Problem) -> Array:
    """[N] place of each stop, -1 for a break."""
    t, fleet = problem.trips, problem.vehicles
    none = np.full(len(fleet.breaks), -1)
    return np.concatenate([t.from_place, t.to_place, fleet.start_place, fleet.end_place, none])


def strand(problem: Problem, plan: Plan, frozen: Array, now_s: float, failed: tuple[int, ...]) -> Problem:
    """The problem with the riders aboard failed vehicles waiting where their vehicle stands, their ride limit void."""
    n, places, t = len(problem.trips.from_place), _places(problem), problem.trips
    columns = {name: getattr(t, name).copy() for name in (
        "from_place", "pickup_from_s", "pickup_to_s", "pickup_due_s", "ride_limit_s", "ride_factor", "drop_to_s",
    )}  # fmt: skip
    for v in failed:
        done = plan.routes[v].stops[: frozen[v]]
        here = next(places[stop] for stop in reversed(done) if places[stop] >= 0)
        for trip in _aboard(done, n):
            columns["from_place"][trip] = here
            columns["pickup_from_s"][trip] = now_s
            columns["drop_to_s"][trip] = max(columns["drop_to_s"][trip], problem.vehicles.shift_to_s.max())
            columns["pickup_to_s"][trip] = columns["drop_to_s"][trip]
            columns["pickup_due_s"][trip] = now_s
            columns["ride_limit_s"][trip] = columns["ride_factor"][trip] = np.inf
    return replace(problem, trips=replace(t, **columns))


def _aboard(done: tuple[int, ...], n: int) -> list[int]:
    dropped = {stop - n for stop in done if n <= stop < 2 * n}
    return [stop for stop in done if stop < n and stop not in dropped]


def _without(problem: Problem, plan: Plan, frozen: Array, failed: tuple[int, ...]) -> Plan:
    """The plan with failed vehicles driving only what they had finished (their breaks count as taken)."""
    n, routes = len(problem.trips.from_place), list(plan.routes)
    first_break = 2 * n + 2 * len(routes)
    for v in failed:
        route = plan.routes[v]
        stranded = set(_aboard(route.stops[: frozen[v]], n))
        stays = [
            k for k, stop in enumerate(route.stops)
            if k in (0, len(route.stops) - 1) or stop >= first_break or (k < frozen[v] and stop not in stranded)
        ]  # fmt: skip
        routes[v] = Route(v, tuple(route.stops[k] for k in stays), tuple(route.begin_s[k] for k in stays))
    return replace(plan, routes=tuple(routes))


def _waiting(problem: Problem, plan: Plan, kept: Plan, now_s: float) -> list[int]:
    """Trips that still have a vehicle and whose pickup lies ahead."""
    n = len(problem.trips.from_place)
    riding = {stop for route in kept.routes for stop in route.stops if stop < n}
    return [trip for trip in sorted(riding) if plan.pickup_s[trip] > now_s]


def _freeze(data: Data, kept: Plan, frozen: Array, now_s: float, failed: tuple[int, ...]) -> Data:
    """Data in which frozen stops happen when they did, nobody leaves in the past and failed vehicles take nobody."""
    data.fits[:, list(failed)] = False
    for route in kept.routes:
        v, count = route.vehicle, int(frozen[route.vehicle])
        if route.begin_s[0] > now_s:
            data.opens[route.stops[0]] = max(data.opens[route.stops[0]], now_s)
            continue
        for stop, begin_s in zip(route.stops[:count], route.begin_s[:count], strict=True):
            data.opens[stop], data.closes[stop] = begin_s, begin_s + HAIR_S
        if v not in failed:
            _hold(data, route, count, now_s)
    return data


def _hold(data: Data, route: Route, count: int, now_s: float) -> None:
    """Keep the vehicle at its last frozen stop until now; one that is on its way home takes nobody any more."""
    v, last, begin_s = route.vehicle, route.stops[count - 1], route.begin_s[count - 1]
    held_s = max(0.0, now_s - begin_s - data.service[last])
    if count == len(route.stops) - 1:
        here = next(int(data.place[stop]) for stop in reversed(route.stops[:count]) if data.place[stop] >= 0)
        home_s = begin_s + data.service[last] + held_s + data.time[here, data.place[route.stops[-1]]]
        used = any(stop < data.trips for stop in route.stops)
        late = home_s > min(data.closes[route.stops[-1]], route.begin_s[0] + data.max_route[v])
        if held_s > 0 and (used or late):
            data.fits[:, v] = False
            return
    data.service[last] += held_s
    if last < data.trips:  # waiting for now is part of the ride
        data.ride_limit[last] -= held_s
        data.direct[last] -= held_s


def _promise(data: Data, plan: Plan, waiting: list[int], slack_s: float) -> Data:
    """Data in which every waiting trip is picked up within `slack_s` of its promise."""
    opens, closes = data.opens.copy(), data.closes.copy()
    for trip in waiting:
        opens[trip] = max(opens[trip], plan.pickup_s[trip] - slack_s - HAIR_S)
        closes[trip] = min(closes[trip], plan.pickup_s[trip] + slack_s + HAIR_S)
    return data._replace(opens=opens, closes=closes)
