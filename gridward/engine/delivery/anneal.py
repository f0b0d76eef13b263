"""Ruin and recreate under a cooling price at which a worse plan is still accepted.

Source: Christiaens & Vanden Berghe (2020), slack induction by string removals; Kirkpatrick, Gelatt & Vecchi (1983).
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gridward.engine.compiled import entry, kernel, random
from gridward.engine.delivery.arrays import Data, state_of
from gridward.engine.delivery.recreate import recreate
from gridward.engine.delivery.ruin import ruin
from gridward.engine.delivery.search import Effort
from gridward.engine.delivery.segments import copy, refresh
from gridward.engine.delivery.tails import exchange_tails

Array = np.ndarray

MOVES = 100
"""In a step: as many as take about as long as an iteration of PyVRP's, and little beside a look at the clock."""
EXCHANGED = 0.1
"""In so many of the moves, tails too: strings alone neither split a long round nor give half of it away."""
TINY = 1e-12


class Work(NamedTuple):
    """What a move needs besides: stops in no route, routes touched, the best so far, vans free for a trip."""

    absent: Array
    absent_count: Array
    before: Array
    before_count: Array
    key: Array
    touched: Array
    stack: Array
    stack_count: Array
    best_size: Array
    best_stop: Array
    total: Array
    free: Array
    free_count: Array
    mark: Array
    marked: Array
    rng: Array


def work_of(n: int, m: int, width: int, seed: int) -> Work:
    """Room for a search of n clients and m vehicles."""
    return Work(
        np.zeros(n, np.int64), np.zeros(1, np.int64), np.zeros(n, np.int64), np.zeros(1, np.int64), np.zeros(n),
        np.zeros(m, np.bool_), np.zeros(m, np.int64), np.zeros(1, np.int64), np.zeros(m, np.int64),
        np.zeros((m, width), np.int64), np.zeros(2), np.zeros(m, np.int64), np.zeros(1, np.int64),
        np.zeros(m, np.int64), np.zeros(1, np.int64), np.array([seed * 2 + 88172645463325252], np.uint64),
    )  # fmt: skip


@kernel
def routes_cost(state):
    """What all routes cost."""
    cost = 0.0
    for v in range(len(state.size)):
        cost += state.cost[v]
    return cost


@kernel
def undo(data, state, saved, work):
    """Bring back the routes as they were before the move."""
    for touched in range(work.stack_count[0]):
        v = work.stack[touched]
        copy(data, state, saved, v)
        for k in range(state.size[v]):
            one = state.stop[v, k]
            state.route[one], state.at[one] = v, k
    work.absent_count[0] = work.before_count[0]
    for a in range(work.before_count[0]):
        work.absent[a] = work.before[a]
        state.route[work.absent[a]] = -1


@kernel
def keep(state, work):
    """The best so far is what is now."""
    for v in range(len(state.size)):
        work.best_size[v] = state.size[v]
        for k in range(state.size[v]):
            work.best_stop[v, k] = state.stop[v, k]


@entry
def begin(data, state, work):
    """Reckon all routes and list the stops in none."""
    work.absent_count[0] = 0
    for c in range(data.clients):
        if state.route[c] < 0:
            work.absent[work.absent_count[0]] = c
            work.absent_count[0] += 1
    for v in range(len(state.size)):
        refresh(data, state, v)
    work.total[0] = routes_cost(state)
    for a in range(work.absent_count[0]):
        work.total[0] += data.prize[work.absent[a]]
    work.total[1] = work.total[0]
    keep(state, work)


@kernel
def worse(work, heat):
    """How much worse a plan may become in a move: drawn around `heat`."""
    return -heat * np.log(max(random(work.rng), TINY))


@kernel
def settle(state, work, cost):
    """Go on from the routes as they are, which cost so much with the stops in none."""
    work.total[0] = cost
    if cost < work.total[1] - 0.5:
        work.total[1] = cost
        keep(state, work)


@entry
def cool(data, state, saved, work, heat):
    """A step of ruin and recreate, and of tails exchanged; a worse plan is accepted for a price drawn around `heat`."""
    for _ in range(MOVES):
        if random(work.rng) < EXCHANGED:
            settle(state, work, work.total[0] + exchange_tails(data, state, work, worse(work, heat)))
        work.before_count[0] = work.absent_count[0]
        for a in range(work.absent_count[0]):
            work.before[a] = work.absent[a]
        ruin(data, state, saved, work)
        allowed = work.total[0] + worse(work, heat)
        cost = recreate(data, state, saved, work, routes_cost(state), allowed)
        for k in range(work.stack_count[0]):
            work.touched[work.stack[k]] = False
        if cost <= allowed:
            settle(state, work, cost)
        else:
            undo(data, state, saved, work)
        work.stack_count[0] = 0


@dataclass(frozen=True)
class Cooling:
    """Rounds to improve, cooling between two prices; `last` — the best met is wanted, not where the search ends."""

    data: Data
    visits: list[list[int]]
    effort: Effort
    seed: int
    hot: float
    cold: float
    last: bool


@dataclass(frozen=True)
class Cooled:
    """The nodes of each vehicle's route, what they and the stops left out cost, and what the search took."""

    visits: list[list[int]]
    cost: float
    steps: int
    cpu_s: float


def annealed(job: Cooling) -> Cooled:
    """Ruin and recreate until the effort is spent; all limits held throughout, as they must be to begin with."""
    began_s, steps, state = time.process_time(), 0, state_of(job.data, job.visits)
    work = work_of(len(job.data.place), len(job.data.kind), state.stop.shape[1], job.seed)
    saved = state_of(job.data, job.visits)
    begin(job.data, state, work)
    while (done := _done(job.effort, steps, time.process_time() - began_s)) < 1.0:
        cool(job.data, state, saved, work, job.hot * (job.cold / job.hot) ** done)
        steps += 1
    size, stop = (work.best_size, work.best_stop) if job.last else (state.size, state.stop)
    visits = [stop[v, : size[v]].tolist() for v in range(len(size))]
    return Cooled(visits, float(work.total[1 if job.last else 0]), steps, time.process_time() - began_s)


def _done(effort: Effort, steps: int, spent_s: float) -> float:
    """The part of an effort that is spent."""
    return max(steps / effort.steps if effort.steps else 0.0, spent_s / effort.cpu_s if effort.cpu_s else 0.0)
