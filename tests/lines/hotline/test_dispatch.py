"""The dispatch board through HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gridward.kernel.assignments.models import Assignment
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import AssignmentState
from gridward.kernel.resources.models import Resource
from tests.lines.hotline.conftest import OTHER_COMMUNITY, OTHER_TOWN, House, log_call, verbs_of


@pytest.fixture
def need(sign_in: Any) -> Need:
    """A waiting need about dialysis at the south gate."""
    return log_call(sign_in("agent"))


def assign(client: Client, need: Need, resource: Resource, version: int | None = None) -> Any:
    body = {"resource_id": str(resource.pk), "version": need.version if version is None else version}
    return client.post(f"/hotline/dispatch/{need.pk}/assignment", body)


def test_the_board_shows_the_queue_and_the_best_first_with_reasons(sign_in: Any, need: Need, house: House) -> None:
    shown = sign_in("dispatcher").get("/hotline/dispatch", {"need": str(need.pk)}).content.decode()
    assert shown.index("应急1号") < shown.index("应急2号")
    assert 'data-key="1"' in shown
    assert house.worker.name not in shown


def test_a_dispatcher_sends_with_one_key_and_the_reasons_are_kept(sign_in: Any, need: Need, house: House) -> None:
    assert assign(sign_in("dispatcher"), need, house.near).status_code == 302
    sent = Assignment.objects.get()
    assert (sent.need_id, sent.resource_id, sent.reasons["rank"]) == (need.pk, house.near.pk, 1)
    assert sent.reasons["matched"] == ["dialysis"]
    assert verbs_of(need.pk, sent.pk) == ["need.logged", "need.assigned", "assignment.offered"]


def test_a_vehicle_just_sent_elsewhere_is_refused_and_the_board_is_shown_anew(
    sign_in: Any, need: Need, house: House
) -> None:
    dispatcher = sign_in("dispatcher")
    other = log_call(sign_in("agent"), words="另一位透析病人")
    assign(dispatcher, need, house.near)
    answer = assign(dispatcher, other, house.near)
    assert answer.status_code == 409
    assert "应急1号" in answer.content.decode() and 'role="alert"' in answer.content.decode()
    assert verbs_of(other.pk) == ["need.logged"]


def test_a_decision_on_an_old_picture_is_refused(sign_in: Any, need: Need, house: House) -> None:
    dispatcher = sign_in("dispatcher")
    assign(dispatcher, need, house.near)
    assert assign(dispatcher, need, house.far, version=need.version).status_code == 409
    assert Assignment.objects.count() == 1


def test_another_towns_dispatcher_does_not_know_the_need(sign_in: Any, need: Need, house: House) -> None:
    stranger = sign_in("dispatcher", OTHER_TOWN)
    assert assign(stranger, need, house.far).status_code == 404
    assert stranger.get(f"/hotline/dispatch/{need.pk}").status_code == 404
    assert str(need.pk) not in stranger.get("/hotline/dispatch").content.decode()


def test_an_agent_may_not_send(sign_in: Any, need: Need, house: House) -> None:
    assert assign(sign_in("agent"), need, house.near).status_code == 403
    assert not Assignment.objects.exists()


def test_refusing_takes_a_reason_and_leaves_a_name(sign_in: Any, need: Need) -> None:
    dispatcher = sign_in("dispatcher")
    path = f"/hotline/dispatch/{need.pk}/refusal"
    assert dispatcher.post(path, {"words": " "}).status_code == 422
    assert dispatcher.post(path, {"words": "不属于本区"}).status_code == 302
    need.refresh_from_db()
    assert (need.state, need.outcome, need.closed_by.username) == (
        "refused",
        "不属于本区",
        "dispatcher-5001160000000000000",
    )
    assert dispatcher.post(path, {"words": "再次"}).status_code == 409
    assert verbs_of(need.pk) == ["need.logged", "need.refused"]


def test_calling_back_frees_the_vehicle_and_the_need_waits_again(sign_in: Any, need: Need, house: House) -> None:
    dispatcher = sign_in("dispatcher")
    assign(dispatcher, need, house.near)
    sent = Assignment.objects.get()
    path = f"/hotline/dispatch/{need.pk}/assignments/{sent.pk}/release"
    assert dispatcher.post(path, {"words": "更急的需要"}).status_code == 302
    need.refresh_from_db()
    assert need.state == "waiting"
    assert assign(dispatcher, need, house.near).status_code == 302


def test_resources_off_duty_and_busy_ones_are_not_offered(sign_in: Any, need: Need, house: House) -> None:
    dispatcher = sign_in("dispatcher")
    assign(dispatcher, log_call(sign_in("agent"), words="第一位"), house.near)
    Resource.objects.filter(pk=house.far.pk).update(duty="off")
    shown = dispatcher.get(f"/hotline/dispatch/{need.pk}").content.decode()
    assert 'data-key="1"' not in shown


def test_waiting_needs_about_one_trouble_are_joined(sign_in: Any, house: House) -> None:
    agent, dispatcher = sign_in("agent"), sign_in("dispatcher")
    first = log_call(agent, category="utilities", words="整栋停水")
    second = log_call(agent, category="utilities", words="停水了没水")
    path = f"/hotline/dispatch/{second.pk}/joining"
    assert dispatcher.post(path, {"into": str(first.pk)}).status_code == 302
    assert dispatcher.post(path, {"into": str(second.pk)}).status_code == 409
    assert verbs_of(second.pk) == ["need.logged", "need.joined"]


def test_the_board_keeps_its_count_of_queries_with_many_needs(
    sign_in: Any, house: House, django_assert_max_num_queries: Any
) -> None:
    agent = sign_in("agent")
    needs = [log_call(agent, words=f"第{at}位") for at in range(12)]
    dispatcher = sign_in("dispatcher")
    with django_assert_max_num_queries(26):
        dispatcher.get("/hotline/dispatch", {"need": str(needs[0].pk)})


def test_towns_allot_vehicles_to_their_communities_and_not_to_others(sign_in: Any, house: House) -> None:
    town, path = sign_in("town", OTHER_TOWN), "/hotline/fleet/allotment"
    assert town.post(path, {"vehicle": str(house.far.pk), "address": str(OTHER_TOWN)}).status_code == 302
    house.far.refresh_from_db()
    assert house.far.address == OTHER_TOWN
    assert verbs_of(house.far.pk) == ["resource.allotted"]
    assert town.post(path, {"vehicle": str(house.far.pk), "address": "5001160010020000000"}).status_code == 403
    both = [str(house.far.pk), str(house.near.pk)]
    assert town.post(path, {"vehicle": both, "address": str(OTHER_COMMUNITY)}).status_code == 404
    assert town.post(path, {"address": str(OTHER_COMMUNITY)}).status_code == 404
    assert verbs_of(house.far.pk, house.near.pk) == ["resource.allotted"]


def test_the_fleet_page_shows_the_worst_covered_community_first(sign_in: Any, house: House) -> None:
    page = sign_in("headquarters").get("/hotline/fleet").content.decode()
    assert "应急1号" in page
    assert page.index("滨江社区", page.index("<h2")) < page.index("东方红社区", page.index("<h2"))


def test_a_finished_need_offers_nobody(sign_in: Any, need: Need, house: House) -> None:
    dispatcher = sign_in("dispatcher")
    dispatcher.post(f"/hotline/dispatch/{need.pk}/answer", {"words": "已电话解答"})
    assert 'data-key="1"' not in dispatcher.get(f"/hotline/dispatch/{need.pk}").content.decode()
    assert not Assignment.objects.filter(state=AssignmentState.OFFERED).exists()
