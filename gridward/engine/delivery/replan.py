"""Planning on in a running day: trips under way stay, failed vans drop out, the rest changes as little as it can."""

from dataclasses import dataclass, replace

import numpy as np

from gridward.engine.delivery.decompose import solve_data
from gridward.engine.delivery.insertion import inserted, repaired
from gridward.engine.delivery.model import model
from gridward.engine.delivery.plan import Plan, Round, Trip, read_rounds, van_of, write_rounds
from gridward.engine.delivery.problem import Problem, Stops, Vans
from gridward.engine.delivery.reasons import impossible
from gridward.engine.delivery.search import Effort
from gridward.engine.delivery.solve import finished
from gridward.engine.problems import BadInput

Array = np.ndarray

PIECES = 10
"""The search is given its effort piece by piece and ends when nothing is left out: each move more changes a van."""


@dataclass(frozen=True)
class Replan:
    """What came of planning on.

    changed — stops that another van (or none) now serves. displaced — those of them that no failed van was to serve.
    frozen — [V] trips of each van that were under way or done.
    """

    plan: Plan
    changed: tuple[int, ...]
    displaced: tuple[int, ...]
    frozen: Array


def replan(asked: Problem, plan: Plan, now_s: float, failed: tuple[int, ...], effort: Effort, seed: int = 1) -> Replan:
    """Plan on from `now_s`: stops of failed vans are inserted where nobody else changes; only if that leaves stops out
    is the rest of the day searched anew from there, and kept if it leaves fewer out by priority.

    Parameters: failed — van indices; what they had not delivered by now is loaded anew from a yard. effort — of the
        search. Raises: BadInput if a van is not one, or `now_s` is not a time.
    """
    if not np.isfinite(now_s):
        raise BadInput("now_s", None, "not a time")
    for item, van in enumerate(failed):
        if not 0 <= van < len(asked.vans.yard):
            raise BadInput("failed", item, "no such van")
    done = tuple(_done(asked, one, now_s, one.van in failed) for one in plan.rounds)
    going = [van for van in range(len(done)) if van not in failed and _goes_on(asked, plan, done[van])]
    open_stops = np.flatnonzero(van_of(asked, done) < 0)
    rest = _rest(asked, plan, done, going, open_stops, now_s)
    rounds, steps, cpu_s = _later(rest, plan, done, going, open_stops, effort, seed)
    whole = list(done)
    for van, one in zip(going, rounds, strict=True):
        whole[van] = _joined(done[van], one, van, open_stops)
    hopeless = tuple(replace(one, item=int(open_stops[one.item])) for one in impossible(rest)) if going else ()
    came = finished(asked, tuple(whole), hopeless, steps, cpu_s, seed)
    changed = np.flatnonzero((came.van != plan.van) & (plan.van >= 0))
    displaced = changed[~np.isin(plan.van[changed], failed)]
    frozen = np.array([len(one.trips) for one in done])
    return Replan(came, tuple(changed.tolist()), tuple(displaced.tolist()), frozen)


def _done(asked: Problem, one: Round, now_s: float, failed: bool) -> Round:
    """The trips begun by now, the last of a failed van only as far as it was delivered."""
    trips = [trip for trip in one.trips if trip.begin_s < now_s]
    if not trips:
        return Round(one.van, (), 0.0, 0.0)
    later = one.trips[len(trips) :]
    end_s, end_yard = (later[0].begin_s, later[0].yard) if later else (one.end_s, int(asked.vans.end_yard[one.van]))
    yards = [trip.yard for trip in trips[1:]] + [end_yard]
    stranded = failed and now_s < end_s
    if stranded:
        end_s = now_s
        trips[-1] = _delivered(trips[-1], now_s)
        stranded = bool(trips[-1].stops)
        trips = trips if stranded else trips[:-1]
    road = asked.distance_m[asked.vans.road[one.van]]
    metres = 0.0
    for trip, last in zip(trips, yards, strict=False):
        places = [asked.yards.place[trip.yard], *asked.stops.place[list(trip.stops)], asked.yards.place[last]]
        legs = np.ceil(road[places[:-1], places[1:]])
        metres += float(legs[:-1].sum() if stranded and trip is trips[-1] else legs.sum())
    return Round(one.van, tuple(trips), end_s, metres)


def _delivered(trip: Trip, now_s: float) -> Trip:
    kept = sum(start <= now_s for start in trip.start_s)
    return replace(trip, stops=trip.stops[:kept], start_s=trip.start_s[:kept])


def _goes_on(asked: Problem, plan: Plan, one: Round) -> bool:
    """Whether a van has trips left, and may load where it ends."""
    v = asked.vans
    if not one.trips:
        return True
    return len(one.trips) < v.trips[one.van] and bool(v.reload[one.van, _next_yard(asked, plan, one)])


def _next_yard(asked: Problem, plan: Plan, one: Round) -> int:
    """Where a van is when what it has begun is done."""
    later = plan.rounds[one.van].trips[len(one.trips) :]
    return later[0].yard if later else int(asked.vans.end_yard[one.van])


def _rest(
    asked: Problem, plan: Plan, done: tuple[Round, ...], going: list[int], open_stops: Array, now_s: float
) -> Problem:
    """The problem of the stops still open, for vans from where and when they end what they do."""
    v = asked.vans
    columns = {name: column[going].copy() for name, column in vars(v).items()}
    for k, van in enumerate(going):
        one = done[van]
        columns["shift_from_s"][k] = max(now_s, columns["shift_from_s"][k])
        if one.trips:
            columns["yard"][k] = _next_yard(asked, plan, one)
            columns["shift_from_s"][k] = max(now_s, one.end_s)
            columns["shift_to_s"][k] = min(v.shift_to_s[van], one.begin_s + v.max_duty_s[van])
            columns["max_distance_m"][k] -= one.distance_m
            columns["fair_s"][k] = max(0.0, v.fair_s[van] - columns["shift_from_s"][k] + one.begin_s)
            columns["fixed_cost"][k] = 0.0
            columns["trips"][k] -= len(one.trips)
        columns["shift_to_s"][k] = max(columns["shift_to_s"][k], columns["shift_from_s"][k])
    stops = Stops(**{name: column[open_stops] for name, column in vars(asked.stops).items()})
    return replace(asked, stops=stops, vans=Vans(**columns))


def _later(
    rest: Problem, plan: Plan, done: tuple[Round, ...], going: list[int], open_stops: Array, effort: Effort, seed: int
) -> tuple[tuple[Round, ...], int, float]:
    """The rounds still to come of the vans that go on, by the numbers of the rest."""
    hopeless = [one.item for one in impossible(rest)] if going else []
    chosen = np.setdiff1d(np.arange(len(open_stops)), hopeless)
    if not going or not len(chosen):
        return tuple(Round(k, (), 0.0, 0.0) for k in range(len(going))), 0, 0.0
    found = model(rest, chosen, apart=True)
    local = {int(stop): k for k, stop in enumerate(open_stops)}
    kept = tuple(_to_come(plan.rounds[van], len(done[van].trips), k, local) for k, van in enumerate(going))
    solution = inserted(found.data, repaired(found.data, write_rounds(found, kept)))
    steps, cpu_s = 0, 0.0
    for turn in range(PIECES):
        if not solution.uncollected_prizes():
            break
        came = solve_data(found.data, effort.share(1 / PIECES), seed + turn, solution)
        steps, cpu_s = steps + came.steps, cpu_s + came.cpu_s
        found_now = inserted(found.data, repaired(found.data, came.solution))
        if found_now.uncollected_prizes() < solution.uncollected_prizes():
            solution = found_now
    return read_rounds(found, solution, len(going)), steps, cpu_s


def _to_come(one: Round, begun: int, van: int, local: dict[int, int]) -> Round:
    trips = tuple(replace(trip, stops=tuple(local[stop] for stop in trip.stops)) for trip in one.trips[begun:])
    return Round(van, trips, one.end_s, 0.0)


def _joined(done: Round, later: Round, van: int, open_stops: Array) -> Round:
    """What a van has begun, and after it what is to come."""
    if not later.trips:
        return replace(done, van=van)
    trips = tuple(replace(trip, stops=tuple(int(open_stops[stop]) for stop in trip.stops)) for trip in later.trips)
    return Round(van, done.trips + trips, later.end_s, done.distance_m + later.distance_m)
