"""Which shift, how far, and the stays that follow from marks: solved by hand, and by properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gridward.lines.forces.rules.attendance import IN, NONE, OUT, Said, Shift, cut, distance_m, shift_at, stays

MORNING = datetime(2022, 11, 8, 0, 0, tzinfo=UTC)
GATE, DOOR = UUID(int=1), UUID(int=2)


def at(hour: float) -> datetime:
    return MORNING + timedelta(hours=hour)


def said(number: int, direction: str, hour: float, **given: object) -> Said:
    return Said(UUID(int=number), direction, at(hour), 7, **{"post_id": GATE, **given})  # type: ignore[arg-type]


def shift(number: int, start: float, end: float, post: UUID = GATE) -> Shift:
    return Shift(UUID(int=number), post, 7, at(start), at(end))


def test_a_check_in_and_its_check_out_are_one_stay() -> None:
    [one] = stays([said(1, IN, 8), said(2, OUT, 14)], 12)
    assert (one.id, one.began_at, one.ended_at, one.end) == (UUID(int=1), at(8), at(14), "out")


def test_a_late_check_in_that_arrives_after_its_check_out_still_makes_the_stay() -> None:
    assert stays([said(2, OUT, 14), said(1, IN, 8)], 12)[0].ended_at == at(14)
    assert stays([said(2, OUT, 14)], 12) == []


def test_said_again_soon_at_the_same_post_a_check_in_is_the_same() -> None:
    [one] = stays([said(1, IN, 8), said(2, IN, 8.4), said(3, OUT, 14)], 12)
    assert one.began_at == at(8)


def test_a_check_in_elsewhere_ends_the_stay_there() -> None:
    first, second = stays([said(1, IN, 8), said(2, IN, 8.2, post_id=DOOR)], 12)
    assert (first.ended_at, first.end, second.ended_at) == (at(8.2), "next", None)


def test_nobody_stays_longer_than_the_longest() -> None:
    [one] = stays([said(1, IN, 8, until=at(14)), said(2, OUT, 40)], 12)
    assert (one.ended_at, one.end) == (at(14), "cut")
    assert cut(said(1, IN, 8), 12).ended_at == at(8), "without a shift nothing is counted"


def test_a_check_out_from_home_counts_until_the_shifts_end() -> None:
    [one] = stays([said(1, IN, 8, until=at(14)), said(2, OUT, 17, method=NONE)], 12)
    assert one.ended_at == at(14)


def test_the_nearest_shift_that_runs_or_begins_soon_is_meant() -> None:
    both = [shift(1, 6, 14), shift(2, 14, 22)]
    found = {hour: shift_at(at(hour), both, 60) for hour in (4.5, 5.5, 9, 13.5, 13.99, 22)}
    assert [one and one.assignment_id.int for one in found.values()] == [None, 1, 1, 2, 2, None]
    assert shift_at(at(9), both, 60, DOOR) is None


def test_a_hundred_metres_are_a_hundred_metres() -> None:
    assert abs(distance_m(29.285, 106.252, 29.2859, 106.252) - 100.1) < 0.2
    assert abs(distance_m(29.285, 106.252, 29.285, 106.25303) - 99.9) < 0.3


marks = st.lists(
    st.tuples(st.sampled_from([IN, OUT]), st.integers(0, 4000), st.sampled_from([GATE, DOOR])), max_size=20
)


@given(marks, st.randoms())
def test_the_order_of_arrival_does_not_matter_and_stays_never_overlap(found: list, chance: object) -> None:
    listed = [said(number, way, minute / 60, post_id=post) for number, (way, minute, post) in enumerate(found, 1)]
    shuffled = list(listed)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    once, again = stays(listed, 12), stays(shuffled, 12)
    assert once == again
    for earlier, later in zip(once, once[1:], strict=False):
        assert earlier.ended_at is not None
        assert earlier.began_at <= earlier.ended_at <= later.began_at
    assert all(one.ended_at is None or one.ended_at - one.began_at <= timedelta(hours=12) for one in once)
