"""Who is sent: hand-made cases, and what holds for any needs and resources."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridward.engine.matching import Prices, assign, needs, rank, resources
from gridward.engine.matching.scores import Case, scored
from gridward.engine.matching.totals import total_scores
from gridward.engine.problems import BadInput, Why

FAR = np.inf


def test_the_nearest_of_two_equals_is_offered_first_and_says_how_long_it_takes():
    offers = rank(needs([3]), resources([0, 0]), [[900.0, 300.0]])[0]
    assert [offer.resource for offer in offers] == [1, 0]
    assert offers[0].time_to_reach_s == 300.0


def test_a_score_is_the_sum_of_its_reasons():
    asked = needs([2], skills=[[True, True]], area=7, preference=[[1]], due_in_s=100.0)
    sent = resources([0], skills=[[True, False]], load=2, done_today=3, duty_left_s=60.0, area=8)
    offer = rank(asked, sent, [[400.0]])[0][0]
    assert offer.score_s == pytest.approx(sum(offer.parts_s.values()))
    assert (offer.matched, offer.missing, offer.load) == ((0,), (1,), 2)
    assert offer.parts_s["late"] == 300.0
    assert offer.parts_s["duty"] == 900.0 / 4


def test_the_last_vehicle_of_a_town_is_spared_when_another_town_has_more():
    sent = resources([0, 0, 0], area=[1, 2, 2])
    asked = needs([4], area=3)
    assert rank(asked, sent, [[300.0, 600.0, 700.0]])[0][0].resource == 1
    assert rank(needs([1], area=3), sent, [[300.0, 600.0, 700.0]])[0][0].resource == 0


def test_a_floor_keeps_routine_needs_waiting_and_says_why():
    sent = resources([0], area=1, floor=1)
    plan = assign(needs([4]), sent, [[60.0]])
    assert plan.resource.tolist() == [-1]
    assert plan.unserved[0].why is Why.KEEPS_COVER
    assert assign(needs([1]), sent, [[60.0]]).resource.tolist() == [0]


def test_two_needs_share_two_vehicles_so_that_both_wait_least():
    plan = assign(needs([3, 3]), resources([0, 0]), [[100.0, 200.0], [110.0, 900.0]])
    assert plan.resource.tolist() == [1, 0]
    assert plan.cost_s == pytest.approx(plan.bound_s)


def test_a_more_urgent_need_takes_a_vehicle_under_way_and_an_equal_one_does_not():
    sent = resources([0], room=0, load=1)
    for urgency, expected in ((1, [-1, 0]), (3, [0, -1])):
        plan = assign(needs([3, urgency], held_by=[0, -1]), sent, [[900.0], [60.0]])
        assert plan.resource.tolist() == expected
    assert assign(needs([3, 1], held_by=[0, -1]), sent, [[900.0], [60.0]]).moved == (0,)


def test_a_vehicle_soon_free_next_door_is_waited_for():
    sent = resources([0, 0], free_in_s=[120.0, 0.0])
    plan = assign(needs([2]), sent, [[60.0, 1800.0]])
    assert plan.resource.tolist() == [0]
    assert (plan.starts_in_s[0], plan.reach_s[0]) == (120.0, 180.0)


def test_what_is_left_out_says_why():
    sent = resources([0, 1], skills=[[False], [True]])
    asked = needs(
        [3, 3, 3, 3],
        preference=[[-1, -1], [0, -1], [-1, 0], [-1, 0]],
        skills=[[False], [False], [False], [True]],
    )
    plan = assign(asked, sent, [[60.0, 60.0], [FAR, 60.0], [60.0, 60.0], [60.0, 30.0]])
    assert {one.item: one.why for one in plan.unserved} == {0: Why.NO_RESOURCE_FITS, 1: Why.NO_WAY, 2: Why.TAKEN}
    assert plan.unserved[2].others == (3,)


def test_a_team_with_room_for_two_takes_two_at_a_price():
    plan = assign(needs([3, 3]), resources([0, 0], room=[2, 1]), [[60.0, FAR], [60.0, FAR]])
    assert plan.resource.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("change", "array", "item"),
    [
        ({"reach_s": [[1.0], [np.nan]]}, "reach_s", 1),
        ({"reach_s": [[1.0], [-5.0]]}, "reach_s", 1),
        ({"urgency": [1, 0]}, "needs.urgency", 1),
        ({"waited_s": [0.0, np.nan]}, "needs.waited_s", 1),
        ({"held_by": [-1, 4]}, "needs.held_by", 1),
        ({"colour": [1, 2]}, "needs", None),
    ],
)
def test_a_bad_array_is_named_with_its_item(change, array, item):
    columns = {"urgency": [1, 1], "reach_s": [[1.0], [1.0]]} | change
    reach_s = columns.pop("reach_s")
    with pytest.raises(BadInput) as refused:
        assign(needs(columns.pop("urgency"), **columns), resources([0]), reach_s)
    assert (refused.value.array, refused.value.item) == (array, item)


def test_no_needs_and_no_resources_are_an_answer_too():
    assert assign(needs([]), resources([0, 0]), np.zeros((0, 2))).resource.tolist() == []
    assert assign(needs([1]), resources([]), np.zeros((1, 0))).unserved[0].why is Why.NO_RESOURCE_FITS
    assert rank(needs([1]), resources([]), np.zeros((1, 0))) == [[]]


@st.composite
def cases(draw, most=5):
    seed, m, n = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, most)), draw(st.integers(1, most))
    rng = np.random.default_rng(seed)
    asked = {
        "urgency": rng.integers(1, 6, m),
        "area": rng.integers(0, 3, m),
        "skills": rng.random((m, 3)) < 0.4,
        "preference": rng.integers(-1, 2, (m, 2)),
        "waited_s": rng.uniform(0, 9000, m),
        "due_in_s": np.where(rng.random(m) < 0.5, rng.uniform(-100, 3000, m), np.inf),
    }
    sent = {
        "kind": rng.integers(0, 2, n),
        "area": rng.integers(0, 3, n),
        "skills": rng.random((n, 3)) < 0.6,
        "load": rng.integers(0, 3, n),
        "room": rng.integers(0, 2, n),
        "free_in_s": np.where(rng.random(n) < 0.7, 0.0, rng.uniform(0, 3000, n)),
        "duty_left_s": np.where(rng.random(n) < 0.7, np.inf, rng.uniform(0, 9000, n)),
    }
    reach_s = np.where(rng.random((m, n)) < 0.1, np.inf, rng.uniform(0, 9000, (m, n)))
    return asked, sent, reach_s


def priced(asked, sent, reach_s):
    return assign(needs(**asked), resources(**sent), reach_s)


@given(cases(most=4))
@settings(max_examples=150, deadline=None)
def test_no_other_assignment_costs_less(case):
    asked, sent, reach_s = case
    plan = priced(asked, sent, reach_s)
    prices, urgency = Prices(), np.minimum(asked["urgency"], 4) - 1
    weight = np.take(prices.weight, urgency)
    waiting = weight * np.take(prices.wait_s, urgency) * (1 + 0.25 * asked["waited_s"] / (asked["waited_s"] + 3600))
    offers = rank(needs(**asked), resources(**sent), reach_s, k=99)
    score = [{offer.resource: offer.score_s for offer in row} | {-1: None} for row in offers]
    best = np.inf
    for chosen in product(*score):
        busy = [one for one in chosen if one >= 0]
        if len(busy) == len(set(busy)):
            paid = [w if one < 0 else k * s[one] for one, w, k, s in zip(chosen, waiting, weight, score, strict=True)]
            best = min(best, sum(paid))
    assert plan.cost_s == pytest.approx(best)
    assert plan.bound_s == pytest.approx(best)


@given(cases())
@settings(max_examples=150, deadline=None)
def test_a_plan_is_feasible_repeats_itself_and_changes_nothing_given(case):
    asked, sent, reach_s = case
    before = {name: column.copy() for name, column in (asked | {"reach": reach_s}).items()}
    plan = priced(asked, sent, reach_s)
    again = priced(asked, sent, reach_s)
    assert plan.resource.tolist() == again.resource.tolist()
    assert all(np.array_equal(column, (asked | {"reach": reach_s})[name]) for name, column in before.items())
    for need, one in enumerate(plan.resource):
        if one >= 0:
            assert asked["preference"][need, sent["kind"][one]] >= 0
            assert np.isfinite(reach_s[need, one])
            assert sent["room"][one] > 0
    taken = plan.resource[plan.resource >= 0]
    assert len(taken) == len(set(taken.tolist()))
    assert sorted(one.item for one in plan.unserved) == np.flatnonzero(plan.resource < 0).tolist()


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_needs_and_resources_does_not_matter(case, random):
    asked, sent, reach_s = case
    rows, columns = list(range(reach_s.shape[0])), list(range(reach_s.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    other = priced(
        {name: column[rows] for name, column in asked.items()},
        {name: column[columns] for name, column in sent.items()},
        reach_s[rows][:, columns],
    )
    plan = priced(asked, sent, reach_s)
    assert other.cost_s == pytest.approx(plan.cost_s)
    assert [columns[one] if one >= 0 else -1 for one in other.resource] == plan.resource[rows].tolist()


@given(cases())
@settings(max_examples=100, deadline=None)
def test_one_more_resource_never_costs_more(case):
    asked, sent, reach_s = case
    fewer = {name: column[:-1] for name, column in sent.items()}
    assert priced(asked, sent, reach_s).cost_s <= priced(asked, fewer, reach_s[:, :-1]).cost_s + 1e-6


@st.composite
def guarded(draw):
    """Cases with floors of cover and needs that are held already."""
    asked, sent, reach_s = draw(cases(most=7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    m, n = reach_s.shape
    sent["floor"] = rng.integers(0, 3, n)
    held = rng.permutation(max(m, n))[: min(m, n) // 2]
    asked["held_by"] = np.full(m, -1)
    for need, one in zip(rng.permutation(m), held[held < n], strict=False):
        asked["held_by"][need] = one
    return asked, sent, reach_s


@given(guarded())
@settings(max_examples=150, deadline=None)
def test_no_routine_need_takes_what_a_floor_keeps_free_and_who_waits_is_told_why(case):
    asked, sent, reach_s = case
    given_ = {name: column.copy() for name, column in (asked | sent | {"reach": reach_s}).items()}
    plan = priced(asked, sent, reach_s)
    assert all(np.array_equal(column, (asked | sent | {"reach": reach_s})[name]) for name, column in given_.items())
    assert priced(asked, sent, reach_s).resource.tolist() == plan.resource.tolist()
    assert sorted(one.item for one in plan.unserved) == np.flatnonzero(plan.resource < 0).tolist()
    assert plan.bound_s <= plan.cost_s + 1e-6
    free = (sent["free_in_s"] <= 0) & (sent["room"] > 0)
    goes = [(need, one) for need, one in enumerate(plan.resource) if one >= 0 and asked["held_by"][need] < 0]
    for need, one in goes:
        group = (sent["kind"] == sent["kind"][one]) & (sent["area"] == sent["area"][one])
        left = (group & free).sum() - len({other for _, other in goes if group[other] and free[other]})
        if free[one] and asked["urgency"][need] >= Prices().routine_from:
            assert left >= sent["floor"][group].max()


@given(guarded(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_with_floors_and_held_needs_the_order_does_not_matter_either(case, random):
    asked, sent, reach_s = case
    rows, columns = list(range(reach_s.shape[0])), list(range(reach_s.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    moved = {name: column[rows] for name, column in asked.items()}
    moved["held_by"] = np.array([columns.index(one) if one >= 0 else -1 for one in moved["held_by"]])
    other = priced(moved, {name: column[columns] for name, column in sent.items()}, reach_s[rows][:, columns])
    plan = priced(asked, sent, reach_s)
    assert other.cost_s == pytest.approx(plan.cost_s)
    assert [columns[one] if one >= 0 else -1 for one in other.resource] == plan.resource[rows].tolist()


@given(guarded())
@settings(max_examples=150, deadline=None)
def test_the_compiled_score_is_the_sum_of_the_reasons_that_are_shown(case):
    asked, sent, reach_s = case
    table = Case(needs(**asked), resources(**sent), reach_s, Prices())
    assert np.allclose(total_scores(table), scored(table))


@given(cases(), st.sampled_from(["reach_s", "waited_s", "free_in_s", "urgency", "load"]), st.data())
@settings(max_examples=100, deadline=None)
def test_a_number_that_cannot_be_is_refused_by_name_and_item(case, name, data):
    asked, sent, reach_s = case
    wrong = np.nan if name != "urgency" else 0
    column = (asked | sent | {"reach_s": reach_s})[name].astype(float)
    at = data.draw(st.integers(0, len(column) - 1))
    column[at] = wrong if data.draw(st.booleans()) else -7.0
    if name in asked:
        asked[name] = column
    elif name in sent:
        sent[name] = column
    else:
        reach_s = column
    with pytest.raises(BadInput) as refused:
        priced(asked, sent, reach_s)
    assert (refused.value.array.rpartition(".")[2], refused.value.item) == (name, at)


@given(cases())
@settings(max_examples=50, deadline=None)
def test_what_nobody_can_reach_or_what_is_late_long_since_is_an_answer_and_no_error(case):
    asked, sent, reach_s = case
    asked["due_in_s"] = np.full(len(reach_s), -1e7)
    late, cut_off = priced(asked, sent, reach_s), priced(asked, sent, np.full(reach_s.shape, np.inf))
    assert np.isfinite(late.cost_s)
    assert (cut_off.resource == -1).all()
    assert {one.why for one in cut_off.unserved} <= {Why.NO_WAY, Why.NO_RESOURCE_FITS}
