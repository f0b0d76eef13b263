"""Rosters: hand-solved days and weeks, the rules of every roster, replacements and exchanges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gridward.engine.problems import BadInput, Why
from gridward.engine.roster import FREE, OFF, Problem, Rules, exchange, people, plan, posts, problem, replace
from gridward.engine.roster.arcs import arcs
from gridward.engine.roster.chains import filled_by_chains
from gridward.engine.roster.change import Breaks
from tests.engine.verify_roster import best_by_branch_and_bound

HOUR_S = 3600.0
SHIFTS = Rules(np.array([0, 8, 16]) * HOUR_S, np.array([8, 16, 24]) * HOUR_S, np.array([True, False, False]))


def small(homes: list[float], places: list[float], shift: list[int], wanted: Any, **given: Any) -> Problem:
    """People and posts on a line; `given` may hold anything of people, posts or the problem."""
    heads = np.atleast_2d(wanted)
    free = given.pop("available", np.ones((len(homes), len(heads), 3), bool))
    of_posts = {name: given.pop(name) for name in ("site", "skill", "price") if name in given}
    of_problem = {name: given.pop(name) for name in ("held", "before", "pairs") if name in given}
    who = people(_on_a_line(homes), free, **given)
    return problem(who, posts(_on_a_line(places), shift, heads, **of_posts), SHIFTS, **of_problem)


def _on_a_line(places: list[float]) -> np.ndarray:
    return np.array([[x, 0.0] for x in places]).reshape(-1, 2)


def broken(asked: Problem, post: np.ndarray) -> list[str]:
    """Everything wrong with a roster, looked at person by person."""
    found = []
    for person, row in enumerate(post.tolist()):
        nights = 0
        before = int(asked.before[person])
        if sum(at >= 0 for at in row) > asked.people.most[person] and (asked.held[person] < 0).all():
            found.append(f"{person} works too often")
        for day, at in enumerate(row):
            held = asked.held[person, day]
            if (held >= 0 and at != held) or (held == OFF and at >= 0):
                found.append(f"{person} day {day}: not as promised")
            shift = int(asked.posts.shift[at]) if at >= 0 else -1
            if at >= 0 and held == FREE:
                skill = asked.posts.skill[at]
                if skill >= 0 and not asked.people.skills[person, skill]:
                    found.append(f"{person} day {day}: lacks the skill")
                if not asked.people.available[person, day, shift]:
                    found.append(f"{person} day {day}: is not free")
                rest = SHIFTS.start_s[shift] + 86_400 - SHIFTS.end_s[before] if before >= 0 else np.inf
                if rest < SHIFTS.rest_s:
                    found.append(f"{person} day {day}: no rest")
            nights = nights + 1 if shift == 0 else 0
            if nights > SHIFTS.nights_in_a_row:
                found.append(f"{person} day {day}: too many nights")
            before = shift
    for day in range(post.shape[1]):
        here = np.bincount(post[post[:, day] >= 0, day], minlength=len(asked.posts.shift))
        if (here > np.maximum(asked.posts.wanted[day], (asked.held[:, day] >= 0).sum())).any():
            found.append(f"day {day}: more heads than wanted")
    return found


def test_the_nearest_person_takes_each_post() -> None:
    day = plan(small([0, 100, 200], [190, 10], [1, 1], [1, 1]))
    assert day.post[:, 0].tolist() == [1, -1, 0]
    assert (day.missing, day.cost_m, day.bound_m) == ((), 20, 20)


def test_a_skill_is_asked_for_and_a_missing_head_says_why() -> None:
    skills = np.array([[False, False], [True, False]])
    day = plan(small([0, 50], [0, 0, 0], [1, 1, 1], [1, 1, 1], skills=skills, skill=[0, 1, -1]))
    assert day.post[:, 0].tolist() == [2, 0]
    assert [(one.post, one.heads, one.why) for one in day.missing] == [(1, 1, Why.NO_RESOURCE_FITS)]


def test_each_reason_for_a_missing_head() -> None:
    taken = plan(small([0], [0, 0], [1, 1], [1, 1]))
    away = plan(small([0], [0], [1], [1], available=np.zeros((1, 1, 3), bool)))
    far = plan(small([0], [90_000], [1], [1]))
    assert [plan_.missing[0].why for plan_ in (taken, away, far)] == [Why.TAKEN, Why.NO_TIME, Why.NO_WAY]


def test_who_knows_the_doors_and_who_served_less_comes_first() -> None:
    knows = plan(small([0, 100], [0], [1], [1], knows=[7, 0]))
    fresh = plan(small([0, 0], [0], [1], [1], served=[3, 1]))
    assert knows.post[:, 0].tolist() == [-1, 0]
    assert fresh.post[:, 0].tolist() == [-1, 0]


def test_nobody_works_the_morning_after_an_evening() -> None:
    week = plan(small([0], [0, 0], [2, 1], [[1, 0], [0, 1]]))
    assert week.missing_heads == 1
    assert week.missing_bound == 1
    rested = plan(small([0], [0], [0], [1], before=[2]))
    assert rested.missing_heads == 1


def test_a_fourth_night_in_a_row_stays_empty() -> None:
    week = plan(small([0], [0], [0], np.ones((5, 1), int)))
    assert broken(small([0], [0], [0], np.ones((5, 1), int)), week.post) == []
    assert (week.missing_heads, week.missing_bound) == (1, 1)


def test_a_colleague_gives_up_another_day_so_that_nobody_is_missing() -> None:
    """Only person 0 can stand at post 0 on day 1; they must not work on both days, so person 1 takes their day 0."""
    free = np.ones((2, 2, 3), bool)
    free[1, 1] = False
    asked = small([0, 5_000], [0, 0], [1, 1], [[1, 0], [0, 1]], available=free, most=[1, 1])
    assert filled_by_chains(asked, arcs(asked), np.array([[0, -1], [-1, -1]])).tolist() == [[-1, 1], [0, -1]]


def test_somebody_who_may_work_once_more_changes_their_week_for_it() -> None:
    """Person 0 has an evening before a morning off: they swap it with person 1's morning, then work the next one."""
    asked = small([0, 0], [0, 0, 0], [1, 2, 1], [[1, 1, 0], [0, 0, 1]], most=[2, 1])
    after = filled_by_chains(asked, arcs(asked), np.array([[1, -1], [0, -1]]))
    assert after.tolist() == [[0, 2], [1, -1]]


def test_what_is_promised_stays_and_days_off_stay_free() -> None:
    held = np.array([[0], [OFF]])
    day = plan(small([500, 0], [0, 10], [1, 1], [1, 1], held=held))
    assert day.post[:, 0].tolist() == [0, -1]


def test_a_pair_stands_together_where_an_exchange_allows_it() -> None:
    asked = small([0, 1_000, 1_010, 0], [0, 1_000], [1, 1], [2, 2], site=[5, 6], pairs=[[0, 1]])
    day = plan(asked)
    assert day.apart == ()
    assert day.post[0, 0] == day.post[1, 0]


def test_a_spare_replaces_who_did_not_come_and_others_stay() -> None:
    asked = small([0, 100, 5_000], [0, 100], [1, 1], [1, 1])
    before = plan(asked).post
    mended = replace(asked, before, 0, (0,))
    assert mended.post[:, 0].tolist() == [-1, 1, 0]
    assert (mended.moved, mended.missing) == ((2,), 0)


def test_somebody_moves_over_where_no_spare_has_the_skill() -> None:
    skills = np.array([[True], [True], [False]])
    asked = small([0, 100, 100], [0, 100], [1, 1], [1, 1], skills=skills, skill=[0, -1])
    mended = replace(asked, np.array([[0], [1], [-1]]), 0, (0,))
    assert mended.post[:, 0].tolist() == [-1, 0, 1]
    assert mended.moved == (1, 2)


def test_an_exchange_names_the_rule_it_would_break() -> None:
    skills = np.array([[False], [True]])
    asked = small([0, 0], [0, 0, 0], [1, 1, 2], np.ones((3, 3), int), skills=skills, skill=[0, -1, -1])
    unskilled = np.array([[2, -1, -1], [0, -1, -1]])
    unrested = np.array([[-1, 1, -1], [2, -1, -1]])
    assert exchange(asked, unskilled, 0, 0, 1) == ((0, Breaks.SKILL),)
    assert exchange(asked, unrested, 0, 0, 1) == ((0, Breaks.REST),)


def test_an_allowed_exchange_breaks_nothing() -> None:
    asked = small([0, 0], [0, 50], [1, 1], [1, 1])
    assert exchange(asked, np.array([[0], [1]]), 0, 0, 1) == ()


def test_nobody_and_nothing_are_planned_too() -> None:
    nobody = plan(small([], [0], [1], [2]))
    nothing = plan(small([0], [], [], np.zeros((1, 0), int)))
    assert [(one.heads, one.why) for one in nobody.missing] == [(2, Why.NO_RESOURCE_FITS)]
    assert (nothing.post.tolist(), nothing.missing) == ([[-1]], ())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"homes": [0.0, np.nan]}, r"people.home_m\[1\]"),
        ({"wanted": [1, -1]}, r"posts.wanted\[1\]"),
        ({"shift": [1, 3]}, r"posts.shift\[1\]"),
        ({"skill": [0, -1]}, r"posts.skill\[0\]"),
        ({"held": np.array([[9], [FREE]])}, r"held\[0\]"),
        ({"served": [0, np.inf]}, r"people.served\[1\]"),
        ({"most": 2}, r"people.most"),
        ({"price": 2.0}, r"posts.price"),
    ],
)
def test_bad_input_names_the_array_and_the_item(change: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {"homes": [0.0, 1.0], "places": [0.0, 1.0], "shift": [1, 1], "wanted": [1, 1]}
    with pytest.raises(BadInput, match=words):
        small(**{**given, **change})


@st.composite
def weeks(draw: Any, most_days: int = 4) -> Problem:
    """Small districts of any tightness."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    count, where, days = draw(st.integers(1, 8)), draw(st.integers(1, 5)), draw(st.integers(1, most_days))
    return small(
        list(rng.uniform(0, 5_000, count)),
        list(rng.uniform(0, 5_000, where)),
        list(rng.integers(0, 3, where)),
        rng.integers(0, 3, (days, where)),
        available=rng.random((count, days, 3)) < 0.8,
        skills=rng.random((count, 1)) < 0.5,
        skill=list(rng.integers(-1, 1, where)),
        most=rng.integers(0, days + 1, count),
        served=rng.integers(0, 3, count),
        before=rng.integers(-1, 3, count),
        held=np.where(rng.random((count, days)) < draw(st.sampled_from([0, 0.2])), OFF, FREE),
    )


@settings(max_examples=60, deadline=None)
@given(weeks())
def test_every_roster_keeps_the_rules_and_its_bound_and_repeats(asked: Problem) -> None:
    wanted = asked.posts.wanted.copy()
    found = plan(asked)
    assert broken(asked, found.post) == []
    assert found.bound_m <= found.cost_m
    assert found.missing_heads == wanted.sum() - (found.post >= 0).sum()
    assert (plan(asked).post == found.post).all()
    assert (asked.posts.wanted == wanted).all()


@settings(max_examples=60, deadline=None)
@given(weeks(), st.integers(0, 10_000))
def test_what_is_promised_stays_through_a_week_and_the_bounds_hold(asked: Problem, seed: int) -> None:
    first = plan(asked).post
    kept = (np.random.default_rng(seed).random(first.shape) < 0.4) & (first >= 0)
    held = np.where(kept, first, asked.held)
    again = problem(asked.people, asked.posts, asked.rules, asked.prices, before=asked.before, held=held)
    found = plan(again)
    assert broken(again, found.post) == []
    assert found.missing_bound <= found.missing_heads
    assert found.bound_m <= found.cost_m


@settings(max_examples=60, deadline=None)
@given(weeks())
def test_bounds_stay_below_the_optimum_of_the_whole_problem_and_the_plan_near_it(asked: Problem) -> None:
    found, (missing, cost) = plan(asked, nearest=None), best_by_branch_and_bound(asked)
    assert found.missing_bound <= missing <= found.missing_heads <= missing + 1
    assert found.bound_m <= cost <= found.cost_m


@settings(max_examples=40, deadline=None)
@given(weeks(most_days=1))
def test_a_day_costs_what_a_linear_program_says(asked: Problem) -> None:
    found = plan(asked, nearest=None)
    assert found.cost_m == found.bound_m == _by_linear_program(asked)


@settings(max_examples=40, deadline=None)
@given(weeks(most_days=1), st.randoms(use_true_random=False))
def test_another_order_costs_the_same_and_one_more_person_never_costs_more(asked: Problem, random: Any) -> None:
    count = len(asked.before)
    order = np.array(random.sample(range(count), count))
    fewer = np.arange(count)[:-1]
    cost = plan(asked, nearest=None).cost_m
    assert plan(_only(asked, order), nearest=None).cost_m == cost
    assert plan(_only(asked, fewer), nearest=None).cost_m >= cost


def _only(asked: Problem, chosen: np.ndarray) -> Problem:
    who = asked.people
    names = ("skills", "most", "served", "knows", "team")
    part = people(who.home_m[chosen], who.available[chosen], **{name: getattr(who, name)[chosen] for name in names})
    return problem(part, asked.posts, asked.rules, asked.prices, before=asked.before[chosen], held=asked.held[chosen])


def _by_linear_program(asked: Problem) -> int:
    who, where = asked.people, asked.posts
    close = SHIFTS.too_close()
    columns, costs = [], []
    for person in range(len(who.home_m)):
        for at, shift in enumerate(where.shift):
            skill, before = where.skill[at], asked.before[person]
            able = skill < 0 or who.skills[person, skill]
            rested = before < 0 or not close[before, shift]
            free = asked.held[person, 0] == FREE and who.available[person, 0, shift]
            if able and rested and free and who.most[person] > 0:
                way = np.rint(np.linalg.norm(who.home_m[person] - where.place_m[at]))
                columns.append((person, at))
                costs.append(way + 300 * who.served[person] - 1_000_000)
    total = int(where.wanted.sum()) * 1_000_000
    if not columns:
        return total
    rows = np.zeros((len(who.home_m) + len(where.shift), len(columns)))
    for column, (person, at) in enumerate(columns):
        rows[person, column] = rows[len(who.home_m) + at, column] = 1
    limits = np.concatenate([np.ones(len(who.home_m)), where.wanted[0]])
    return total + round(linprog(costs, A_ub=rows, b_ub=limits, bounds=(0, 1)).fun)
