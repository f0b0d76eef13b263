"""Days of inspection: against every day there is, and what holds for any places and inspectors."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridward.engine.inspection import inspectors, places, plan_day, worth
from gridward.engine.problems import BadInput, Why


@st.composite
def days(draw, most=12, straight=False):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, k = draw(st.integers(0, most)), draw(st.integers(1, 3))
    time_s = rng.uniform(0, 2000, (n + 2, n + 2))
    time_s[rng.random(time_s.shape) < 0.05] = np.inf
    if straight:
        at = rng.uniform(0, 1500, (n + 2, 2))
        time_s = np.hypot(*(at[:, None] - at[None]).T)
    opens = rng.uniform(0, 5000, n)
    some = places(rng.integers(0, 30, n), rng.uniform(0, 900, n), opens, opens + rng.uniform(0, 9000, n))
    begins = rng.uniform(0, 2000, k)
    crew = inspectors(rng.integers(0, n + 2, k), np.full(k, n), begins, begins + rng.uniform(0, 9000, k))
    return some, crew, time_s


def check(day, some, crew, time_s):
    """Every rule from the raw arrays; returns the worth visited."""
    seen = [int(place) for route in day.routes for place in route]
    assert len(seen) == len(set(seen))
    assert sorted(seen + [one.item for one in day.unserved]) == list(range(len(some.worth)))
    for k, route in enumerate(day.routes):
        now, at = crew.begins_s[k], crew.start[k]
        for place, begins in zip(route, day.begins_s[k], strict=True):
            assert begins >= now + time_s[at, place] - 1e-6
            assert some.opens_s[place] <= begins <= some.closes_s[place] + 1e-6
            now, at = begins + some.service_s[place], place
        if len(route):
            assert now + time_s[at, crew.end[k]] <= day.back_s[k] + 1e-6
        assert day.back_s[k] <= crew.ends_s[k] + 1e-6
    return sum(some.worth[seen])


def best_alone(some, time_s, start, end, begins_s, ends_s):
    """The most one inspector can visit, by trying every order; nothing where the straight way is too long."""
    if begins_s + time_s[start, end] > ends_s:
        return 0.0
    best = 0.0
    n = len(some.worth)
    for size in range(1, n + 1):
        for order in permutations(range(n), size):
            now, at, kept = begins_s, start, True
            for place in order:
                now = max(now + time_s[at, place], some.opens_s[place])
                kept = kept and now <= some.closes_s[place]
                now, at = now + some.service_s[place], place
            if kept and now + time_s[at, end] <= ends_s:
                best = max(best, sum(some.worth[list(order)]))
    return best


@given(days(), st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_every_day_keeps_windows_hours_and_visits_nobody_twice(case, seed):
    day = plan_day(*case, steps=60, seed=seed)
    assert day.score == pytest.approx(check(day, *case))
    assert day.score <= day.bound + 1e-9


def test_a_far_place_worth_more_than_a_near_one_is_visited():
    time_s = np.array([[0, 650, 50], [650, 0, 700], [50, 700, 0]], float)
    one = inspectors([2], [2], [0], [2_000])
    day = plan_day(places([25, 27], [400, 400]), one, time_s, steps=300)
    assert (day.score, [route.tolist() for route in day.routes]) == (27.0, [[1]])


@given(days(most=5, straight=True))
@settings(max_examples=200, deadline=None)
def test_no_other_day_of_one_inspector_is_worth_more(case):
    some, crew, time_s = case
    one = inspectors(crew.start[:1], crew.end[:1], crew.begins_s[:1], crew.ends_s[:1])
    best = best_alone(some, time_s, crew.start[0], crew.end[0], crew.begins_s[0], crew.ends_s[0])
    day = plan_day(some, one, time_s)
    assert day.score == pytest.approx(best)
    assert plan_day(some, one, time_s, steps=0).bound >= best - 1e-9


@given(days(), st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_the_same_seed_and_steps_give_the_same_day_and_change_no_input(case, seed):
    some, crew, time_s = case
    before = [array.copy() for array in (*vars(some).values(), *vars(crew).values(), time_s)]
    first, again = (plan_day(*case, steps=40, seed=seed) for _ in range(2))
    assert [route.tolist() for route in first.routes] == [route.tolist() for route in again.routes]
    after = (*vars(some).values(), *vars(crew).values(), time_s)
    assert all((one == other).all() for one, other in zip(before, after, strict=True))


@given(days(most=6, straight=True), st.randoms())
@settings(max_examples=15, deadline=None)
def test_the_order_places_are_named_in_does_not_change_what_a_small_day_is_worth(case, random):
    some, crew, time_s = case
    n = len(some.worth)
    order = list(range(n))
    random.shuffle(order)
    rows = [*order, n, n + 1]
    back = np.argsort(rows)
    turned = places(some.worth[order], some.service_s[order], some.opens_s[order], some.closes_s[order])
    same = inspectors(back[crew.start], back[crew.end], crew.begins_s, crew.ends_s)
    again = plan_day(turned, same, time_s[np.ix_(rows, rows)])
    assert again.score == pytest.approx(plan_day(*case).score)


@given(days())
@settings(max_examples=20, deadline=None)
def test_one_more_inspector_never_lowers_the_bound(case):
    some, crew, time_s = case
    fewer = inspectors(crew.start[:-1], crew.end[:-1], crew.begins_s[:-1], crew.ends_s[:-1])
    assert plan_day(some, fewer, time_s, steps=0).bound <= plan_day(*case, steps=0).bound + 1e-9


def test_an_hour_is_spent_where_most_is_at_stake():
    some = places([5.0, 9.0, 3.0], [1800.0] * 3)
    time_s = np.full((4, 4), 600.0)
    day = plan_day(some, inspectors([3], [3], [0.0], [6000.0]), time_s)
    assert sorted(day.routes[0].tolist()) == [0, 1]
    assert [(one.item, one.why) for one in day.unserved] == [(2, Why.TAKEN)]
    assert day.back_s.tolist() == [5400.0]


def test_a_place_without_a_way_and_one_too_far_say_so():
    time_s = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 9000.0], [np.inf, 9000.0, 0.0]])
    day = plan_day(places([1.0, 1.0], [0.0, 0.0]), inspectors([2], [2], [0.0], [3600.0]), time_s)
    assert [(one.item, one.why) for one in day.unserved] == [(0, Why.NO_WAY), (1, Why.NO_TIME)]


def test_without_inspectors_all_stay_unseen_for_want_of_one():
    day = plan_day(places([1.0], [0.0]), inspectors([], [], [], []), [[0.0]])
    assert [(one.item, one.why) for one in day.unserved] == [(0, Why.NO_RESOURCE_FITS)]


def test_worth_grows_with_the_days_since_the_last_visit():
    assert worth([2.0, 2.0, 1.0], [0, 1, 90], [0.0, 1.0, 4.0]).tolist() == [0.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("make", "array", "item"),
    [
        (lambda: places([1.0, np.nan], [0.0, 0.0]), "worth", 1),
        (lambda: places([1.0, 1.0], [0.0, -1.0]), "service_s", 1),
        (lambda: places([1.0], [0.0], [9.0], [1.0]), "closes_s", 0),
        (lambda: inspectors([0], [0], [9.0], [1.0]), "ends_s", 0),
        (lambda: plan_day(places([1.0], [0.0]), inspectors([5], [0], [0.0], [1.0]), [[0.0]]), "start", 0),
        (lambda: plan_day(places([1.0], [0.0]), inspectors([0], [0], [0.0], [1.0]), [[np.nan]]), "time_s", 0),
    ],
)
def test_bad_arrays_are_named(make, array, item):
    with pytest.raises(BadInput) as refused:
        make()
    assert (refused.value.array, refused.value.item) == (array, item)
