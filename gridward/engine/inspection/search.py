"""Routes of most worth by ruin and recreate under simulated annealing.

A visit is screened in constant time: earliest leaving before it and latest arrival after it are kept for each position
(Vansteenwegen et al. 2009). Random parts are taken out and refilled by worth per extra second, with chance.
"""

import numpy as np
from numba import njit

Array = np.ndarray


@njit(cache=True)
def schedule(
    time_s: Array, service_s: Array, opens_s: Array, closes_s: Array, start: int, end: int, begins_s: float,
    ends_s: float, route: Array, size: int, leave: Array, late: Array,
) -> float:  # pragma: no cover  # fmt: skip
    """When the inspector is back (inf: a visit comes too late); fills earliest leaving, latest arrival by position."""
    leave[0], at, kept = begins_s, start, True
    for p in range(size):
        place = route[p]
        arrive = max(leave[p] + time_s[at, place], opens_s[place])
        kept = kept and arrive <= closes_s[place]
        leave[p + 1] = arrive + service_s[place]
        at = place
    back = leave[size] + time_s[at, end]
    late[size + 1], at = ends_s, end
    for p in range(size - 1, -1, -1):
        place = route[p]
        late[p + 1] = min(closes_s[place], late[p + 2] - time_s[place, at] - service_s[place])
        at = place
    return back if kept and back <= ends_s else np.inf


@njit(cache=True)
def _try_all(
    time_s: Array, service_s: Array, opens_s: Array, closes_s: Array, start: int, end: int, route: Array, size: int,
    leave: Array, late: Array, seen: Array, extra_s: Array, position: Array,
) -> None:  # pragma: no cover  # fmt: skip
    """For each place not seen, the least delay of the rest of this route if it is put in, and where; inf = nowhere."""
    for place in range(len(seen)):
        extra_s[place] = np.inf
        if seen[place]:
            continue
        for p in range(size + 1):
            before = route[p - 1] if p > 0 else start
            after = route[p] if p < size else end
            arrive = max(leave[p] + time_s[before, place], opens_s[place])
            if arrive > closes_s[place]:
                continue
            next_s = arrive + service_s[place] + time_s[place, after]
            if next_s > late[p + 1]:
                continue
            delay = next_s - leave[p] - time_s[before, after]
            if delay < extra_s[place]:
                extra_s[place], position[place] = delay, p


@njit(cache=True)
def _shorten(
    time_s: Array, service_s: Array, opens_s: Array, closes_s: Array, start: int, end: int, begins_s: float,
    ends_s: float, route: Array, size: int, leave: Array, late: Array,
) -> None:  # pragma: no cover  # fmt: skip
    """Turn stretches of a route round while that brings the inspector back sooner (2-opt)."""
    back = schedule(time_s, service_s, opens_s, closes_s, start, end, begins_s, ends_s, route, size, leave, late)
    for first in range(size - 1):
        for last in range(first + 1, size):
            route[first : last + 1] = route[first : last + 1][::-1].copy()
            turned = schedule(
                time_s, service_s, opens_s, closes_s, start, end, begins_s, ends_s, route, size, leave, late
            )
            if turned < back - 1e-9:
                back = turned
            else:
                route[first : last + 1] = route[first : last + 1][::-1].copy()


@njit(cache=True)
def _ruin(time_s: Array, route: Array, size: Array, seen: Array, changed: Array, most: int) -> None:  # pragma: no cover
    """Take out a stretch of one or two routes, or the visits nearest to some place."""
    n = len(seen)
    out = np.zeros(n, np.bool_)
    if np.random.random() < 0.5:
        for _ in range(np.random.randint(1, 3)):
            k = np.random.randint(len(size))
            if size[k] > 0:
                length = np.random.randint(1, min(size[k], most) + 1)
                first = np.random.randint(size[k] - length + 1)
                for p in range(first, first + length):
                    out[route[k, p]] = True
    else:
        centre, left = np.random.randint(n), np.random.randint(1, most + 1)
        for place in np.argsort(time_s[centre, :n]):
            if seen[place] and left > 0:
                out[place] = True
                left -= 1
    for k in range(len(size)):
        kept = 0
        for p in range(size[k]):
            if out[route[k, p]]:
                seen[route[k, p]], changed[k] = False, True
            else:
                route[k, kept] = route[k, p]
                kept += 1
        size[k] = kept


@njit(cache=True)
def _choose(
    worth: Array, seen: Array, extra_s: Array, power: float, thrift: float, chance: float
) -> tuple[int, int]:  # pragma: no cover
    """The place and route of most worth per extra second, blurred by chance; (-1, -1) if nothing fits.

    Parameters: power, thrift — exponents of worth and of extra seconds; without thrift far places come first, too.
    """
    best, which, where = -1.0, -1, -1
    for place in range(len(seen)):
        if seen[place]:
            continue
        k = int(np.argmin(extra_s[:, place]))
        if extra_s[k, place] == np.inf:
            continue
        merit = worth[place] ** power / (extra_s[k, place] + 1.0) ** thrift * (1.0 + chance * np.random.random())
        if merit > best:
            best, which, where = merit, place, k
    return which, where


@njit(cache=True)
def _refill(
    time_s: Array, worth: Array, service_s: Array, opens_s: Array, closes_s: Array, start: Array, end: Array,
    begins_s: Array, ends_s: Array, route: Array, size: Array, seen: Array, leave: Array, late: Array, extra_s: Array,
    position: Array, power: float, thrift: float, chance: float,
) -> float:  # pragma: no cover  # fmt: skip
    """Put in place after place until none fits; the seconds all inspectors are then out."""
    back, last = np.zeros(len(size)), -1
    while True:
        for r in range(len(size)):
            if last < 0 or r == last:
                back[r] = schedule(
                    time_s, service_s, opens_s, closes_s, start[r], end[r], begins_s[r], ends_s[r],
                    route[r], size[r], leave[r], late[r],
                )  # fmt: skip
                _try_all(
                    time_s, service_s, opens_s, closes_s, start[r], end[r], route[r], size[r], leave[r], late[r],
                    seen, extra_s[r], position[r],
                )  # fmt: skip
        place, last = _choose(worth, seen, extra_s, power, thrift, chance)
        if place < 0:
            return (back - begins_s).sum()
        at = position[last, place]
        route[last, at + 1 : size[last] + 1] = route[last, at : size[last]].copy()
        route[last, at], seen[place] = place, True
        size[last] += 1


@njit(cache=True)
def search(
    time_s: Array, worth: Array, service_s: Array, opens_s: Array, closes_s: Array, start: Array, end: Array,
    begins_s: Array, ends_s: Array, steps: int, seed: int,
) -> tuple[Array, Array]:  # pragma: no cover  # fmt: skip
    """[k, n] places by inspector in order and [k] how many; deterministic by seed and steps."""
    np.random.seed(seed)
    n, k = len(worth), len(start)
    route, size, seen = np.zeros((k, n), np.int64), np.zeros(k, np.int64), np.zeros(n, np.bool_)
    leave, late = np.zeros((k, n + 2)), np.zeros((k, n + 2))
    extra_s, position = np.full((k, n), np.inf), np.zeros((k, n), np.int64)
    old = (route.copy(), size.copy(), seen.copy())
    best_route, best_size, best_score, best_spent_s, score = route.copy(), size.copy(), -1.0, np.inf, -np.inf
    price = 0.02 * worth.mean() / max(1.0, service_s.mean())
    for step in range(steps):
        changed = np.zeros(k, np.bool_)
        _ruin(time_s, route, size, seen, changed, max(2, min(12, int(seen.sum()) // 2)))
        turning, power, chance = np.random.random() < 0.3, np.random.uniform(0.5, 2.5), np.random.random()
        thrift = 0.0 if np.random.random() < 0.03 else 1.0
        for r in range(k):
            if changed[r] and turning:
                _shorten(
                    time_s, service_s, opens_s, closes_s, start[r], end[r], begins_s[r], ends_s[r],
                    route[r], size[r], leave[r], late[r],
                )  # fmt: skip
        spent_s = _refill(
            time_s, worth, service_s, opens_s, closes_s, start, end, begins_s, ends_s, route, size, seen, leave, late,
            extra_s, position, power, thrift, chance,
        )  # fmt: skip
        gained = worth[seen].sum()
        if gained > best_score + 1e-9 or (gained > best_score - 1e-9 and spent_s < best_spent_s):
            best_route, best_size, best_score, best_spent_s = route.copy(), size.copy(), gained, spent_s
        warmth = 0.5 * worth.mean() * 0.01 ** (step / steps)
        if gained - price * spent_s >= score + warmth * np.log(np.random.random() + 1e-300):
            score = gained - price * spent_s
            old = (route.copy(), size.copy(), seen.copy())
        else:
            route, size, seen = old[0].copy(), old[1].copy(), old[2].copy()
    return best_route, best_size
