"""Supply meets demand through HTTP: stated, offered, matched, followed to receipt; and the rules of matching."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.models import Need
from gridward.kernel.orgs.models import Organisation
from gridward.lines.forces.actions import posts
from gridward.lines.forces.models import Delivery, Lack, Supply
from gridward.lines.forces.rules.lacks import Thing, matches
from tests.lines.forces.conftest import DISTRICT, OTHER_COMMUNITY, OTHER_TOWN, SOUTH_GATE

NOW = datetime.now(UTC)


def thing(key: str, quantity: int, latitude: float = 29.3, level: str = "low", item: str = "防护服") -> Thing:
    return Thing(key, "testing", item, "套", quantity, latitude, 106.2, level)


def test_key_areas_are_served_first_then_the_nearest_supply_and_other_items_never() -> None:
    lacks = [thing("low", 10), thing("high", 10, 29.5, "high"), thing("other", 5, item="口罩")]
    supplies = [thing("near", 12, 29.49), thing("far", 3, 29.9)]
    found = {(one.supply, one.lack): one.quantity for one in matches(lacks, supplies)}
    assert found == {("near", "high"): 7, ("far", "high"): 3, ("near", "low"): 5}
    assert matches(lacks, []) == []


@pytest.fixture
def department(incident: Any) -> Organisation:
    return Organisation.objects.create(kind="department", name="区经济信息委", address=DISTRICT)


def stated(client: Any, **given: Any) -> Any:
    body = {"area": f"{SOUTH_GATE:019d}", "field": "testing", "item": "防护服", "quantity": "10", "unit": "套"}
    return client.post("/forces/lacks/statement", {**body, "id": str(uuid4()), **given})


def offered(client: Any, department: Organisation, quantity: int = 6) -> Any:
    body = {"organisation": str(department.pk), "field": "testing", "item": "防护服", "unit": "套"}
    return client.post("/forces/lacks/supplies", {**body, "quantity": str(quantity)})


def matched(client: Any) -> Any:
    return client.post("/forces/lacks/matching", {"area": f"{DISTRICT:019d}"})


@pytest.mark.django_db
def test_what_is_lacking_is_matched_sent_received_and_the_rest_is_stated_anew(
    sign_in: Any, department: Organisation
) -> None:
    community, supplier = sign_in("forces.community", SOUTH_GATE), sign_in("forces.department")
    desk = sign_in("forces.officer")
    key = str(uuid4())
    assert stated(community, id=key).status_code == stated(community, id=key).status_code == 302
    assert Lack.objects.count() == 1
    assert offered(supplier, department).status_code == offered(supplier, department).status_code == 302
    assert matched(desk).status_code == 302
    assert matched(desk).status_code == 409
    delivery = Delivery.objects.get()
    assert (delivery.quantity, Lack.objects.get().promised, Supply.objects.get().promised) == (6, 6, 6)
    shown = community.get("/forces/lacks").content.decode()
    assert "区经济信息委" in shown and "防护服" in shown
    path = f"/forces/lacks/deliveries/{delivery.pk}"
    assert supplier.post(f"{path}/departure").status_code == supplier.post(f"{path}/departure").status_code == 302
    assert community.post(f"{path}/receipt", {"words": " "}).status_code == 422
    assert community.post(f"{path}/receipt", {"words": "社区仓库，王芳签收"}).status_code == 302
    assert community.post(f"{path}/receipt", {"words": "社区仓库，王芳签收"}).status_code == 302
    met, rest = Lack.objects.order_by("need__opened_at")
    assert (met.wanted, met.received, met.need.state) == (6, 6, "served")
    assert (rest.wanted, rest.received, rest.need.state) == (4, 0, "waiting")
    verbs = list(Entry.objects.values_list("verb", flat=True))
    assert {"forces.supply_offered", "forces.matched", "assignment.under_way", "need.served"} <= set(verbs)


@pytest.mark.django_db
def test_less_than_was_promised_cannot_be_offered_and_nonsense_is_refused_in_words(
    sign_in: Any, department: Organisation
) -> None:
    community, supplier, desk = sign_in("forces.community"), sign_in("forces.department"), sign_in("forces.officer")
    stated(community)
    offered(supplier, department)
    matched(desk)
    answer = offered(supplier, department, 3)
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert Supply.objects.get().held == 6
    for wrong in ({"quantity": "0"}, {"quantity": "x"}, {"field": "no"}, {"item": " "}):
        assert stated(community, **wrong).status_code == 422
    assert Lack.objects.count() == 1


@pytest.mark.django_db
def test_other_places_and_other_roles_are_refused(sign_in: Any, department: Organisation) -> None:
    stranger = sign_in("forces.community", OTHER_TOWN)
    assert stated(stranger).status_code == 403
    assert stated(sign_in("forces.department")).status_code == 403
    assert offered(sign_in("forces.department", OTHER_TOWN), department).status_code == 403
    assert matched(sign_in("forces.community")).status_code == 403
    assert not Need.objects.exists() and not Supply.objects.exists()
    stated(sign_in("forces.community", SOUTH_GATE))
    offered(sign_in("forces.department"), department)
    matched(sign_in("forces.officer"))
    path = f"/forces/lacks/deliveries/{Delivery.objects.get().pk}"
    assert stranger.post(f"{path}/receipt", {"words": "我"}).status_code == 404
    assert stranger.post(f"{path}/departure").status_code == 404
    assert sign_in("forces.community", SOUTH_GATE).post(f"{path}/departure").status_code == 403
    assert "防护服" not in stranger.get("/forces/lacks").content.decode()
    assert Assignment.objects.get().state == "offered"


@pytest.mark.django_db
def test_lacks_are_points_on_the_map_until_they_are_promised(sign_in: Any, department: Organisation) -> None:
    stated(sign_in("forces.community", SOUTH_GATE), quantity="5")
    posts.set_control(SYSTEM, OTHER_COMMUNITY, "high", NOW)
    desk = sign_in("forces.officer")

    def marks() -> list[str]:
        features = desk.get("/forces/lacks/points.geojson").json()["features"]
        return [one["properties"]["mark"] for one in features]

    assert marks() == ["overdue"]
    offered(sign_in("forces.department"), department)
    matched(desk)
    assert marks() == ["moving"]
