"""The residents' pages through HTTP, without an account."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gridward.kernel.needs.models import Need
from gridward.kernel.notices.models import Notice
from tests.lines.hotline.conftest import SOUTH_GATE, TOWN, House, verbs_of


def ask(client: Client, **given: str) -> Any:
    body = {
        "category": "food",
        "address": str(SOUTH_GATE),
        "place": "桂花苑2栋1单元301",
        "words": "家里没有米了",
        "caller_phone": "19900001234",
        **given,
    }
    return client.post("/hotline/ask", body)


@pytest.fixture
def served(house: House, client: Client, sign_in: Any) -> Need:
    """A resident's need that the desk says is done."""
    ask(client)
    need = Need.objects.get()
    sign_in("dispatcher").post(f"/hotline/dispatch/{need.pk}/answer", {"words": "米已放在门口"})
    need.refresh_from_db()
    return need


def test_a_resident_asks_and_gets_a_code_page(house: House, client: Client) -> None:
    answer = ask(client)
    need = Need.objects.get()
    assert answer.headers["Location"].startswith(f"/hotline/ask/{need.tracking_code}")
    page = client.get(f"/hotline/ask/{need.tracking_code}").content.decode()
    assert "家里没有米了" in page
    assert (need.channel, need.logged_by) == ("web", None)
    assert verbs_of(need.pk) == ["need.logged"]


def test_the_code_is_found_as_it_was_read_over_the_phone(house: House, client: Client) -> None:
    ask(client)
    code = Need.objects.get().tracking_code
    spoken = f" {code[:5].lower()} {code[5:].lower()} "
    assert client.get("/hotline/ask/progress", {"code": spoken}).headers["Location"] == f"/hotline/ask/{code}"
    assert client.get("/hotline/ask/progress", {"code": "WRONG"}).status_code == 404


def test_a_request_without_phone_or_community_comes_back(house: House, client: Client) -> None:
    assert ask(client, caller_phone="").status_code == 422
    assert ask(client, address="").status_code == 422
    assert ask(client, category="nothing").status_code == 422
    assert not Need.objects.exists()


def test_too_many_requests_are_held_back_with_the_time_to_wait(house: House, client: Client, settings: Any) -> None:
    settings.ASK_PER_HOUR = 3
    answers = [ask(client) for _ in range(4)]
    assert [one.status_code for one in answers] == [302, 302, 302, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert Need.objects.count() == 3


def test_guessing_codes_is_held_back(house: House, client: Client) -> None:
    answers = [client.get(f"/hotline/ask/GUESS{at}") for at in range(70)]
    assert answers[0].status_code == 404
    assert answers[-1].status_code == 429


def test_the_resident_confirms_once(served: Need, client: Client) -> None:
    for _ in range(2):
        assert client.post(f"/hotline/ask/{served.tracking_code}/confirmation").status_code == 302
    assert verbs_of(served.pk).count("need.confirmed") == 1
    assert "米已放在门口" in client.get(f"/hotline/ask/{served.tracking_code}").content.decode()


def test_reopening_goes_one_desk_up_keeps_the_history_and_tells_the_desk(served: Need, client: Client) -> None:
    path = f"/hotline/ask/{served.tracking_code}/reopening"
    assert client.post(path, {"words": ""}).status_code == 422
    assert client.post(path, {"words": "门口什么也没有"}).status_code == 302
    served.refresh_from_db()
    assert (served.state, served.reopened, served.holder) == ("waiting", 1, TOWN)
    assert verbs_of(served.pk) == ["need.logged", "need.served", "need.reopened"]
    assert Notice.objects.get(template="hotline.reopened").address == TOWN
    assert client.post(path, {"words": "再说一次"}).status_code == 409


def test_withdrawing_ends_the_need(house: House, client: Client) -> None:
    ask(client)
    need = Need.objects.get()
    assert client.post(f"/hotline/ask/{need.tracking_code}/withdrawal", {"words": ""}).status_code == 302
    need.refresh_from_db()
    assert need.state == "withdrawn"
    assert client.post(f"/hotline/ask/{need.tracking_code}/withdrawal").status_code == 409


def test_a_resident_cannot_make_their_request_critical(house: House, client: Client) -> None:
    ask(client, urgency="1")
    assert Need.objects.get().urgency == 3


def test_the_page_of_a_code_shows_no_names_of_staff(served: Need, client: Client) -> None:
    assert "dispatcher-" not in client.get(f"/hotline/ask/{served.tracking_code}").content.decode()


def test_the_poster_carries_the_address_of_its_community(sign_in: Any) -> None:
    page = sign_in("community", SOUTH_GATE).get("/hotline/poster", {"area": str(SOUTH_GATE)}).content.decode()
    assert f"/hotline/ask?area={SOUTH_GATE}" in page
    assert "data:image/svg+xml" in page


def test_in_quiet_times_the_page_says_whom_to_call(house: House, client: Client) -> None:
    house.end_response()
    assert "120" in client.get("/hotline/ask").content.decode()
