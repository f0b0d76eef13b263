"""Wall clocks of two nights a year."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gridward.drill.replay.local_time import to_utc, was_skipped

NEW_YORK = ZoneInfo("America/New_York")


def wall(*parts: int) -> datetime:
    return datetime(*parts)  # noqa: DTZ001


def test_a_summer_time_is_four_hours_behind() -> None:
    assert to_utc(wall(2015, 7, 1, 12), NEW_YORK) == datetime(2015, 7, 1, 16, tzinfo=UTC)


def test_a_time_the_clocks_skipped_lies_the_same_distance_after_the_skip() -> None:
    assert to_utc(wall(2015, 3, 8, 2, 30), NEW_YORK) == datetime(2015, 3, 8, 7, 30, tzinfo=UTC)
    assert was_skipped(wall(2015, 3, 8, 2, 30), NEW_YORK)
    assert not was_skipped(wall(2015, 3, 8, 3, 30), NEW_YORK)


def test_a_time_shown_twice_is_the_first_unless_that_is_too_early() -> None:
    twice = wall(2015, 11, 1, 1, 30)
    first, second = datetime(2015, 11, 1, 5, 30, tzinfo=UTC), datetime(2015, 11, 1, 6, 30, tzinfo=UTC)
    assert to_utc(twice, NEW_YORK) == first
    assert to_utc(twice, NEW_YORK, not_before=datetime(2015, 11, 1, 6, 10, tzinfo=UTC)) == second
    assert to_utc(twice, NEW_YORK, not_before=datetime(2015, 11, 2, tzinfo=UTC)) == first
