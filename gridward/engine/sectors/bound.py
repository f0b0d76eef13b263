"""A proven lower bound on the cost of sectors: Lagrangian relaxation of "each area belongs to one sector".

What is left falls apart by centre into knapsacks: first with fractions, to find good multipliers quickly, then in
whole areas, which bounds better than the linear program. Source: Lorena & Senne (2004); Held, Wolfe & Crowder (1974).
"""

import numpy as np
from numba import njit

Array = np.ndarray
GRID = 1_000
"""Loads that are not whole are rounded down to this many steps of a sector's load: the bound stays one."""


def lower_bound(
    cost: Array, load: Array, count: int, least: float, most: float, known: float, rounds: int
) -> tuple[float, Array]:
    """The greatest bound found, and [n, n] what a plan costs at least that puts area i (row) to centre j (column).

    Parameters: cost — [n, n] of area i (row) in a sector with centre j; load — [n]; least, most — load of a sector;
        known — cost of a plan at hand; rounds — of subgradient steps.
    """
    whole = bool((load == np.rint(load)).all()) and most <= 4 * GRID
    unit = 1.0 if whole else most / GRID
    weight, room = np.floor(load / unit + 1e-9).astype(np.int64), int(most / unit + 1e-9)
    floor = int(np.ceil(least - 1e-9)) if whole else 0
    lam = np.sort(cost, axis=1)[:, min(1, len(cost) - 1)].copy()
    _, lam, _ = _ascend(cost, load, weight, room, floor, count, most, known, lam, rounds, False)
    bound, lam, value = _ascend(cost, load, weight, room, floor, count, most, known, lam, rounds, True)
    last = np.partition(value, count - 1)[count - 1]
    with_pair = bound + _with_area(cost, weight, room, floor, lam) - np.minimum(value, last)
    # Area i with centre j needs j open, with itself in its sector.
    with_pair = np.maximum(with_pair, np.diag(with_pair)[None, :])
    return bound, np.maximum(with_pair, bound)


def _ascend(
    cost: Array, load: Array, weight: Array, room: int, floor: int, count: int, most: float, known: float, lam: Array,
    rounds: int, whole: bool,
) -> tuple[float, Array, Array]:  # fmt: skip
    best, best_lam, best_value, step, idle = -np.inf, lam.copy(), np.zeros(len(lam)), 1.5 if not whole else 0.8, 0
    for _ in range(rounds):
        values, taken = _in_whole(cost, weight, room, floor, lam) if whole else _in_parts(cost, load, most, lam)
        chosen = np.argsort(values, kind="stable")[:count]
        value = float(lam.sum() + values[chosen].sum())
        slope = 1.0 - taken[chosen].sum(axis=0)
        idle += 1
        if value > best:
            idle = 0 if value > best + 1e-6 * abs(value) else idle
            best, best_lam, best_value = value, lam.copy(), values
        square = float((slope**2).sum())
        if square < 1e-12 or step < 1e-3 or best >= known * (1 - 1e-7):
            break
        if idle >= 20:
            step, idle, lam = step / 1.4, 0, best_lam.copy()
        lam = lam + step * max(known - value, 1e-6) / square * slope
    return best, best_lam, best_value


@njit(cache=True)
def _in_parts(cost: Array, load: Array, most: float, lam: Array) -> tuple[Array, Array]:  # pragma: no cover
    """By centre, the least reduced cost of a sector that may take parts of areas, and the parts [n, n] it takes."""
    n = len(lam)
    value, taken = np.empty(n), np.zeros((n, n))
    gain, ratio = np.empty(n), np.empty(n)
    for j in range(n):
        room = most - load[j]
        value[j] = cost[j, j] - lam[j]
        taken[j, j] = 1.0
        for i in range(n):
            gain[i] = cost[i, j] - lam[i]
            ratio[i] = gain[i] / load[i] if i != j and gain[i] < 0 else np.inf
        for i in np.argsort(ratio):
            if ratio[i] == np.inf or room <= 0:
                break
            part = min(1.0, room / load[i])
            value[j] += part * gain[i]
            taken[j, i] = part
            room -= part * load[i]
    return value, taken


@njit(cache=True)
def _filling(cost: Array, weight: Array, lam: Array, j: int) -> float:  # pragma: no cover
    """The least that a unit of load costs a sector around j of areas that do not pay for themselves."""
    cheapest = np.inf
    for i in range(len(lam)):
        if i != j and cost[i, j] >= lam[i] and weight[i] > 0:
            cheapest = min(cheapest, (cost[i, j] - lam[i]) / weight[i])
    return cheapest


@njit(cache=True)
def _in_whole(cost: Array, weight: Array, room: int, floor: int, lam: Array) -> tuple[Array, Array]:  # pragma: no cover
    """As `_in_parts` in whole areas: dynamic programming over the load; a sector below `floor` does not count.

    Areas that would cost something are offered only where a sector cannot be filled without them, cheapest per load
    first and by a relaxation, so that the value never exceeds the true one.
    """
    n = len(lam)
    value, taken = np.empty(n), np.zeros((n, n))
    item = np.empty(n, np.int64)
    least = np.empty(room + 1)
    kept = np.zeros((n, room + 1), np.bool_)
    for j in range(n):
        size = 0
        for i in range(n):
            if i != j and cost[i, j] < lam[i] and weight[i] + weight[j] <= room:
                item[size] = i
                size += 1
        least[:] = np.inf
        if weight[j] <= room:
            least[weight[j]] = cost[j, j] - lam[j]
        for k in range(size):
            i, gain = item[k], cost[item[k], j] - lam[item[k]]
            for w in range(room, weight[i] - 1, -1):
                kept[k, w] = least[w - weight[i]] + gain < least[w]
                if kept[k, w]:
                    least[w] = least[w - weight[i]] + gain
        cheapest, best, at = _filling(cost, weight, lam, j), np.inf, weight[j]
        for w in range(room + 1):
            if least[w] < np.inf:
                filled = least[w] + (max(floor - w, 0) * cheapest if w < floor else 0.0)
                if filled < best:
                    best, at = filled, w
        value[j] = best
        taken[j, j] = 1.0
        for k in range(size - 1, -1, -1):
            if at >= weight[item[k]] and kept[k, at]:
                taken[j, item[k]] = 1.0
                at -= weight[item[k]]
    return value, taken


@njit(cache=True)
def _with_area(cost: Array, weight: Array, room: int, floor: int, lam: Array) -> Array:  # pragma: no cover
    """[n, n] what the best sector around j (column) costs at least beyond the multipliers if it takes area i (row)."""
    n = len(lam)
    value, least = np.full((n, n), np.inf), np.empty(room + 1)
    for j in range(n):
        least[:] = np.inf
        if weight[j] <= room:
            least[weight[j]] = cost[j, j] - lam[j]
        cheapest = _filling(cost, weight, lam, j)
        for i in range(n):
            gain = cost[i, j] - lam[i]
            if i != j and gain < 0:
                for w in range(room, weight[i] - 1, -1):
                    least[w] = min(least[w], least[w - weight[i]] + gain)
        for i in range(n):
            taken, gain = (weight[i], cost[i, j] - lam[i]) if i != j else (0, 0.0)
            for w in range(room - taken + 1):
                lacking = floor - taken - w
                if least[w] < np.inf:
                    filled = least[w] + (lacking * cheapest if lacking > 0 else 0.0)
                    value[i, j] = min(value[i, j], gain + filled)
    return value
