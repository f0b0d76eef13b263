"""A small district with a round of testing: two communities, their people, one point each, and who works there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from gridward.kernel.access.actor import SYSTEM, Actor, actor_of
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import level_of, parent, span, text
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import tokens_of
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.actions import open_incident
from gridward.kernel.near import cache
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import tokens_of as tokens_of_person
from gridward.kernel.sync.canonical import digest_of
from gridward.kernel.sync.records import Item
from gridward.lines.testing.actions.setting_up import load_configuration
from gridward.lines.testing.models import Point, Round

DISTRICT = 5001160000000000000
TOWN = 5001160010000000000
SOUTH = 5001160010020000000
SOUTH_BUILDING = 5001160010020300200
NORTH = 5001160010050000000
NORTH_BUILDING = 5001160010050100100
PLACES = {
    DISTRICT: "江津区",
    TOWN: "几江街道",
    SOUTH: "南门社区",
    SOUTH_BUILDING: "2栋",
    NORTH: "滨江社区",
    NORTH_BUILDING: "1栋",
}
NOW = datetime.now(UTC).replace(microsecond=0)
DEVICE = UUID("01890000-0000-7000-8000-00000000d001")


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Rounds and categories are kept in memory for seconds; a test starts without."""
    cache.clear()


@dataclass
class Town:
    """The rows that tests name."""

    incident: Any
    round: Round
    south: Point
    north: Point
    people: list[Person]
    """Six of the south's building, then two of the north's."""


def said(moment: datetime) -> str:
    """A time as a device writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


@pytest.fixture
def town(db: Any) -> Town:
    """Places, people, the example's rules, a round that runs, and its two points."""
    for address, name in PLACES.items():
        Area.objects.create(
            address=address,
            address_end=span(address).high,
            level=level_of(address),
            parent=parent(address),
            name=name,
            latitude=29.28 + (address % 97) / 9700,
            longitude=106.25,
            tokens=tokens_of(name),
        )
    incident = open_incident(SYSTEM, "疫情", "Epidemic", "epidemic", DISTRICT, NOW - timedelta(days=1))
    load_configuration(SYSTEM, NOW)
    people = [
        Person.objects.create(
            address=address,
            room=str(101 + at),
            name=f"居民{at}号",
            id_number=f"51010119900101{at:04d}",
            tokens=tokens_of_person(f"居民{at}号"),
        )
        for at, address in enumerate([SOUTH_BUILDING] * 6 + [NORTH_BUILDING] * 2)
    ]
    times = {"starts_at": NOW - timedelta(hours=2), "ends_at": NOW + timedelta(hours=8)}
    made = Round.objects.create(
        incident=incident, rule_id="everybody", address=TOWN, number=1, pool_size=10, people=8, opened_at=NOW, **times
    )
    hours = {"opens_at": times["starts_at"], "closes_at": times["ends_at"]}
    points = [
        Point.objects.create(
            round=made,
            address=address,
            number=1,
            name=f"{PLACES[address]}采样点",
            people=6,
            tables=1,
            samplers=1,
            latitude=29.285,
            longitude=106.252,
            **hours,
        )
        for address in (SOUTH, NORTH)
    ]
    return Town(incident, made, *points, people)


@pytest.fixture
def actor(town: Town) -> Callable[..., Actor]:
    """Makes an account with a role over an area, and gives its actor."""

    def make(role: str, address: int = SOUTH) -> Actor:
        return actor_of(_account(role, address), "field", town.incident.pk)

    return make


@pytest.fixture
def sign_in(town: Town) -> Callable[..., Client]:
    """Makes an account with a role over an area and returns its client."""

    def make(role: str, address: int = DISTRICT) -> Client:
        client = Client()
        client.force_login(_account(role, address))
        return client

    return make


def _account(role: str, address: int) -> User:
    name = f"{role}-{address}"
    user, made = User.objects.get_or_create(username=name, defaults={"display_name": name})
    if made:
        Grant.objects.create(user=user, role=role, address=address)
    return user


def sample(person: Person, **more: Any) -> dict[str, Any]:
    """One person in a tube, as a device writes it."""
    return {"person": str(person.pk), "address": text(person.address), "at": said(NOW - timedelta(minutes=3)), **more}


@dataclass
class Phone:
    """A device that numbers what it says."""

    town: Town
    sequence: int = 0
    device_id: UUID = field(default_factory=uuid4)

    def tube(self, code: str, samples: list[dict[str, Any]], point: Point | None = None, **more: Any) -> Item:
        """A closed tube."""
        body = {
            "tube": code,
            "round": str(self.town.round.pk),
            "point": str((point or self.town.south).pk),
            "opened_at": said(NOW - timedelta(minutes=5)),
            "closed_at": said(NOW - timedelta(minutes=2)),
            "samples": samples,
            **more,
        }
        return self.item("testing.tube", body, NOW - timedelta(minutes=2))

    def item(self, kind: str, body: dict[str, Any], at: datetime) -> Item:
        """Any command."""
        self.sequence += 1
        return Item(new_id(at), kind, body, self.device_id, self.sequence, None, at, 0.0, digest_of(body))


@pytest.fixture
def phone(town: Town) -> Phone:
    """A collector's phone."""
    return Phone(town)
