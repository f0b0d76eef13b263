"""Choosing the best set of routes out of all the good ones met: set covering by HiGHS.

Source: the recombination of Gschwind & Drexl (2019) and of Subramanian et al. (2013), over a pool the search filled.
"""

import highspy
import numpy as np

from gridward.engine.dial_a_ride.arrays import Data
from gridward.engine.dial_a_ride.schedule import refresh, reset
from gridward.engine.dial_a_ride.search import Pool
from gridward.engine.dial_a_ride.state import State, Work

Array = np.ndarray


def choose(data: Data, pool: Pool, bound: float, absence: float, nodes: int, cpu_s: float) -> list[int]:
    """Slots of the pool's routes that together serve most at least cost; none if nothing below `bound` is found.

    Parameters: bound — the cost to beat, absences priced at `absence` a unit of weight. nodes — most branch-and-bound
        nodes, a limit that repeats. cpu_s — most seconds, a limit that does not; inf for none.
    """
    slots = np.flatnonzero(pool.key != 0)
    solver = highspy.Highs()
    solver.silent()
    for option, value in (
        ("threads", 1), ("mip_max_nodes", nodes), ("time_limit", cpu_s),
        ("objective_bound", bound), ("mip_rel_gap", 1e-6),
    ):  # fmt: skip
        solver.setOptionValue(option, value)
    solver.passModel(_model(data, pool, slots, absence))
    solver.run()
    share = np.array(solver.getSolution().col_value)[: len(slots)]
    if len(share) == 0 or solver.getInfo().objective_function_value > bound - 1e-6:
        return []
    return [int(slot) for slot in slots[share > 0.5]]


def _model(data: Data, pool: Pool, slots: Array, absence: float) -> highspy.HighsLp:
    """One column a route and one an absence; one row a trip (at least once) and one a kind of vehicle (no more)."""
    kinds = np.bincount(data.kind)
    rows, starts = [], [0]
    for slot in slots:
        stops = pool.node[slot, : pool.size[slot]]
        rows.append(np.append(stops[stops < data.trips], data.trips + data.kind[pool.vehicle[slot]]))
        starts.append(starts[-1] + len(rows[-1]))
    rows.append(np.arange(data.trips))
    starts.extend(starts[-1] + np.arange(1, data.trips + 1))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(slots) + data.trips, data.trips + len(kinds)
    lp.col_cost_ = np.concatenate([pool.cost[slots], absence * data.penalty])
    lp.col_lower_, lp.col_upper_ = np.zeros(lp.num_col_), np.ones(lp.num_col_)
    lp.row_lower_ = np.concatenate([np.ones(data.trips), np.zeros(len(kinds))])
    lp.row_upper_ = np.concatenate([np.full(data.trips, np.inf), kinds.astype(float)])
    lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.array(starts, np.int32)
    lp.a_matrix_.index_ = np.concatenate(rows).astype(np.int32)
    lp.a_matrix_.value_ = np.ones(starts[-1])
    return lp


def build(data: Data, pool: Pool, chosen: list[int], state: State, work: Work) -> bool:
    """Write the chosen routes to `state`, each trip once; False if a route cannot be driven without its doubles."""
    reset(data, state, work)
    free = {kind: list(np.flatnonzero(data.kind == kind)) for kind in np.unique(data.kind)}
    for slot in chosen:
        v = int(free[data.kind[pool.vehicle[slot]]].pop())
        _drive(data, pool, slot, v, state)
        if not refresh(data, state, work, v):
            return False
    left = np.flatnonzero(state.route_of < 0)
    state.count[0] = len(left)
    state.absent[: len(left)] = left
    return all(refresh(data, state, work, v) for v in range(data.vehicles))


def _drive(data: Data, pool: Pool, slot: int, v: int, state: State) -> None:
    """Give vehicle v the route in a slot, less the trips that ride already."""
    first, last = 2 * data.trips, 2 * (data.trips + data.vehicles)
    shift = (v - int(pool.vehicle[slot]), int(data.break_from[v] - data.break_from[pool.vehicle[slot]]))
    stops = []
    for stop in pool.node[slot, : pool.size[slot]].tolist():
        if stop < first:
            if state.route_of[stop % data.trips] < 0 or state.route_of[stop % data.trips] == v:
                stops.append(stop)
                state.route_of[stop % data.trips] = v
        else:
            stops.append(stop + (shift[1] if stop >= last else shift[0]))
    state.node[v, : len(stops)] = stops
    state.size[v] = len(stops)
