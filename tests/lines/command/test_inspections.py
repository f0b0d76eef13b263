"""Inspections through HTTP: routes, findings put right and checked, one reply for everybody, and the answer book."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.ids import new_id
from gridward.kernel.journal.models import Entry
from gridward.kernel.plans.models import Plan
from gridward.lines.command.actions import inspections as actions
from gridward.lines.command.models import Answer, Finding, Problem, Receipt, Visit
from gridward.lines.command.queries import inspections as queries
from tests.lines.command.conftest import (
    OTHER_COMMUNITY,
    OTHER_TOWN,
    PICTURE,
    RIVERSIDE,
    SOUTH_GATE,
    verbs_of,
)

SignIn = Callable[..., Client]


@pytest.fixture
def inspector(sign_in: SignIn) -> Client:
    actions.load_checklist(SYSTEM, datetime.now(UTC))
    return sign_in("inspector")


@pytest.fixture
def headquarters(sign_in: SignIn) -> Client:
    return sign_in("headquarters")


def photo(name: str = "photo") -> dict[str, Any]:
    return {name: SimpleUploadedFile("a.png", PICTURE, "image/png")}


def raised(client: Client, words: str, sort: str = "common", address: int = SOUTH_GATE, **given: Any) -> Finding:
    """Raise a finding on the phone and return it."""
    body = {"id": str(new_id()), "address": str(address), "words": words, "sort": sort, **given}
    answer = client.post("/command/findings/new", body)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Finding.objects.get(pk=body["id"])


def routes(headquarters: Client, inspector: Client) -> list[Visit]:
    """Plan today and approve."""
    day = clock.local_day(datetime.now(UTC)).isoformat()
    people = [str(one.pk) for one in queries.inspectors(clock_span())]
    assert headquarters.post("/command/inspections", {"day": day, "inspectors": people}).status_code == 302
    plan = Plan.objects.get()
    for _again in range(2):
        assert headquarters.post(f"/command/inspections/plans/{plan.pk}/approval").status_code == 302
    return list(Visit.objects.order_by("position"))


def clock_span() -> Any:
    from gridward.kernel.address import span
    from tests.lines.command.conftest import DISTRICT

    return span(DISTRICT)


def test_a_day_is_planned_by_risk_and_time_unseen_and_is_on_the_phone_once_approved(
    headquarters: Client, inspector: Client
) -> None:
    visits = routes(headquarters, inspector)
    assert {one.address for one in visits} == {SOUTH_GATE, RIVERSIDE, OTHER_COMMUNITY}
    plan = Plan.objects.get()
    assert (
        plan.state == "approved" and plan.cost >= (plan.lower_bound or 0) and plan.inputs["travel"] == "straight line"
    )
    shown = inspector.get("/command/route").content.decode()
    assert "南门社区" in shown and "直线" in shown
    assert verbs_of(plan.pk) == ["inspection.planned", "inspection.approved"]
    day = visits[0].day.isoformat()
    people = [str(visits[0].inspector_id)]
    headquarters.post("/command/inspections", {"day": day, "inspectors": people})
    second = Plan.objects.exclude(pk=plan.pk).get()
    assert headquarters.post(f"/command/inspections/plans/{second.pk}/approval").status_code == 409


def test_the_same_rows_and_seed_give_the_same_routes(headquarters: Client, inspector: Client, actor: Any) -> None:
    who, day, now = actor("headquarters"), date(2022, 12, 2), datetime.now(UTC)
    people = [one.pk for one in queries.inspectors(clock_span())]
    first, second = (actions.propose(who, clock_span(), people, day, 7, now) for _twice in range(2))
    assert first.outcome == second.outcome and first.inputs == second.inputs


def test_only_the_headquarters_plans_and_only_the_inspector_notes_a_visit(
    headquarters: Client, inspector: Client, sign_in: SignIn
) -> None:
    visits = routes(headquarters, inspector)
    for other in (inspector, sign_in("community", SOUTH_GATE), sign_in("town", OTHER_TOWN)):
        assert other.get("/command/inspections").status_code == 403
    path = f"/command/route/{visits[0].pk}"
    assert sign_in("inspector", OTHER_TOWN).post(path, {"gate": "yes"}).status_code in (403, 404)
    for _again in range(2):
        assert inspector.post(path, {"gate": "yes", "waste": "no", "nonsense": "no"}).status_code == 302
    done = Visit.objects.get(pk=visits[0].pk)
    assert (done.state, done.results) == ("done", {"gate": True, "waste": False})
    assert verbs_of(done.pk) == ["inspection.visited"]


def test_an_individual_finding_is_put_right_with_a_photo_and_checked_again(inspector: Client, sign_in: SignIn) -> None:
    finding = raised(inspector, "3号楼下面的垃圾桶满了三天没人清", "individual", **photo())
    community, path = sign_in("community", SOUTH_GATE), f"/command/findings/{finding.pk}"
    assert "垃圾桶" in community.get("/command/findings").content.decode()
    assert inspector.post(f"{path}/recheck", {"in_order": "yes"}).status_code == 409
    assert sign_in("auditor", SOUTH_GATE).post(f"{path}/righting", {"words": "好"}).status_code == 403, "only looks on"
    assert community.post(f"{path}/righting", {}).status_code == 422
    assert community.post(f"{path}/righting", {"words": "已清走", **photo()}).status_code == 302
    assert community.post(f"{path}/righting", {"words": "再次"}).status_code == 409
    assert community.post(f"{path}/recheck", {"in_order": "yes"}).status_code == 403, "who puts it right does not check"
    assert inspector.post(f"{path}/recheck", {"in_order": "no"}).status_code == 422
    assert inspector.post(f"{path}/recheck", {"in_order": "no", "words": "还有两袋"}).status_code == 302
    assert community.post(f"{path}/righting", {"words": "全部清走", **photo()}).status_code == 302
    assert inspector.post(f"{path}/recheck", {"in_order": "yes"}).status_code == 302
    assert verbs_of(finding.pk) == [
        "finding.raised", "finding.righted", "finding.returned", "finding.righted", "finding.checked",
    ]  # fmt: skip
    for side in ("before", "after"):
        assert b"".join(community.get(f"{path}/photos/{side}").streaming_content) == PICTURE
    stranger = sign_in("community", RIVERSIDE)
    assert stranger.get(path).status_code == stranger.get(f"{path}/photos/before").status_code == 404
    assert stranger.post(f"{path}/righting", {"words": "x"}).status_code == 404


def test_one_reply_answers_everybody_and_the_next_one_finds_it_before_raising(
    headquarters: Client, inspector: Client, sign_in: SignIn
) -> None:
    first = raised(inspector, "采样人员没有一人一换手套，也没做手消")
    second = raised(sign_in("community", RIVERSIDE), "核酸采样人员手套未及时更换，手部消毒不规范", address=RIVERSIDE)
    lone = raised(inspector, "小区停电三个小时，没通知", address=OTHER_COMMUNITY)
    board = headquarters.get("/command/problems").content.decode()
    assert "另有 1 条相似" in board, "the two about gloves are offered together"
    body = {"title": "采样手套与手消", "findings": [str(first.pk)]}
    assert headquarters.post("/command/problems/grouping", body).status_code == 302
    problem = Problem.objects.get()
    board = headquarters.get("/command/problems").content.decode()
    assert f'value="{problem.pk}"' in board and "手套" in board
    given = {"problem": str(problem.pk), "findings": [str(second.pk)]}
    assert headquarters.post("/command/problems/grouping", given).status_code == 302
    reply = f"/command/problems/{problem.pk}/reply"
    assert headquarters.post(reply, {"words": " "}).status_code == 422
    body = {"words": "采样一人一手消，每十人更换手套；物资由卫健组当天补齐。", "levels": ["12"]}
    assert headquarters.post(reply, body).status_code == 302
    assert headquarters.post(reply, body).status_code == 409
    answer = Answer.objects.get()
    assert set(Receipt.objects.filter(directive=answer.directive).values_list("address", flat=True)) == {
        SOUTH_GATE, RIVERSIDE, OTHER_COMMUNITY,
    }  # fmt: skip
    assert {one.state for one in Finding.objects.filter(problem=problem)} == {"answered"}
    assert Finding.objects.get(pk=lone.pk).state == "sent"
    next_one = sign_in("community", OTHER_COMMUNITY)
    assert "采样手套与手消" in next_one.get("/strip").content.decode()
    found = next_one.get("/command/answers", {"q": "做核酸的不换手套"}).content.decode()
    assert "每十人更换手套" in found
    hint = next_one.post("/command/findings/hints", {"words": "采样员不换手套", "address": str(OTHER_COMMUNITY)})
    assert "每十人更换手套" in hint.content.decode()
    used = next_one.post(f"/command/answers/{answer.pk}/use", {"address": str(OTHER_COMMUNITY)})
    assert used.status_code == 302
    assert verbs_of(answer.pk) == ["answer.given", "answer.used"]
    assert verbs_of(first.pk) == ["finding.raised", "finding.grouped", "finding.answered"]
    late = raised(inspector, "采样医护手套没有更换", address=OTHER_COMMUNITY)
    headquarters.post("/command/problems/grouping", {"problem": str(problem.pk), "findings": [str(late.pk)]})
    late.refresh_from_db()
    assert late.state == "answered", "what is put under an answered problem has its reply"


def test_judging_is_the_headquarters_and_answers_stay_below_the_desk_that_gave_them(
    inspector: Client, sign_in: SignIn, actor: Callable[..., Actor]
) -> None:
    finding = raised(inspector, "蔬菜包三天没有送到")
    for other in (inspector, sign_in("community", SOUTH_GATE), sign_in("town", OTHER_TOWN)):
        assert other.get("/command/problems").status_code == 403
        body = {"title": "x", "findings": [str(finding.pk)]}
        assert other.post("/command/problems/grouping", body).status_code == 403
    desk = actor("headquarters", SOUTH_GATE)
    problem = actions.group(desk, [finding.pk], "", "菜包迟到", datetime.now(UTC))
    Answer.objects.create(
        incident=finding.incident, problem=problem, address=SOUTH_GATE, question="菜包迟到", reply="改为上午配送",
        answered_at=datetime.now(UTC),
    )  # fmt: skip
    assert "改为上午配送" in sign_in("community", SOUTH_GATE).get("/command/answers").content.decode()
    assert "改为上午配送" not in sign_in("community", RIVERSIDE).get("/command/answers").content.decode()


def test_raising_the_same_finding_again_keeps_one_and_an_unfit_one_none(inspector: Client, sign_in: SignIn) -> None:
    key = str(new_id())
    body = {"id": key, "address": str(SOUTH_GATE), "words": "卡口夜间无人值守", "sort": "individual"}
    for _again in range(2):
        assert inspector.post("/command/findings/new", body).status_code == 302
    assert Finding.objects.count() == 1
    assert sign_in("community", RIVERSIDE).post("/command/findings/new", {**body, "id": ""}).status_code == 403
    assert inspector.post("/command/findings/new", {**body, "id": "", "words": " "}).status_code == 422
    bad = SimpleUploadedFile("a.txt", b"text", "text/plain")
    assert inspector.post("/command/findings/new", {**body, "id": "", "photo": bad}).status_code == 422
    assert Finding.objects.count() == Entry.objects.filter(verb="finding.raised").count() == 1
