"""A day of inspection planned: the team orienteering problem with time windows.

Objective: most worth visited. Constraints: each place at most once, begun within its window, every inspector back in
time. Source: Chao, Golden & Wasil (1996); Vansteenwegen, Souffriau & Van Oudheusden (2011).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gridward.engine.inspection.problem import Array, Inspectors, Places, times
from gridward.engine.inspection.search import schedule, search
from gridward.engine.problems import Unserved, Why


@dataclass(frozen=True)
class Day:
    """`routes` — by inspector, places in order; `begins_s` — when each of those visits begins; `back_s` — [k];
    `score` — worth visited; `bound` — no day is worth more; `unserved` — places left out, and why.
    """

    routes: tuple[Array, ...]
    begins_s: tuple[Array, ...]
    back_s: Array
    score: float
    bound: float
    unserved: tuple[Unserved, ...]


def plan_day(places: Places, inspectors: Inspectors, time_s: Any, steps: int = 5_000, seed: int = 0) -> Day:
    """Whom each inspector visits, in which order and when; the same steps and seed give the same day.

    Parameters: time_s — [m, m] seconds between rows, inf = no way; rows 0 to n - 1 are the places. Nothing is changed.
    Returns: a day; an inspector who cannot even get from start to end in time stays away and is back at `begins_s`.
    Raises: BadInput naming the array and item at fault.
    """
    table = times(time_s, places, inspectors)
    goes = table[inspectors.start, inspectors.end] <= inspectors.ends_s - inspectors.begins_s
    why = _alone(places, inspectors, table, goes)
    able = np.flatnonzero(np.array([reason is Why.TAKEN for reason in why], bool) & (places.worth > 0))
    routes = [np.zeros(0, np.int64) for _ in goes]
    if goes.any() and len(able):
        found = _searched(places, inspectors, table, able, goes, steps, seed)
        for k, route in zip(np.flatnonzero(goes), found, strict=True):
            routes[k] = route
    timed = [_timed(places, inspectors, table, k, route) if goes[k] else None for k, route in enumerate(routes)]
    begins = tuple(np.zeros(0) if one is None else one[0] for one in timed)
    back = np.array([inspectors.begins_s[k] if one is None else one[1] for k, one in enumerate(timed)], float)
    seen = np.concatenate([np.zeros(0, np.int64), *routes])
    left = np.setdiff1d(np.arange(len(places.worth)), seen)
    unserved = tuple(Unserved(int(place), why[place]) for place in left)
    score = float(places.worth[seen].sum())
    bound = max(score, _bound(places, inspectors, table, able, goes))
    return Day(tuple(routes), begins, back, score, bound, unserved)


def _searched(
    places: Places, inspectors: Inspectors, table: Array, able: Array, goes: Array, steps: int, seed: int
) -> list[Array]:
    """Routes of those who go, over the places somebody could visit."""
    rows = np.concatenate([able, inspectors.start[goes], inspectors.end[goes]])
    count, first = int(goes.sum()), len(able)
    route, size = search(
        np.ascontiguousarray(table[np.ix_(rows, rows)]), places.worth[able], places.service_s[able],
        places.opens_s[able], places.closes_s[able], first + np.arange(count), first + count + np.arange(count),
        inspectors.begins_s[goes], inspectors.ends_s[goes], steps, seed,
    )  # fmt: skip
    return [able[route[k, : size[k]]] for k in range(count)]


def _timed(places: Places, inspectors: Inspectors, table: Array, k: int, route: Array) -> tuple[Array, float]:
    leave, late = np.zeros(len(route) + 2), np.zeros(len(route) + 2)
    back = schedule(
        table, places.service_s, places.opens_s, places.closes_s, inspectors.start[k], inspectors.end[k],
        inspectors.begins_s[k], inspectors.ends_s[k], route, len(route), leave, late,
    )  # fmt: skip
    begins = leave[1 : len(route) + 1] - places.service_s[route]
    # Taking off what was added can fall short of the opening by a rounding.
    return np.maximum(begins, places.opens_s[route]), float(back)


def _alone(places: Places, inspectors: Inspectors, table: Array, goes: Array) -> list[Why]:
    """Why a place cannot be visited even by an inspector with nothing else to do; TAKEN if it can."""
    n = len(places.worth)
    out, home = table[inspectors.start[goes]][:, :n], table[:n][:, inspectors.end[goes]].T
    begin = np.maximum(inspectors.begins_s[goes][:, None] + out, places.opens_s)
    ends = inspectors.ends_s[goes][:, None]
    fits = np.any((begin <= places.closes_s) & (begin + places.service_s + home <= ends), axis=0)
    way = np.any(np.isfinite(table[inspectors.start][:, :n] + table[:n][:, inspectors.end].T), axis=0)
    if not goes.size:
        return [Why.NO_RESOURCE_FITS] * n
    return [Why.TAKEN if fit else Why.NO_TIME if reach else Why.NO_WAY for fit, reach in zip(fits, way, strict=True)]


def _bound(places: Places, inspectors: Inspectors, table: Array, able: Array, goes: Array) -> float:
    """The knapsack with fractions: each visit takes its service and at least half of its shortest ways in and out."""
    if not goes.any() or not len(able):
        return 0.0
    starts, ends = inspectors.start[goes], inspectors.end[goes]
    between = table[np.ix_(able, able)]
    np.fill_diagonal(between, np.inf)
    into = np.minimum(between.min(axis=0), table[starts][:, able].min(axis=0))
    away = np.minimum(between.min(axis=1), table[able][:, ends].min(axis=1))
    # Half of the way out of the start and of the way home is spent by whoever visits at all, and by nobody else.
    needs_s = places.service_s[able] + (into + away) / 2
    left_s, total = float((inspectors.ends_s[goes] - inspectors.begins_s[goes]).sum()), 0.0
    for place in np.argsort(-places.worth[able] / np.maximum(needs_s, 1e-9), kind="stable"):
        part = 1.0 if needs_s[place] <= left_s else left_s / needs_s[place]
        total += part * places.worth[able[place]]
        left_s -= part * needs_s[place]
    return float(total)
