"""Where vehicles wait: posts that cover most demand, stand nearest to it, or keep it covered when one is out.

Source: maximal covering, Church & ReVelle (1974); p-median, Hakimi (1964); backup cover, Hogan & ReVelle (1986);
solved as mixed-integer programs by HiGHS.
"""

from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csc_matrix, vstack

from gridward.engine.problems import BadInput, Unserved, Why

Array = np.ndarray


@dataclass(frozen=True)
class Posts:
    """Sites opened, and what they do.

    `sites` — opened, ascending; `nearest` — [points] the opened site nearest to each, -1 where none gets there;
    `value` — what was maximised (covered weight) or minimised (weighted seconds); `bound` — the best it could be;
    `optimal` — value and bound agree to 1e-6; `unserved` — points not covered, and why.
    """

    sites: Array
    nearest: Array
    value: float
    bound: float
    optimal: bool
    unserved: tuple[Unserved, ...]


@dataclass(frozen=True)
class Moves:
    """Where each vehicle goes: `site` — [vehicles], -1 = stays; `time_s` — [vehicles]; the sum and the longest;
    `unfilled` — the posts nobody goes to, and why.
    """

    site: Array
    time_s: Array
    total_s: float
    longest_s: float
    unfilled: tuple[Unserved, ...] = ()


def cover_most(time_s: Any, weight: Any, count: int, within_s: float, nodes: int = 100_000) -> Posts:
    """`count` sites that cover the greatest weight of points within a time.

    Parameters: time_s — [sites, points], inf = no way; weight — [points], 0 or more; nodes — the most branched on.
    Raises: BadInput naming the array and item at fault.
    """
    return _cover(time_s, weight, count, within_s, 0.0, nodes)


def cover_twice(
    time_s: Any, weight: Any, count: int, within_s: float, second: float = 0.5, nodes: int = 100_000
) -> Posts:
    """As `cover_most`, a point covered by a second site as well counting `second` (0 to 1) of its weight once more."""
    if not 0.0 <= second <= 1.0:
        raise BadInput("second", None, f"a share of the weight is 0 to 1, not {second}")
    return _cover(time_s, weight, count, within_s, second, nodes)


def stand_nearest(time_s: Any, weight: Any, count: int, unreached_s: float = 86_400.0, nodes: int = 100_000) -> Posts:
    """`count` sites with the least weighted time to every point's nearest one (p-median); parameters as `cover_most`.

    A point no opened site reaches counts as `unreached_s` and is returned unserved.
    """
    time_s, weight = _checked(time_s, weight, count)
    sites, points = time_s.shape
    pairs = sites * points
    pair, site, point = np.arange(pairs), np.repeat(np.arange(sites), points), np.tile(np.arange(points), sites)
    # Each point is served once; only by an open site.
    rows = np.concatenate([point, points + pair, points + pair])
    columns = np.concatenate([sites + pair, sites + pair, site])
    values = np.concatenate([np.ones(2 * pairs), -np.ones(pairs)])
    matrix = csc_matrix((values, (rows, columns)), shape=(points + pairs, sites + pairs))
    counted = np.minimum(time_s, unreached_s)
    cost = np.concatenate([np.zeros(sites), (weight * counted).ravel()])
    low = np.concatenate([np.ones(points), np.full(pairs, -np.inf)])
    high = np.concatenate([np.ones(points), np.zeros(pairs)])
    opened, bound = _solve(cost, matrix, low, high, sites, count, nodes)
    value = float((weight * counted[opened].min(axis=0, initial=unreached_s)).sum())
    return _posts(opened, time_s, value, bound, np.inf)


def relocate(from_time_s: Any, sites: Any, worst: float = 0.0, limit_s: float = np.inf) -> Moves:
    """Which vehicle goes to which post, least total time; `worst` weighs the longest move beside the total.

    Parameters: from_time_s — [vehicles, all sites] from where each stands; sites — the posts to fill, one vehicle each;
        limit_s — the longest anyone may drive.
    Returns: moves that fill as many posts as can be filled; `unfilled` says which are not, and why.
    Raises: BadInput naming the array and item at fault.
    """
    time_s, wanted = _moving(from_time_s, sites)
    allowed = np.where(time_s <= limit_s, time_s, np.inf)
    best = found = _moves(allowed, wanted)
    # The longest move is one of the table's times: ever smaller ones are tried while as many posts can be filled.
    while worst > 0 and found.longest_s > 0:
        found = _moves(np.where(allowed < found.longest_s, allowed, np.inf), wanted)
        if (found.site >= 0).sum() < (best.site >= 0).sum():
            break
        if found.total_s + worst * found.longest_s < best.total_s + worst * best.longest_s:
            best = found
    empty = np.flatnonzero(~np.isin(wanted, best.site))
    unfilled = tuple(Unserved(int(wanted[post]), _why_empty(time_s[:, post], limit_s)) for post in empty)
    return replace(best, unfilled=unfilled)


def cover_loss_s(time_s: Any, calls_per_s: Any, away_s: float, free: Any) -> Array:
    """What each vehicle's absence is expected to cost the calls that come meanwhile, in seconds of their waiting.

    Calls it would be nearest to wait for the second nearest instead: the price matching puts on stripping cover.
    Parameters: time_s — [vehicles, points]; calls_per_s — [points]; away_s — mean time on a task; free — [vehicles]
        bool. Returns: [vehicles], 0 for one that is not free; where nobody else is near, a call waits `away_s` longer.
    """
    time_s, rate = _checked(time_s, calls_per_s, 1)
    standing = np.where(np.asarray(free, bool)[:, None], time_s, np.inf)
    loss, point = np.zeros(len(time_s)), np.arange(time_s.shape[1])
    nearest = standing.argmin(axis=0)
    first = standing[nearest, point]
    standing[nearest, point] = np.inf
    met = np.isfinite(first)
    longer_s = np.minimum(standing.min(axis=0)[met] - first[met], away_s)
    np.add.at(loss, nearest[met], rate[met] * away_s * longer_s)
    return loss


def _cover(time_s: Any, weight: Any, count: int, within_s: float, second: float, nodes: int) -> Posts:
    time_s, weight = _checked(time_s, weight, count)
    sites = len(time_s)
    near = time_s <= within_s
    # Points covered by the same sites are one point: fewer rows, the same optimum.
    pattern, group = np.unique(near.T, axis=0, return_inverse=True)
    merged = np.bincount(group.ravel(), weights=weight, minlength=len(pattern))
    kept = np.flatnonzero(pattern.any(axis=1) & (merged > 0))
    row, site = np.nonzero(pattern[kept])
    groups, shares = len(kept), [1.0, second] if second > 0 else [1.0]
    # covered once + covered twice <= open sites near by
    rows = np.concatenate([row, np.tile(np.arange(groups), len(shares))])
    columns = np.concatenate([site, sites + np.arange(len(shares) * groups)])
    values = np.concatenate([-np.ones(len(row)), np.ones(len(shares) * groups)])
    matrix = csc_matrix((values, (rows, columns)), shape=(groups, sites + len(shares) * groups))
    cost = np.concatenate([np.zeros(sites), *(-share * merged[kept] for share in shares)])
    opened, bound = _solve(cost, matrix, np.full(groups, -np.inf), np.zeros(groups), sites, count, nodes)
    times = near[opened].sum(axis=0)
    value = float((weight * (times >= 1)).sum() + second * (weight * (times >= 2)).sum())
    return _posts(opened, time_s, value, -bound, within_s)


def _solve(
    cost: Array, matrix: Any, low: Array, high: Array, sites: int, count: int, nodes: int
) -> tuple[Array, float]:
    """The sites opened at least cost, `count` at most, and the proven bound; further columns lie between 0 and 1."""
    total = len(cost)
    opened = csc_matrix((np.ones(sites), (np.zeros(sites, np.int64), np.arange(sites))), shape=(1, total))
    whole = vstack([matrix, opened], format="csc")
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = total, len(low) + 1
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(total), np.ones(total)
    model.row_lower_, model.row_upper_ = np.append(low, -np.inf), np.append(high, count)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = whole.indptr, whole.indices, whole.data
    whether, between = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [whether] * sites + [between] * (total - sites)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    for option, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-9), ("random_seed", 0), ("threads", 1)):
        solver.setOptionValue(option, value)
    solver.setOptionValue("mip_max_nodes", nodes)
    solver.passModel(model)
    solver.run()
    chosen = np.array(solver.getSolution().col_value)[:sites] > 0.5
    return np.flatnonzero(chosen), float(solver.getInfo().mip_dual_bound)


def _posts(opened: Array, time_s: Array, value: float, bound: float, within_s: float) -> Posts:
    reach = time_s[opened].min(axis=0, initial=np.inf)
    at = time_s[opened].argmin(axis=0) if len(opened) else np.zeros(len(reach), np.int64)
    nearest = np.where(np.isfinite(reach), opened[at] if len(opened) else -1, -1)
    best = time_s.min(axis=0, initial=np.inf)
    left = np.flatnonzero(~((reach <= within_s) & np.isfinite(reach)))
    unserved = tuple(Unserved(int(point), _why(float(best[point]), within_s)) for point in left)
    return Posts(opened, nearest, value, bound, abs(value - bound) <= 1e-6 * max(1.0, abs(bound)), unserved)


def _why(best_s: float, within_s: float) -> Why:
    if best_s == np.inf:
        return Why.NO_WAY
    return Why.NO_TIME if best_s > within_s else Why.TAKEN


def _moving(from_time_s: Any, sites: Any) -> tuple[Array, Array]:
    """[vehicles, posts] times to the posts wanted, and the posts."""
    times, wanted = np.asarray(from_time_s, np.float64), np.asarray(sites, np.int64)
    if times.ndim != 2 or wanted.ndim != 1:
        raise BadInput("from_time_s", None, f"times are [vehicles, sites], not {times.shape}")
    if not (times >= 0).all():
        raise BadInput("from_time_s", int((~(times >= 0)).any(axis=1).argmax()), "a time is 0 or more")
    unknown = (wanted < 0) | (wanted >= times.shape[1])
    if unknown.any():
        raise BadInput("sites", int(unknown.argmax()), f"sites are 0 to {times.shape[1] - 1}")
    if len(np.unique(wanted)) < len(wanted):
        raise BadInput("sites", None, "a post is filled once")
    return times[:, wanted], wanted


def _moves(time_s: Array, sites: Array) -> Moves:
    """As many posts filled as can be, at least total time."""
    open_way = np.isfinite(time_s)
    dear = 1.0 + min(time_s.shape) * time_s[open_way].max(initial=0.0)
    vehicle, post = linear_sum_assignment(np.where(open_way, time_s, dear))
    goes = open_way[vehicle, post]
    vehicle, post = vehicle[goes], post[goes]
    site, spent = np.full(len(time_s), -1), np.zeros(len(time_s))
    site[vehicle], spent[vehicle] = sites[post], time_s[vehicle, post]
    return Moves(site, spent, float(spent.sum()), float(spent.max(initial=0.0)))


def _why_empty(time_s: Array, limit_s: float) -> Why:
    if (time_s <= limit_s).any():
        return Why.TAKEN
    return Why.NO_TIME if np.isfinite(time_s).any() else Why.NO_WAY


def _checked(time_s: Any, weight: Any, count: int) -> tuple[Array, Array]:
    times, weights = np.asarray(time_s, np.float64), np.asarray(weight, np.float64)
    if times.ndim != 2 or times.shape[0] == 0:
        raise BadInput("time_s", None, f"times are [sites, points] with a site at least, not {times.shape}")
    if not (times >= 0).all():
        raise BadInput("time_s", int((~(times >= 0)).any(axis=1).argmax()), "a time from this site is no time")
    if weights.shape != times.shape[1:]:
        raise BadInput("weight", None, f"{weights.shape} weights for {times.shape[1]} points")
    if not ((weights >= 0) & np.isfinite(weights)).all():
        raise BadInput("weight", int((~((weights >= 0) & np.isfinite(weights))).argmax()), "a weight is 0 or more")
    if count < 1:
        raise BadInput("count", None, "one site at least is opened")
    return times, weights
