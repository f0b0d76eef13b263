"""Posts for vehicles: against every choice there is, and what holds for any times and weights."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridward.engine.coverage import cover_loss_s, cover_most, cover_twice, relocate, stand_nearest
from gridward.engine.problems import BadInput, Why


@st.composite
def towns(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sites, points = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    time_s = np.where(rng.random((sites, points)) < 0.15, np.inf, rng.uniform(0, 1000, (sites, points)))
    return time_s, rng.uniform(0, 10, points), draw(st.integers(1, 3))


def _every(time_s, count):
    return combinations(range(len(time_s)), min(count, len(time_s)))


@given(towns())
@settings(max_examples=40, deadline=None)
def test_no_other_choice_of_sites_covers_more(town):
    time_s, weight, count = town
    plan = cover_most(time_s, weight, count, 400.0)
    best = max(weight[(time_s[list(some)] <= 400).any(axis=0)].sum() for some in _every(time_s, count))
    assert plan.value == pytest.approx(best)
    assert plan.bound == pytest.approx(best, abs=1e-6)
    assert plan.optimal
    uncovered = {one.item for one in plan.unserved}
    assert uncovered == set(np.flatnonzero(~(time_s[plan.sites] <= 400).any(axis=0)).tolist())


@given(towns(), st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_backup_cover_counts_the_second_site_at_its_share(town, second):
    time_s, weight, count = town
    plan = cover_twice(time_s, weight, count, 400.0, second)
    near = time_s <= 400
    times = [near[list(some)].sum(axis=0) for some in _every(time_s, count)]
    best = max((weight * (n >= 1)).sum() + second * (weight * (n >= 2)).sum() for n in times)
    assert plan.value == pytest.approx(best)
    assert plan.bound == pytest.approx(best, abs=1e-6)


@given(towns())
@settings(max_examples=30, deadline=None)
def test_no_other_choice_stands_nearer(town):
    time_s, weight, count = town
    plan = stand_nearest(time_s, weight, count, unreached_s=5000.0)
    counted = np.minimum(time_s, 5000.0)
    best = min((weight * counted[list(some)].min(axis=0)).sum() for some in _every(time_s, count))
    assert plan.value == pytest.approx(best)
    assert plan.optimal


@given(towns())
@settings(max_examples=20, deadline=None)
def test_one_more_site_to_choose_from_never_covers_less(town):
    time_s, weight, count = town
    if len(time_s) > 1:
        assert cover_most(time_s[:-1], weight, count, 400).value <= cover_most(time_s, weight, count, 400).value + 1e-9


def test_a_point_without_a_way_and_one_too_far_say_so():
    plan = cover_most([[10.0, 900.0, np.inf]], [1, 1, 1], 1, 400.0)
    assert [(one.item, one.why) for one in plan.unserved] == [(1, Why.NO_TIME), (2, Why.NO_WAY)]


def test_vehicles_move_to_the_posts_with_least_driving_or_with_none_driving_long():
    time_s = [[0.0, 10.0], [100.0, 200.0]]
    assert relocate(time_s, [0, 1]).total_s == 110.0
    fair = relocate(time_s, [0, 1], worst=10.0)
    assert fair.longest_s == 100.0
    assert fair.total_s == 110.0


def test_a_post_beyond_the_limit_stays_empty_and_says_why():
    moves = relocate([[5.0, 900.0, np.inf]], [0, 1, 2], limit_s=600.0)
    assert moves.site.tolist() == [0]
    assert [(post.item, post.why) for post in moves.unfilled] == [(1, Why.NO_TIME), (2, Why.NO_WAY)]


@given(towns(), st.floats(0, 1000))
@settings(max_examples=40, deadline=None)
def test_no_vehicle_goes_twice_or_too_far_and_another_vehicle_never_fills_fewer_posts(town, limit_s):
    time_s = town[0]
    before = time_s.copy()
    posts = list(range(time_s.shape[1]))
    moves = relocate(time_s, posts, limit_s=limit_s)
    assert (time_s == before).all()
    gone = moves.site[moves.site >= 0]
    assert len(set(gone.tolist())) == len(gone)
    assert moves.time_s.max() <= limit_s
    assert len(gone) + len(moves.unfilled) == len(posts)
    assert len(gone) >= (relocate(time_s[:-1], posts, limit_s=limit_s).site >= 0).sum()


@given(towns())
@settings(max_examples=20, deadline=None)
def test_covering_changes_no_input_and_the_order_of_points_does_not_matter(town):
    time_s, weight, count = town
    before = time_s.copy(), weight.copy()
    plan = cover_most(time_s, weight, count, 400.0)
    order = np.random.default_rng(0).permutation(len(weight))
    again = cover_most(time_s[:, order], weight[order], count, 400.0)
    assert again.value == pytest.approx(plan.value)
    assert (time_s == before[0]).all()
    assert (weight == before[1]).all()


def test_taking_the_only_vehicle_of_a_busy_place_costs_most():
    time_s = [[60.0, 900.0], [70.0, 900.0], [900.0, 60.0]]
    loss = cover_loss_s(time_s, [0.001, 0.001], 3600.0, [True, True, True])
    assert loss.tolist() == pytest.approx([36.0, 0.0, 3024.0])


@pytest.mark.parametrize(
    ("time_s", "weight", "array", "item"),
    [
        ([[1.0], [np.nan]], [1.0], "time_s", 1),
        ([[1.0], [-1.0]], [1.0], "time_s", 1),
        ([[1.0, 1.0]], [1.0, np.nan], "weight", 1),
        ([[1.0]], [1.0, 2.0], "weight", None),
    ],
)
def test_bad_arrays_are_named(time_s, weight, array, item):
    with pytest.raises(BadInput) as refused:
        cover_most(time_s, weight, 1, 100.0)
    assert (refused.value.array, refused.value.item) == (array, item)
