"""A delivery plan, and how it is read from and written as PyVRP's solution."""

from dataclasses import dataclass

import numpy as np
from pyvrp import Activity, ActivityType, Route, Solution

from gridward.engine.delivery.model import Model
from gridward.engine.delivery.problem import Problem
from gridward.engine.problems import Unserved

Array = np.ndarray


@dataclass(frozen=True)
class Trip:
    """One loading: from which yard, when loading begins, the stops in order and when service starts at each."""

    yard: int
    begin_s: float
    stops: tuple[int, ...]
    start_s: tuple[float, ...]


@dataclass(frozen=True)
class Round:
    """What one van does in a day; no trips = it stays in the yard."""

    van: int
    trips: tuple[Trip, ...]
    end_s: float
    distance_m: float

    @property
    def begin_s(self) -> float:
        """When the first loading begins."""
        return self.trips[0].begin_s if self.trips else self.end_s

    @property
    def duty_s(self) -> float:
        """From the first loading until the van is back."""
        return self.end_s - self.begin_s

    @property
    def stops(self) -> tuple[int, ...]:
        """Every stop in order."""
        return tuple(stop for trip in self.trips for stop in trip.stops)


@dataclass(frozen=True)
class Plan:
    """A day of rounds, one a van, in whole seconds and metres.

    `van` — [n] of each stop, -1 = unserved; `cost` — of the rounds; `bound` — no plan serving the same stops costs
    less; `steps`, `cpu_s`, `seed` — what it took.
    """

    rounds: tuple[Round, ...]
    van: Array
    cost: float
    bound: float
    unserved: tuple[Unserved, ...]
    steps: int
    cpu_s: float
    seed: int


def read_rounds(found: Model, solution: Solution, count: int) -> tuple[Round, ...]:
    """The rounds of `count` vans; within one kind the vans in order take the routes in order."""
    rounds = [Round(van, (), 0.0, 0.0) for van in range(count)]
    taken = [iter(kind) for kind in found.kinds]
    for route in solution.routes():
        van = next(taken[route.vehicle_type()])
        rounds[van] = _round(found, route, van)
    return tuple(rounds)


def _round(found: Model, route: Route, van: int) -> Round:
    trips: list[Trip] = []
    stops: list[int] = []
    starts: list[float] = []
    yard, begin_s = 0, 0.0
    for k, done in enumerate(route.schedule()):
        if done.is_client():
            stops.append(int(found.clients[done.idx]))
            starts.append(float(done.start_time))
            continue
        if stops:
            trips.append(Trip(yard, begin_s, tuple(stops), tuple(starts)))
        stops, starts = [], []
        yard, begin_s = done.idx, float(route.start_time() if k == 0 else done.start_time)
    return Round(van, tuple(trips), float(route.end_time()), float(route.distance()))


def write_rounds(found: Model, rounds: tuple[Round, ...]) -> Solution:
    """The rounds as PyVRP's solution of the model; stops the model does not hold are left out."""
    number = {int(stop): k for k, stop in enumerate(found.clients)}
    kind = {van: t for t, kind in enumerate(found.kinds) for van in kind}
    routes = []
    for one in rounds:
        visits = activities(one, number)
        if visits:
            routes.append(Route(found.data, visits, kind[one.van]))
    return Solution(found.data, routes)


def activities(one: Round, number: dict[int, int]) -> list[Activity]:
    """What a van does between its ends: stops by their numbers in the model, and the yards between trips."""
    visits: list[Activity] = []
    for trip in one.trips:
        known = [number[stop] for stop in trip.stops if stop in number]
        if known and visits:
            visits.append(Activity(ActivityType.DEPOT, trip.yard))
        visits += [Activity(ActivityType.CLIENT, client) for client in known]
    return visits


def van_of(asked: Problem, rounds: tuple[Round, ...]) -> Array:
    """[n] the van of each stop, -1 = none."""
    van = np.full(len(asked.stops.place), -1, np.int64)
    for one in rounds:
        van[list(one.stops)] = one.van
    return van


def cost_of(asked: Problem, rounds: tuple[Round, ...]) -> float:
    """What the rounds cost by the vans' prices."""
    v, total = asked.vans, 0.0
    for one in rounds:
        if one.trips:
            over_s = max(0.0, one.duty_s - v.fair_s[one.van])
            total += v.fixed_cost[one.van] + v.cost_per_m[one.van] * one.distance_m
            total += v.cost_per_s[one.van] * one.duty_s + v.over_price[one.van] * over_s
    return float(total)
