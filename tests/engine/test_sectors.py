"""Sectors for teams: against every grouping there is, and what holds for any areas and loads."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from gridward.engine.problems import BadInput
from gridward.engine.sectors import Effort, sectors
from gridward.engine.sectors.bound import lower_bound
from gridward.engine.sectors.exact import open_pairs, prove

SHORT = Effort(steps=20_000, starts=1, rounds=60)
EXACT = Effort(steps=20_000, starts=1, rounds=100, aim=0.0, nodes=10_000)


def touching(at):
    corners = Delaunay(at).simplices
    return np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])


@st.composite
def districts(draw, least=8, most=20):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(least, most))
    at = rng.uniform(0, 1000, (n, 2))
    time_s = np.hypot(*(at[:, None] - at[None]).T)
    load = rng.integers(1, 10, n) * draw(st.sampled_from([1.0, 0.37]))
    return time_s, load, draw(st.integers(1, 4)), touching(at)


def whole(members, pairs):
    seen = {members[0]}
    while more := {b for a, b in [*pairs, *pairs[:, ::-1]] if a in seen and b in members and b not in seen}:
        seen |= more
    return len(seen) == len(members)


def value(time_s, load, group):
    """Load × time of each group to its best centre, from the raw arrays."""
    parts = [np.flatnonzero(group == one) for one in np.unique(group)]
    return sum(min((load[part] * time_s[part, centre]).sum() for centre in part) for part in parts)


def best_of_all(time_s, load, count, tolerance, pairs=None):
    """The least cost over every balanced grouping, in one piece where pairs are given."""
    mean, best = load.sum() / count, np.inf
    for group in product(range(count), repeat=len(load)):
        group = np.array(group)
        carried = np.bincount(group, weights=load, minlength=count)
        if abs(carried - mean).max() > tolerance * mean + 1e-9 or not carried.all():
            continue
        if pairs is not None and not all(whole(np.flatnonzero(group == s).tolist(), pairs) for s in range(count)):
            continue
        best = min(best, value(time_s, load, group))
    return best


@given(districts(), st.integers(0, 99), st.booleans())
@settings(max_examples=25, deadline=None)
def test_sectors_hold_every_area_once_balanced_and_in_one_piece_or_say_what_stands_in_the_way(case, seed, apart):
    time_s, load, count, pairs = case
    plan = sectors(time_s, load, count, None if apart else pairs, tolerance=0.3, effort=SHORT, seed=seed)
    assert np.bincount(plan.sector, weights=load, minlength=count) == pytest.approx(plan.load)
    assert plan.cost == pytest.approx(value(time_s, load, plan.sector))
    assert plan.feasible != bool(plan.why)
    if plan.feasible:
        mean = load.sum() / count
        assert (abs(plan.load - mean) <= 0.3 * mean + 1e-6).all()
        assert plan.bound <= plan.cost
        assert plan.sector[plan.centre].tolist() == list(range(count))
        assert apart or all(whole(np.flatnonzero(plan.sector == s).tolist(), pairs) for s in range(count))


@given(districts(least=6, most=7), st.booleans())
@settings(max_examples=10, deadline=None)
def test_the_bound_never_exceeds_the_best_grouping_and_the_proof_finds_it(case, apart):
    time_s, load, _, pairs = case
    pairs = None if apart else pairs
    best = best_of_all(time_s, load, 2, 0.3, pairs)
    plan = sectors(time_s, load, 2, pairs, tolerance=0.3, effort=EXACT)
    if np.isfinite(best):
        assert plan.feasible
        assert plan.cost == pytest.approx(best)
        assert plan.bound <= best * (1 + 1e-6)
        free = best_of_all(time_s, load, 2, 0.3)
        assert plan.bound >= free * (1 - 2e-4)
    else:
        assert not plan.feasible


def cheapest_with_pair(cost, load, least, most):
    """[n, n] the least cost of two balanced sectors with area i at centre j, over every grouping and centre."""
    n = len(load)
    cheapest = np.full((n, n), np.inf)
    for group in product([False, True], repeat=n - 1):
        sides = np.flatnonzero([False, *group]), np.flatnonzero([True, *(not one for one in group)])
        if not all(len(side) and least - 1e-9 <= load[side].sum() <= most + 1e-9 for side in sides):
            continue
        for a, b in product(*sides):
            spent = cost[sides[0], a].sum() + cost[sides[1], b].sum()
            for side, centre in zip(sides, (a, b), strict=True):
                cheapest[side, centre] = np.minimum(cheapest[side, centre], spent)
    return cheapest


@given(districts(least=6, most=7))
@settings(max_examples=20, deadline=None)
def test_what_the_multipliers_prove_of_all_plans_and_of_each_pair_is_never_too_much(case):
    time_s, load, _, _ = case
    cost, mean = time_s * load[:, None], load.sum() / 2
    cheapest = cheapest_with_pair(cost, load, 0.7 * mean, 1.3 * mean)
    known = cheapest.min() if np.isfinite(cheapest.min()) else cost.sum()
    bound, with_pair = lower_bound(cost, load.astype(float), 2, 0.7 * mean, 1.3 * mean, known, 100)
    assert bound <= cheapest.min() * (1 + 1e-9)
    assert (with_pair <= cheapest * (1 + 1e-9)).all()


@given(districts(least=6, most=7), st.sampled_from([0.9, 1.02]))
@settings(max_examples=15, deadline=None)
def test_no_plan_cheaper_than_asked_is_proof_and_a_cheaper_one_is_found(case, share):
    time_s, load, _, _ = case
    best, mean = best_of_all(time_s, load, 2, 0.3), load.sum() / 2
    plan = sectors(time_s, load, 2, tolerance=0.3, effort=SHORT)
    if not plan.feasible:
        return
    cost, centre = time_s * load[:, None], plan.centre[plan.sector]
    pairs = open_pairs(np.zeros_like(cost), 1.0, centre)
    limits = (2, 0.7 * mean, 1.3 * mean)
    found, bound, _ = prove(cost, load.astype(float), *limits, centre, pairs, best * share, 10_000, np.inf)
    if share < 1:
        assert bound == best * share
        assert found.tolist() == centre.tolist()
    else:
        assert best * (1 - 2e-4) <= bound <= best * (1 + 1e-6)


@given(districts(), st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_the_same_seed_gives_the_same_sectors_and_changes_no_input(case, seed):
    before = [array.copy() for array in (case[0], case[1], case[3])]
    first, again = (sectors(*case, tolerance=0.3, effort=SHORT, seed=seed) for _ in range(2))
    assert first.sector.tolist() == again.sector.tolist()
    assert first.bound == again.bound
    assert all((one == other).all() for one, other in zip(before, (case[0], case[1], case[3]), strict=True))


@given(districts(least=6, most=9), st.randoms())
@settings(max_examples=10, deadline=None)
def test_the_order_areas_are_named_in_does_not_change_what_small_sectors_cost(case, random):
    time_s, load, _, _ = case
    order = list(range(len(load)))
    random.shuffle(order)
    one = sectors(time_s, load, 2, tolerance=0.4, effort=EXACT)
    other = sectors(time_s[np.ix_(order, order)], load[order], 2, tolerance=0.4, effort=EXACT)
    assert one.feasible == other.feasible
    if one.feasible:
        assert other.cost == pytest.approx(one.cost)


def test_balance_is_found_where_a_lopsided_grouping_is_far_shorter():
    time_s = [
        [0, 43, 36, 37, 8, 5], [43, 0, 47, 20, 47, 40], [36, 47, 0, 28, 31, 31],
        [37, 20, 28, 0, 38, 32], [8, 47, 31, 38, 0, 7], [5, 40, 31, 32, 7, 0],
    ]  # fmt: skip
    pairs = [(0, 1), (0, 4), (0, 5), (1, 3), (1, 5), (2, 3), (2, 4), (2, 5), (3, 5), (4, 5)]
    plan = sectors(time_s, [9, 4, 2, 8, 9, 9], 2, pairs, tolerance=0.3, effort=SHORT)
    assert plan.feasible
    assert sorted(plan.load) == [18, 23]


def test_four_blocks_in_a_row_make_two_halves():
    at = np.arange(4.0)
    plan = sectors(abs(at[:, None] - at) * 60, [1.0] * 4, 2, [[0, 1], [1, 2], [2, 3]], effort=EXACT)
    assert plan.sector.tolist() == [0, 0, 1, 1]
    assert plan.cost == 120.0
    assert plan.gap <= 1e-6


def test_a_cheaper_grouping_that_falls_apart_is_not_taken():
    at = np.arange(4.0)
    plan = sectors(abs(at[:, None] - at) * 60, [1.0] * 4, 2, [[0, 2], [2, 1], [1, 3]], effort=EXACT)
    assert plan.feasible
    assert plan.sector.tolist() == [0, 1, 0, 1]
    assert plan.cost == 240.0
    assert plan.bound <= 120.0 + 1e-6


def test_loads_that_cannot_be_balanced_are_not_called_balanced():
    plan = sectors(np.ones((3, 3)) - np.eye(3), [3.0, 3.0, 3.0], 2, effort=SHORT)
    assert not plan.feasible
    assert "no balanced sectors" in plan.why


def test_an_area_too_heavy_and_areas_in_too_many_pieces_say_so():
    time_s = np.ones((3, 3)) - np.eye(3)
    assert "area 1" in sectors(time_s, [1.0, 9.0, 1.0], 2, effort=SHORT).why
    assert "pieces" in sectors(time_s, [1.0, 1.0, 1.0], 2, np.zeros((0, 2), int), effort=SHORT).why


@pytest.mark.parametrize(
    ("time_s", "load", "count", "pairs", "array", "item"),
    [
        ([[0.0, np.inf], [1.0, 0.0]], [1.0, 1.0], 1, None, "time_s", 0),
        ([[0.0, 1.0], [1.0, 0.0]], [1.0, np.nan], 1, None, "load", 1),
        ([[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0], 1, None, "load", 1),
        ([[0.0, 1.0], [1.0, 0.0]], [1.0, 1.0], 3, None, "count", None),
        ([[0.0, 1.0], [1.0, 0.0]], [1.0, 1.0], 1, [[0, 1], [1, 2]], "neighbours", 1),
    ],
)
def test_bad_arrays_are_named(time_s, load, count, pairs, array, item):
    with pytest.raises(BadInput) as refused:
        sectors(time_s, load, count, pairs)
    assert (refused.value.array, refused.value.item) == (array, item)
