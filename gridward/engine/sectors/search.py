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
def anneal(
    cost: Array, load: Array, begin: Array, near: Array, start: Array, count: int, least: float, most: float,
    contiguous: bool, steps: int, seed: int, hot: float,
) -> tuple[float, Array]:  # pragma: no cover  # fmt: skip
    """The best feasible sectors met (cost inf if none were), [n] sector of each area; fixed by seed and steps."""
    np.random.seed(seed)
    n, sector = len(load), start.copy()
    weight, value = np.zeros(count), np.zeros(count)
    for i in range(n):
        weight[sector[i]] += load[i]
    for s in range(count):
        value[s] = centre_of(cost, sector, s, -1, -1)[0]
    mean = value.sum() / n
    price = 4.0 * value.sum() / max(load.sum(), 1e-9)
    best, best_sector = np.inf, sector.copy()
    over = 0.0
    for s in range(count):
        over += _excess(weight[s], least, most)
    if over <= 1e-9 * load.sum():
        best = value.sum()
    for step in range(steps):
        heat = hot * mean * (0.01 ** (step / steps))
        i = np.random.randint(n)
        if begin[i] == begin[i + 1]:
            continue
        j = near[begin[i] + np.random.randint(begin[i + 1] - begin[i])]
        s, t = sector[i], sector[j]
        if s == t:
            continue
        k = -1
        if np.random.random() < 0.5:
            k = np.random.randint(n)
            for _ in range(20):
                if sector[k] == t:
                    break
                k = np.random.randint(n)
            if sector[k] != t:
                continue
        change = load[i] - (load[k] if k >= 0 else 0.0)
        extra = (
            _excess(weight[s] - change, least, most) + _excess(weight[t] + change, least, most)
            - _excess(weight[s], least, most) - _excess(weight[t], least, most)
        )  # fmt: skip
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
        weight[s] -= change
        weight[t] += change
        value[s], value[t] = new_s[0], new_t[0]
        over += extra
        if over <= 1e-9 * load.sum() and value.sum() < best - 1e-9:
            best, best_sector = value.sum(), sector.copy()
    return best, best_sector
