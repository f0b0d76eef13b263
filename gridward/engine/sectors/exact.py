"""A proof by HiGHS on what the multipliers leave open: a better plan, a better bound, or both.

Areas are offered only to the centres where the bound does not yet rule them out. A plan that uses a pair left out costs
at least what the bound says of that pair, so the lesser of the two bounds holds for every plan.
"""

import time
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csc_matrix

Array = np.ndarray


LINKS = 6_000
"""Rows "joins only an opened centre" for the likeliest pairs; for the rest the load of a closed centre says so."""


@dataclass(frozen=True)
class Pairs:
    """Which areas (`area` [m]) may join which centres (`centre` [m]), which of these are `linked` [m], and the least
    cost of any plan that uses another pair.
    """

    area: Array
    centre: Array
    linked: Array
    others_cost: float


def open_pairs(with_pair: Array, below: float, plan: Array) -> Pairs:
    """The pairs a plan cheaper than `below` could use, with those of the plan at hand.

    Parameters: with_pair — [n, n] what a plan costs at least that puts area i to centre j; plan — [n] centre by area.
    """
    with_pair = np.maximum(with_pair, np.diag(with_pair))  # who puts an area to a centre puts the centre to itself
    kept = with_pair < below
    kept[np.arange(len(plan)), plan] = True
    kept[plan, plan] = True
    area, centre = np.nonzero(kept)
    linked = np.zeros(len(area), bool)
    linked[np.argsort(with_pair[area, centre], kind="stable")[:LINKS]] = True
    return Pairs(area, centre, linked, float(np.where(kept, np.inf, with_pair).min()))


def prove(
    cost: Array, load: Array, count: int, least: float, most: float, plan: Array, pairs: Pairs, below: float,
    nodes: int, cpu_s: float,
) -> tuple[Array, float, float]:  # fmt: skip
    """[n] centre by area of the best plan found (the one given, or better), what no plan over the pairs undercuts, at
    most `below`, and the CPU seconds left.

    Parameters: below — plans as dear as this are not looked for, which lets HiGHS rule out far more. nodes, cpu_s —
        stop after so many nodes or CPU seconds, whichever comes first.
    """
    began_s = time.process_time()
    centres, at = np.unique(pairs.centre, return_inverse=True)
    solver = _solver(nodes, cpu_s)
    solver.setOptionValue("objective_bound", below)
    solver.passModel(_model(cost, load, count, least, most, pairs, centres, at.ravel()))
    solver.run()
    value, left_s = np.array(solver.getSolution().col_value), cpu_s - (time.process_time() - began_s)
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:  # its dual bound may then be -inf
        return plan, below, left_s
    bound = min(float(solver.getInfo().mip_dual_bound), below)
    if not len(value):
        return plan, bound, left_s
    taken = value[len(centres) :] > 0.5
    found = plan.copy()
    found[pairs.area[taken]] = pairs.centre[taken]
    areas = np.arange(len(plan))
    cheaper = cost[areas, found].sum() < cost[areas, plan].sum()
    return (found if cheaper else plan), bound, left_s


def _model(
    cost: Array, load: Array, count: int, least: float, most: float, pairs: Pairs, centres: Array, at: Array
) -> Any:
    """Columns: [centres] opened, then [pairs] taken. Rows: areas once, loads at most and least, only opened, count."""
    n, k, m = len(load), len(centres), len(at)
    pair, centre = k + np.arange(m), np.arange(k)
    carried = load[pairs.area]
    itself = pairs.area == pairs.centre
    tied = np.flatnonzero(pairs.linked | itself)
    links = len(tied)
    blocks = [
        (pairs.area, pair, np.ones(m)),
        (n + at, pair, carried),
        (n + centre, centre, np.full(k, -most)),
        (n + k + at, pair, carried),
        (n + k + centre, centre, np.full(k, -least)),
        (n + 2 * k + np.arange(links), pair[tied], np.ones(links)),
        (n + 2 * k + np.arange(links), at[tied], -np.ones(links)),
        (np.full(k, n + 2 * k + links), centre, np.ones(k)),
    ]
    rows, columns, values = (np.concatenate([block[part] for block in blocks]) for part in range(3))
    matrix = csc_matrix((values, (rows, columns)), shape=(n + 2 * k + links + 1, k + m))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = k + m, n + 2 * k + links + 1
    model.col_cost_ = np.concatenate([np.zeros(k), cost[pairs.area, pairs.centre]])
    model.col_lower_, model.col_upper_ = np.zeros(k + m), np.ones(k + m)
    lowest = np.where(itself[tied], 0.0, -np.inf)
    model.row_lower_ = np.concatenate([np.ones(n), np.full(k, -np.inf), np.zeros(k), lowest, [count]])
    model.row_upper_ = np.concatenate([np.ones(n), np.zeros(k), np.full(k, np.inf), np.zeros(links), [count]])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    model.integrality_ = [highspy.HighsVarType.kInteger] * (k + m)
    return model


def _solver(nodes: int, cpu_s: float) -> Any:
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
        solver.setOptionValue(option, value)
    # The search of our own has found what plans there are: all time to the bound.
    solver.setOptionValue("mip_heuristic_effort", 0.0)
    solver.setOptionValue("mip_max_nodes", nodes)
    ends_s = time.process_time() + cpu_s

    def stop(event: Any) -> None:
        if time.process_time() > ends_s:
            event.interrupt()

    if np.isfinite(cpu_s):
        for moment in (solver.cbMipInterrupt, solver.cbSimplexInterrupt):
            moment.subscribe(stop)
    return solver
