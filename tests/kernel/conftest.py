"""The smallest district: one town, two communities, one category, one vehicle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from gridward.kernel.access.actor import SYSTEM, Actor, actor_of
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import from_code, level_of, parent, span
from gridward.kernel.areas.models import Area
from gridward.kernel.incidents.actions import open_incident
from gridward.kernel.incidents.models import Incident
from gridward.kernel.near import cache
from gridward.kernel.needs.actions import Wanted, log
from gridward.kernel.needs.models import Category, Need
from gridward.kernel.resources.models import Resource
from gridward.kernel.search import name_tokens

NOW = datetime(2022, 12, 2, 4, 0, tzinfo=UTC)
DISTRICT, TOWN = from_code("500116"), from_code("500116001")
NORTH, SOUTH = from_code("500116001001"), from_code("500116001002")


@pytest.fixture
def incident(db: Any) -> Incident:
    """The running response, with its places and its one category."""
    cache.clear()
    for address, name in ((DISTRICT, "江津区"), (TOWN, "几江街道"), (NORTH, "北门社区"), (SOUTH, "南门社区")):
        Area.objects.create(
            address=address,
            address_end=span(address).high,
            level=level_of(address),
            parent=parent(address),
            name=name,
            tokens=list(name_tokens(name)),
        )
    Category.objects.create(
        key="food",
        kind="test.need",
        name="生活物资",
        name_en="Food",
        assign_s=600,
        close_s=3600,
        climb_s=300,
        takers=["test.car"],
    )
    return open_incident(SYSTEM, "疫情", "Epidemic", "epidemic", DISTRICT, NOW)


@pytest.fixture
def car(incident: Incident) -> Resource:
    """A vehicle on duty."""
    return Resource.objects.create(kind="test.car", name="应急1号", address=TOWN)


@pytest.fixture
def need(incident: Incident) -> Need:
    """A waiting need in the southern community."""
    return log(SYSTEM, wanted(incident), NOW)


def wanted(incident: Incident, address: int = SOUTH, words: str = "家里没有米了", **more: Any) -> Wanted:
    """What a caller of the southern community asks for."""
    return Wanted(incident.pk, "food", address, words, "phone", **more)


@pytest.fixture
def sign_up(incident: Incident) -> Callable[[str, str, int], Actor]:
    """Makes an account with a role over an area, and gives its actor."""

    def make(username: str, role: str, address: int) -> Actor:
        user = User.objects.create_user(username, password="not-used-here")
        Grant.objects.create(user=user, role=role, address=address)
        return actor_of(user)

    return make
