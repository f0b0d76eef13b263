"""The JSON API as other systems use it."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.test import Client

from gridward.kernel.needs.models import Need
from tests.lines.hotline.conftest import DISTRICT, OTHER_COMMUNITY, SOUTH_GATE, House, verbs_of

NEEDS = "/api/v1/hotline/needs"


def send(client: Client, path: str, body: dict[str, Any], key: str = "") -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def a_need(**given: Any) -> dict[str, Any]:
    return {"category": "dialysis", "address": str(SOUTH_GATE), "words": "明早透析没有车", **given}


def test_a_system_logs_a_need_and_gets_its_code_and_its_address_as_a_string(system_key: str, client: Client) -> None:
    answer = send(client, NEEDS, a_need(), system_key)
    assert answer.status_code == 201
    need = answer.json()
    assert need["address"] == "5001160010020000000"
    assert len(need["tracking_code"]) == 10
    assert (need["latitude"], need["longitude"]) == (29.285, 106.252), "it stands on the map where its community does"
    assert verbs_of(need["id"]) == ["need.logged"]


def test_sending_the_same_id_again_changes_nothing(system_key: str, client: Client) -> None:
    need = a_need(id=str(uuid4()))
    first, second = (send(client, NEEDS, need, system_key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Need.objects.count() == 1
    assert verbs_of(need["id"]) == ["need.logged"]


def test_nobody_without_a_key_or_a_session_is_let_in(house: House, client: Client) -> None:
    assert send(client, NEEDS, a_need()).status_code == 401
    assert send(client, NEEDS, a_need(), "wrong").status_code == 401
    assert not Need.objects.exists()


def test_a_key_reaches_no_further_than_its_account(system_key: str, client: Client) -> None:
    answer = send(client, NEEDS, a_need(address=str(OTHER_COMMUNITY)), system_key)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_bad_input_is_refused_with_a_code(system_key: str, client: Client) -> None:
    unknown = send(client, NEEDS, a_need(category="nothing"), system_key)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_category")
    nowhere = send(client, NEEDS, a_need(address="12"), system_key)
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "unknown_place")


def test_two_needs_cannot_have_one_vehicle(system_key: str, client: Client, house: House) -> None:
    first, second = (send(client, NEEDS, a_need(), system_key).json() for _ in range(2))
    sent = send(client, f"{NEEDS}/{first['id']}/assignment", {"resource_id": str(house.near.pk)}, system_key)
    assert sent.status_code == 201
    refused = send(client, f"{NEEDS}/{second['id']}/assignment", {"resource_id": str(house.near.pk)}, system_key)
    assert (refused.status_code, refused.json()["code"]) == (409, "resource_busy")
    assert verbs_of(second["id"]) == ["need.logged"]
    assert verbs_of(first["id"], sent.json()["id"]) == ["need.logged", "need.assigned", "assignment.offered"]


def test_a_decision_on_an_old_picture_is_refused(system_key: str, client: Client, house: House) -> None:
    need = send(client, NEEDS, a_need(), system_key).json()
    path = f"{NEEDS}/{need['id']}/assignment"
    send(client, path, {"resource_id": str(house.near.pk), "version": need["version"]}, system_key)
    stale = send(client, path, {"resource_id": str(house.near.pk), "version": need["version"]}, system_key)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    elsewhere = send(client, path, {"resource_id": str(house.far.pk), "version": need["version"]}, system_key)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "not_found")


def test_only_kinds_that_may_take_a_category_are_sent(system_key: str, client: Client, house: House) -> None:
    need = send(client, NEEDS, a_need(), system_key).json()
    path = f"{NEEDS}/{need['id']}/assignment"
    refused = send(client, path, {"resource_id": str(house.worker.pk)}, system_key)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_taker")


def test_choices_come_ranked_with_reasons(sign_in: Any, house: House) -> None:
    dispatcher = sign_in("dispatcher", DISTRICT)
    need = send(dispatcher, NEEDS, a_need()).json()
    choices = dispatcher.get(f"{NEEDS}/{need['id']}/choices").json()["choices"]
    assert [one["name"] for one in choices] == ["应急1号", "应急2号"]
    assert choices[0]["matched"] == ["dialysis"]
    assert choices[1]["missing"] == ["dialysis"]
    assert choices[0]["reach_s"] < choices[1]["reach_s"]


def test_a_town_sees_its_own_queue_and_not_its_neighbours(sign_in: Any, house: House) -> None:
    headquarters = sign_in("dispatcher", DISTRICT)
    here = send(headquarters, NEEDS, a_need()).json()
    there = send(headquarters, NEEDS, a_need(address=str(OTHER_COMMUNITY))).json()
    town = sign_in("dispatcher", SOUTH_GATE)
    assert [need["id"] for need in town.get(NEEDS).json()["needs"]] == [here["id"]]
    assert town.get(f"{NEEDS}/{there['id']}").status_code == 404
    assert town.get(f"{NEEDS}/{uuid4()}").content == town.get(f"{NEEDS}/{there['id']}").content
