"""The feed that all screens of a process share says what the database would say, to each its own."""

import threading

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as some

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.address import EVERYWHERE, span
from gridward.kernel.journal import feed
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.journal.feed import SharedFeed, Snapshot
from gridward.kernel.journal.queries import cursor, news
from tests.kernel.conftest import NORTH, NOW, SOUTH

HEADQUARTERS = Actor(1, "hq", "", {"needs.see": (EVERYWHERE,)})


class Clock:
    """Moves on by a second with every look."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1
        return self.now


@pytest.fixture
def shared(transactional_db, incident):
    made = SharedFeed(Clock())
    assert made.news(cursor(), HEADQUARTERS, (EVERYWHERE,)) is not None
    return made


def write(address=SOUTH, verb="need.logged", actor=SYSTEM, kind="need"):
    record(actor, [Event(verb, kind, "x", address, NOW)])


def test_it_says_what_the_database_says_and_each_entry_once(shared):
    mark = cursor()
    for address in (SOUTH, NORTH, SOUTH):
        write(address)
    for spans in ((span(SOUTH),), (span(NORTH),), (EVERYWHERE,), ()):
        found, told = shared.news(mark, HEADQUARTERS, spans), news(mark, spans)
        assert found is not None and found.events == told.events
        assert shared.news(found.cursor, HEADQUARTERS, spans).events == []


def test_an_entry_that_commits_late_is_told_then(shared):
    mark = cursor()
    written, may_commit = threading.Event(), threading.Event()

    def slow_writer():
        with transaction.atomic():
            write(verb="need.slow")
            written.set()
            may_commit.wait(10)
        connection.close()

    slow = threading.Thread(target=slow_writer)
    slow.start()
    written.wait(10)
    write(verb="need.quick")
    first = shared.news(mark, HEADQUARTERS, (EVERYWHERE,))
    may_commit.set()
    slow.join()
    second = shared.news(first.cursor, HEADQUARTERS, (EVERYWHERE,))
    assert [event["verb"] for event in first.events] == ["need.quick"]
    assert [event["verb"] for event in second.events] == ["need.slow"]


def test_who_may_see_no_needs_hears_of_what_they_did_themselves_only(shared):
    crew = Actor(None, "crew", "", {"areas.see": (span(SOUTH),)})
    mark = cursor()
    write(SOUTH)
    assert shared.news(mark, crew, (span(SOUTH),)).events == []
    assert len(shared.news(mark, HEADQUARTERS, (span(SOUTH),)).events) == 1


def test_accounts_are_not_told_of(shared):
    mark = cursor()
    write(verb="account.signed_in", kind="account")
    assert shared.news(mark, HEADQUARTERS, (EVERYWHERE,)).events == []


def test_a_change_of_rights_is_counted_for_whom_it_concerns(shared):
    before = [shared.rights(user_id) for user_id in (7, 8)]
    record(SYSTEM, [Event("grant.given", "user", "7", SOUTH, NOW)])
    assert [shared.rights(user_id) for user_id in (7, 8)] == [before[0] + 1, before[1]]
    record(SYSTEM, [Event("incident.closed", "incident", "x", SOUTH, NOW)])
    assert [shared.rights(user_id) for user_id in (7, 8)] == [before[0] + 2, before[1] + 1]


def test_a_screen_that_is_too_far_behind_or_from_elsewhere_is_left_to_the_database(shared, monkeypatch):
    monkeypatch.setattr(feed, "KEPT_ENTRIES", 3)
    mark = cursor()
    for _number in range(3):
        write()
        assert shared.news(mark, HEADQUARTERS, (EVERYWHERE,)) is not None
    assert len(shared.news(mark, HEADQUARTERS, (EVERYWHERE,)).events) == 3
    write()
    assert shared.news(mark, HEADQUARTERS, (EVERYWHERE,)) is None
    now = cursor()
    assert shared.news(now, HEADQUARTERS, (EVERYWHERE,)).events == []
    for strange in ("", "x", "1:2", "9000000000:9000000001:", "1:1:"):
        assert shared.news(strange, HEADQUARTERS, (EVERYWHERE,)) is None


numbers = some.integers(3, 30)


@given(
    some.lists(numbers, min_size=2, max_size=6, unique=True), some.lists(numbers, min_size=2, max_size=6, unique=True)
)
def test_a_snapshot_holds_another_where_it_sees_all_that_one_sees(one, other):
    first, second = (Snapshot(min(seen), max(seen), frozenset(sorted(seen)[:-1])) for seen in (one, other))
    told = all(second.sees(number) for number in range(40) if first.sees(number))
    assert second.holds(first) == told
