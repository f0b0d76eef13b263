"""Plan a day of dial-a-ride trips: search and report."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gridward.engine.dial_a_ride.arrays import Data, flatten
from gridward.engine.dial_a_ride.plan import Plan, Point, read_plan, write_plan
from gridward.engine.dial_a_ride.problem import Problem
from gridward.engine.dial_a_ride.ruin import nearest
from gridward.engine.dial_a_ride.schedule import reset
from gridward.engine.dial_a_ride.search import Dials, anneal, missing_weight
from gridward.engine.dial_a_ride.state import State, Work, copy_state, most_stops, new_state, new_work, total_cost

Array = np.ndarray

NEAREST = 100
STEPS_A_HEAT = 1_750  # a trip
MOST_HEATS = 8
HEATS_SHARE = 0.75  # of the effort, together
HEATS_COOLED = 0.55  # share of the cooling that each heat does
PACE_SHARE = 0.01  # of the effort, before the pace is known


@dataclass(frozen=True)
class Effort:
    """When a search ends: after `steps` steps (repeats exactly) or `cpu_s` seconds of this process (does not).

    enough — ends sooner once everybody is served at no more than this cost.
    """

    steps: int = 0
    cpu_s: float = 0.0
    enough: float = -np.inf


@dataclass(frozen=True)
class Leg:
    """A stretch of a search: until which share of the effort, from and to which share of the cooling."""

    until: float
    cooled_from: float
    cooled_to: float

    def cooled(self, begun: float, done: float) -> float:
        """Share of the cooling at the share `done` of the effort, the leg having begun at `begun`."""
        return self.cooled_from + (self.cooled_to - self.cooled_from) * (done - begun) / (self.until - begun)


@dataclass
class Search:
    """All that a running search holds."""

    data: Data
    state: State
    saved: State
    top: State  # the best of this cooling
    best: State
    work: Work
    near: Array
    dials: Dials
    steps: int = 0
    curve: tuple[Point, ...] = ()
    started_s: float = 0.0

    def cpu_s(self) -> float:
        """CPU seconds since the search was begun."""
        return time.process_time() - self.started_s

    def keep(self) -> bool:
        """Keep the best of this cooling, and note it on the curve, if it is the best of all (or the first)."""
        reached = Point(self.cpu_s(), self.steps, missing_weight(self.data, self.top), total_cost(self.top))
        if self.curve and (reached.missing, reached.cost) >= (self.curve[-1].missing, self.curve[-1].cost):
            return False
        copy_state(self.top, self.best)
        self.curve += (reached,)
        return True


def solve(
    problem: Problem,
    effort: Effort,
    seed: int = 1,
    warm: Plan | None = None,
    frozen: Array | None = None,
    on_better: Callable[[Point], None] | None = None,
) -> Plan:
    """A plan for the day: least weight unserved (higher priorities first), then least cost.

    Parameters: problem — not changed. effort — when to end. seed — of every random choice. warm — a plan to start
        from; trips it does not serve are tried again. frozen — [V] leading stops of warm's routes that must stay
        (1 = only the start). on_better — told of each improvement, at most once a batch of steps.
    Returns: a plan whose every constraint holds, trips left out with the reason.
    """
    started_s = time.process_time()
    search = begin(flatten(problem, frozen), seed, warm)
    search.started_s = started_s
    run(search, effort, on_better)
    return finish(search, seed)


def finish(search: Search, seed: int) -> Plan:
    """The best plan of a search."""
    search.keep()
    return read_plan(search.data, search.best, search.work, search.curve, search.steps, search.cpu_s(), seed)


def begin(data: Data, seed: int, warm: Plan | None = None) -> Search:
    """A search at its first state: empty routes, or those of a plan."""
    started_s = time.process_time()
    stops = most_stops(data)
    if warm is not None:
        stops = max(stops, max((len(route.stops) for route in warm.routes), default=0) + 20)
    state, saved, top, best = (new_state(data, stops) for _ in range(4))
    work = new_work(data, stops, seed)
    reset(data, state, work)
    if warm is not None:
        write_plan(data, warm, state, work)
    copy_state(state, top)
    copy_state(state, best)
    near = nearest(data, max(0, min(data.trips - 1, NEAREST)))
    search = Search(data, state, saved, top, best, work, near, dials_for(data))
    search.started_s = started_s
    return search


def dials_for(data: Data) -> Dials:
    """Dials from the money at stake in one trip."""
    n = data.trips
    alone = data.cost[data.place[:n], data.place[n : 2 * n]]
    scale = max(1e-6, float(np.mean(alone)) if n else 1.0)
    late = np.where(data.late_price > 0, data.closes - data.due, 0.0) * data.late_price
    most = float(data.fixed_cost.max(initial=0.0)) + max(0.0, float(late.max(initial=0.0)))
    return Dials(many=10, hot=0.6 * scale, cold=0.06 * scale, absence=20.0 * scale + 2.0 * most, regret_share=0.5)


def run(search: Search, effort: Effort, on_better: Callable[[Point], None] | None = None) -> None:
    """Search until the effort, counted from when the search was begun, is spent.

    A search with steps enough a trip cools several times from its first state down to where the shape of a plan hardly
    changes any more, and goes on with the best of these plans; others cool once.
    """
    if search.data.trips == 0 or search.data.vehicles == 0:
        return
    first = new_state(search.data, search.state.node.shape[1])
    copy_state(search.state, first)
    if _cool(search, effort, Leg(PACE_SHARE, 0.0, 0.0), on_better):
        return
    heats = _heats(search, effort)
    for heat in range(heats if heats > 1 else 0):
        if heat > 0:
            copy_state(first, search.state)
            copy_state(first, search.top)
        if _cool(search, effort, Leg(HEATS_SHARE * (heat + 1) / heats, 0.0, HEATS_COOLED), on_better):
            return
    if heats > 1:
        copy_state(search.best, search.state)
        copy_state(search.best, search.top)
    _cool(search, effort, Leg(1.0, HEATS_COOLED if heats > 1 else 0.0, 1.0), on_better)


def _heats(search: Search, effort: Effort) -> int:
    steps = effort.steps or search.steps * effort.cpu_s / max(search.cpu_s(), 1e-3)
    return int(min(MOST_HEATS, max(1, round(steps / (STEPS_A_HEAT * search.data.trips)))))


def _cool(search: Search, effort: Effort, leg: Leg, on_better: Callable[[Point], None] | None) -> bool:
    """Anneal one leg; True once the best plan is good enough."""
    begun = done = _done(search, effort)
    while done < leg.until:
        steps, until = _next_batch(search, effort, done, leg.until)
        anneal(
            search.data, search.state, search.saved, search.top, search.work, search.near, search.dials, steps,
            leg.cooled(begun, done), leg.cooled(begun, until),
        )  # fmt: skip
        search.steps += steps
        done = _done(search, effort)
        if search.keep() and on_better:
            on_better(search.curve[-1])
        if search.curve[-1].missing == 0 and search.curve[-1].cost <= effort.enough:
            return True
    return False


def _done(search: Search, effort: Effort) -> float:
    if effort.steps:
        return min(1.0, search.steps / effort.steps)
    return min(1.0, search.cpu_s() / effort.cpu_s)


def _next_batch(search: Search, effort: Effort, done: float, end: float) -> tuple[int, float]:
    """How many steps to run before looking at the effort again, and the share done after them, `end` at most."""
    if effort.steps:
        steps = max(1, min(effort.steps // 50 + 1, round(end * effort.steps) - search.steps))
        return steps, min(end, (search.steps + steps) / effort.steps)
    if search.steps == 0:
        return 5, done
    a_second = search.steps / max(search.cpu_s(), 1e-3)
    share_s = min(effort.cpu_s * (end - done), max(0.02, effort.cpu_s / 100))
    steps = max(1, int(a_second * share_s))
    return steps, min(end, done + share_s / effort.cpu_s)


def warm_up() -> float:
    """Compile every kernel (or load it from the cache); how many CPU seconds that took."""
    from gridward.engine.dial_a_ride.example import tiny_day, tiny_rider
    from gridward.engine.dial_a_ride.insert_one import insert_one

    started_s = time.process_time()
    day = tiny_day()
    plan = solve(day, Effort(steps=20))
    insert_one(day, plan, tiny_rider())
    return time.process_time() - started_s
