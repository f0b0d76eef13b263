"""Long delivery rounds cut in two, how the search cools, and for how long PyVRP goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyvrp import Activity, ActivityType, Route, Solution

from gridward.engine import delivery
from gridward.engine.delivery.clusters import visited
from gridward.engine.delivery.decompose import COLD, HOT, NEAREST, heats, hottest, last_share
from gridward.engine.delivery.insertion import repaired
from gridward.engine.delivery.model import model
from gridward.engine.delivery.search import paid, search
from gridward.engine.delivery.shares import begun
from gridward.engine.delivery.splits import between, split, windowed
from tests.engine.delivery_days import QUICK, SLOW, days, large, one_yard

AT_M = (100, 110, 120, 130, -20, -30, -40, -50)


def round_of(day: delivery.Problem, *stops: int) -> Solution:
    """One van that serves these stops in order."""
    data = model(day, np.arange(len(day.stops.place))).data
    return Solution(data, [Route(data, [Activity(ActivityType.CLIENT, stop) for stop in stops], 0)])


def rounds(solution: Solution) -> list[list[int]]:
    return sorted(visited(route) for route in solution.routes())


def test_a_round_is_cut_where_a_way_by_the_yard_costs_least() -> None:
    day = one_yard(AT_M, van_count=2)
    data, whole = model(day, np.arange(8)).data, round_of(day, *range(8))
    halves = split(data, whole, 1.0, np.random.default_rng(1))
    assert rounds(halves) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert paid(halves) == paid(whole)


def test_no_round_is_cut_where_every_way_home_is_closed() -> None:
    day = one_yard(AT_M, van_count=2)
    closed = day.time_s.copy()
    closed[..., [3, 4, 5], 0] = np.inf
    day = replace(day, time_s=closed)
    data = model(day, np.arange(8)).data
    assert rounds(split(data, round_of(day, *range(8)), 1.0, np.random.default_rng(1))) == [list(range(8))]


def test_no_round_is_cut_without_a_van_for_it_nor_a_short_one_nor_more_than_asked_for() -> None:
    rng = np.random.default_rng(1)
    for van_count, share, stops in ((1, 1.0, range(8)), (2, 0.0, range(8)), (2, 1.0, range(5))):
        day = one_yard(AT_M[: len(stops)], van_count=van_count)
        data = model(day, np.arange(len(stops))).data
        assert rounds(split(data, round_of(day, *stops), share, rng)) == [list(stops)]


@SLOW
@given(days(), st.integers(0, 100), st.floats(0.0, 1.0))
def test_cutting_serves_the_same_stops_within_every_limit(day: delivery.Problem, seed: int, share: float) -> None:
    data = model(day, np.arange(len(day.stops.place))).data
    solution = repaired(data, begun(data, np.random.default_rng(seed)))
    cut = split(data, solution, share, np.random.default_rng(seed))
    assert cut.is_feasible()
    assert sorted(sum(rounds(cut), [])) == sorted(sum(rounds(solution), []))
    assert 0 <= cut.num_routes() - solution.num_routes() <= round(share * solution.num_routes())


def test_a_search_ends_in_ways_between_stops_and_begins_in_longer_ones() -> None:
    day = one_yard((1000, 1010, 1030), van_count=3, capacity=3)
    data, one_round = model(day, np.arange(3)).data, round_of(day, 0, 1, 2)
    assert between(data, one_round) == 15.0
    way = paid(one_round) / 4
    heat = heats(data, one_round, HOT)
    assert heat[-1] == pytest.approx(COLD * NEAREST * way)
    assert heat[0] == pytest.approx(HOT * way * NEAREST**0.5)
    assert (np.diff(heat) < 0).all()
    assert between(data, round_of(day, 0)) == 0.0


def test_stops_of_several_yards_are_given_to_them_in_average_ways() -> None:
    day = large(60, yard_count=2)
    data = model(day, np.arange(60)).data
    solution = search(data, QUICK, 1).solution
    way = paid(solution) / (60 + solution.num_trips())
    assert heats(data, solution, HOT)[[0, -1]] == pytest.approx([HOT * way, COLD * way])


def test_a_search_begins_hotter_where_vans_load_again_and_hottest_from_several_yards() -> None:
    def first(yard_count: int, trips: int) -> float:
        return hottest(model(large(60, yard_count, trips=trips), np.arange(60)).data)

    assert first(1, 1) == first(2, 1) < first(1, 2) < first(2, 2)


def test_pyvrp_goes_on_at_last_but_not_from_many_yards_nor_on_large_days_of_short_rounds() -> None:
    def share(day: delivery.Problem, long: bool) -> float:
        return last_share(model(day, np.arange(len(day.stops.place))).data, long)

    here = one_yard((100, 200, 300))
    assert 0 < share(here, False) < share(here, True)
    assert share(large(60, 2), False) == 0.0 < share(large(60, 2), True)
    assert share(one_yard(range(1, 802), van_count=9, capacity=100), False) == 0.0
    assert share(one_yard((100, 200), trips=2, max_duty_s=4000, stop={"ready_s": [0, 9]}), False) == 0.0


def test_a_stop_that_opens_late_or_closes_early_has_a_window() -> None:
    for stop, has in (({}, False), ({"from_s": [0, 9]}, True), ({"to_s": [9_999, 10_000]}, True)):
        assert windowed(model(one_yard((100, 200), stop=stop), np.arange(2)).data) == has
