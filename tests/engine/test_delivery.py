"""Deliveries: days solved by hand, properties of any day, a running day planned on, arrays that are refused."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import pyvrp
from hypothesis import given
from hypothesis import strategies as st
from pyvrp.stop import MaxIterations

from gridward.engine import delivery
from gridward.engine.delivery.bound import lower_bound
from gridward.engine.delivery.decompose import solve_data
from gridward.engine.delivery.model import model
from gridward.engine.problems import BadInput, Why
from tests.engine.delivery_days import QUICK, SLOW, broken, days, large, line, one_yard


def test_one_van_drives_to_the_farthest_stop_and_back() -> None:
    plan = delivery.solve(one_yard((100, 300, 200)), QUICK)
    assert plan.cost == 600
    assert plan.unserved == ()
    assert plan.bound == pytest.approx(400, rel=1e-6)


def test_a_second_trip_brings_what_one_load_cannot() -> None:
    day = one_yard((100, 100), stop={"packs": 6})
    assert [one.why for one in delivery.solve(day, QUICK).unserved] == [Why.TAKEN]
    plan = delivery.solve(one_yard((100, 100), stop={"packs": 6}, trips=2), QUICK)
    assert plan.unserved == ()
    assert [len(trip.stops) for trip in plan.rounds[0].trips] == [1, 1]
    assert plan.cost == 400


def test_the_more_urgent_stop_is_served_when_only_one_can_be() -> None:
    plan = delivery.solve(one_yard((100, 900), stop={"packs": 6, "priority": [2, 1]}), QUICK)
    assert [one.item for one in plan.unserved] == [0]
    assert plan.unserved[0].others == (1,)


def test_each_type_of_pack_counts_against_its_own_room() -> None:
    day = one_yard((100, 200), stop={"packs": [[1, 5], [1, 6]]}, capacity=[[10, 10]])
    assert len(delivery.solve(day, QUICK).unserved) == 1


def test_what_no_van_can_do_is_told_with_its_reason() -> None:
    time_s = line(0, 10, 20, 30, 40)
    time_s[:, 2] = np.inf
    time_s[2, 2] = 0
    stops = delivery.stops([1, 2, 3, 4], packs=[99, 1, 1, 1], to_s=[9e9, 9e9, 5, 9e9])
    vans = delivery.vans([0], 1, capacity=10, shift_to_s=1000)
    plan = delivery.solve(delivery.problem(stops, vans, delivery.yards([0]), time_s), QUICK)
    assert [(one.item, one.why) for one in plan.unserved] == [
        (0, Why.NO_RESOURCE_FITS), (1, Why.NO_WAY), (2, Why.NO_TIME),
    ]  # fmt: skip
    assert plan.van.tolist() == [-1, -1, -1, 0]


def test_no_vans_is_a_reason_and_no_stops_is_a_plan() -> None:
    assert delivery.solve(one_yard((10,), van_count=0), QUICK).unserved[0].why == Why.NO_RESOURCE_FITS
    assert delivery.solve(one_yard(()), QUICK).cost == 0


def test_a_price_on_long_duty_shares_the_work() -> None:
    alone = delivery.solve(one_yard((100, -100), van_count=2, fixed_cost=10), QUICK)
    assert sorted(len(one.stops) for one in alone.rounds) == [0, 2]
    shared = delivery.solve(one_yard((100, -100), van_count=2, fixed_cost=10, fair_s=200, over_price=1), QUICK)
    assert sorted(len(one.stops) for one in shared.rounds) == [1, 1]


def test_a_closed_way_is_driven_round() -> None:
    time_s = line(0, 100, 200)
    time_s[1, 2] = np.inf
    stops = delivery.stops([1, 2], from_s=[0, 0], to_s=[100, 9000])
    vans = delivery.vans([0], 1, capacity=10, shift_to_s=9000, trips=2)
    plan = delivery.solve(delivery.problem(stops, vans, delivery.yards([0]), time_s), QUICK)
    assert [trip.stops for trip in plan.rounds[0].trips] == [(0,), (1,)]


@SLOW
@given(days())
def test_any_plan_holds_every_limit_and_stays_above_its_bound(day: delivery.Problem) -> None:
    before = copy.deepcopy(day)
    plan = delivery.solve(day, QUICK)
    assert broken(day, plan) == []
    assert plan.bound <= plan.cost * (1 + 1e-9) + 1e-6
    for table in ("stops", "vans", "yards"):
        for name, column in vars(getattr(day, table)).items():
            assert np.array_equal(column, getattr(getattr(before, table), name))
    assert np.array_equal(day.time_s, before.time_s)


@SLOW
@given(days(), st.integers(0, 5))
def test_a_plan_repeats_by_seed_and_steps(day: delivery.Problem, seed: int) -> None:
    first, again = delivery.solve(day, QUICK, seed), delivery.solve(day, QUICK, seed)
    assert first.rounds == again.rounds
    assert first.unserved == again.unserved


@SLOW
@given(days(), st.integers(0, 100))
def test_the_order_of_stops_does_not_change_how_many_are_served(day: delivery.Problem, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(day.stops.place))
    stops = delivery.Stops(**{name: column[order] for name, column in vars(day.stops).items()})
    turned = delivery.problem(stops, day.vans, day.yards, day.time_s, day.distance_m, day.xy)
    impossible = (Why.NO_RESOURCE_FITS, Why.NO_WAY)
    one = {item.item for item in delivery.solve(day, QUICK).unserved if item.why in impossible}
    other = {int(order[item.item]) for item in delivery.solve(turned, QUICK).unserved if item.why in impossible}
    assert one == other


@SLOW
@given(days())
def test_a_warm_start_is_never_made_worse(day: delivery.Problem) -> None:
    first = delivery.solve(day, QUICK)
    warm = delivery.solve(day, delivery.Effort(steps=1), 7, first)
    weight = 100.0 ** (4 - day.stops.priority)
    assert weight[warm.van < 0].sum() <= weight[first.van < 0].sum() * 1.0001 or warm.cost <= first.cost
    assert broken(day, warm) == []


@SLOW
@given(days(), st.floats(0, 5000))
def test_planning_on_keeps_what_has_begun(day: delivery.Problem, now_s: float) -> None:
    plan = delivery.solve(day, QUICK)
    came = delivery.replan(day, plan, now_s, (0,), QUICK)
    for one, after in zip(plan.rounds[1:], came.plan.rounds[1:], strict=True):
        begun = tuple(trip for trip in one.trips if trip.begin_s < now_s)
        assert after.trips[: len(begun)] == begun
    given_first = {stop for trip in plan.rounds[0].trips for stop in trip.stops}
    assert set(came.plan.rounds[0].stops) <= given_first
    assert broken(day, came.plan, failed=(0,)) == []


def test_stops_of_a_failed_van_go_to_others_and_nobody_else_changes() -> None:
    day = one_yard((100, 110, -100, -110), van_count=3, capacity=4, fixed_cost=1)
    first = delivery.solve(one_yard((100, 110, -100, -110), van_count=3, capacity=2, fixed_cost=1), QUICK)
    failed = int(first.van[0])
    came = delivery.replan(day, first, -1.0, (failed,), QUICK)
    assert came.plan.unserved == ()
    assert came.changed == (0, 1)
    assert came.displaced == ()


def test_the_bound_counts_loads_that_must_go_far() -> None:
    day = one_yard((100, 100, 100, 100), van_count=4, capacity=1)
    assert lower_bound(day, np.arange(4)) == pytest.approx(800, rel=1e-6)


@pytest.mark.parametrize(
    ("change", "array", "item"),
    [
        (lambda: delivery.stops([1, 2], packs=[1, np.nan]), "stops.packs", 1),
        (lambda: one_yard((1, 2), stop={"service_s": [0, -1]}), "stops.service_s", 1),
        (lambda: one_yard((1, 2), stop={"from_s": [0, 9], "to_s": [5, 8]}), "stops.to_s", 1),
        (lambda: one_yard((1, 2), stop={"packs": [1, 1.5]}), "stops.packs", 1),
        (lambda: one_yard((1, 2), stop={"priority": [1, 5]}), "stops.priority", 1),
        (lambda: delivery.stops([1, 2], service_s=[1, 2, 3]), "stops.service_s", None),
        (lambda: one_yard((1,), van_count=2, trips=[1, 0]), "vans.trips", 1),
        (lambda: one_yard((1,), van_count=2, shift_to_s=[5, np.inf]), "vans.shift_to_s", 1),
        (lambda: delivery.vans([0], 1, capacity=1), "vans.shift_to_s", None),
        (lambda: delivery.problem(one_yard((1,)).stops, one_yard((1,)).vans, delivery.yards([3]), line(0, 1)),
         "yards.place", 0),
        (lambda: delivery.problem(one_yard((1,)).stops, one_yard((1,)).vans, delivery.yards([0]), -line(0, 1)),
         "time_s", 0),
        (lambda: delivery.solve(one_yard((1,)), delivery.Effort()), "effort", None),
        (lambda: delivery.replan(one_yard((1,)), delivery.solve(one_yard((1,)), QUICK), 0.0, (4,), QUICK), "failed", 0),
    ],
)  # fmt: skip
def test_arrays_that_cannot_be_planned_with_are_named(change, array: str, item: int | None) -> None:
    with pytest.raises(BadInput) as caught:
        change()
    assert (caught.value.array, caught.value.item) == (array, item)


def test_a_small_day_is_searched_exactly_as_pyvrp_does() -> None:
    data = model(large(60), np.arange(60)).data
    ours = solve_data(data, delivery.Effort(steps=50), 5).solution
    assert ours == pyvrp.solve(data, MaxIterations(50), 5, collect_stats=False).best
