"""Taking one more rider into a running plan at once."""

from dataclasses import fields, replace

import numpy as np

from gridward.engine.dial_a_ride.arrays import flatten
from gridward.engine.dial_a_ride.insertion import insert
from gridward.engine.dial_a_ride.plan import Plan, Route, read_plan, write_plan
from gridward.engine.dial_a_ride.problem import Problem, Trips, check
from gridward.engine.dial_a_ride.recreate import everywhere
from gridward.engine.dial_a_ride.schedule import reset
from gridward.engine.dial_a_ride.state import most_stops, new_state, new_work
from gridward.engine.problems import BadInput

Array = np.ndarray


def insert_one(problem: Problem, plan: Plan, rider: Trips, frozen: Array | None = None) -> tuple[Problem, Plan]:
    """The problem with one trip more (its index is the old n) and the plan with it where it costs least.

    Parameters: problem, plan — not changed. rider — one trip, `return_of` counting the problem's trips. frozen — [V]
        leading stops of each route that must stay, as in `solve`. No other trip changes vehicle or order; begin times
        may move within what every rider was promised by windows and ride limits.
    Returns: in the plan the trip is served, or unserved with the reason.
    Raises: BadInput if the trip is not one trip, or is not sound.
    """
    if len(rider.from_place) != 1:
        raise BadInput("rider", None, f"{len(rider.from_place)} trips, one wanted")
    kinds = problem.trips.load.shape[1]
    if rider.load.shape[1] != kinds:
        raise BadInput("rider.load", 0, f"{rider.load.shape[1]} kinds of seats, {kinds} wanted")
    n = len(problem.trips.from_place)
    columns = {f.name: np.concatenate([getattr(problem.trips, f.name), getattr(rider, f.name)]) for f in fields(Trips)}
    asked = replace(problem, trips=Trips(**columns))
    check(asked, matrices=False)
    data = flatten(asked, frozen)
    stops = max(most_stops(data), max((len(route.stops) for route in plan.routes), default=0) + 2)
    state, work = new_state(data, stops), new_work(data, stops, plan.seed)
    reset(data, state, work)
    write_plan(data, _one_more(plan, n), state, work)
    _, _, v, _, i, j = everywhere(data, state, work, n, False)
    if v >= 0:
        insert(data, state, work, v, n, i, j)
        left = np.flatnonzero(state.route_of < 0)
        state.count[0] = len(left)
        state.absent[: len(left)] = left
    return asked, read_plan(data, state, work, plan.curve, plan.steps, plan.cpu_s, plan.seed)


def _one_more(plan: Plan, n: int) -> Plan:
    """The plan with its stops numbered for a problem of one trip more."""

    def number(stop: int) -> int:
        return stop if stop < n else stop + 1 if stop < 2 * n else stop + 2

    routes = tuple(Route(r.vehicle, tuple(number(stop) for stop in r.stops), r.begin_s) for r in plan.routes)
    unknown = np.append(plan.pickup_s, np.nan), np.append(plan.drop_s, np.nan)
    return replace(plan, routes=routes, pickup_s=unknown[0], drop_s=unknown[1])
