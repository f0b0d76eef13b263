"""All reasons of a score at once: the sum of `scores.PARTS` for every pair in one compiled pass."""

from typing import NamedTuple

import numpy as np
from numba import njit

from gridward.engine.matching.scores import Array, Case, of_resources


class Terms(NamedTuple):
    """What a score is made of, by need, by resource and by (kind, home area)."""

    level: Array  # [m] row of by_level
    by_level: Array  # [L, n] load, fairness, cover, a holder's change; inf = no room
    table: Array  # [m, G] kind and area; inf = may not take it
    group: Array  # [n]
    free_in_s: Array  # [n]
    duty_left_s: Array  # [n]
    service_s: Array  # [m]
    duty_s: Array  # [m] price of a short duty
    due_in_s: Array  # [m]
    late: float
    missing_s: float
    held_by: Array  # [m]
    full: Array  # [n] bool: holds a need and has no room beside
    change_s: float


def total_scores(case: Case) -> Array:
    """The score of each pair, [m, n]: seconds of the need's waiting; inf where it cannot be."""
    return _total(case.reach_s, case.missing, _terms(case))


def _terms(case: Case) -> Terms:
    needs, sent, prices = case.needs, case.resources, case.prices
    weight, of_level = np.asarray(prices.weight, float), of_resources(case)
    by_level = of_level[0] + of_level[1] / weight[:, None]
    by_level[:, sent.room + case.holds <= 0] = np.inf
    _, first, group = np.unique(case.group, return_index=True, return_inverse=True)
    place = needs.preference[:, sent.kind[first]]
    foreign = needs.area[:, None] != sent.area[first]
    table = (np.maximum(place, 0) * prices.less_preferred_s + foreign * prices.foreign_area_s) / case.weight
    return Terms(
        level=np.minimum(needs.urgency, len(weight)) - 1,
        by_level=by_level,
        table=np.where(place < 0, np.inf, table),
        group=group,
        free_in_s=sent.free_in_s,
        duty_left_s=sent.duty_left_s,
        service_s=needs.service_s,
        duty_s=prices.short_duty_s / case.weight[:, 0],
        due_in_s=needs.due_in_s,
        late=float(prices.late),
        missing_s=float(prices.missing_skill_s),
        held_by=needs.held_by,
        full=case.full,
        change_s=float(prices.change_s) if len(case.held) else 0.0,
    )


@njit(cache=True)
def _total(reach_s: Array, missing: Array, terms: Terms) -> Array:
    needs, resources = reach_s.shape
    total = np.empty((needs, resources))
    for need in range(needs):
        by_resource, by_group = terms.by_level[terms.level[need]], terms.table[need]
        due_s, service_s, held = terms.due_in_s[need], terms.service_s[need], terms.held_by[need]
        for one in range(resources):
            arrival_s = reach_s[need, one] + terms.free_in_s[one]
            score = arrival_s + by_resource[one] + by_group[terms.group[one]]
            if score < np.inf:
                if missing[need, one] > 0:
                    score += terms.missing_s * missing[need, one]
                if arrival_s > terms.duty_left_s[one] - service_s:
                    score += terms.duty_s[need]
                if arrival_s > due_s:
                    score += terms.late * (arrival_s - due_s)
                if held >= 0:
                    score += terms.change_s
            total[need, one] = score
        if held >= 0 and total[need, held] < np.inf:
            total[need, held] -= terms.change_s * (2 if terms.full[held] else 1)
    return total


@njit(cache=True)
def savings(score_s: Array, weight: Array, waiting: Array, slot: Array, extra_s: Array) -> Array:
    """[m, slots] what each task saves against leaving the need, 0 where it saves nothing."""
    found = np.zeros((len(waiting), len(slot)))
    for need in range(len(waiting)):
        for at in range(len(slot)):
            saved = waiting[need] - weight[need] * score_s[need, slot[at]] - extra_s[at]
            if saved > 0.0:
                found[need, at] = saved
    return found
