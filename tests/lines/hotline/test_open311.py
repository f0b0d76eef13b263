"""GeoReport v2 as other systems use it, held against the standard's own schemas."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.needs.models import Need
from gridward.lines.hotline.actions import issue_key
from tests.lines.hotline.conftest import BUILDING, SOUTH_GATE, House, verbs_of

V2 = "/hotline/open311/v2"
SCHEMAS = Path(__file__).parents[4] / "shared" / "data" / "conformance" / "open311"


@pytest.fixture
def api_key(house: House) -> str:
    """The key of a city app; it may report and nothing else."""
    issue_key(SYSTEM, "city app", "city-app-key", datetime.now(UTC))
    return "city-app-key"


def conforms(content: Any, schema: str) -> None:
    """Hold an answer against one of the standard's schemas."""
    if not SCHEMAS.exists():
        pytest.skip("the conformance schemas are not in ../shared/data/conformance/open311")
    found = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")}
    registry = Registry().with_resources((name, Resource(body, DRAFT4)) for name, body in found.items())
    Draft4Validator(found[schema], registry=registry).validate(content)


def report(client: Client, key: str, **given: str) -> Any:
    body = {
        "api_key": key,
        "service_code": "utilities",
        "address_id": str(SOUTH_GATE),
        "description": "停水了",
        **given,
    }
    return client.post(f"{V2}/requests.json", body)


def test_the_services_conform_in_json(house: House, client: Client) -> None:
    answer = client.get(f"{V2}/services.json")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert len(answer.json()) == 18
    conforms(answer.json(), "services.json")
    for service in answer.json():
        conforms(service, "service.json")


def test_a_service_definition_conforms(house: House, client: Client) -> None:
    definition = client.get(f"{V2}/services/dialysis.json").json()
    conforms(definition, "service-definition.json")
    assert definition["service_code"] == "dialysis"


def test_requests_conform_and_a_reported_one_is_found(api_key: str, client: Client) -> None:
    made = report(client, api_key)
    assert made.status_code == 201
    listed = client.get(f"{V2}/requests.json").json()
    assert [row["service_request_id"] for row in listed] == [made.json()[0]["service_request_id"]]
    conforms(listed, "requests.json")
    for row in listed:
        conforms(row, "request.json")
    assert verbs_of(made.json()[0]["service_request_id"]) == ["need.logged"]


def test_xml_names_every_element_as_the_standard_does(api_key: str, client: Client) -> None:
    report(client, api_key, description="停水了 <b>&\x01")
    answer = client.get(f"{V2}/requests.xml", {"api_key": api_key})
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root[0].tag) == ("service_requests", "request")
    assert root[0].findtext("description") == "停水了 <b>&"
    services = ElementTree.fromstring(client.get(f"{V2}/services.xml").content)
    assert {element.tag for element in services} == {"service"}
    definition = ElementTree.fromstring(client.get(f"{V2}/services/dialysis.xml").content)
    assert definition.find("attributes/attribute/code") is not None


def test_a_wrong_key_is_refused_with_403_in_both_formats(house: House, client: Client) -> None:
    answer = report(client, "wrong")
    assert answer.status_code == 403
    assert answer.json()[0]["code"] == "403"
    in_xml = client.post(f"{V2}/requests.xml", {"service_code": "food"})
    assert in_xml.status_code == 403
    assert ElementTree.fromstring(in_xml.content).findtext("error/code") == "403"
    assert not Need.objects.exists()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"service_code": "nothing"}, 404),
        ({"service_code": ""}, 400),
        ({"address_id": ""}, 400),
        ({"address_id": "", "lat": "29.28"}, 400),
        ({"address_id": "", "lat": "north", "long": "106"}, 400),
        ({"jurisdiction_id": "elsewhere"}, 404),
        ({"description": "长" * 4001}, 400),
    ],
)
def test_what_is_wrong_or_missing_is_said(api_key: str, client: Client, given: dict[str, str], status: int) -> None:
    answer = report(client, api_key, **given)
    assert answer.status_code == status
    assert answer.json()[0]["description"]
    assert not Need.objects.exists()


def test_a_place_is_found_by_point_by_number_and_by_words(api_key: str, client: Client) -> None:
    report(client, api_key, address_id="", lat="29.28531", long="106.25231")
    report(client, api_key, address_id=str(BUILDING))
    report(client, api_key, address_id="", address_string="几江街道南门社区桂花苑2栋1单元")
    assert [need.address for need in Need.objects.order_by("opened_at")][:2] == [BUILDING, BUILDING]
    assert Need.objects.latest("opened_at").address == 5001160010020300000


def test_filters_by_status_service_and_time(api_key: str, client: Client) -> None:
    water = report(client, api_key).json()[0]["service_request_id"]
    food = report(client, api_key, service_code="food").json()[0]["service_request_id"]

    def found(**query: str) -> set[str]:
        return {row["service_request_id"] for row in client.get(f"{V2}/requests.json", query).json()}

    assert found(service_code="food") == {food}
    assert found(status="open") == {water, food}
    assert found(status="closed") == set()
    assert found(service_request_id=f"{water},{food}", status="closed") == {water, food}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert found(start_date=tomorrow) == set()
    long_ago = (datetime.now(UTC) - timedelta(days=91)).isoformat()
    far = client.get(f"{V2}/requests.json", {"start_date": long_ago, "end_date": tomorrow})
    assert far.status_code == 400
    assert client.get(f"{V2}/requests.json", {"start_date": "yesterday"}).status_code == 400


def test_strangers_see_no_words_no_door_and_no_tracking_code(api_key: str, client: Client) -> None:
    made = report(client, api_key, address_id=str(BUILDING), description="透析的秘密", phone="19900001234").json()[0]
    need = Need.objects.get()
    for path in (f"{V2}/requests.json", f"{V2}/requests/{need.pk}.json", f"{V2}/requests.xml"):
        shown = client.get(path).content.decode()
        assert "秘密" not in shown and "19900001234" not in shown and need.tracking_code not in shown
        assert str(BUILDING) not in shown
    own = client.get(f"{V2}/requests/{need.pk}.json", {"api_key": api_key}).json()[0]
    assert (own["description"], own["address_id"]) == ("透析的秘密", str(BUILDING))
    assert need.tracking_code in made["service_notice"]


def test_a_token_leads_to_its_request_and_guessing_is_limited(api_key: str, client: Client) -> None:
    made = report(client, api_key).json()[0]["service_request_id"]
    code = Need.objects.get().tracking_code
    assert client.get(f"{V2}/tokens/{code}.json").json() == [{"service_request_id": made, "token": code}]
    answers = [client.get(f"{V2}/tokens/WRONG{at}.json") for at in range(40)]
    assert answers[0].status_code == 404
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) <= 60


def test_an_unknown_request_is_404_and_an_unknown_format_400(house: House, client: Client) -> None:
    assert client.get(f"{V2}/requests/nothing.json").status_code == 404
    assert client.get(f"{V2}/services.yaml").status_code == 400
