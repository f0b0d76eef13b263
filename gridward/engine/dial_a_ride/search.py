"""Ruin and recreate under simulated annealing: the loop that improves a plan."""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

from typing import NamedTuple

import numpy as np

from gridward.engine.compiled import entry, kernel, random
from gridward.engine.dial_a_ride.recreate import recreate
from gridward.engine.dial_a_ride.ruin import pend_absent, ruin
from gridward.engine.dial_a_ride.schedule import EPS
from gridward.engine.dial_a_ride.state import copy, copy_rest, copy_route, copy_state, total_cost

Array = np.ndarray


class Dials(NamedTuple):
    """How a search behaves; costs in the money of the problem."""

    many: int  # trips removed in a step, on average
    hot: float  # temperature at the start
    cold: float  # temperature at the end
    absence: float  # price of one unit of unserved weight while searching
    regret_share: float  # share of steps that insert by regret


@entry
def missing_weight(data, state):
    """Weight of the trips left out."""
    weight = 0.0
    for k in range(state.count[0]):
        weight += data.penalty[state.absent[k]]
    return weight


@kernel
def begin_step(data, state, saved, work):
    """Forget what the last step touched and save what is kept outside the routes."""
    for s in range(work.touched_count[0]):
        work.touched[work.stack[s]] = False
    work.touched_count[0] = 0
    if data.loose:
        copy_rest(state, saved)
    else:
        copy(state.route_of, saved.route_of, data.trips)
        saved.count[0] = state.count[0]
        copy(state.absent, saved.absent, state.count[0])


@kernel
def undo_step(data, state, saved, work):
    """Bring back every route the step touched."""
    for s in range(work.touched_count[0]):
        copy_route(saved, state, work.stack[s])
    if data.loose:
        copy_rest(saved, state)
    else:
        copy(saved.route_of, state.route_of, data.trips)
        state.count[0] = saved.count[0]
        copy(saved.absent, state.absent, state.count[0])


@kernel
def step_change(data, state, saved, work):
    """How much dearer the touched routes became."""
    change = 0.0
    for s in range(work.touched_count[0]):
        v = work.stack[s]
        change += state.travel[v] + state.extra[v] - saved.travel[v] - saved.extra[v]
    return change


@entry
def anneal(data, state, saved, best, work, near, dials, steps, done_from, done_to):
    """Run `steps` steps from `state`, the share of the search done going from done_from to done_to.

    `best` is replaced whenever less weight is left out, or as much at less cost. Returns how many steps were kept.
    """
    cost, missing = total_cost(state), missing_weight(data, state)
    best_cost, best_missing = total_cost(best), missing_weight(data, best)
    kept = 0
    for step in range(steps):
        done = done_from + (done_to - done_from) * step / steps
        heat = dials.hot * (dials.cold / dials.hot) ** done
        begin_step(data, state, saved, work)
        count = ruin(data, state, saved, work, near, dials.many)
        if count < 0:
            undo_step(data, state, saved, work)
            continue
        bound = -heat * np.log(random(work.rng) + 1e-300)
        spare = bound + dials.absence * missing - step_change(data, state, saved, work)
        pending = pend_absent(state, work, count)
        if not recreate(data, state, saved, work, near, pending, dials.regret_share, spare):
            undo_step(data, state, saved, work)
            continue
        change = step_change(data, state, saved, work)
        weight = missing_weight(data, state)
        rise = change + dials.absence * (weight - missing)
        if rise > bound:
            undo_step(data, state, saved, work)
            continue
        kept += 1
        cost += change
        missing = weight
        if missing < best_missing - 0.5 or (missing < best_missing + 0.5 and cost < best_cost - EPS):
            copy_state(state, best)
            cost = best_cost = total_cost(state)
            best_missing = missing
    return kept
