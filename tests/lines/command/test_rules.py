"""Who answers for what, and what the clock does: by hand and by property."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from gridward.kernel.address import Level, span
from gridward.lines.command import rules
from gridward.lines.command.rules import Stage, Watched
from tests.lines.command.conftest import DISTRICT, ESTATE, SOUTH_GATE, TOWN

AT = datetime(2022, 12, 2, 2, tzinfo=UTC)


def watched(**given: object) -> Watched:
    """An unseen directive of the district for a community."""
    values = {
        "stage": Stage.SENT, "sent_at": AT, "due_at": None, "see_within_s": 900, "reminders": 0, "desk": SOUTH_GATE,
        "desk_level": 12, "top_level": 6,
    }  # fmt: skip
    return Watched(**{**values, **given})  # type: ignore[arg-type]


def test_an_estate_answers_through_its_community_and_each_desk_has_one_above_it_up_to_who_issued() -> None:
    assert rules.desk_of(ESTATE, Level.ESTATE) == SOUTH_GATE
    assert rules.desk_above(SOUTH_GATE, 12, 6) == (TOWN, 9)
    assert rules.desk_above(TOWN, 9, 6) == (DISTRICT, 6)
    assert rules.desk_above(DISTRICT, 6, 6) is None
    assert rules.desk_above(SOUTH_GATE, 12, 9) == (TOWN, 9)
    assert rules.desk_above(TOWN, 9, 9) is None


def test_a_desk_answers_for_its_own_level_and_not_for_what_it_oversees() -> None:
    assert rules.levels_of(span(SOUTH_GATE)) == (12, 19)
    assert rules.levels_of(span(TOWN)) == (9, 9)
    assert rules.levels_of(span(DISTRICT)) == (0, 6)


def test_unseen_is_reminded_once_then_climbs_desk_by_desk_and_stops_at_the_top() -> None:
    first = rules.look(watched(), AT + timedelta(minutes=15))
    assert first.reminded and not first.climbed
    assert first.watched.next_at == AT + timedelta(minutes=30)
    second = rules.look(first.watched, AT + timedelta(minutes=30))
    assert second.climbed and (second.watched.desk, second.watched.desk_level) == (TOWN, 9)
    third = rules.look(second.watched, AT + timedelta(minutes=45))
    assert third.climbed and third.watched.desk == DISTRICT and third.watched.next_at is None


def test_seen_but_not_done_is_reminded_late_in_its_time_and_climbs_at_its_end() -> None:
    due = AT + timedelta(hours=10)
    assert rules.after_seen(AT, AT, due) == AT + timedelta(hours=8)
    assert rules.after_seen(AT, AT, None) is None
    seen = watched(stage=Stage.SEEN, due_at=due)
    reminded = rules.look(seen, AT + timedelta(hours=8))
    assert reminded.reminded and reminded.watched.next_at == due
    assert rules.look(reminded.watched, due).climbed


@given(
    stage=some.sampled_from([Stage.SENT, Stage.SEEN, Stage.ACCEPTED]),
    due_s=some.none() | some.integers(60, 100_000),
    see_within_s=some.integers(60, 7200),
    top=some.sampled_from([6, 9, 12]),
    late_s=some.integers(0, 5000),
)
def test_the_clock_always_comes_to_an_end(
    stage: Stage, due_s: int | None, see_within_s: int, top: int, late_s: int
) -> None:
    due = None if due_s is None else AT + timedelta(seconds=due_s)
    one = watched(stage=stage, due_at=due, see_within_s=see_within_s, top_level=top)
    now, looks, climbs = AT + timedelta(seconds=see_within_s), 0, 0
    while True:
        found = rules.look(one, now)
        assert not (found.reminded and found.climbed)
        climbs, one, looks = climbs + found.climbed, found.watched, looks + 1
        if one.next_at is None:
            break
        assert looks < 8
        now = max(one.next_at, now) + timedelta(seconds=late_s)
    assert climbs <= 2
    if stage is Stage.SENT or due is not None:
        assert one.desk_level == top


def test_a_difference_shows_what_was_removed_and_added_in_place() -> None:
    bits = rules.difference("今天18时前完成", "今天20时前完成消杀")
    assert "".join(bit.words for bit in bits if bit.change != "added") == "今天18时前完成"
    assert "".join(bit.words for bit in bits if bit.change != "removed") == "今天20时前完成消杀"


@given(some.text("今明天时前完成消杀0128", max_size=30), some.text("今明天时前完成消杀0128", max_size=30))
def test_both_wordings_can_be_read_from_a_difference(before: str, after: str) -> None:
    bits = rules.difference(before, after)
    assert "".join(bit.words for bit in bits if bit.change != "added") == before
    assert "".join(bit.words for bit in bits if bit.change != "removed") == after
