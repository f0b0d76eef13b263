"""Sectors for teams: areas grouped around centres, balanced in load, in one piece, compact, with a proven bound.

Objective: least sum of load × time from each area to its sector's centre (a capacitated p-median).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from gridward.engine.problems import BadInput
from gridward.engine.sectors.bound import lower_bound
from gridward.engine.sectors.exact import open_pairs, prove
from gridward.engine.sectors.search import anneal, centre_of, connected

Array = np.ndarray

PRICE, DEARER = 4.0, (40.0, 400.0)
"""Load out of balance costs so many times what load costs on average; more where that found no balanced sectors."""


@dataclass(frozen=True)
class Effort:
    """How hard to look: `starts` searches of `steps` each; `rounds` of multipliers; then HiGHS for `nodes` of its tree
    (0 = without) or `cpu_s`, whichever ends first, to prove a gap of `aim`, then of half that. Without cpu_s plans
    repeat.
    """

    steps: int = 2_000_000
    starts: int = 3
    rounds: int = 600
    aim: float = 0.0085
    nodes: int = 0
    cpu_s: float = np.inf


@dataclass(frozen=True)
class Sectors:
    """`sector` — [n] of each area, numbered by their first area; `centre` — [count] area at the centre of each;
    `load` — [count]; `cost` — load × seconds; `bound` — no balanced plan costs less, in one piece or not (inf: there is
    none); `feasible` — False where no balanced plan was found, then `why` says what stands in the way.
    """

    sector: Array
    centre: Array
    load: Array
    cost: float
    bound: float
    feasible: bool
    why: str

    @property
    def gap(self) -> float:
        """How far the cost can be from the best, as a share of the bound; inf where the plan is not feasible."""
        if not self.feasible:
            return np.inf
        return (self.cost - self.bound) / self.bound if self.bound > 0 else float(self.cost > 0)


@dataclass(frozen=True)
class _Case:
    cost: Array  # [n, n] load × seconds of area (row) with centre (column)
    load: Array
    begin: Array  # who touches whom, in CSR form
    near: Array
    contiguous: bool
    count: int
    least: float
    most: float


def sectors(
    time_s: Any,
    load: Any,
    count: int,
    neighbours: Any = None,
    tolerance: float = 0.1,
    effort: Effort | None = None,
    seed: int = 0,
) -> Sectors:
    """`count` sectors of n areas, each carrying (1 ± tolerance) times the mean load.

    Parameters: time_s — [n, n] from centre (column) to area (row), finite; load — [n], above 0; neighbours — [k, 2]
        pairs of areas that touch: sectors are then in one piece (None = any grouping).
    Raises: BadInput naming the array and item at fault.
    """
    effort = effort or Effort()
    times, loads = _checked(time_s, load, count, tolerance)
    begin, near, contiguous = _graph(neighbours, times)
    least, most = (np.array([1 - tolerance, 1 + tolerance]) * loads.sum() / count).tolist()
    case = _Case(times * loads[:, None], loads, begin, near, contiguous, count, least, most)
    why = _obstacle(loads, count, most, begin, near, contiguous)
    start, cost = _grown(times, begin, near, count), np.inf
    found = start
    if why:
        return _plan(case, found, np.inf, False, why)
    for nth in range(effort.starts):
        value, sector = _search(case, start, effort.steps, seed + nth, 0.5)
        if value < cost or nth == 0:
            cost, found = value, sector
    for price in DEARER:
        if cost == np.inf:
            cost, found = _search(case, start, effort.steps, seed, 0.5, price)
    found, bound = _proven(case, found, cost < np.inf, effort, seed)
    feasible = _holds(case, found)
    return _plan(
        case, found, bound, feasible, "" if feasible else "no balanced sectors were found in the steps allowed"
    )


def _search(case: _Case, start: Array, steps: int, seed: int, hot: float, price: float = PRICE) -> tuple[float, Array]:
    return anneal(
        case.cost, case.load, case.begin, case.near, start, case.count, case.least, case.most, case.contiguous,
        steps, seed, hot, price,
    )  # fmt: skip


def _proven(case: _Case, found: Array, feasible: bool, effort: Effort, seed: int) -> tuple[Array, float]:
    """The plan given or a better one, and the bound of both proofs."""
    centre = _centres(case, found)[found]
    value = float(case.cost[np.arange(len(found)), centre].sum())
    limits = (case.count, case.least, case.most)
    bound, with_pair = lower_bound(case.cost, case.load, *limits, value, effort.rounds)
    left_s = effort.cpu_s if effort.nodes and feasible else 0.0
    for aim in sorted({effort.aim, effort.aim / 2}, reverse=True):
        # The narrower gap takes longer than the wider: with less left than that took, it would end with nothing.
        if left_s <= 0 or left_s < effort.cpu_s / 2 or bound >= value * (1 - max(aim, 1e-9)):
            continue
        below = value * (1 - aim)
        pairs = open_pairs(with_pair, below, centre)
        chosen, proof, left_s = prove(case.cost, case.load, *limits, centre, pairs, below, effort.nodes, left_s)
        bound = max(bound, min(proof, pairs.others_cost))
        sector = _mended(case, np.unique(chosen, return_inverse=True)[1].ravel(), effort, seed)
        if _holds(case, sector) and _value(case, sector) < value:
            found, value, centre = sector, _value(case, sector), _centres(case, sector)[sector]
    return found, bound


def _mended(case: _Case, sector: Array, effort: Effort, seed: int) -> Array:
    """Sectors in one piece, made of these."""
    if not case.contiguous or _holds(case, sector):
        return sector
    return _search(case, _joined(case, sector), effort.steps // 4, seed, 0.05)[1]


def _plan(case: _Case, found: Array, bound: float, feasible: bool, why: str) -> Sectors:
    first = np.unique(found, return_index=True)[1]
    sector = np.argsort(np.argsort(first))[np.unique(found, return_inverse=True)[1].ravel()]
    carried = np.bincount(sector, weights=case.load, minlength=case.count)
    value = _value(case, sector)
    bound = min(bound, value) if feasible else bound
    return Sectors(sector, _centres(case, sector), carried, value, bound, feasible, why)


def _centres(case: _Case, sector: Array) -> Array:
    return np.array([centre_of(case.cost, sector, s, -1, -1)[1] for s in range(case.count)])


def _value(case: _Case, sector: Array) -> float:
    return float(case.cost[np.arange(len(sector)), _centres(case, sector)[sector]].sum())


def _holds(case: _Case, sector: Array) -> bool:
    """Whether every sector is balanced and, where asked, in one piece."""
    carried = np.bincount(sector, weights=case.load, minlength=case.count)
    slack = 1e-9 * case.load.sum()
    balanced = bool(((carried >= case.least - slack) & (carried <= case.most + slack)).all())
    return balanced and (not case.contiguous or all(_whole(case, sector, s) for s in range(case.count)))


def _whole(case: _Case, sector: Array, which: int) -> bool:
    return connected(case.begin, case.near, sector, which, -1, -1)


def _joined(case: _Case, sector: Array) -> Array:
    """Sectors in one piece: each keeps the piece with its centre, the rest joins, area by area, the nearest."""
    centre = _centres(case, sector)
    joined = np.full(len(sector), -1)
    rows = np.repeat(np.arange(len(sector)), np.diff(case.begin))
    inner = sector[rows] == sector[case.near]
    graph = csr_matrix((inner[inner], (rows[inner], case.near[inner])), shape=(len(sector), len(sector)))
    piece = connected_components(graph, directed=False)[1]
    for which, at in enumerate(centre):
        joined[piece == piece[at]] = which
    while (joined < 0).any():
        edge = (joined[rows] < 0) & (joined[case.near] >= 0)
        area, into = rows[edge], joined[case.near[edge]]
        best = int(case.cost[area, centre[into]].argmin())
        joined[area[best]] = into[best]
    return joined


def _checked(time_s: Any, load: Any, count: int, tolerance: float) -> tuple[Array, Array]:
    times, loads = np.asarray(time_s, np.float64, "C"), np.asarray(load, np.float64)
    if times.ndim != 2 or times.shape[0] != times.shape[1] or not len(times):
        raise BadInput("time_s", None, f"times are [n, n] with an area at least, not {times.shape}")
    bad = ~((times >= 0) & np.isfinite(times)).all(axis=1)
    if bad.any():
        raise BadInput("time_s", int(bad.argmax()), "every area must be reachable from every other")
    if loads.shape != (len(times),):
        raise BadInput("load", None, f"{loads.shape} loads for {len(times)} areas")
    if not ((loads > 0) & np.isfinite(loads)).all():
        raise BadInput("load", int((~((loads > 0) & np.isfinite(loads))).argmax()), "a load is above 0")
    if not 1 <= count <= len(times):
        raise BadInput("count", None, f"{count} sectors of {len(times)} areas")
    if not tolerance >= 0:
        raise BadInput("tolerance", None, "a tolerance is 0 or more")
    return times, loads


def _graph(neighbours: Any, times: Array) -> tuple[Array, Array, bool]:
    """Who may change places with whom, in CSR form: those that touch, or else each area's dozen nearest."""
    n = len(times)
    if neighbours is None:
        near = np.argsort(times + times.T, axis=1, kind="stable")[:, 1:13]
        pairs = np.stack([np.repeat(np.arange(n), near.shape[1]), near.ravel()], axis=1)
    else:
        pairs = np.asarray(neighbours, np.int64).reshape(-1, 2)
        bad = ((pairs < 0) | (pairs >= n)).any(axis=1)
        if bad.any():
            raise BadInput("neighbours", int(bad.argmax()), f"areas are 0 to {n - 1}")
    both = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    both = both[both[:, 0] != both[:, 1]]
    return np.searchsorted(both[:, 0], np.arange(n + 1)), both[:, 1].copy(), neighbours is not None


def _obstacle(loads: Array, count: int, most: float, begin: Array, near: Array, contiguous: bool) -> str:
    if (loads > most).any():
        return f"area {int((loads > most).argmax())} alone carries more than a balanced sector may"
    graph = csr_matrix((np.ones(len(near)), near, begin), shape=(len(loads), len(loads)))
    parts = connected_components(graph, directed=False)[0]
    if contiguous and parts > count:
        return f"the areas fall into {parts} pieces, more than there are sectors"
    return ""


def _grown(times: Array, begin: Array, near: Array, count: int) -> Array:
    """Sectors grown from centres far apart, each area joining the one nearest over its neighbours."""
    n = len(times)
    hop = csr_matrix((times[np.repeat(np.arange(n), np.diff(begin)), near] + 1e-6, near, begin), shape=(n, n))
    away = np.minimum(dijkstra(hop, directed=False), 1e12)
    centres = [int(away.sum(axis=1).argmax())]
    while len(centres) < count:
        centres.append(int(np.where(np.isin(np.arange(n), centres), -1.0, away[:, centres].min(axis=1)).argmax()))
    return away[:, centres].argmin(axis=1)
