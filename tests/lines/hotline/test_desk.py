"""The call-taker's desk through HTTP."""

from __future__ import annotations

from typing import Any

from django.test import Client

from gridward.kernel.needs.models import Need
from gridward.kernel.notices.models import Notice
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import tokens_of
from tests.lines.hotline.conftest import (
    BUILDING,
    DISTRICT,
    ESTATE,
    OTHER_COMMUNITY,
    SOUTH_GATE,
    House,
    a_call,
    log_call,
    verbs_of,
)


def test_an_agent_logs_a_call_and_reads_its_code_to_the_caller(sign_in: Any) -> None:
    agent = sign_in("agent")
    answer = agent.post("/hotline/desk", a_call(), follow=True)
    need = Need.objects.get()
    assert f"{need.tracking_code[:5]} {need.tracking_code[5:]}" in answer.content.decode()
    assert (need.channel, need.category_id, need.address) == ("phone", "dialysis", SOUTH_GATE)
    assert verbs_of(need.pk) == ["need.logged"]


def test_sending_the_form_twice_logs_one_call(sign_in: Any) -> None:
    agent = sign_in("agent")
    page = agent.get("/hotline/desk").content.decode()
    fresh = page.split('name="id" value="')[1].split('"')[0]
    for _ in range(2):
        assert agent.post("/hotline/desk", a_call(id=fresh)).status_code == 302
    assert Need.objects.count() == 1


def test_a_call_without_place_comes_back_with_everything_typed(sign_in: Any) -> None:
    answer = sign_in("agent").post("/hotline/desk", a_call(address=""))
    assert answer.status_code == 422
    assert "老人明天早上要做透析" in answer.content.decode()
    assert not Need.objects.exists()


def test_a_community_cannot_log_for_another_one(sign_in: Any) -> None:
    worker = sign_in("community", SOUTH_GATE)
    assert worker.post("/hotline/desk", a_call(address=str(OTHER_COMMUNITY))).status_code == 403
    assert not Need.objects.exists()


def test_crews_and_strangers_do_not_see_the_desk(sign_in: Any, client: Client) -> None:
    assert sign_in("crew").get("/hotline/desk").status_code == 403
    assert client.get("/hotline/desk").status_code == 302
    assert client.post("/hotline/desk", a_call()).status_code == 302
    assert not Need.objects.exists()


def test_a_critical_call_is_told_to_its_desk_at_once(sign_in: Any) -> None:
    need = log_call(sign_in("agent"), category="medical_emergency")
    told = Notice.objects.get()
    assert (told.template, told.address, told.capability) == ("need.critical", DISTRICT, "needs.assign")
    assert told.params["code"] == need.tracking_code


def test_a_known_caller_is_named_with_place_and_earlier_needs(sign_in: Any) -> None:
    Person.objects.create(
        name="张小明", phone="19900001234", address=BUILDING, room="3-2", tokens=tokens_of("张小明", "19900001234")
    )
    agent = sign_in("agent")
    log_call(agent)
    shown = agent.get("/hotline/desk/caller", {"caller_phone": "19900001234"}).content.decode()
    assert "张**" in shown and "张小明" not in shown
    assert "2栋" in shown and f'data-address="{BUILDING}"' in shown
    assert "血液透析" in shown


def test_places_are_found_by_pinyin_initials_and_opened_to_what_lies_in_them(sign_in: Any) -> None:
    agent = sign_in("agent")
    assert f'data-address="{SOUTH_GATE}"' in agent.get("/hotline/desk/places", {"q": "nm"}).content.decode()
    assert f'data-address="{ESTATE}"' in agent.get("/hotline/desk/places", {"under": SOUTH_GATE}).content.decode()
    assert "data-address" not in agent.get("/hotline/desk/places", {"q": "没有这里"}).content.decode()


def test_a_point_on_the_map_becomes_the_nearest_door(sign_in: Any) -> None:
    point = {"latitude": "29.28531", "longitude": "106.25231"}
    answer = sign_in("agent").get("/hotline/desk/nearest", point).json()
    assert answer["address"] == str(BUILDING)


def test_words_point_to_a_category_and_to_an_open_need_at_the_same_place(sign_in: Any) -> None:
    agent = sign_in("agent")
    need = log_call(agent, category="utilities", words="2栋停水了，一上午没有水")
    shown = agent.get("/hotline/desk/hints", {"words": "我们2栋停水了", "address": str(SOUTH_GATE)}).content.decode()
    assert 'data-suggest="utilities"' in shown
    assert str(need.pk) in shown
    elsewhere = {"words": "我们2栋停水了", "address": str(OTHER_COMMUNITY)}
    assert str(need.pk) not in agent.get("/hotline/desk/hints", elsewhere).content.decode()


def test_a_call_about_the_same_trouble_is_joined_and_ends_with_it(sign_in: Any) -> None:
    agent, dispatcher = sign_in("agent"), sign_in("dispatcher")
    first = log_call(agent, category="utilities", words="停水了")
    second = log_call(agent, category="utilities", words="停水", join_into=str(first.pk))
    assert second.joined_to_id == first.pk
    assert verbs_of(second.pk) == ["need.logged", "need.joined"]
    dispatcher.post(f"/hotline/dispatch/{first.pk}/answer", {"words": "水厂已恢复供水"})
    second.refresh_from_db()
    assert (second.state, second.outcome) == ("served", "水厂已恢复供水")


def test_logging_takes_few_queries(sign_in: Any, django_assert_max_num_queries: Any) -> None:
    agent = sign_in("agent")
    agent.get("/hotline/desk")
    # The first call of a response also makes its keys.
    agent.post("/hotline/desk", a_call())
    with django_assert_max_num_queries(10):
        agent.post("/hotline/desk", a_call())


def test_in_quiet_times_the_desk_says_so(sign_in: Any, house: House) -> None:
    house.end_response()
    answer = sign_in("agent").post("/hotline/desk", a_call())
    assert answer.status_code == 409
