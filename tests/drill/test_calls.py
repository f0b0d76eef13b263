"""A made-up day of calls."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridward.drill.calls import MANNERS, Call, calls_of, course_of
from gridward.lines.hotline.actions import EXAMPLE
from gridward.lines.hotline.rules import Pointers, suggest

MIDNIGHT = datetime(2022, 12, 1, 16, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def calls() -> list[Call]:
    """One whole day."""
    return calls_of(MIDNIGHT, MIDNIGHT + DAY, 6000, 900, np.random.default_rng(4))


def test_calls_come_in_order_inside_the_day_and_about_as_many_as_asked_for(calls: list[Call]) -> None:
    moments = [call.at for call in calls]
    assert moments == sorted(moments)
    assert moments[0] >= MIDNIGHT and moments[-1] < MIDNIGHT + DAY
    assert 5600 < len(calls) < 6400


def test_the_morning_is_busier_than_the_night(calls: list[Call]) -> None:
    hours = Counter(int((call.at - MIDNIGHT).total_seconds() // 3600) for call in calls)
    assert hours[9] > 8 * hours[3]


def test_a_repeated_call_has_the_words_place_and_category_of_an_earlier_one(calls: list[Call]) -> None:
    repeats = [(number, call) for number, call in enumerate(calls) if call.repeats is not None]
    assert 0.02 < len(repeats) / len(calls) < 0.04
    for number, call in repeats:
        assert call.repeats is not None and call.repeats < number
        earlier = calls[call.repeats]
        assert (call.words, call.person, call.manner) == (earlier.words, earlier.person, earlier.manner)


def test_the_same_seed_makes_the_same_day(calls: list[Call]) -> None:
    assert calls_of(MIDNIGHT, MIDNIGHT + DAY, 6000, 900, np.random.default_rng(4)) == calls


def test_no_sentence_is_left_with_a_gap_in_it(calls: list[Call]) -> None:
    assert not [call.words for call in calls if "{" in call.words or not call.words]


def test_callers_mostly_say_it_each_in_their_own_words(calls: list[Call]) -> None:
    said = [call.words for call in calls if call.repeats is None]
    assert len({*said}) > 0.5 * len(said)


def test_the_words_of_a_call_mostly_point_to_its_own_category() -> None:
    listed = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["category"]
    pointers = [Pointers(row["key"], row["words"], row["critical"]) for row in listed]
    said = [(manner.category, words) for manner in MANNERS if manner.category != "other" for words in manner.sentences]
    found = [category in {one.category for one in suggest(words, pointers)} for category, words in said]
    assert sum(found) > 0.65 * len(found)


def test_the_day_knows_every_category_of_the_example_and_no_other() -> None:
    listed = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["category"]
    assert {manner.category for manner in MANNERS} == {row["key"] for row in listed}


def test_most_courses_end_well_and_some_do_not() -> None:
    rng = np.random.default_rng(6)
    courses = [course_of(MANNERS[0], rng) for _ in range(4000)]
    ends = Counter(course.ends for course in courses)
    assert ends["served"] > 0.93 * len(courses)
    assert ends["withdrawn"] > 0 and ends["refused"] > 0
    assert 0.01 < sum(course.reopens for course in courses) / len(courses) < 0.05
    assert min(course.work_s for course in courses) > 0
