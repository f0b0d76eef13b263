"""What must hold of every planner, where its own tests do not say it yet: see the table in docs/engine/README.md."""

import copy
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridward.engine import delivery, dial_a_ride
from gridward.engine.coverage import cover_most, cover_twice, relocate, stand_nearest
from gridward.engine.inspection import inspectors, places, plan_day
from gridward.engine.matching import assign, needs, resources
from gridward.engine.pooling import (
    Laboratory,
    Limits,
    Positivity,
    advise,
    allocate,
    answered,
    boxes,
    by_ct,
    expected,
    laboratories,
    splits,
)
from gridward.engine.problems import BadInput, Why
from gridward.engine.reinforcement import send
from gridward.engine.roster import people, plan, posts, problem
from gridward.engine.sectors import Effort, sectors
from gridward.engine.similar import Book, proposed
from gridward.engine.travel import CLOSED, Condition, StraightLine, network, ways
from gridward.engine.travel.straight_line import great_circle_m
from tests.engine.dial_a_ride.days import random_day
from tests.engine.roads import grid
from tests.engine.test_inspection import days as inspection_days
from tests.engine.test_pooling import rounds
from tests.engine.test_roster import SHIFTS, broken, weeks
from tests.engine.test_sectors import EXACT, districts
from tests.engine.verify_dial_a_ride import broken as broken_day

seeds = st.integers(0, 10_000)
CORNERS = [29.0, 106.0], [29.004, 106.004]


def _arrays(one):
    """Copies of all arrays that a frozen dataclass, or several, hold."""
    return {field.name: copy.deepcopy(getattr(one, field.name)) for field in fields(one)}


def _unchanged(one, before):
    return all(np.array_equal(np.asarray(getattr(one, name)), np.asarray(was)) for name, was in before.items())


def _square(size, spoilt, value):
    time_s = np.full((size, size), 60.0) - 60.0 * np.eye(size)
    time_s[spoilt] = value
    return time_s


TABLES = {
    "dial_a_ride": ("time_s", lambda t: dial_a_ride.problem(
        dial_a_ride.trips([1], [2]), dial_a_ride.vehicles([0], [0]), t)),
    "delivery": ("time_s", lambda t: delivery.problem(
        delivery.stops([1, 2]), delivery.vans([0], 1, capacity=9, shift_to_s=9e4), delivery.yards([0]), t)),
    "matching": ("reach_s", lambda t: assign(needs([1, 1, 1]), resources([0, 0, 0]), t)),
    "sectors": ("time_s", lambda t: sectors(t, [1.0, 1.0, 1.0], 1, effort=Effort(steps=10, starts=1, rounds=1))),
    "coverage": ("time_s", lambda t: cover_most(t, [1.0, 1.0, 1.0], 1, 100.0)),
    "coverage, p-median": ("time_s", lambda t: stand_nearest(t, [1.0, 1.0, 1.0], 1)),
    "coverage, relocation": ("from_time_s", lambda t: relocate(t, [0, 1, 2])),
    "inspection": ("time_s", lambda t: plan_day(places([1.0], [0.0]), inspectors([1], [2], [0.0], [9.0]), t, steps=1)),
    "pooling": ("transport_h", lambda t: allocate(boxes([1] * 3, [0.0] * 3), laboratories([[9]] * 3, [1.0] * 3), t)),
    "reinforcement": ("way_m", lambda t: send([1, 1, 1], [1, 1, 1], [9, 9, 9], t)),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2), st.integers(0, 2), st.sampled_from([np.nan, -1.0, -np.inf]))
def test_one_number_of_a_table_that_cannot_be_is_refused_by_name_and_row(name, row, column, value):
    array, ask = TABLES[name]
    ask(_square(3, (0, 0), 0.0))
    with pytest.raises(BadInput) as refused:
        ask(_square(3, (row, column), value))
    assert (refused.value.array, refused.value.item) == (array, row)


@pytest.mark.parametrize("name", ["dial_a_ride", "delivery", "matching", "coverage", "inspection", "pooling"])
def test_a_place_without_any_way_is_a_reason_and_no_exception(name):
    time_s = np.full((3, 3), np.inf)
    np.fill_diagonal(time_s, 0.0)
    nowhere = np.full((3, 3), np.inf)
    asked = {
        "delivery": lambda: delivery.solve(TABLES["delivery"][1](time_s), delivery.Effort(steps=10)).unserved,
        "matching": lambda: TABLES["matching"][1](nowhere).unserved,
        "coverage": lambda: TABLES["coverage"][1](nowhere).unserved,
        "inspection": lambda: TABLES["inspection"][1](time_s).unserved,
        "pooling": lambda: TABLES["pooling"][1](nowhere).left,
    }
    if name == "dial_a_ride":
        with pytest.raises(BadInput, match=r"trips.from_place\[0\]"):
            TABLES[name][1](time_s)
        return
    assert {one.why for one in asked[name]()} == {Why.NO_WAY}


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_the_order_of_trips_changes_neither_who_can_never_ride_nor_that_the_plan_holds(seed):
    day = random_day(seed)
    n = len(day.trips.from_place)
    order = np.random.default_rng(seed).permutation(n)
    back = np.argsort(order)
    columns = {name: column[order] for name, column in _arrays(day.trips).items()}
    tied = columns["return_of"]
    columns["return_of"] = np.where(tied >= 0, back[np.maximum(tied, 0)], -1)
    turned = replace(day, trips=type(day.trips)(**columns))
    effort = dial_a_ride.Effort(steps=400)
    plans = [dial_a_ride.solve(asked, effort) for asked in (day, turned)]
    assert [broken_day(*pair) for pair in zip((day, turned), plans, strict=True)] == [[], []]
    never = [{one.item for one in planned.unserved if one.why is Why.NO_RESOURCE_FITS} for planned in plans]
    assert never[0] == {int(order[item]) for item in never[1]}


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_posts_for_vehicles_repeat_and_the_order_of_sites_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    time_s, weight, order = rng.uniform(0, 1000, (5, 7)), rng.uniform(1, 10, 7), rng.permutation(5)
    before = time_s.copy(), weight.copy()
    for ask in (
        lambda t: cover_most(t, weight, 2, 400.0),
        lambda t: cover_twice(t, weight, 2, 400.0),
        lambda t: stand_nearest(t, weight, 2),
    ):
        first, again, turned = ask(time_s), ask(time_s), ask(time_s[order])
        assert (first.sites.tolist(), first.value) == (again.sites.tolist(), again.value)
        assert turned.value == pytest.approx(first.value)
    moves, turned = relocate(time_s, [0, 3]), relocate(time_s[order], [0, 3])
    assert relocate(time_s, [0, 3]).site.tolist() == moves.site.tolist()
    assert turned.site.tolist() == moves.site[order].tolist()
    assert np.array_equal(time_s, before[0]) and np.array_equal(weight, before[1])


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_a_vehicle_more_never_lets_the_covered_weight_fall_or_the_time_to_the_nearest_rise(seed):
    rng = np.random.default_rng(seed)
    time_s, weight = rng.uniform(0, 1000, (5, 7)), rng.uniform(1, 10, 7)
    for count in range(1, 5):
        assert cover_most(time_s, weight, count, 300).value <= cover_most(time_s, weight, count + 1, 300).value + 1e-9
        assert stand_nearest(time_s, weight, count).value >= stand_nearest(time_s, weight, count + 1).value - 1e-6


@settings(max_examples=8, deadline=None)
@given(districts(least=6, most=8), st.floats(0.15, 0.4))
def test_a_wider_tolerance_never_makes_proven_sectors_dearer(case, tolerance):
    time_s, load, _, _ = case
    tight = sectors(time_s, load, 2, tolerance=tolerance, effort=EXACT)
    wide = sectors(time_s, load, 2, tolerance=tolerance + 0.3, effort=EXACT)
    if tight.feasible:
        assert wide.feasible
        assert wide.cost <= tight.cost * (1 + 1e-9) + 1e-6


@settings(max_examples=30, deadline=None)
@given(weeks())
def test_a_roster_changes_no_input_and_every_head_that_is_missing_is_told_with_its_reason(asked):
    before = [_arrays(part) for part in (asked.people, asked.posts)]
    held, was = asked.held.copy(), asked.before.copy()
    found = plan(asked)
    assert all(_unchanged(part, kept) for part, kept in zip((asked.people, asked.posts), before, strict=True))
    assert np.array_equal(asked.held, held) and np.array_equal(asked.before, was)
    assert sum(one.heads for one in found.missing) == found.missing_heads
    assert all(isinstance(one.why, Why) for one in found.missing)
    assert broken(asked, found.post) == []


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 3), st.sampled_from([np.nan, np.inf, -1.0]), st.sampled_from(["home_m", "served", "wanted"]))
def test_one_number_of_a_roster_that_cannot_be_is_refused_by_name_and_item(item, value, name):
    home_m, served, wanted = np.zeros((4, 2)), np.zeros(4), np.ones((1, 4))
    if name == "home_m":
        value = np.nan if value == -1.0 else value
    {"home_m": home_m[:, 0], "served": served, "wanted": wanted[0]}[name][item] = value
    with pytest.raises(BadInput) as refused:
        who = people(home_m, np.ones((4, 1, 3), bool), served=served)
        problem(who, posts(np.zeros((4, 2)), [1] * 4, wanted), SHIFTS)
    assert refused.value.array.endswith(name)
    assert refused.value.item == item


@settings(max_examples=6, deadline=None)
@given(st.floats(0.0001, 0.2), st.integers(1, 30))
def test_advice_on_pools_repeats_and_one_more_instrument_never_answers_later(likely, instruments):
    positivity, limits = Positivity(likely / 2, likely, min(1.0, 2 * likely)), Limits(deadline_h=48.0)
    first, again = (advise(positivity, by_ct(), 20_000, Laboratory(94, 2.0, instruments), limits) for _ in range(2))
    assert (first.chosen, first.reasons) == (again.chosen, again.reasons)
    outcome = expected(splits(10), likely, by_ct())
    one, more = (answered(outcome, 20_000, Laboratory(94, 2.0, count)) for count in (instruments, instruments + 1))
    assert more.last_h <= one.last_h


@settings(max_examples=20, deadline=None)
@given(rounds())
def test_a_laboratory_that_opens_never_raises_the_least_that_boxes_can_wait(a_round):
    sent, tested_by, transport_h = a_round
    shut = tested_by.tubes_in_h.copy()
    shut[-1] = 0
    less = laboratories(shut, tested_by.answer_h)
    assert allocate(sent, tested_by, transport_h).bound <= allocate(sent, less, transport_h).bound + 1e-6


SHORT = st.text(alphabet="垃圾没人清运路灯坏了楼 ab", max_size=9)


@settings(max_examples=40, deadline=None)
@given(st.lists(SHORT, max_size=15), SHORT, seeds)
def test_texts_told_in_another_order_are_found_alike_and_given_lists_stay_as_they_were(texts, asked, seed):
    named = list(enumerate(texts))
    kept = list(named)
    order = np.random.default_rng(seed).permutation(len(texts))
    found = []
    for rows in (named, [named[at] for at in order], named):
        book = Book()
        for text_id, text in rows:
            book.add(text_id, text)
        likes = book.likes(asked, k=100, least=0.05, each_text=True)
        found.append({one.text: pytest.approx(one.score) for one in likes})
    assert found[0] == {text: value.expected for text, value in found[1].items()}
    assert found[0].keys() == found[2].keys()
    assert proposed(named).groups == proposed(named).groups
    assert named == kept


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_travel_repeats_whatever_the_order_of_conditions_and_no_way_is_an_answer(seed):
    rng = np.random.default_rng(seed)
    roads = grid(5, seed, 0.2)
    here, there = rng.uniform(*CORNERS, (4, 2)), rng.uniform(*CORNERS, (4, 2))
    shut = [
        Condition(float(rng.choice([0.5, 2.0, CLOSED])), edges=tuple(rng.integers(0, 40, 6).tolist())) for _ in "abc"
    ]
    first, again = network(roads).under(shut), network(roads).under(shut[::-1])
    tables = [net.matrix(here, there) for net in (first, again)]
    assert np.array_equal(tables[0].time_s, tables[1].time_s)
    assert np.array_equal(tables[0].distance_m, tables[1].distance_m)
    closed = network(roads).under([Condition(CLOSED)])
    together = network(roads).matrix(here, there).time_s == 0
    starts, ends = closed.snap(here), closed.snap(there)
    gap_m = great_circle_m(starts.point[:, None], ends.point[None, :])
    assert (gap_m[together] < 0.2).all()  # a hundredth of a second at 20 m/s
    shut_s = closed.matrix(here, there).time_s
    assert np.isinf(shut_s[~together]).all()
    assert (shut_s[gap_m < 1e-6] == 0).all()
    apart = [way for way, same in zip(ways(closed, here, there), np.diag(together), strict=True) if not same]
    assert all(len(way.points) == 0 and np.isinf(way.time_s) for way in apart)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 3), st.integers(0, 1), st.sampled_from([np.nan, np.inf, -181.0]), st.booleans())
def test_a_place_that_is_none_is_refused_by_name_and_item_on_roads_and_without(item, axis, value, on_roads):
    points = np.full((4, 2), CORNERS[0])
    points[item, axis] = value
    model = network(grid(4)) if on_roads else StraightLine.of("car")
    with pytest.raises(BadInput) as refused:
        model.matrix([CORNERS[0]], points)
    assert (refused.value.array, refused.value.item) == ("to_points", item)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), seeds)
def test_reinforcement_repeats_changes_nothing_given_and_one_more_to_spare_never_costs_more(n, m, seed):
    rng = np.random.default_rng(seed)
    spare, short, price = rng.integers(0, 6, n), rng.integers(0, 6, m), rng.integers(1_000, 50_000, m)
    way_m = np.where(rng.random((n, m)) < 0.1, np.inf, rng.uniform(0, 900, (n, m)))
    before = [one.copy() for one in (spare, short, price, way_m)]

    def cost(found):
        return found.way_m + int((price * found.missing).sum())

    first, again = send(spare, short, price, way_m), send(spare, short, price, way_m)
    assert np.array_equal(first.heads, again.heads)
    order = rng.permutation(n)
    assert cost(send(spare[order], short, price, way_m[order])) == cost(first)
    assert cost(send(spare + 1, short, price, way_m)) <= cost(first)
    assert all(np.array_equal(one, was) for one, was in zip((spare, short, price, way_m), before, strict=True))


@settings(max_examples=20, deadline=None)
@given(inspection_days(most=6, straight=True))
def test_one_more_inspector_never_makes_a_searched_day_worth_more_than_the_bound_of_both(case):
    some, crew, time_s = case
    fewer = inspectors(crew.start[:-1], crew.end[:-1], crew.begins_s[:-1], crew.ends_s[:-1])
    day = plan_day(some, fewer, time_s, steps=40)
    assert day.score <= plan_day(*case, steps=0).bound + 1e-9
    assert sorted([int(place) for route in day.routes for place in route] + [one.item for one in day.unserved]) == list(
        range(len(some.worth))
    )
    assert all(isinstance(one.why, Why) for one in day.unserved)
