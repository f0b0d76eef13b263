"""An inspector's phone: its route, its checklist, its contact card; visits and findings through the sync protocol."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor, actor_of
from gridward.kernel.access.models import User
from gridward.kernel.address import text
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.models import Incident
from gridward.lines.command.actions import inspections, standing
from gridward.lines.command.models import Finding, Visit
from gridward.lines.command.queries import patch
from gridward.lines.command.rules import results_apply
from tests.kernel.sync.conftest import Phone, enrolled, outcomes, reasons
from tests.lines.command.conftest import OTHER_COMMUNITY, RIVERSIDE, SOUTH_GATE, verbs_of

PICTURE = b"\xff\xd8\xff\xe0 a picture"
PHOTO = "data:image/jpeg;base64," + base64.b64encode(PICTURE).decode()


@pytest.fixture
def phone(incident: Incident, account: Callable[..., User]) -> Phone:
    """The inspector's phone, and their route of today: two communities."""
    inspections.load_checklist(SYSTEM, datetime.now(UTC))
    user = account("inspector")
    for position, address in enumerate((SOUTH_GATE, OTHER_COMMUNITY), start=1):
        route_stop(incident, user, address, position)
    return enrolled(actor_of(user))


def route_stop(incident: Incident, user: User, address: int, position: int) -> Visit:
    now = datetime.now(UTC)
    return Visit.objects.create(
        id=new_id(), incident=incident, inspector=user, address=address, day=clock.local_day(now), position=position,
        planned_at=now, risk=1.0, days_unseen=4,
    )  # fmt: skip


def visit(**more: Any) -> dict[str, Any]:
    made = Visit.objects.get(position=1)
    return {"visit": str(made.pk), "address": text(made.address), "results": {"gate": True}, "before": {}, **more}


def finding(**more: Any) -> dict[str, Any]:
    return {"address": text(SOUTH_GATE), "sort": "individual", "words": "卡口夜间无人值守", **more}


def rows(phone: Phone, part: str) -> list[dict[str, Any]]:
    answer = phone.get(f"/sync/patch/{part}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["rows"])


def test_a_phone_holds_its_own_inspectors_route_and_nobody_elses(
    phone: Phone, incident: Incident, account: Callable[..., User]
) -> None:
    route_stop(incident, account("inspector", SOUTH_GATE), RIVERSIDE, 1)
    held = rows(phone, "command.route")
    assert [row["address"] for row in held] == [text(SOUTH_GATE), text(OTHER_COMMUNITY)]
    assert held[0]["state"] == "planned"
    assert {"key", "name", "name_en", "part"} <= rows(phone, "command.checklist")[0].keys()


def test_a_visit_noted_offline_is_made_when_it_was_made_and_once(phone: Phone) -> None:
    key = rows(phone, "command.checklist")[0]["key"]
    item = phone.item(visit(results={key: False}), "command.visit")
    item["at_ms"] -= 3_600_000
    assert outcomes(phone.send(item)) == ["stored"]
    assert outcomes(phone.send(item)) == ["same"]
    made = Visit.objects.get(position=1)
    assert (made.state, made.results) == ("done", {key: False})
    assert made.done_at is not None
    assert 3500 < (datetime.now(UTC) - made.done_at).total_seconds() < 3700
    assert verbs_of(made.pk) == ["inspection.visited"]


def test_a_visit_that_was_noted_otherwise_meanwhile_is_a_conflict_and_stays_as_it_was(phone: Phone) -> None:
    first, second = (row["key"] for row in rows(phone, "command.checklist")[:2])
    made = Visit.objects.get(position=1)
    inspections.finish_visit(phone.actor, made.pk, {first: True}, datetime.now(UTC))
    answer = phone.send(phone.item(visit(results={first: False}), "command.visit"))
    assert (outcomes(answer), reasons(answer)) == (["conflict"], ["visit_known_otherwise"])
    assert "指挥部" in answer.json()["results"][0]["words"]
    made.refresh_from_db()
    assert made.results == {first: True}
    # Whoever knew it may correct it.
    corrected = visit(results={first: False, second: True}, before={first: True})
    assert outcomes(phone.send(phone.item(corrected, "command.visit"))) == ["stored"]


def test_a_finding_with_its_photo_arrives_once_under_the_id_of_the_phone(phone: Phone) -> None:
    where = Visit.objects.get(position=1)
    item = phone.item(finding(visit=str(where.pk), photo=PHOTO, sort="common"), "command.finding")
    assert outcomes(phone.send(item)) == ["stored"]
    assert outcomes(phone.send(item)) == ["same"]
    made = Finding.objects.get()
    assert (str(made.pk), made.state, made.words) == (item["id"], "sent", "卡口夜间无人值守")
    assert made.visit_id == where.pk
    assert len(list(Path(settings.MEDIA_ROOT).joinpath(made.before).parent.iterdir())) == 1
    assert verbs_of(made.pk) == ["finding.raised"]
    client = Client()
    client.force_login(User.objects.get(pk=phone.actor.user_id))
    shown = client.get(f"/command/findings/{made.pk}/photos/before")
    assert b"".join(shown.streaming_content) == PICTURE


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"sort": "odd"}, "malformed"),
        ({"words": "  "}, "words_missing"),
        ({"photo": "data:image/jpeg;base64,AAAA"}, "not_a_photo"),
        ({"photo": "https://elsewhere"}, "malformed"),
        ({"address": "1"}, "malformed"),
        ({"visit": 7}, "malformed"),
    ],
)
def test_what_cannot_be_a_finding_is_refused_in_words_and_leaves_nothing(
    phone: Phone, more: dict[str, Any], reason: str
) -> None:
    answer = phone.send(phone.item(finding(**more), "command.finding"))
    assert (outcomes(answer), reasons(answer)) == (["rejected"], [reason])
    assert answer.json()["results"][0]["words"]
    assert not Finding.objects.exists()


def test_another_inspectors_visit_and_one_that_is_gone_are_not_taken(
    phone: Phone, incident: Incident, account: Callable[..., User]
) -> None:
    other = route_stop(incident, account("inspector", SOUTH_GATE), SOUTH_GATE, 1)
    answer = phone.send(
        phone.item(visit_of(other), "command.visit"),
        phone.item({**visit_of(other), "visit": str(new_id())}, "command.visit"),
    )
    assert outcomes(answer) == ["rejected", "conflict"]
    assert reasons(answer) == ["forbidden", "visit_gone"]
    other.refresh_from_db()
    assert other.state == "planned"


def visit_of(made: Visit) -> dict[str, Any]:
    return {"visit": str(made.pk), "address": text(made.address), "results": {}, "before": {}}


def test_a_community_may_not_send_an_inspectors_records(account: Callable[..., User], phone: Phone) -> None:
    worker = enrolled(actor_of(account("community", SOUTH_GATE)))
    answer = worker.send(worker.item(finding(), "command.finding"))
    assert (outcomes(answer), reasons(answer)) == (["rejected"], ["forbidden"])
    assert worker.get("/sync/patch/command.route").status_code == 404


def test_a_phone_holds_the_contact_card_of_its_own_community_only(
    phone: Phone, account: Callable[..., User], actor: Callable[..., Actor]
) -> None:
    now, officer = datetime.now(UTC), actor("headquarters")
    standing.install(now)
    for place, number in ((SOUTH_GATE, "13911110000"), (RIVERSIDE, "13922220000"), (OTHER_COMMUNITY, "13933330000")):
        standing.fill_post(officer, place, "supply", "王主任", number, "社区居委会", now)
    held = {
        role: [row["phone"] for row in rows(enrolled(actor_of(account(role, place))), "command.card")]
        for role, place in (("crew", SOUTH_GATE), ("town", SOUTH_GATE // 10**10 * 10**10))
    }
    assert held == {"crew": ["13911110000"], "town": []}
    # An inspector of the district: the places of today's route.
    assert [row["phone"] for row in rows(phone, "command.card")] == ["13911110000", "13933330000"]
    nobody = Actor(None, "", "test", {})
    assert patch.card(nobody, "", 500) == ([], "")


def test_results_take_the_place_of_what_the_phone_knew() -> None:
    assert results_apply({}, {}, {"a": True})
    assert results_apply({"a": True}, {"a": True}, {"a": False})
    assert results_apply({"a": False}, {}, {"a": False})
    assert not results_apply({"a": True}, {}, {"a": False})
