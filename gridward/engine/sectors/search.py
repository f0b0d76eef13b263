"""Sectors by simulated annealing: an area moves over, or two change places; connected sectors stay connected."""

import numpy as np
from numba import njit

Array = np.ndarray


@njit(cache=True)
def centre_of(
    cost: Array, sector: Array, which: int, leaving: int, coming: int
) -> tuple[float, int]:  # pragma: no cover
    """Least cost of a sector and its centre, as if one area had left and another come (-1 = none)."""
    n = len(sector)
    member = np.empty(n, np.int64)
    size = 0
    for i in range(n):
        if (sector[i] == which and i != leaving) or i == coming:
            member[size] = i
            size += 1
    best, centre = float(np.inf), -1
    for a in range(size):
        total = 0.0
        for b in range(size):
            total += float(cost[member[b], member[a]])
        if total < best:
            best, centre = total, int(member[a])
    if size == 0:
        return 0.0, -1
    return best, centre


@njit(cache=True)
def connected(
    begin: Array, near: Array, sector: Array, which: int, leaving: int, coming: int
) -> bool:  # pragma: no cover
    """Whether a sector hangs together, as if one area had left and another come (-1 = none)."""
    n = len(sector)
    inside, first, size = np.zeros(n, np.bool_), -1, 0
    for i in range(n):
        if (sector[i] == which and i != leaving) or i == coming:
            inside[i], first, size = True, i, size + 1
    if size == 0:
        return False
    queue = np.empty(size, np.int64)
    queue[0], head, tail = first, 0, 1
    inside[first] = False
    while head < tail:
        for k in range(begin[queue[head]], begin[queue[head] + 1]):
            if inside[near[k]]:
                inside[near[k]] = False
                queue[tail] = near[k]
                tail += 1
        head += 1
    return tail == size


@njit(cache=True)
def _excess(load: float, least: float, most: float) -> float:  # pragma: no cover
    return max(load - most, 0.0) + max(least - load, 0.0)


@njit(cache=True)
def _pick(begin: Array, near: Array, sector: Array) -> tuple[int, int, int, int]:  # pragma: no cover
    """An area, the sector it is in, one it touches, and an area of that to come back (-1 = none).

    Two equal sectors mean that nothing was found to move.
    """
    n = len(sector)
    i = int(np.random.randint(n))
    if begin[i] == begin[i + 1]:
        return i, 0, 0, -1
    j = int(near[begin[i] + np.random.randint(begin[i + 1] - begin[i])])
    s, t = int(sector[i]), int(sector[j])
    if s == t or np.random.random() >= 0.5:
        return i, s, t, -1
    k = int(np.random.randint(n))
    for _ in range(20):
        if sector[k] == t:
            break
        k = int(np.random.randint(n))
    return (i, s, t, k) if sector[k] == t else (i, 0, 0, -1)


@njit(cache=True)
def _measured(
    cost: Array, load: Array, sector: Array, count: int, least: float, most: float
) -> tuple[Array, Array, float]:  # pragma: no cover
    """Load and cost of each sector, and by how much all of them together are out of balance."""
    weight, value, over = np.zeros(count), np.zeros(count), 0.0
    for i in range(len(load)):
        weight[sector[i]] += load[i]
    for s in range(count):
        value[s] = centre_of(cost, sector, s, -1, -1)[0]
        over += _excess(weight[s], least, most)
    return weight, value, over


@njit(cache=True)
def anneal(
    cost: Array, load: Array, begin: Array, near: Array, start: Array, count: int, least: float, most: float,
    contiguous: bool, steps: int, seed: int, hot: float, dear: float,
) -> tuple[float, Array]:  # pragma: no cover  # fmt: skip
    """The best feasible sectors met (cost inf if none were), [n] sector of each area; fixed by seed and steps.

    Parameters: hot — a change for the worse accepted at first, in average costs of an area. dear — what load out of
        balance costs, in average costs of load.
    """
    np.random.seed(seed)
    sector, none = start.copy(), 1e-9 * load.sum()
    weight, value, over = _measured(cost, load, sector, count, least, most)
    mean, price = value.sum() / len(load), dear * value.sum() / load.sum()
    best, best_sector = value.sum() if over <= none else np.inf, sector.copy()
    for step in range(steps):
        i, s, t, k = _pick(begin, near, sector)
        if s == t:
            continue
        change = load[i] - (load[k] if k >= 0 else 0.0)
        extra = (
            _excess(weight[s] - change, least, most) + _excess(weight[t] + change, least, most)
            - _excess(weight[s], least, most) - _excess(weight[t], least, most)
        )  # fmt: skip
        heat = hot * mean * (0.01 ** (step / steps))
        allowed = -heat * np.log(np.random.random() + 1e-300) - price * extra
        new_s = centre_of(cost, sector, s, i, k)
        if new_s[1] < 0 or new_s[0] - value[s] - value[t] > allowed:
            continue
        new_t = centre_of(cost, sector, t, k, i)
        if new_s[0] + new_t[0] - value[s] - value[t] > allowed:
            continue
        if contiguous and not (connected(begin, near, sector, s, i, k) and connected(begin, near, sector, t, k, i)):
            continue
        sector[i] = t
        if k >= 0:
            sector[k] = s
        weight[s], weight[t], over = weight[s] - change, weight[t] + change, over + extra
        value[s], value[t] = new_s[0], new_t[0]
        if over <= none and value.sum() < best - 1e-9:
            best, best_sector = value.sum(), sector.copy()
    return best, best_sector
