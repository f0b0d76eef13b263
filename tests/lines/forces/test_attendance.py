"""Checking in and out as a phone does it: by code, by place, late, twice, with a wrong clock; and by the desk."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, actor_of, public_actor
from gridward.kernel.access.models import Grant, User
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.erasing.actions import erase_incident
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.actions import close_incident
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.models import Need
from gridward.kernel.sync.records import Item
from gridward.lines.forces.actions import invitations
from gridward.lines.forces.actions.attendance import CHECK_IN, CHECK_OUT, check_in, check_out, close_forgotten
from gridward.lines.forces.models import Attendance, Invitation, Mark, Support, Volunteer
from gridward.lines.forces.queries import patch
from gridward.lines.forces.queries.attendance import post_code, post_of
from tests.lines.forces.conftest import DISTRICT, OTHER_COMMUNITY, Duty, verbs_of

DESK = "forces.volunteers"


def mark(way: str, at: datetime, key: Any = None, **body: Any) -> dict[str, Any]:
    kind = CHECK_IN if way == "in" else CHECK_OUT
    return {"id": str(key or uuid4()), "type": kind, "at": at.timestamp() * 1000, "body": body}


def send(duty: Duty, *marks: dict[str, Any], now: datetime, clock_off_s: float = 0) -> Any:
    """What a phone sends whose clock is ahead by some seconds."""
    for one in marks:
        one["at"] += clock_off_s * 1000
    sent = {"sent_at": (now.timestamp() + clock_off_s) * 1000, "device": str(uuid4()), "marks": marks}
    with clock.simulated(now):
        return Client().post(f"/forces/me/{duty.one.code}/marks", json.dumps(sent), content_type="application/json")


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [one["outcome"] for one in answer.json()["answers"]]


def test_a_scan_at_the_post_begins_the_shift_and_a_scan_ends_it(on_duty: Duty) -> None:
    code = post_code(on_duty.post.pk)
    came, went = on_duty.starts - timedelta(minutes=5), on_duty.ends
    assert outcomes(send(on_duty, mark("in", came, post=code), now=came)) == ["stored"]
    assert Assignment.objects.get().state == "arrived"
    assert outcomes(send(on_duty, mark("out", went, post=code), now=went)) == ["stored"]
    stay = Attendance.objects.get()
    assert (stay.began_at, stay.ended_at, stay.end) == (came, went, "out")
    assert (stay.assignment_id, stay.post, stay.kind) == (on_duty.assignment_id, on_duty.post, "volunteer")
    assert Assignment.objects.get().state == "done"
    assert Need.objects.get(pk=on_duty.need_id).state == "served"
    assert verbs_of(stay.pk) == ["forces.checked_in", "forces.checked_out"]


def test_sent_again_after_a_lost_answer_it_is_the_same(on_duty: Duty) -> None:
    said = mark("in", on_duty.starts, post=post_code(on_duty.post.pk))
    answers = [outcomes(send(on_duty, dict(said), now=on_duty.starts)) for _ in range(3)]
    assert answers == [["stored"], ["same"], ["same"]]
    assert (Mark.objects.count(), Attendance.objects.count()) == (1, 1)
    assert verbs_of(Attendance.objects.get().pk) == ["forces.checked_in"]


def test_what_was_pressed_offline_counts_from_then_though_it_comes_late_and_out_of_order(on_duty: Duty) -> None:
    code, late = post_code(on_duty.post.pk), on_duty.ends + timedelta(hours=30)
    assert outcomes(send(on_duty, mark("out", on_duty.ends, post=code), now=late)) == ["stored"]
    assert outcomes(send(on_duty, mark("in", on_duty.starts, post=code), now=late)) == ["stored"]
    stay = Attendance.objects.get()
    assert (stay.began_at, stay.ended_at) == (on_duty.starts, on_duty.ends)
    assert Assignment.objects.get().state == "done"
    entry = Entry.objects.get(verb="forces.checked_in")
    assert entry.data["late_s"] == (late - on_duty.starts).total_seconds()


def test_a_wrong_clock_is_corrected_and_kept_and_never_runs_ahead_of_the_house(on_duty: Duty) -> None:
    code = post_code(on_duty.post.pk)
    send(on_duty, mark("in", on_duty.starts, post=code), now=on_duty.starts, clock_off_s=7200)
    kept = Mark.objects.get()
    assert abs((kept.at - on_duty.starts).total_seconds()) < 0.01
    assert abs(kept.skew_s - 7200) < 0.01
    later = on_duty.starts + timedelta(hours=1)
    send(on_duty, mark("out", later + timedelta(hours=5), post=code), now=later)
    assert Mark.objects.get(direction="out").at == later


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"latitude": "29.2850", "longitude": "106.2520"}, ""),
        ({"latitude": 29.2868, "longitude": 106.252}, ""),
        ({"latitude": "29.30", "longitude": "106.27"}, "too_far"),
        ({"latitude": "north", "longitude": "106.27"}, "nowhere"),
        ({"latitude": "nan", "longitude": "106.27"}, "nowhere"),
        ({}, "nowhere"),
        ({"post": "A" * 32}, "unknown_post"),
    ],
)
def test_somebody_must_be_at_the_post(on_duty: Duty, body: Any, reason: str) -> None:
    answer = send(on_duty, mark("in", on_duty.starts, **body), now=on_duty.starts)
    assert answer.json()["answers"][0]["reason"] == reason
    assert Attendance.objects.exists() is not bool(reason)


def test_without_a_shift_the_place_says_nothing_but_the_posts_code_does(on_duty: Duty) -> None:
    early = on_duty.starts - timedelta(hours=5)
    near = mark("in", early, latitude="29.285", longitude="106.252")
    assert send(on_duty, near, now=early).json()["answers"][0]["reason"] == "no_shift"
    assert outcomes(send(on_duty, mark("in", early, post=post_code(on_duty.post.pk)), now=early)) == ["stored"]
    assert Attendance.objects.get().assignment_id is None
    assert Assignment.objects.get().state == "offered"


def test_a_check_out_from_home_counts_until_the_shifts_end(on_duty: Duty) -> None:
    home = on_duty.ends + timedelta(hours=2)
    marks = [mark("in", on_duty.starts, post=post_code(on_duty.post.pk)), mark("out", home)]
    assert outcomes(send(on_duty, *marks, now=home)) == ["stored", "stored"]
    assert Attendance.objects.get().ended_at == on_duty.ends


def test_who_forgot_to_check_out_is_counted_until_the_shifts_end_once(on_duty: Duty) -> None:
    send(on_duty, mark("in", on_duty.starts, post=post_code(on_duty.post.pk)), now=on_duty.starts)
    assert close_forgotten(on_duty.starts + timedelta(hours=11)) == 0
    assert close_forgotten(on_duty.starts + timedelta(hours=13)) == 1
    assert close_forgotten(on_duty.starts + timedelta(hours=14)) == 0
    stay = Attendance.objects.get()
    assert (stay.ended_at, stay.end) == (on_duty.ends, "cut")
    assert Assignment.objects.get().state == "done"


def test_a_code_of_another_house_or_a_wrong_person_is_refused(on_duty: Duty) -> None:
    code = post_code(on_duty.post.pk)
    assert post_of(code) == on_duty.post.pk
    forged = code[:-4] + ("AAAA" if code[-4:] != "AAAA" else "BBBB")
    assert post_of(forged) is None
    assert Client().get(f"/forces/at/{forged}").status_code == 404
    assert "南门卡口" in Client().get(f"/forces/at/{code}").content.decode()
    on_duty.one.code = "z" * 20
    assert send(on_duty, mark("in", on_duty.starts, post=code), now=on_duty.starts).status_code == 404
    assert not Mark.objects.exists()


_DEVICE = "0190b0c0-0000-7000-8000-000000000001"
_SENT = ("", "[]", "{}", '{"sent_at": 1, "device": "x", "marks": []}',
         f'{{"sent_at": 1e400, "device": "{_DEVICE}", "marks": []}}',
         f'{{"sent_at": 1, "device": "{_DEVICE}", "marks": [{{"id": "1", "type": "forces.check_in"}}]}}')  # fmt: skip


@pytest.mark.parametrize("sent", _SENT)
def test_what_cannot_be_read_is_refused_in_words(on_duty: Duty, sent: str) -> None:
    answer = Client().post(f"/forces/me/{on_duty.one.code}/marks", sent, content_type="application/json")
    assert answer.status_code == 422
    assert not Mark.objects.exists()


def test_the_field_app_checks_in_whoever_the_account_belongs_to(on_duty: Duty) -> None:
    user = User.objects.create(username="volunteer")
    Grant.objects.create(user=user, role="forces.member", address=DISTRICT)
    actor, now = actor_of(user, "field"), on_duty.starts
    body = {"post": post_code(on_duty.post.pk)}

    def item(kind: str, at: datetime) -> Item:
        return Item(new_id(at), kind, body, uuid4(), 1, None, at, 0.0, b"")

    assert [one.reason for one in check_in(actor, [item(CHECK_IN, now)], now)] == ["not_a_volunteer"]
    on_duty.one.account = user
    on_duty.one.save()
    assert [one.outcome for one in check_in(actor, [item(CHECK_IN, now)], now)] == ["stored"]
    assert [one.outcome for one in check_out(actor, [item(CHECK_OUT, on_duty.ends)], on_duty.ends)] == ["stored"]
    assert Mark.objects.filter(by=user).count() == 2


def test_the_phone_holds_its_own_shifts_and_can_tell_a_right_poster_without_knowing_its_code(on_duty: Duty) -> None:
    user = User.objects.create(username="volunteer")
    Grant.objects.create(user=user, role="forces.member", address=DISTRICT)
    actor, code = actor_of(user, "field"), post_code(on_duty.post.pk)
    with clock.simulated(on_duty.starts):
        assert patch.shifts(actor, "", 500) == ([], "")
        on_duty.one.account = user
        on_duty.one.save()
        [row], after = patch.shifts(actor, "", 500)
        assert after == ""
        assert row["code_sha"] == hashlib.sha256(code.encode()).hexdigest()
        assert code not in json.dumps(row)
        assert (row["starts_ms"], row["came_ms"]) == (on_duty.starts.timestamp() * 1000, 0)
        assert outcomes(send(on_duty, mark("in", on_duty.starts, post=code), now=on_duty.starts)) == ["stored"]
        [row], _after = patch.shifts(actor, "", 500)
        assert (row["came_ms"], row["went_ms"]) == (on_duty.starts.timestamp() * 1000, 0)
    with clock.simulated(on_duty.ends + timedelta(days=2)):
        assert patch.shifts(actor, "", 500) == ([], "")


def test_the_desk_of_the_post_notes_who_has_no_phone_and_no_other_desk_does(on_duty: Duty, sign_in: Any) -> None:
    path = f"/forces/volunteers/{on_duty.one.pk}/marks"
    body = {"direction": "in", "post": str(on_duty.post.pk), "id": str(new_id())}
    with clock.simulated(on_duty.starts):
        assert sign_in(DESK, OTHER_COMMUNITY).post(path, body).status_code == 404
        assert sign_in("forces.officer").post(path, body).status_code == 403
        for _ in range(2):
            assert sign_in(DESK).post(path, body).status_code == 302
        page = sign_in(DESK).get("/forces/attendance").content.decode()
    assert Mark.objects.get().method == "desk"
    assert Assignment.objects.get().state == "arrived"
    assert on_duty.one.badge in page


def test_own_shifts_stand_on_the_page_and_in_the_calendar(on_duty: Duty) -> None:
    page = Client().get(f"/forces/me/{on_duty.one.code}").content.decode()
    assert "南门卡口" in page
    calendar = Client().get(f"/forces/me/{on_duty.one.code}/shifts.ics")
    lines = calendar.content.decode().split("\r\n")
    assert calendar.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"DTSTART:{on_duty.starts:%Y%m%dT%H%M%SZ}" in lines
    assert "SUMMARY:南门卡口 早班" in lines
    assert max(len(line.encode()) for line in lines) <= 75


def test_leaving_gives_shifts_back_and_hours_stay_as_nobodys(on_duty: Duty) -> None:
    code = post_code(on_duty.post.pk)
    send(on_duty, mark("in", on_duty.starts, post=code), mark("out", on_duty.ends, post=code), now=on_duty.ends)
    Client().post(f"/forces/me/{on_duty.one.code}/departure", {"forget": "yes"})
    stay = Attendance.objects.get()
    assert (stay.volunteer, stay.kind, stay.ended_at) == (None, "volunteer", on_duty.ends)
    assert set(Mark.objects.values_list("volunteer", flat=True)) == {None}


def test_leaving_before_the_shift_lets_it_wait_again(on_duty: Duty) -> None:
    Client().post(f"/forces/me/{on_duty.one.code}/departure", {"forget": "yes"})
    assert Assignment.objects.get().state == "released"
    assert Need.objects.get(pk=on_duty.need_id).state == "waiting"


def test_the_poster_of_a_post_carries_its_code_and_is_for_those_who_see_it(on_duty: Duty, sign_in: Any) -> None:
    page = sign_in("forces.officer").get(f"/forces/posts/{on_duty.post.pk}/poster").content.decode()
    assert post_code(on_duty.post.pk) in page
    assert sign_in("forces.officer", OTHER_COMMUNITY).get(f"/forces/posts/{on_duty.post.pk}/poster").status_code == 404


def test_when_the_incident_is_forgotten_its_people_go_and_their_hours_stay(on_duty: Duty, owner_here: Any) -> None:
    code, now = post_code(on_duty.post.pk), on_duty.ends
    send(on_duty, mark("in", on_duty.starts, post=code), mark("out", now, post=code), now=now)
    invitations.invite(SYSTEM, [on_duty.one.pk], OTHER_COMMUNITY, "支援", now)
    invitations.answer(public_actor("web"), on_duty.one.code, Invitation.objects.get().pk, now, comes=True)
    close_incident(SYSTEM, on_duty.one.incident_id, now)
    with owner_here():
        done = erase_incident(SYSTEM, on_duty.one.incident_id, ["volunteer"], now)
    assert done.rows["forces_volunteer"] == 1
    assert not Volunteer.objects.exists()
    assert not Support.objects.exists()
    stay = Attendance.objects.get()
    assert (stay.volunteer, stay.ended_at) == (None, now)
