"""One rider more, vehicles failing, days cut in parts."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridward.engine.dial_a_ride import Effort, Trips, insert_one, replan, solve, solve_large, trips
from gridward.engine.dial_a_ride.decompose import cut, join
from gridward.engine.problems import BadInput
from tests.engine.dial_a_ride.days import random_day
from tests.engine.verify_dial_a_ride import broken

EFFORT = Effort(steps=60)


def same_trip(day, trip):
    return Trips(**{field.name: getattr(day.trips, field.name)[trip : trip + 1] for field in fields(Trips)})


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_one_rider_more_breaks_nothing_and_moves_nobody_to_another_vehicle(seed):
    day = random_day(seed)
    plan = solve(day, EFFORT, seed)
    longer, with_rider = insert_one(day, plan, same_trip(day, 0))
    assert broken(longer, with_rider) == []
    assert with_rider.vehicle[:-1].tolist() == plan.vehicle.tolist()


def test_a_rider_who_counts_seats_in_another_way_is_refused_by_name():
    day = random_day(1)
    with pytest.raises(BadInput, match=r"rider.load\[0\]"):
        insert_one(day, solve(day, EFFORT), trips([1], [2]))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 40_000))
def test_what_has_happened_stays_when_a_vehicle_fails(seed, now_s):
    day = random_day(seed)
    plan = solve(day, EFFORT, seed)
    again = replan(day, plan, now_s, (0,), EFFORT)
    assert broken(again.problem, again.plan) == []
    for route, was in zip(again.plan.routes[1:], plan.routes[1:], strict=True):
        count = int(again.frozen[route.vehicle])
        assert route.stops[:count] == was.stops[:count]
        if was.begin_s[0] <= now_s:
            np.testing.assert_allclose(route.begin_s[:count], was.begin_s[:count], atol=1e-3)
            assert all(begin_s >= now_s - 1e-3 for begin_s in route.begin_s[count:-1])


def test_without_a_failure_no_promise_changes():
    day = random_day(11)
    plan = solve(day, EFFORT)
    assert replan(day, plan, 9_000.0, (), EFFORT).changed == ()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_a_day_cut_in_parts_and_joined_again_is_the_same_day(seed):
    day = random_day(seed)
    plan = solve(day, EFFORT, seed)
    absent = np.array([one.item for one in plan.unserved], np.int64)
    groups = [np.array([0]), np.arange(1, len(plan.routes))]
    parts = [cut(day, plan, groups[0], absent), cut(day, plan, groups[1], absent[:0])]
    joined = join(day, plan, parts, [solve(part.problem, EFFORT, 1, part.plan) for part in parts], 1)
    assert broken(day, joined) == []
    assert len(joined.unserved) <= len(plan.unserved)


def test_a_large_day_is_planned_in_rounds_over_processes():
    day = random_day(3)
    plan = solve_large(day, Effort(steps=200), rounds=1, processes=1)
    assert broken(day, plan) == []
