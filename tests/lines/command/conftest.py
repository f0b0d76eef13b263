"""A small district: two towns, their communities and estates, and accounts of every role in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from gridward.kernel.access.actor import SYSTEM, Actor, actor_of
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import level_of, parent, span
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import tokens_of
from gridward.kernel.incidents.actions import open_incident
from gridward.kernel.incidents.models import Incident
from gridward.kernel.journal.models import Entry
from gridward.kernel.near import cache

DISTRICT = 5001160000000000000
TOWN = 5001160010000000000
SOUTH_GATE = 5001160010020000000
RIVERSIDE = 5001160010050000000
ESTATE = 5001160010020300000
OTHER_TOWN = 5001160020000000000
OTHER_COMMUNITY = 5001160020010000000
PLACES = {
    DISTRICT: ("江津区", 29.29, 106.26),
    TOWN: ("几江街道", 29.29, 106.25),
    SOUTH_GATE: ("南门社区", 29.285, 106.252),
    ESTATE: ("桂花苑", 29.2852, 106.2522),
    RIVERSIDE: ("滨江社区", 29.30, 106.27),
    OTHER_TOWN: ("德感街道", 29.32, 106.22),
    OTHER_COMMUNITY: ("东方红社区", 29.321, 106.221),
}
NOW = datetime(2022, 12, 2, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What is kept in memory for seconds is forgotten before a test."""
    cache.clear()


@pytest.fixture
def incident(db: Any) -> Incident:
    """The district with its running response."""
    for address, (name, latitude, longitude) in PLACES.items():
        Area.objects.create(
            address=address, address_end=span(address).high, level=level_of(address), parent=parent(address), name=name,
            latitude=latitude, longitude=longitude, tokens=tokens_of(name),
        )  # fmt: skip
    return open_incident(SYSTEM, "疫情", "Epidemic", "epidemic", DISTRICT, datetime.now(UTC))


@pytest.fixture
def account(incident: Incident) -> Callable[..., User]:
    """Makes an account with a role over an area."""

    def make(role: str, address: int = DISTRICT) -> User:
        name = f"{role}-{address}"
        user, made = User.objects.get_or_create(username=name, defaults={"display_name": name})
        if made:
            Grant.objects.create(user=user, role=role, address=address)
        return user

    return make


@pytest.fixture
def sign_in(account: Callable[..., User]) -> Callable[..., Client]:
    """The client of such an account."""

    def make(role: str, address: int = DISTRICT) -> Client:
        client = Client(headers={"accept-language": "zh-hans"})
        client.force_login(account(role, address))
        return client

    return make


@pytest.fixture
def actor(account: Callable[..., User]) -> Callable[..., Actor]:
    """The actor of such an account."""
    return lambda role, address=DISTRICT: actor_of(account(role, address))


def verbs_of(*ids: Any) -> list[str]:
    """The journal of some things, oldest first."""
    return list(Entry.objects.filter(subject_id__in=map(str, ids)).order_by("id").values_list("verb", flat=True))


PICTURE = b"\x89PNG\r\n\x1a\n" + b"a picture"
