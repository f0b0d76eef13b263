"""Why a stop is left out: what no plan could do for it, and who has what it would have needed."""

import numpy as np
from pyvrp import Activity, ActivityType, Route

from gridward.engine.delivery.model import Model, model
from gridward.engine.delivery.plan import Round
from gridward.engine.delivery.problem import Problem
from gridward.engine.problems import Unserved, Why

Array = np.ndarray

NAMED = 5


def impossible(asked: Problem) -> tuple[Unserved, ...]:
    """Stops that not even an empty van could serve, each with the reason."""
    found = model(asked, np.arange(len(asked.stops.place)))
    left = []
    for stop in range(len(asked.stops.place)):
        fits = fitting(asked, stop)
        if not len(fits):
            left.append(Unserved(stop, Why.NO_RESOURCE_FITS))
        elif not any(_way(asked, stop, van) for van in fits):
            left.append(Unserved(stop, Why.NO_WAY))
        elif not any(_alone(asked, found, stop, kind) for kind, vans in enumerate(found.kinds) if vans[0] in fits):
            left.append(Unserved(stop, Why.NO_TIME))
    return tuple(left)


def fitting(asked: Problem, stop: int) -> Array:
    """The vans that hold all packs of a stop."""
    return np.flatnonzero((asked.vans.capacity >= asked.stops.packs[stop]).all(axis=1))


def _way(asked: Problem, stop: int, van: int) -> bool:
    v, place = asked.vans, asked.stops.place[stop]
    road = v.road[van]
    out_s = asked.time_s[road, asked.yards.place[v.yard[van]], place]
    back_s = asked.time_s[road, place, asked.yards.place[v.end_yard[van]]]
    return bool(np.isfinite(out_s + back_s))


def _alone(asked: Problem, found: Model, stop: int, kind: int) -> bool:
    """Whether an otherwise empty van of the kind can serve it, in whole seconds."""
    s = asked.stops
    if np.ceil(max(s.from_s[stop], s.ready_s[stop])) > np.floor(s.to_s[stop]):
        return False
    return Route(found.data, [Activity(ActivityType.CLIENT, stop)], kind).is_feasible()


def left_out(asked: Problem, rounds: tuple[Round, ...], stop: int) -> Unserved:
    """Why a stop that an empty van could serve is in no round.

    Returns: taken, where each trip of a fitting van is too full for it; no time, where one has room but its day is
    full. `others` — the nearest stops those vans serve instead, of no lower priority, at most five.
    """
    vans = {int(van) for van in fitting(asked, stop)}
    has_room = any(_room(asked, one, stop) for one in rounds if one.van in vans)
    served = np.array([other for one in rounds if one.van in vans for other in one.stops], np.int64)
    served = served[asked.stops.priority[served] <= asked.stops.priority[stop]]
    away_s = asked.time_s[0, asked.stops.place[stop], asked.stops.place[served]]
    nearest = served[np.argsort(away_s, kind="stable")[:NAMED]]
    return Unserved(stop, Why.NO_TIME if has_room else Why.TAKEN, tuple(nearest.tolist()))


def _room(asked: Problem, one: Round, stop: int) -> bool:
    if len(one.trips) < asked.vans.trips[one.van]:
        return True
    free = asked.vans.capacity[one.van] - asked.stops.packs[stop]
    return any((asked.stops.packs[list(trip.stops)].sum(axis=0) <= free).all() for trip in one.trips)
