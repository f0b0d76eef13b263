"""Deliveries: days solved by hand, properties of any day, a running day planned on, arrays that are refused."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
import pyvrp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numba import njit
from pyvrp import Activity, ActivityType
from pyvrp.stop import MaxIterations

from gridward.engine import delivery
from gridward.engine.delivery.anneal import Cooling, annealed, work_of
from gridward.engine.delivery.anneal import begin as begin_search
from gridward.engine.delivery.arrays import flat, state_of, suits
from gridward.engine.delivery.bound import lower_bound
from gridward.engine.delivery.clusters import clusters_of, cut, join
from gridward.engine.delivery.decompose import ONE_TRIP, read, solve_data
from gridward.engine.delivery.insertion import repaired
from gridward.engine.delivery.model import model
from gridward.engine.delivery.pairs import paired
from gridward.engine.delivery.plan import write_rounds
from gridward.engine.delivery.rounds import Job, early_penalties, improved
from gridward.engine.delivery.savings import driven, saved, trips_joined
from gridward.engine.delivery.search import Start, paid, search
from gridward.engine.delivery.shares import begun
from gridward.engine.delivery.tails import exchange_tails
from gridward.engine.delivery.trips import by_trips, by_vans
from gridward.engine.problems import BadInput, Why

QUICK = delivery.Effort(steps=150)
SLOW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def line(*at_m: float, speed: float = 1.0) -> np.ndarray:
    """Times between places on one road."""
    at = np.array(at_m, float)
    return np.abs(at[:, None] - at[None]) / speed


def one_yard(at_m: tuple[float, ...], van_count: int = 1, stop: dict | None = None, **van) -> delivery.Problem:
    """A yard at 0 and stops along a road."""
    stops = delivery.stops(np.arange(1, len(at_m) + 1), **(stop or {}))
    vans = delivery.vans(np.zeros(van_count), 1, **{"capacity": 10, "shift_to_s": 10_000, **van})
    return delivery.problem(stops, vans, delivery.yards([0]), line(0, *at_m))


def broken(asked: delivery.Problem, plan: delivery.Plan, failed: tuple[int, ...] = ()) -> list[str]:
    """Every limit the plan oversteps, from the problem alone; failed vans stand where they are."""
    s, v, y = asked.stops, asked.vans, asked.yards
    wrong, seen = [], []
    for one in plan.rounds:
        if not one.trips:
            continue
        road, clock = v.road[one.van], one.trips[0].begin_s
        metres = 0.0
        if one.trips[0].yard != v.yard[one.van] or clock < v.shift_from_s[one.van]:
            wrong.append("start")
        if len(one.trips) > v.trips[one.van]:
            wrong.append("trips")
        for k, trip in enumerate(one.trips):
            if k and not v.reload[one.van, trip.yard]:
                wrong.append("reload")
            ready = max((s.ready_s[stop] for stop in trip.stops), default=0.0)
            clock = max(clock, y.from_s[trip.yard], trip.begin_s) + y.loading_s[trip.yard]
            clock = max(clock, ready)
            here = y.place[trip.yard]
            if (s.packs[list(trip.stops)].sum(axis=0) > v.capacity[one.van]).any():
                wrong.append("load")
            for stop, start_s in zip(trip.stops, trip.start_s, strict=True):
                clock += asked.time_s[road, here, s.place[stop]]
                metres += asked.distance_m[road, here, s.place[stop]]
                if start_s < clock - 1e-6 or not s.from_s[stop] <= start_s <= s.to_s[stop]:
                    wrong.append(f"stop {stop}")
                clock, here = start_s + s.service_s[stop], s.place[stop]
                seen.append(stop)
            if one.van in failed and trip is one.trips[-1]:
                clock = one.end_s
                continue
            last = one.trips[k + 1].yard if k + 1 < len(one.trips) else v.end_yard[one.van]
            clock += asked.time_s[road, here, y.place[last]]
            metres += asked.distance_m[road, here, y.place[last]]
        if clock > one.end_s + 1e-6 or one.end_s > v.shift_to_s[one.van]:
            wrong.append("shift")
        if one.duty_s > v.max_duty_s[one.van] or metres > v.max_distance_m[one.van] + 1e-6:
            wrong.append("duty or distance")
        if metres > one.distance_m + 1e-6:
            wrong.append("distance told")
    left = [one.item for one in plan.unserved]
    if sorted(seen + left) != list(range(len(s.place))):
        wrong.append("every stop once")
    return wrong


@st.composite
def days(draw) -> delivery.Problem:
    """Small days of every kind."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, yard_count, van_count = draw(st.integers(1, 9)), draw(st.integers(1, 2)), draw(st.integers(1, 4))
    xy = rng.uniform(0, 1000, (yard_count + n, 2))
    time_s = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    if draw(st.booleans()):
        time_s[rng.integers(len(xy)), rng.integers(len(xy), size=2)] = np.inf
        np.fill_diagonal(time_s, 0.0)
    opens = rng.uniform(0, 3000, n)
    stops = delivery.stops(
        yard_count + np.arange(n), packs=rng.integers(0, 5, (n, 2)), service_s=rng.uniform(0, 99, n), from_s=opens,
        to_s=opens + rng.uniform(1, 4000, n), ready_s=rng.choice([0.0, 900.5], n), priority=rng.integers(1, 5, n),
    )  # fmt: skip
    vans = delivery.vans(
        rng.integers(yard_count, size=van_count), yard_count, capacity=rng.integers(2, 12, (van_count, 2)),
        shift_to_s=rng.uniform(2000, 9000, van_count if draw(st.booleans()) else 1),
        max_duty_s=draw(st.sampled_from([np.inf, 4000.0])),
        max_distance_m=draw(st.sampled_from([np.inf, 5000.0])), trips=draw(st.integers(1, 3)),
        fixed_cost=draw(st.sampled_from([0.0, 500.0])), cost_per_s=draw(st.sampled_from([0.0, 0.5])),
        fair_s=2000.0, over_price=draw(st.sampled_from([0.0, 2.0])),
    )  # fmt: skip
    return delivery.problem(stops, vans, delivery.yards(np.arange(yard_count), loading_s=60), time_s, None, xy)


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


def large(n: int, **van) -> delivery.Problem:
    """A day of short rounds around one yard."""
    xy = np.random.default_rng(1).uniform(0, 1000, (n + 1, 2))
    stops = delivery.stops(np.arange(1, n + 1), packs=1)
    vans = delivery.vans(np.zeros(n // 5), 1, **{"capacity": 8, "shift_to_s": 99_999, **van})
    time_s = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return delivery.problem(stops, vans, delivery.yards([0]), time_s, None, xy)


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
    "PyVRP's rounds": ({}, 5.0),
    "PyVRP's rounds of trips": ({"trips": 2, "fixed_cost": 500}, 5.0),
    "ruin, then PyVRP: few long rounds": ({"capacity": 40}, 0.0),
    "PyVRP alone: few long rounds": ({"capacity": 40}, 5.0),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_large_day_repeats_by_seed_and_steps_and_is_served_within_every_limit(way: str) -> None:
    vans, ready_s = WAYS[way]
    day = large(820, **vans)
    day = replace(day, stops=replace(day.stops, ready_s=np.full(820, ready_s)))
    plans = [delivery.solve(day, delivery.Effort(steps=60), 3) for _ in range(2)]
    assert plans[0].rounds == plans[1].rounds
    assert plans[0].unserved == ()
    assert broken(day, plans[0]) == []
    assert max(len(one.trips) for one in plans[0].rounds) == vans.get("trips", 1)


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
    job = Cooling(*flat(data, begin), delivery.Effort(steps=3000), 1, 50.0, 1.0, True)
    came = annealed(job)
    assert read(data, job, came).is_feasible()
    assert came.cost == paid(read(data, job, came)) < paid(begin)


def test_a_part_sent_to_a_process_comes_to_the_same_as_here() -> None:
    data = model(large(200, fixed_cost=500), np.arange(200)).data
    start = solve_data(data, delivery.Effort(steps=1), 1).solution
    part = cut(data, start, [np.arange(start.num_routes())])[0]
    job = Job(part, delivery.Effort(steps=200), 1, early_penalties(data, ONE_TRIP), ONE_TRIP)
    here, there = improved(job).solution, improved(pickle.loads(pickle.dumps(job))).solution
    assert paid(here) < paid(part.solution)
    assert here == there


@SLOW
@given(days(), st.integers(0, 100))
def test_ruin_and_recreate_reckons_as_pyvrp_does_and_breaks_no_limit(day: delivery.Problem, seed: int) -> None:
    data = model(day, np.arange(len(day.stops.place))).data
    if not suits(data):
        return
    begin = repaired(data, begun(data, np.random.default_rng(seed)))
    job = Cooling(*flat(data, begin), delivery.Effort(steps=300), seed, 50.0, 1.0, True)
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
    job = Cooling(*flat(data, begin), delivery.Effort(steps=20), 1, 1e-3, 1e-3, False)
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
    solution = search(data, QUICK, seed).solution
    if not solution.is_feasible():
        return
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
@given(days(), st.integers(0, 100))
def test_vans_are_seen_by_trips_and_back_and_no_choice_of_one_trip_breaks_another(
    day: delivery.Problem, seed: int
) -> None:
    plan = delivery.solve(day, QUICK)
    stops = np.flatnonzero(plan.van >= 0)
    if not len(stops):
        return
    whole = model(day, stops)
    solution = write_rounds(whole, plan.rounds)
    trips = by_trips(whole.data, solution, np.random.default_rng(seed))
    assert trips.solution.is_feasible()
    same = by_vans(whole.data, trips, trips.solution)
    assert same == solution
    changed = search(trips.data, delivery.Effort(steps=100), seed, Start(trips.solution)).solution
    assert by_vans(whole.data, trips, changed).is_feasible()


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
