"""Plans of a day: hand-solved cases, and what holds for any day."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridward.engine.dial_a_ride import Break, Effort, problem, solve, trips, vehicles
from gridward.engine.problems import Why
from tests.engine.dial_a_ride.days import line, random_day
from tests.engine.verify_dial_a_ride import broken

EFFORT = Effort(steps=200)


def test_two_riders_the_same_way_share_a_vehicle():
    day = problem(trips([1, 2], [4, 5]), vehicles([0, 0], [0, 0], capacity=2), line())
    plan = solve(day, EFFORT)
    assert len(set(plan.vehicle.tolist())) == 1
    assert plan.cost == 10 * 600.0
    assert broken(day, plan) == []


def test_control_levels_never_share_and_a_clean_down_lies_between_them():
    day = problem(
        trips([1, 1], [4, 4], group=[0, 1]), vehicles([0], [0], capacity=2), line(), clean_s=[[0, 900], [900, 0]]
    )
    plan = solve(day, EFFORT)
    first, second = np.argsort(plan.pickup_s)
    assert plan.pickup_s[second] >= plan.drop_s[first] + 900 + 3 * 600
    assert broken(day, plan) == []


def test_a_level_that_may_never_follow_another_needs_its_own_vehicle():
    day = problem(trips([1, 1], [4, 4], group=[0, 1]), vehicles([0], [0]), line(), clean_s=[[0, np.inf], [np.inf, 0]])
    plan = solve(day, EFFORT)
    assert [one.why for one in plan.unserved] == [Why.WOULD_BREAK_ANOTHER]
    assert len(plan.unserved[0].others) == 1


def test_the_return_leaves_when_the_treatment_ends_even_if_the_patient_came_late():
    asked = trips(
        [1, 4], [4, 1], pickup_from_s=[5_000, 0], drop_to_s=[20_000, 86_400], return_of=[-1, 0], stay_s=7_200.0
    )
    day = problem(asked, vehicles([0], [0]), line())
    plan = solve(day, EFFORT)
    assert plan.unserved == ()
    assert plan.pickup_s[1] >= plan.drop_s[0] + 7_200


def test_a_rider_with_a_fixed_crew_rides_with_it_though_another_is_nearer():
    day = problem(trips([5], [4], crew=1), vehicles([5, 0], [5, 0], crew=[0, 1]), line())
    assert solve(day, EFFORT).vehicle.tolist() == [1]


def test_a_break_is_taken_with_nobody_aboard():
    fleet = vehicles([0], [0], (Break(0, 3_000.0, 4_000.0, 1_800.0),), capacity=2)
    day = problem(trips([1, 2], [5, 4], pickup_from_s=2_000.0, pickup_to_s=9_000.0), fleet, line())
    plan = solve(day, EFFORT)
    assert plan.unserved == ()
    assert broken(day, plan) == []


def test_the_higher_priority_is_served_when_only_one_can_be():
    asked = trips([1, 1], [5, 5], pickup_from_s=600.0, pickup_to_s=700.0, priority=[0, 1], load=[[1], [1]])
    plan = solve(problem(asked, vehicles([0], [0]), line()), EFFORT)
    assert [(one.item, one.why, one.others) for one in plan.unserved] == [(0, Why.WOULD_BREAK_ANOTHER, (1,))]


def test_a_wheelchair_without_a_vehicle_for_it_is_told_so():
    asked = trips([1], [2], load=[[0, 1]])
    plan = solve(problem(asked, vehicles([0], [0], capacity=[[4, 0]]), line()), EFFORT)
    assert plan.unserved[0].why is Why.NO_RESOURCE_FITS


def test_a_window_nobody_can_reach_is_told_as_no_time():
    asked = trips([5], [4], pickup_to_s=1_000.0)
    plan = solve(problem(asked, vehicles([0], [0]), line()), EFFORT)
    assert plan.unserved[0].why is Why.NO_TIME


def test_lateness_is_bought_when_it_is_cheaper_than_a_second_vehicle():
    asked = trips([1, 1], [5, 5], pickup_due_s=600.0, late_price=0.001)
    plan = solve(problem(asked, vehicles([0, 0], [0, 0], fixed_cost=1e6), line()), EFFORT)
    assert len(set(plan.vehicle.tolist())) == 1
    assert plan.cost > plan.travel_cost


def test_a_price_on_riding_shortens_rides():
    asked = trips([1, 2], [5, 3], pickup_from_s=[0, 0], pickup_to_s=[2_000, 2_000])
    rides = []
    for price in (0.0, 50.0):
        plan = solve(problem(asked, vehicles([0, 1], [0, 1], capacity=2), line(), ride_price=price), EFFORT)
        rides.append(float((plan.drop_s - plan.pickup_s).sum()))
    assert rides[1] <= rides[0]
    assert rides[1] == 5 * 600.0


def test_no_trips_and_no_vehicles_are_plans_too():
    assert solve(problem(trips([], []), vehicles([0], [0]), line()), EFFORT).cost == 0
    plan = solve(problem(trips([1], [2]), vehicles([], []), line()), EFFORT)
    assert plan.unserved[0].why is Why.NO_RESOURCE_FITS


def test_a_warm_start_never_ends_worse():
    day = random_day(5)
    first = solve(day, EFFORT, seed=1)
    again = solve(day, EFFORT, seed=2, warm=first)
    assert (len(again.unserved), again.cost) <= (len(first.unserved), first.cost + 1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_every_plan_holds_every_constraint(seed):
    day = random_day(seed)
    assert broken(day, solve(day, Effort(steps=60), seed)) == []


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_the_same_seed_and_steps_give_the_same_plan_and_leave_the_input_alone(seed):
    day = random_day(seed)
    before = [getattr(day.trips, field.name).copy() for field in fields(day.trips)]
    plans = [solve(day, Effort(steps=60), seed) for _ in range(2)]
    assert plans[0].routes == plans[1].routes
    for field, was in zip(fields(day.trips), before, strict=True):
        np.testing.assert_array_equal(getattr(day.trips, field.name), was)


def test_a_search_with_steps_enough_to_start_over_ends_on_the_step_and_repeats():
    day = random_day(7)
    effort = Effort(steps=3 * 1_750 * len(day.trips.from_place) + 1)
    first, again = (solve(day, effort, 3) for _ in range(2))
    assert first.steps == effort.steps
    assert first.routes == again.routes
    assert broken(day, first) == []
    better = [(point.missing, point.cost) for point in first.curve]
    assert better == sorted(better, reverse=True)
    assert better[-1][1] == pytest.approx(first.cost)


@pytest.mark.parametrize("left", [0, 1])
def test_the_time_limit_ends_a_search(left):
    plan = solve(random_day(left), Effort(cpu_s=0.3))
    assert 0.2 < plan.cpu_s < 2.0
