"""The feed's quick answers: only for who was answered in full, and only as long as nothing about them changes."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gridward.kernel.access.actions import give
from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.access.models import User
from gridward.kernel.address import from_code
from gridward.kernel.clock import now
from gridward.kernel.journal import feed
from gridward.kernel.journal.models import Entry
from gridward.kernel.journal.queries import cursor
from gridward.web.signin import actions as signin


@pytest.fixture
def screen(signed_in):
    client = signed_in("town")

    def ask(since=None):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.get("/feed", {"since": since or cursor()}, headers={"accept": "application/json"})
        return answer, [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]

    ask.client = client
    return ask


def looked_up_the_account(statements):
    return any("kernel_grant" in one for one in statements)


def test_the_second_question_looks_nobody_up(screen):
    first, asked = screen()
    assert first.status_code == 204 and looked_up_the_account(asked)
    second, asked = screen()
    assert second.status_code == 204 and not looked_up_the_account(asked)
    assert second.headers["X-Cursor"] and second.headers["Cache-Control"] == "private, no-store"


def test_a_session_that_was_ended_by_hand_hears_nothing_more_after_some_seconds(screen, monkeypatch):
    monkeypatch.setattr("gridward.web.feed._ALIVE_S", 0)
    screen()
    screen()
    Session.objects.all().delete()
    assert screen()[0].status_code in (302, 401)


def test_an_account_whose_sessions_were_ended_is_looked_up_at_once(screen, monkeypatch):
    monkeypatch.setattr(feed, "READ_EVERY_S", 0)
    screen()
    screen()
    signin.write(SYSTEM, "account.sessions_ended", User.objects.get(username="town"), now())
    assert looked_up_the_account(screen()[1])


def test_rights_that_changed_are_looked_up_anew(screen, monkeypatch):
    monkeypatch.setattr(feed, "READ_EVERY_S", 0)
    screen()
    screen()
    mark = cursor()
    give(SYSTEM, User.objects.get(username="town").pk, "auditor", from_code("500116"), now())
    _answer, asked = screen(mark)
    assert looked_up_the_account(asked)


def test_a_cursor_nobody_gave_is_refused_the_second_time_too(screen):
    screen()
    for _time in range(2):
        assert screen("nonsense")[0].status_code == 410


def test_grants_given_and_taken_in_the_administration_stand_in_the_journal(signed_in):
    admin, town = signed_in("admin"), User.objects.get(username="town")
    kept, page = town.grants.get(), f"/admin/kernel/user/{town.pk}/change/"
    form = {
        "username": "town", "is_active": "on", "display_name": "", "phone": "", "organisation": "",
        "grants-TOTAL_FORMS": "2", "grants-INITIAL_FORMS": "1",
        "grants-0-id": kept.pk, "grants-0-user": town.pk, "grants-0-role": kept.role,
        "grants-0-address": kept.address, "grants-0-incident": "", "grants-0-DELETE": "on",
        "grants-1-id": "", "grants-1-user": town.pk, "grants-1-role": "auditor",
        "grants-1-address": kept.address, "grants-1-incident": "",
    }  # fmt: skip
    answer = admin.post(page, form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    told = Entry.objects.filter(subject_kind="user", subject_id=str(town.pk)).order_by("verb")
    assert [(one.verb, one.data["role"]) for one in told] == [("grant.given", "auditor"), ("grant.taken", "town")]
