import threading

import pytest
from django.db import connection, transaction

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import EVERYWHERE, span
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.journal.models import Entry
from gridward.kernel.journal.queries import CursorTooOld, cursor, news
from tests.kernel.conftest import DISTRICT, NORTH, NOW, SOUTH


def write(address=SOUTH, verb="need.logged"):
    record(SYSTEM, [Event(verb, "need", "x", address, NOW)])


@pytest.mark.django_db(transaction=True)
def test_a_screen_sees_each_entry_of_its_areas_exactly_once(incident):
    mark = cursor()
    write(SOUTH)
    write(NORTH)
    seen = news(mark, [span(SOUTH)])
    assert len(seen.events) == 1
    assert news(seen.cursor, [span(SOUTH)]).events == []
    assert len(news(mark, [span(DISTRICT)]).events) == 2
    assert news(mark, []).events == []


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_commits_late_is_not_lost(incident):
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
    first = news(mark, [EVERYWHERE])
    may_commit.set()
    slow.join()
    second = news(first.cursor, [EVERYWHERE])
    assert [event["verb"] for event in first.events] == ["need.quick"]
    assert [event["verb"] for event in second.events] == ["need.slow"]


def test_a_cursor_of_another_database_or_of_nobody_is_refused(db):
    for strange in ("", "x", "1:2", "9000000000:9000000001:", "1:2:3;drop"):
        with pytest.raises(CursorTooOld):
            news(strange, [EVERYWHERE])


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_said(incident):
    mark = cursor()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write()
        raise ZeroDivisionError
    assert news(mark, [EVERYWHERE]).events == []


@pytest.mark.django_db
def test_an_action_with_nothing_to_tell_writes_nothing(incident):
    before = Entry.objects.count()
    record(SYSTEM, [])
    assert Entry.objects.count() == before
