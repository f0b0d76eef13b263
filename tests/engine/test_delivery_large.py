"""Large delivery days: what they are cut into, started from and searched by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import pyvrp
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from pyvrp import Activity, ActivityType

from gridward.engine import delivery
from gridward.engine.delivery.anneal import Cooling, annealed, work_of
from gridward.engine.delivery.anneal import begin as begin_search
from gridward.engine.delivery.arrays import flat, state_of, suits
from gridward.engine.delivery.clusters import clusters_of, cut, join
from gridward.engine.delivery.decompose import read, ruined, solve_data
from gridward.engine.delivery.insertion import repaired
from gridward.engine.delivery.model import model
from gridward.engine.delivery.pairs import paired
from gridward.engine.delivery.savings import driven, saved, trips_joined
from gridward.engine.delivery.search import paid
from gridward.engine.delivery.shares import begun
from gridward.engine.delivery.tails import exchange_tails
from tests.engine.delivery_days import SLOW, broken, days, large, one_yard


def test_a_large_day_is_cut_into_clusters_and_joined_again_unchanged() -> None:
    day = large(400)
    data = model(day, np.arange(400)).data
    solution = solve_data(data, delivery.Effort(steps=2), 1).solution
    clusters = clusters_of(data, solution, 250, np.random.default_rng(1))
    parts = cut(data, solution, clusters)
    assert len(parts) == 2
    assert sorted(client for part in parts for client in part.clients) == list(range(400))
    same = join(data, parts, [part.solution for part in parts])
    assert paid(same) == paid(solution)
    assert sum(part.data.num_vehicles for part in parts) == data.num_vehicles


WAYS = {
    "ruin": ({}, 0.0),
    "ruin, vans load again": ({"trips": 2, "fixed_cost": 500}, 0.0),
    "ruin, packs ready later": ({}, 5.0),
    "ruin, packs ready later, vans load again": ({"trips": 2, "fixed_cost": 500}, 5.0),
    "ruin, then PyVRP: few long rounds": ({"capacity": 40}, 0.0),
    "ruin, then PyVRP: packs ready later": ({"capacity": 40}, 5.0),
    "ruin, few long rounds, vans load again": ({"capacity": 40, "trips": 2}, 5.0),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_large_day_repeats_by_seed_and_steps_and_is_served_within_every_limit(way: str) -> None:
    vans, ready_s = WAYS[way]
    day = large(820, **vans)
    day = replace(day, stops=replace(day.stops, ready_s=np.arange(820) % 3 * ready_s))
    plans = [delivery.solve(day, delivery.Effort(steps=30), 3) for _ in range(2)]
    assert plans[0].rounds == plans[1].rounds
    assert plans[0].unserved == ()
    assert broken(day, plans[0]) == []
    assert max(len(one.trips) for one in plans[0].rounds) == vans.get("trips", 1)


@pytest.mark.parametrize(
    ("trips", "ready_s", "ours"), [(2, [0, 9], True), (1, [0, 9], False), (2, [0, 0], False), (2, [9, 9], True)]
)
def test_vans_that_load_again_packs_ready_later_are_not_left_to_pyvrp_which_may_never_end(
    trips: int, ready_s: list[int], ours: bool
) -> None:
    day = one_yard((100, 200), trips=trips, max_duty_s=4000, stop={"ready_s": ready_s})
    assert ruined(model(day, np.arange(2)).data) == ours


def test_when_not_all_can_be_served_the_most_urgent_are() -> None:
    day = large(160, capacity=2)
    urgent = np.isin(np.arange(160), np.random.default_rng(2).choice(160, 64, replace=False))
    day = replace(day, stops=replace(day.stops, priority=np.where(urgent, 1, 2)))
    plan = delivery.solve(day, delivery.Effort(steps=100))
    assert [one.item for one in plan.unserved] == np.flatnonzero(~urgent).tolist()


def test_an_effort_that_is_spent_leaves_something_or_a_search_would_never_end() -> None:
    assert delivery.Effort(cpu_s=2.0).left(5, 2.5).cpu_s > 0.0
    assert delivery.Effort(steps=2).left(2, 9.0).steps > 0
    assert delivery.Effort(steps=9, cpu_s=9.0).left(4, 3.0) == delivery.Effort(steps=5, cpu_s=6.0)


def test_a_day_without_windows_or_an_end_of_shifts_is_bettered() -> None:
    day = pyvrp.Model()
    xy = np.random.default_rng(1).integers(0, 1000, (61, 2)).tolist()
    places = [day.add_location(x, y) for x, y in xy]
    yard = day.add_depot(places[0])
    day.add_vehicle_type(12, 8, yard, yard, reload_depots=[yard], max_reloads=1)
    for place in places[1:]:
        day.add_client(place, delivery=1)
    for here in places:
        for there in places:
            day.add_edge(here, there, int(np.hypot(here.x - there.x, here.y - there.y)), int(here is not there))
    data = day.data()
    begin = repaired(data, begun(data, np.random.default_rng(1)))
    job = Cooling(*flat(data, begin), delivery.Effort(steps=30), 1, 50.0, 1.0, True)
    came = annealed(job)
    assert read(data, job, came).is_feasible()
    assert came.cost == paid(read(data, job, came)) < paid(begin)


@SLOW
@given(days(), st.integers(0, 100))
def test_ruin_and_recreate_reckons_as_pyvrp_does_and_breaks_no_limit(day: delivery.Problem, seed: int) -> None:
    data = model(day, np.arange(len(day.stops.place))).data
    if not suits(data):
        return
    begin = repaired(data, begun(data, np.random.default_rng(seed)))
    job = Cooling(*flat(data, begin), delivery.Effort(steps=3), seed, 50.0, 1.0, True)
    came = annealed(job)
    solution = read(data, job, came)
    assert solution.is_feasible()
    assert came.cost == paid(solution) + solution.uncollected_prizes() <= paid(begin) + begin.uncollected_prizes()
    assert annealed(job).visits == came.visits


def test_a_stop_is_put_back_at_the_only_time_that_suits_all() -> None:
    at_m = tuple(range(10, 130, 10))
    day = one_yard(at_m, capacity=12, stop={"from_s": at_m, "to_s": np.add(at_m, 1)})
    data = model(day, np.arange(12)).data
    inner = [Activity(ActivityType.CLIENT, stop) for stop in range(12) if stop != 5]
    begin = pyvrp.Solution(data, [pyvrp.Route(data, inner, 0)])
    job = Cooling(*flat(data, begin), delivery.Effort(steps=1), 1, 1e-3, 1e-3, False)
    assert annealed(job).visits == [list(range(12))]


@njit
def tails_exchanged(data, state, work, times):
    """What all costs more after so many exchanges, each of which must cost less."""
    more = 0.0
    for _ in range(times):
        more += exchange_tails(data, state, work, 0.0)
    return more


def test_full_vans_exchange_what_is_ahead_of_them_and_hand_a_round_to_a_cheaper_van() -> None:
    xy = [(0, 0), *((x, y) for y in (1000, 2000) for x in (100, 200, 300, 400))]
    time_s = np.hypot(*(np.array(xy, float)[:, None] - xy).transpose(2, 0, 1))
    vans = delivery.vans(np.zeros(3), 1, capacity=4, fixed_cost=[0, 0, 700], shift_to_s=90_000)
    day = delivery.problem(delivery.stops(np.arange(1, 9)), vans, delivery.yards([0]), time_s, None, np.array(xy))
    data = model(day, np.arange(8)).data
    dear, cheap = sorted(range(2), key=lambda kind: -data.vehicle_type(kind).fixed_cost)

    def driving(*rounds: tuple[int, list[int]]) -> pyvrp.Solution:
        client = ActivityType.CLIENT
        return pyvrp.Solution(
            data, [pyvrp.Route(data, [Activity(client, stop) for stop in inner], kind) for kind, inner in rounds]
        )

    crossed = driving((dear, [0, 1, 6, 7]), (cheap, [4, 5, 2, 3]))
    arrays, visits = flat(data, crossed)
    state, work = state_of(arrays, visits), work_of(9, len(visits), 40, 1)
    begin_search(arrays, state, work)
    more = tails_exchanged(arrays, state, work, 300)
    assert paid(crossed) + more == paid(driving((cheap, [0, 1, 2, 3]), (cheap, [4, 5, 6, 7])))


@SLOW
@given(days(), st.integers(0, 100))
def test_trips_dealt_anew_are_the_same_trips_within_every_limit(day: delivery.Problem, seed: int) -> None:
    data = model(day, np.arange(len(day.stops.place))).data
    solution = repaired(data, begun(data, np.random.default_rng(seed)))
    dealt = paired(data, solution)
    assert dealt.is_feasible()
    assert driven_trips(dealt) == driven_trips(solution)


def driven_trips(solution: pyvrp.Solution) -> list[tuple[int, ...]]:
    """The clients of each trip."""
    trips: list[tuple[int, ...]] = []
    for route in solution.routes():
        clients: list[int] = []
        for stop in route.schedule()[1:]:
            if stop.is_client():
                clients.append(stop.idx)
            else:
                trips.append(tuple(clients))
                clients = []
    return sorted(trips)


def test_a_van_is_given_the_second_trip_that_lies_near_its_first() -> None:
    day = one_yard((100, -100, 110, -110), van_count=2, capacity=1, trips=2)
    data = model(day, np.arange(4)).data
    again = Activity(ActivityType.DEPOT, 0)
    visit = [Activity(ActivityType.CLIENT, at) for at in range(4)]
    crossed = pyvrp.Solution(
        data, [pyvrp.Route(data, [visit[0], again, visit[3]], 0), pyvrp.Route(data, [visit[1], again, visit[2]], 0)]
    )
    dealt = {tuple(s.idx for s in route.schedule() if s.is_client()) for route in paired(data, crossed).routes()}
    assert dealt == {(0, 2), (1, 3)}


def test_the_start_gives_each_stop_to_a_share_of_the_day_in_which_it_can_be_served() -> None:
    day = one_yard((100, 110, 120, 130), van_count=1, capacity=2, trips=2, shift_to_s=2000,
                   stop={"from_s": [0, 1500, 0, 1500], "to_s": [600, 2000, 600, 2000]})  # fmt: skip
    solution = begun(model(day, np.arange(4)).data, np.random.default_rng(1))
    assert solution.is_feasible()
    assert driven_trips(solution) == [(0, 2), (1, 3)]


@SLOW
@given(days())
def test_trips_joined_by_savings_hold_every_stop_once_and_no_more_than_a_van(day: delivery.Problem) -> None:
    data = model(day, np.arange(len(day.stops.place))).data
    trips = trips_joined(data)
    assert sorted(client for trip in trips for client in trip) == list(range(data.num_clients))
    for trip in trips:
        load = np.sum([data.client(client).delivery for client in trip], axis=0)
        assert len(trip) == 1 or (load <= day.vans.capacity.max(axis=0)).all()


def test_savings_join_each_side_of_a_yard_and_drive_it_by_the_van_that_holds_it() -> None:
    day = one_yard((100, 110, -100, -110, -120), van_count=2, capacity=[[2], [3]])
    data = model(day, np.arange(5)).data
    trips = trips_joined(data)
    assert sorted(sorted(trip) for trip in trips) == [[0, 1], [2, 3, 4]]
    assert paid(driven(data, trips)) == 220 + 240
    assert driven(data, trips).is_feasible()


def test_savings_fill_small_vans_where_large_ones_cost_more() -> None:
    day = one_yard((100, 101, 102, 103), van_count=3, capacity=[[4], [2], [2]], fixed_cost=[1000, 0, 0])
    data = model(day, np.arange(4)).data
    assert len(trips_joined(data)) == 1
    assert sorted(driven_trips(saved(data))) == [(0, 1), (2, 3)]
