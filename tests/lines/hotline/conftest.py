"""A small district with its hotline: two towns, people of every role, vehicles, and clients signed in as them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import level_of, parent, span
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import tokens_of
from gridward.kernel.incidents.actions import open_incident
from gridward.kernel.incidents.models import Incident
from gridward.kernel.journal.models import Entry
from gridward.kernel.near import cache
from gridward.kernel.needs.models import Need
from gridward.kernel.resources.models import CrewMember, Resource
from gridward.lines.hotline.actions import issue_key, load_categories

DISTRICT = 5001160000000000000
TOWN = 5001160010000000000
SOUTH_GATE = 5001160010020000000
ESTATE = 5001160010020300000
BUILDING = 5001160010020300200
RIVERSIDE = 5001160010050000000
OTHER_TOWN = 5001160020000000000
OTHER_COMMUNITY = 5001160020010000000
PLACES = {
    DISTRICT: ("江津区", 29.29, 106.26),
    TOWN: ("几江街道", 29.29, 106.25),
    SOUTH_GATE: ("南门社区", 29.285, 106.252),
    ESTATE: ("桂花苑", 29.2852, 106.2522),
    BUILDING: ("2栋", 29.2853, 106.2523),
    RIVERSIDE: ("滨江社区", 29.30, 106.27),
    OTHER_TOWN: ("德感街道", 29.32, 106.22),
    OTHER_COMMUNITY: ("东方红社区", 29.321, 106.221),
}
KEY = "a-key-for-tests"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Categories and keys are kept in memory for seconds; a test starts without."""
    cache.clear()


@dataclass
class House:
    """The district's rows that tests name."""

    incident: Any
    near: Resource
    far: Resource
    worker: Resource

    def end_response(self) -> None:
        """Close the incident: quiet times."""
        Incident.objects.filter(pk=self.incident.pk).update(closed_at=datetime.now(UTC))


@pytest.fixture
def house(db: Any) -> House:
    """The district, its incident, the example categories, and three resources on duty."""
    now = datetime.now(UTC)
    for address, (name, latitude, longitude) in PLACES.items():
        Area.objects.create(
            address=address,
            address_end=span(address).high,
            level=level_of(address),
            parent=parent(address),
            name=name,
            latitude=latitude,
            longitude=longitude,
            tokens=tokens_of(name),
        )
    load_categories(SYSTEM)
    incident = open_incident(SYSTEM, "疫情", "Epidemic", "epidemic", DISTRICT, now)
    vehicle = "hotline.emergency_vehicle"
    near = Resource.objects.create(kind=vehicle, name="应急1号", address=SOUTH_GATE, skills=["dialysis", "escort"])
    far = Resource.objects.create(kind=vehicle, name="应急2号", address=OTHER_COMMUNITY)
    worker = Resource.objects.create(
        kind="hotline.community_worker", name="值班张", address=SOUTH_GATE, exclusive=False
    )
    return House(incident, near, far, worker)


@pytest.fixture
def sign_in(house: House) -> Callable[..., Client]:
    """Makes an account with a role over an area and returns its client."""

    def make(role: str, address: int = DISTRICT) -> Client:
        name = f"{role}-{address}"
        user, made = User.objects.get_or_create(username=name, defaults={"display_name": name})
        if made:
            Grant.objects.create(user=user, role=role, address=address)
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def crew_of(sign_in: Callable[..., Client]) -> Callable[[Resource], Client]:
    """Puts a new account into a resource's crew and returns its client."""

    def make(resource: Resource) -> Client:
        user = User.objects.create(username=f"crew-{resource.pk}")
        Grant.objects.create(user=user, role="crew", address=TOWN)
        CrewMember.objects.create(resource=resource, user=user)
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def system_key(house: House) -> str:
    """A key of another system that acts as a dispatcher of the first town."""
    user = User.objects.create(username="system")
    Grant.objects.create(user=user, role="dispatcher", address=TOWN)
    issue_key(SYSTEM, "test system", KEY, datetime.now(UTC), user.pk)
    return KEY


def a_call(**given: Any) -> dict[str, Any]:
    """The fields of a call about dialysis at the south gate."""
    return {
        "caller_phone": "19900001234",
        "caller_name": "张小明",
        "address": str(SOUTH_GATE),
        "words": "老人明天早上要做透析，没有车",
        "category": "dialysis",
        **given,
    }


def log_call(agent: Client, **given: Any) -> Need:
    """Log a call at the desk and return its need."""
    before = set(Need.objects.values_list("pk", flat=True))
    answer = agent.post("/hotline/desk", a_call(**given))
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Need.objects.exclude(pk__in=before).get()


def verbs_of(*ids: Any) -> list[str]:
    """The journal of some things, oldest first."""
    return list(Entry.objects.filter(subject_id__in=map(str, ids)).order_by("id").values_list("verb", flat=True))
