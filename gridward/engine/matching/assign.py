"""One assignment for many needs at once: the linear assignment of greatest saving, taken again as the horizon rolls.

A need left waiting costs `weight × wait_s`; sending a resource saves that less its weighted score. The assignment of
greatest total saving is found exactly (Jonker & Volgenant 1987, Crouse 2016, as in SciPy); what nobody should take
now keeps waiting. Where floors of cover are broken, the needs that lose least are turned away, one by one to the best
that is left over, until all floors hold.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridward.engine.matching.floors import bar
from gridward.engine.matching.forces import Needs, Prices, Resources
from gridward.engine.matching.scores import Array, Case
from gridward.engine.matching.totals import savings, total_scores
from gridward.engine.problems import Unserved, Why

WAITED_COUNTS = 0.25
HOUR_S = 3600.0
HELD_COUNTS = 2 * (1 + WAITED_COUNTS)
"""Leaving a need a resource is on its way to costs more than any gain of an equal, less than one of a more urgent."""


@dataclass(frozen=True)
class Assignment:
    """Who goes where.

    `resource` — [m] its number, -1 = keeps waiting; `starts_in_s` — [m] until it sets out (it may still be busy);
    `reach_s` — [m] until it arrives, inf where none; `score_s` — [m] as `rank` explains it; `moved` — needs whose
    resource changed; `cost_s` — weighted sum, needs left waiting at their price; `bound_s` — no assignment costs less
    (equal where no floor of cover barred anything).
    """

    resource: Array
    starts_in_s: Array
    reach_s: Array
    score_s: Array
    moved: tuple[int, ...]
    cost_s: float
    bound_s: float
    unserved: tuple[Unserved, ...]


def assign(needs: Needs, resources: Resources, reach_s: Any, prices: Prices | None = None) -> Assignment:
    """Send resources to needs at least total weighted waiting; what is under way may be changed where it pays.

    Parameters: as in `rank`. Include the needs that are held but not reached; without them their resources stay put.
    Raises: BadInput naming the array and the item at fault.
    """
    prices = prices or Prices()
    case = Case(needs, resources, reach_s, prices)
    score_s, waiting = total_scores(case), _waiting(case)
    slot, extra_s = _slots(case)
    saving = savings(score_s, case.weight[:, 0], waiting, slot, extra_s)
    chosen, bound_s = _solve(saving, waiting)
    chosen = _ordered(saving, slot, chosen)
    barred = np.zeros(saving.shape, bool)
    while bar(case, slot, chosen, saving, barred):
        chosen = _ordered(saving, slot, _placed(saving, barred, chosen))
    useful = (barred & (saving > 0.0)).any(axis=1)
    return _assignment(case, score_s, slot, chosen, saving, waiting, bound_s, useful)


def _waiting(case: Case) -> Array:
    """[m] what leaving each need costs."""
    waited = case.needs.waited_s / (case.needs.waited_s + HOUR_S)
    worth = case.prices.by_urgency(np.multiply(case.prices.weight, case.prices.wait_s).tolist(), case.needs.urgency)
    return worth * np.where(case.needs.held_by >= 0, HELD_COUNTS, 1 + WAITED_COUNTS * waited)


def _slots(case: Case) -> tuple[Array, Array]:
    """The tasks that may be given out, as the resource of each, and the price of its being a further one."""
    room = np.minimum(case.resources.room + case.holds, len(case.needs.urgency))
    slot = np.repeat(np.arange(len(room)), room)
    nth = np.arange(len(slot)) - np.repeat(np.cumsum(room) - room, room)
    return slot, nth * case.prices.live_task_s


def _solve(saving: Array, waiting: Array) -> tuple[Array, float]:
    """The slot of each need (-1 = waits) and the total cost; saving 0 is never taken."""
    rows, columns = linear_sum_assignment(saving, maximize=True)
    taken = saving[rows, columns] > 0.0
    chosen = np.full(len(waiting), -1)
    chosen[rows[taken]] = columns[taken]
    return chosen, float(waiting.sum() - saving[rows, columns].sum())


def _ordered(saving: Array, slot: Array, chosen: Array) -> Array:
    """The same choice, each resource's tasks given out from its first on, to the need that saves most first.

    Which need is a resource's further one changes no total, but would tell who is turned away; a task that was given
    back leaves no gap, and none stays that saves nothing as a further one.
    """
    sent = np.flatnonzero(chosen >= 0)
    first = np.searchsorted(slot, slot[chosen[sent]])
    order = np.lexsort((-saving[sent, first], first))
    sent, first = sent[order], first[order]
    at = first + np.arange(len(first)) - np.searchsorted(first, first)
    found = np.full(len(chosen), -1)
    found[sent] = np.where(saving[sent, at] > 0.0, at, -1)
    return found


def _placed(saving: Array, barred: Array, chosen: Array) -> Array:
    """The same choice, with each need that may not have its slot now in the best that is left over, or waiting."""
    sent = np.flatnonzero(chosen >= 0)
    turned = sent[barred[sent, chosen[sent]]]
    chosen = chosen.copy()
    chosen[turned] = -1
    taken = np.zeros(saving.shape[1], bool)
    taken[chosen[chosen >= 0]] = True
    for need in turned[np.argsort(-saving[turned].max(axis=1, initial=0.0), kind="stable")]:
        row = saving[need] * ~(taken | barred[need])
        best = int(row.argmax())
        if row[best] > 0.0:
            chosen[need], taken[best] = best, True
    return chosen


def _assignment(
    case: Case, score_s: Array, slot: Array, chosen: Array, saving: Array, waiting: Array, bound_s: float, barred: Array
) -> Assignment:
    sent = np.flatnonzero(chosen >= 0)
    resource = np.full(len(chosen), -1)
    resource[sent] = slot[chosen[sent]]
    starts, reach, score = (np.full(len(chosen), np.inf) for _ in range(3))
    starts[sent] = case.resources.free_in_s[resource[sent]]
    reach[sent] = case.arrival_s[sent, resource[sent]]
    score[sent] = score_s[sent, resource[sent]]
    paid = waiting.copy()
    paid[sent] -= saving[sent, chosen[sent]]
    changed = (case.needs.held_by >= 0) & (case.needs.held_by != resource)
    left = [_reason(case, score_s, resource, int(need), barred) for need in np.flatnonzero(chosen < 0)]
    moved = tuple(np.flatnonzero(changed).tolist())
    return Assignment(resource, starts, reach, score, moved, float(paid.sum()), bound_s, tuple(left))


def _reason(case: Case, score_s: Array, resource: Array, need: int, barred: Array) -> Unserved:
    """Why a need keeps waiting, and the needs that have what it could have had."""
    takes = case.takes[need]
    if not takes.any() or not np.isfinite(score_s[need][takes & np.isfinite(case.arrival_s[need])]).any():
        reachable = takes & np.isfinite(case.arrival_s[need])
        return Unserved(need, Why.NO_WAY if takes.any() and not reachable.any() else Why.NO_RESOURCE_FITS)
    if barred[need]:
        return Unserved(need, Why.KEEPS_COVER)
    worst = case.prices.by_urgency(case.prices.wait_s, case.needs.urgency)[need]
    could = np.flatnonzero(score_s[need] < worst)
    if not len(could):
        return Unserved(need, Why.NO_TIME)
    others = np.flatnonzero(np.isin(resource, could))
    return Unserved(need, Why.TAKEN, tuple(others.tolist()))
