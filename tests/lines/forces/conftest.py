"""A small district with its forces: two towns, people of every role, and clients signed in as them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache as shared
from django.test import Client

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import level_of, parent, span
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import tokens_of
from gridward.kernel.assignments.planned import Sending, assign_planned
from gridward.kernel.incidents.actions import open_incident
from gridward.kernel.incidents.models import Incident
from gridward.kernel.journal.models import Entry
from gridward.kernel.near import cache
from gridward.lines.forces.actions import admission
from gridward.lines.forces.actions.installing import install
from gridward.lines.forces.actions.posts import make_day
from gridward.lines.forces.actions.volunteers import Application, apply
from gridward.lines.forces.models import Post, PostShift, Volunteer

DISTRICT = 5001160000000000000
TOWN = 5001160010000000000
SOUTH_GATE = 5001160010020000000
ESTATE = 5001160010020300000
RIVERSIDE = 5001160010050000000
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
ID_NUMBER = "500116199003074511"


@pytest.fixture(autouse=True)
def nothing_remembered(db: Any) -> None:
    """Rules are kept in memory for seconds, and visits are counted; a test starts without."""
    cache.clear()
    shared.clear()


@pytest.fixture
def incident(db: Any) -> Incident:
    """The district, its incident and the example configuration."""
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
            residents=3000,
            tokens=tokens_of(name),
        )
    install(now)
    return open_incident(SYSTEM, "疫情", "Epidemic", "epidemic", DISTRICT, now)


@pytest.fixture
def sign_in(incident: Incident) -> Callable[..., Client]:
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
def applied(incident: Incident) -> Callable[..., Volunteer]:
    """Somebody who has signed up, of full age."""

    def make(**given: Any) -> Volunteer:
        said: dict[str, Any] = {
            "name": "张小明",
            "phone": "13900001234",
            "address": SOUTH_GATE,
            "born_on": date(1990, 3, 7),
            "skills": ["register"],
            **given,
        }
        return apply(Actor(), Application(incident_id=incident.pk, **said), datetime.now(UTC))

    return make


def verbs_of(*ids: Any) -> list[str]:
    """The journal of some things, oldest first."""
    return list(Entry.objects.filter(subject_id__in=map(str, ids)).order_by("id").values_list("verb", flat=True))


@dataclass
class Duty:
    """Somebody rostered for one early shift at the south gate, and its moments."""

    one: Volunteer
    post: Post
    need_id: Any
    starts: datetime
    ends: datetime
    assignment_id: Any


@pytest.fixture
def on_duty(applied: Callable[..., Volunteer], incident: Incident) -> Duty:
    """A volunteer who is admitted and rostered for an early shift of tomorrow."""
    now = datetime.now(UTC)
    one = applied()
    one.checked_at = now
    one.save()
    admission.admit(SYSTEM, one.pk, now)
    one.refresh_from_db()
    day = clock.local_day(now) + timedelta(days=1)
    post = Post.objects.create(
        incident=incident, address=SOUTH_GATE, category_id="forces.gate", name="南门卡口", heads={"early": 2},
        active_from=day, stated_at=now, latitude=29.285, longitude=106.252,
    )  # fmt: skip
    make_day(SYSTEM, span(SOUTH_GATE), day, now)
    shift = PostShift.objects.get(post=post)
    [sent] = assign_planned(SYSTEM, [Sending(shift.need_id, one.resource_id, shift.starts_at, shift.ends_at)], now)
    return Duty(one, post, shift.need_id, shift.starts_at, shift.ends_at, sent)
