"""Very large days: one quick plan for all, then groups of neighbouring routes improved apart, in rounds.

Source: the idea of POPMUSIC (Taillard & Voss 2002): parts near each other are optimised together, the rest held still.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from multiprocessing import get_context
from typing import Any

import numpy as np

from gridward.engine.dial_a_ride.arrays import flatten
from gridward.engine.dial_a_ride.plan import Plan, Route, read_plan
from gridward.engine.dial_a_ride.problem import Break, Problem, Trips, Vehicles
from gridward.engine.dial_a_ride.solve import Effort, begin, run, solve

Array = np.ndarray

VEHICLES_A_GROUP = 24


@dataclass(frozen=True)
class Part:
    """A share of a problem with the plan for it: which trips, vehicles and breaks of the whole it holds."""

    problem: Problem
    plan: Plan
    trips: Array
    vehicles: Array
    breaks: Array


def solve_large(
    problem: Problem, effort: Effort, rounds: int = 4, processes: int = 2, seed: int = 1, first: Effort | None = None
) -> Plan:
    """A plan for a day too large for one search.

    Parameters: effort — of all searches together, over all processes. rounds — how often routes are regrouped. first
        — for the plan of all (default a tenth of the effort). Repeats exactly when efforts are in steps.
    """
    first = first or Effort(effort.steps // 10, effort.cpu_s / 10)
    search = begin(flatten(problem), seed)
    run(search, first)
    plan = _read(problem, search.best, search)
    rng = np.random.default_rng(seed)
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for turn in range(rounds):
            groups = route_groups(problem, plan, VEHICLES_A_GROUP, rng)
            share = Effort(effort.steps // (rounds * len(groups)), effort.cpu_s / (rounds * len(groups)))
            parts = [cut(problem, plan, group, share_of) for share_of, group in _absent_shares(problem, plan, groups)]
            jobs = [pool.submit(_improve, part, share, seed + turn * 1000 + k) for k, part in enumerate(parts)]
            plan = join(problem, plan, parts, [job.result() for job in jobs], seed)
    return plan


def _improve(part: Part, effort: Effort, seed: int) -> Plan:
    return solve(part.problem, effort, seed, warm=part.plan)


def _read(problem: Problem, state: Any, search: Any) -> Plan:
    return read_plan(search.data, state, search.work, search.curve, search.steps, search.cpu_s(), 1)


def route_groups(problem: Problem, plan: Plan, size: int, rng: np.random.Generator) -> list[Array]:
    """Vehicles in groups of about `size` whose routes lie near each other, from random seeds.

    Parameters: rng — advanced. Returns: arrays of vehicle indices; each vehicle is in one.
    """
    n = len(problem.trips.from_place)
    middle = np.array([_middle(problem, route, n) for route in plan.routes])
    left = np.arange(len(plan.routes))
    groups = []
    while len(left):
        seed = left[rng.integers(len(left))]
        apart = problem.time_s[middle[seed], middle[left]] + problem.time_s[middle[left], middle[seed]]
        order = np.argsort(apart, kind="stable")
        take = len(left) if len(left) < 1.5 * size else size
        groups.append(np.sort(left[order[:take]]))
        left = np.sort(left[order[take:]])
    return groups


def _middle(problem: Problem, route: Route, n: int) -> int:
    """The place of a route from which its other pickups are nearest; its start if it has none."""
    places = problem.trips.from_place[[stop for stop in route.stops if stop < n]]
    if len(places) == 0:
        return int(problem.vehicles.start_place[route.vehicle])
    return int(places[np.argmin(problem.time_s[np.ix_(places, places)].sum(axis=1))])


def _absent_shares(problem: Problem, plan: Plan, groups: list[Array]) -> list[tuple[Array, Array]]:
    """Each group with the unserved trips nearest to it."""
    absent = np.array([one.item for one in plan.unserved], np.int64)
    if len(absent) == 0:
        return [(absent, group) for group in groups]
    n = len(problem.trips.from_place)
    middle = [np.unique([_middle(problem, plan.routes[v], n) for v in group]) for group in groups]
    home = problem.trips.from_place[absent]
    apart = np.stack([problem.time_s[np.ix_(home, places)].min(axis=1) for places in middle])
    nearest = apart.argmin(axis=0)
    return [(absent[nearest == k], group) for k, group in enumerate(groups)]


def cut(problem: Problem, plan: Plan, vehicles: Array, absent: Array) -> Part:
    """The part of a problem that some vehicles and some unserved trips make, with its share of the plan."""
    t, fleet, n = problem.trips, problem.vehicles, len(problem.trips.from_place)
    riding = [stop for v in vehicles for stop in plan.routes[v].stops if stop < n]
    chosen = np.sort(np.concatenate([np.array(riding, np.int64), absent]))
    columns = {field.name: getattr(t, field.name)[chosen] for field in fields(Trips)}
    _hold_ties(problem, plan, chosen, columns)
    rests = [index for index, rest in enumerate(_in_order(fleet)) if rest.vehicle in set(vehicles.tolist())]
    local = {int(v): k for k, v in enumerate(vehicles)}
    breaks = tuple(replace(_in_order(fleet)[index], vehicle=local[_in_order(fleet)[index].vehicle]) for index in rests)
    vehicle_columns = {f.name: getattr(fleet, f.name)[vehicles] for f in fields(Vehicles) if f.name != "breaks"}
    places = np.unique(np.concatenate([
        columns["from_place"], columns["to_place"], vehicle_columns["start_place"], vehicle_columns["end_place"],
    ]))  # fmt: skip
    for table in (columns, vehicle_columns):
        for name in ("from_place", "to_place", "start_place", "end_place"):
            if name in table:
                table[name] = np.searchsorted(places, table[name]).astype(np.int32)
    time_s = problem.time_s[np.ix_(places, places)]
    cost = time_s if problem.cost is problem.time_s else problem.cost[np.ix_(places, places)]
    share = Problem(
        Trips(**columns), Vehicles(**vehicle_columns, breaks=breaks), time_s, cost, problem.clean_s, problem.ride_price
    )
    part = Part(share, plan, chosen, vehicles, np.array(rests, np.int64))
    return replace(part, plan=_local_plan(part, plan, n, len(fleet.start_place)))


def _in_order(fleet: Vehicles) -> list[Break]:
    return sorted(fleet.breaks, key=lambda rest: (rest.vehicle, rest.from_s))


def _hold_ties(problem: Problem, plan: Plan, chosen: Array, columns: dict[str, Array]) -> None:
    """Number ties within the part; where a tie is cut, keep it by windows on both sides of the return's pickup."""
    t = problem.trips
    inside = np.full(len(t.from_place), -1, np.int32)
    inside[chosen] = np.arange(len(chosen))
    out = columns["return_of"].copy()
    columns["return_of"] = np.where(out >= 0, inside[out], -1).astype(np.int32)
    splits = np.where(np.isnan(plan.pickup_s), t.pickup_to_s, plan.pickup_s)
    for k in np.flatnonzero((out >= 0) & (columns["return_of"] < 0)):
        columns["pickup_from_s"][k] = max(columns["pickup_from_s"][k], splits[chosen[k]])
    for back in np.flatnonzero(t.return_of >= 0):
        k = inside[t.return_of[back]]
        if k >= 0 and inside[back] < 0:
            columns["drop_to_s"][k] = min(columns["drop_to_s"][k], splits[back] - t.stay_s[back])


def _numbers(part: Part, n: int, count: int) -> Array:
    """[N of the part] the whole problem's number of each of the part's stops."""
    return np.concatenate([
        part.trips, n + part.trips, 2 * n + part.vehicles, 2 * n + count + part.vehicles,
        2 * n + 2 * count + part.breaks,
    ])  # fmt: skip


def _local_plan(part: Part, plan: Plan, n: int, count: int) -> Plan:
    number = {int(stop): k for k, stop in enumerate(_numbers(part, n, count))}
    routes = tuple(
        Route(k, tuple(number[stop] for stop in plan.routes[v].stops), plan.routes[v].begin_s)
        for k, v in enumerate(part.vehicles)
    )
    return replace(
        plan, routes=routes, vehicle=np.zeros(0), pickup_s=plan.pickup_s[part.trips], drop_s=plan.drop_s[part.trips],
        unserved=(), curve=(),
    )  # fmt: skip


def join(problem: Problem, plan: Plan, parts: list[Part], solved: list[Plan], seed: int) -> Plan:
    """The whole plan with each part's routes put back."""
    n, count = len(problem.trips.from_place), len(problem.vehicles.start_place)
    routes = list(plan.routes)
    pickup_s, drop_s = plan.pickup_s.copy(), plan.drop_s.copy()
    for part, better in zip(parts, solved, strict=True):
        number = _numbers(part, n, count)
        pickup_s[part.trips], drop_s[part.trips] = better.pickup_s, better.drop_s
        for k, v in enumerate(part.vehicles):
            stops = tuple(int(number[stop]) for stop in better.routes[k].stops)
            routes[v] = Route(int(v), stops, better.routes[k].begin_s)
    joined = replace(plan, routes=tuple(routes), pickup_s=pickup_s, drop_s=drop_s)
    search = begin(flatten(problem), seed, joined)
    steps = plan.steps + sum(one.steps for one in solved)
    spent_s = plan.cpu_s + sum(one.cpu_s for one in solved)
    return read_plan(search.data, search.best, search.work, plan.curve, steps, spent_s, seed)
