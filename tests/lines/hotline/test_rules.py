"""The hotline's pure decisions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gridward.lines.hotline.rules import Candidate, Pointers, likeness, rank, same_trouble, suggest

POINTERS = [
    Pointers("dialysis", ["透析", "血透"]),
    Pointers("utilities", ["停水", "漏水", "燃气"], ["燃气味"]),
    Pointers("elder_care", ["老人"]),
]


def test_the_longest_found_words_lead_and_ties_keep_the_order_of_the_configuration() -> None:
    found = suggest("老人要做透析", POINTERS)
    assert [one.category for one in found] == ["dialysis", "elder_care"]
    assert found[0].found == ("透析",)


def test_a_critical_word_raises_the_urgency_and_weighs_twice() -> None:
    first = suggest("老人说闻到燃气味", POINTERS)[0]
    assert (first.category, first.urgency) == ("utilities", 1)


def test_words_that_point_nowhere_suggest_nothing() -> None:
    assert suggest("你好", POINTERS) == []


def test_the_nearer_one_is_offered_first_when_all_else_is_equal() -> None:
    near, far = Candidate("a", 300), Candidate("b", 900)
    assert [one.key for one in rank([far, near], [], urgent=True)] == ["a", "b"]


def test_a_missing_skill_outweighs_ten_minutes_of_reach() -> None:
    ranked = rank([Candidate("near", 120), Candidate("skilled", 700, frozenset({"dialysis"}))], ["dialysis"], True)
    assert ranked[0].key == "skilled"
    assert ranked[1].missing == ("dialysis",)


def test_the_last_of_its_kind_is_kept_back_when_nothing_presses() -> None:
    last, spare = Candidate("last", 300, siblings_free=0), Candidate("spare", 600, siblings_free=2)
    assert rank([last, spare], [], urgent=False)[0].key == "spare"
    assert rank([last, spare], [], urgent=True)[0].key == "last"


CANDIDATES = st.builds(
    Candidate,
    key=st.uuids().map(str),
    reach_s=st.floats(0, 1e5),
    busy=st.integers(0, 9),
    done_today=st.integers(0, 40),
    siblings_free=st.integers(0, 5),
)


@given(st.lists(CANDIDATES, max_size=20, unique_by=lambda one: one.key), st.booleans())
def test_ranking_keeps_everybody_and_does_not_depend_on_the_order_given(found: list[Candidate], urgent: bool) -> None:
    ranked = rank(found, ["care"], urgent)
    assert {one.key for one in ranked} == {one.key for one in found}
    assert ranked == rank(list(reversed(found)), ["care"], urgent)
    assert all(one.cost_s == sum(one.costs.values()) for one in ranked)


@given(st.frozensets(st.integers()), st.frozensets(st.integers()))
def test_likeness_is_even_handed_and_between_nothing_and_all(first: frozenset[int], second: frozenset[int]) -> None:
    assert likeness(first, second) == likeness(second, first)
    assert 0 <= likeness(first, second) <= 1
    assert not first or likeness(first, first) == 1


def test_the_same_category_needs_only_half_the_likeness() -> None:
    assert same_trouble(True, 0.2)
    assert not same_trouble(False, 0.2)
