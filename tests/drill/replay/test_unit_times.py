"""One unit's times on one call, over midnight and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridward.drill.replay.unit_times import DAY_S, STAGES, clock_face, cut, entries, unwrapped

H = 3600


def test_a_list_is_read_and_what_is_no_entry_is_returned() -> None:
    assert entries("M5=07:05:17, WAVE1=23:59:59") == ([("M5", 25517), ("WAVE1", 86399)], [])
    assert entries("NULL") == entries("") == ([], [])
    assert entries("M5=24:00:00, M5, M5=07:61:00") == ([], ["M5=24:00:00", "M5", "M5=07:61:00"])


@pytest.mark.parametrize(("second", "anchor", "expected"), [
    (23 * H, 22 * H, 23 * H),
    (1 * H, 23 * H, 25 * H),
    (22 * H + 30 * 60, 23 * H, 22 * H + 30 * 60),
    (1 * H, 23 * H + DAY_S, 49 * H),
    (25 * 60, 25 * 60, 25 * 60),
])  # fmt: skip
def test_a_time_far_before_its_anchor_lies_on_the_next_day(second: int, anchor: int, expected: int) -> None:
    assert unwrapped(second, anchor) == expected


def test_a_response_over_midnight_ends_after_it_starts() -> None:
    found = cut("M5", [23 * H], {"enroute": [23 * H + 60], "arrived": [600], "cleared": [2 * H]})
    (one,) = found.responses
    assert (one.sent, one.times) == (23 * H, {"enroute": 23 * H + 60, "arrived": DAY_S + 600, "cleared": DAY_S + 2 * H})
    assert not found.errors and not found.remarks


def test_a_unit_sent_twice_with_a_clear_between_responds_twice() -> None:
    found = cut("SE12", [100, 400], {"enroute": [110], "arrived": [420], "cleared": [300, 900]})
    assert [(one.sent, one.times) for one in found.responses] == [
        (100, {"enroute": 110, "cleared": 300}),
        (400, {"arrived": 420, "cleared": 900}),
    ]


def test_a_unit_sent_again_before_it_is_free_is_one_response_and_says_so() -> None:
    found = cut("M5", [100, 200], {"cleared": [900]})
    assert len(found.responses) == 1
    assert found.errors == [("dispatched_again", "M5 00:03:20")]


def test_a_unit_that_is_never_free_again_is_an_error() -> None:
    assert cut("M5", [100], {"arrived": [200]}).errors == [("never_cleared", "M5 00:01:40")]


def test_times_out_of_order_are_left_out_and_named() -> None:
    found = cut("M5", [1000], {"enroute": [990], "to_hospital": [1200], "arrived": [1300], "cleared": [1400, 1500]})
    assert found.responses[0].times == {"to_hospital": 1200, "cleared": 1400}
    assert found.remarks == [
        ("stage_out_of_order", "M5 enroute 00:16:30"),
        ("stage_out_of_order", "M5 arrived 00:21:40"),
        ("stage_after_clear", "M5 cleared 00:25:00"),
    ]


times = st.integers(0, DAY_S - 1)


@given(sent=st.lists(times, min_size=1, max_size=4, unique=True),
       stages=st.dictionaries(st.sampled_from(STAGES), st.lists(times, max_size=3, unique=True)))  # fmt: skip
def test_whatever_a_log_says_times_never_fall_and_every_sending_is_accounted_for(
    sent: list[int], stages: dict[str, list[int]]
) -> None:
    found = cut("X1", sent, stages)
    for one in found.responses:
        moments = [one.sent, *one.times.values()]
        assert moments == sorted(moments)
        assert list(one.times)[-1] == "cleared"
        assert sorted(one.times, key=STAGES.index) == list(one.times)
    assert len(found.responses) + len(found.errors) == len(sent)


def test_a_clock_shows_no_day() -> None:
    assert clock_face(DAY_S + 61) == "00:01:01"
