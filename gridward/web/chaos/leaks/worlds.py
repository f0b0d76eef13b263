"""Two databases equal but for what another town holds, and the accounts that work elsewhere in both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection
from django.test import Client

from gridward.kernel.access.actor import SYSTEM, actor_of
from gridward.kernel.access.models import Grant, User
from gridward.kernel.access.scope import DOOR, HOUSE, NOBODY, PUBLIC, Scope, scope_of
from gridward.kernel.address import Level, span, text
from gridward.kernel.areas.models import Area
from gridward.kernel.assignments.actions import assign, progress
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.drills import Scene, parts, settled
from gridward.kernel.exports.actions import ask
from gridward.kernel.incidents.models import Incident
from gridward.kernel.needs import actions as needs
from gridward.kernel.needs.rules import AssignmentState
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.people.models import Person
from gridward.kernel.registry import registry
from gridward.kernel.resources.models import CrewMember, Resource
from gridward.kernel.sheets.actions import upload
from gridward.kernel.walls.owner import as_owner
from gridward.web.chaos.leaks import field_rows
from gridward.web.chaos.leaks.foreign import ACCOUNT, settle
from gridward.web.chaos.leaks.oracle import Caller
from gridward.web.cli.session import hang_up

_WITHOUT, _WITH = "leaks_without", "leaks_with"
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_NOT_SIGNED_IN = "nobody"


@dataclass(frozen=True)
class Worlds:
    """Where everything happens, and what routes may be asked for on either side."""

    here: int
    there: int
    own: dict[str, str]
    hidden: dict[str, str]
    cookies: dict[str, Any]
    """Of every account, signed in before the worlds parted; by name."""


def part(now: datetime) -> Worlds:
    """Make the two databases from the house's own: the second has another town's rows as well."""
    here, there = places()
    own, cookies = live_here(here, now), _sign_in(here)
    for stand in parts("stand"):
        stand(there)
    _copy(_WITHOUT)
    _copy(_WITH)
    with world(other_town=True):
        hidden = settle(there, now)
    # The other town's place is known to everybody; only what lies there is not.
    rest = {"organisation_id": own["organisation_id"], "address": text(there)}
    return Worlds(here, there, own, {**hidden, **rest}, cookies)


@contextmanager
def world(*, other_town: bool) -> Iterator[None]:
    """Act on one of the two databases inside the block."""
    before = connection.settings_dict["NAME"]
    hang_up()
    connection.settings_dict["NAME"] = _WITH if other_town else _WITHOUT
    try:
        yield
    finally:
        hang_up()
        connection.settings_dict["NAME"] = before


def callers() -> list[tuple[Caller, Scope]]:
    """Everybody who may stand before a table: the accounts with their reach, and those who come without one."""
    found = [
        (Caller("nobody", somebody=False), NOBODY),
        (Caller("a resident"), PUBLIC),
        (Caller("who is signing in", door=True), DOOR),
        (Caller("the house", house=True), HOUSE),
    ]
    for account in User.objects.filter(username__startswith="leak-").order_by("username"):
        actor = actor_of(account)
        found.append((Caller(account.username, reach=actor.reach, me=account.pk), scope_of(actor)))
    return found


def places() -> tuple[int, int]:
    """A community of one town, and one of another."""
    first, *others = Area.objects.filter(level=Level.COMMUNITY).order_by("address")
    return first.address, next(one.address for one in others if one.parent != first.parent)


def one_account() -> int:
    """The account of the community worker of the first place."""
    return User.objects.get(username="leak-community-community").pk


def live_here(place: int, now: datetime) -> dict[str, str]:
    """What those who are asked have of their own: a need, served with proof, a vehicle, an import, an export."""
    incident, worker = Incident.objects.get(closed_at=None), User.objects.create_user(f"leak-of-{place}")
    Grant.objects.create(user=worker, role="headquarters", address=place)
    officer = actor_of(worker)
    car = Resource.objects.create(kind="hotline.emergency_vehicle", name="本镇应急车", address=place)
    CrewMember.objects.create(resource=car, user=worker)
    need, served = (
        needs.log(SYSTEM, needs.Wanted(incident.pk, "food", place, "家里没有米了", "phone"), now) for _time in range(2)
    )
    sent = assign(officer, served.pk, car.pk, now)
    progress(officer, sent.pk, AssignmentState.DONE, now, evidence=Evidence("已送到", b"\xff\xd8\xff\xe0"))
    proof, person = (
        served.proofs.first(),
        Person.objects.filter(address__gte=place, address__lt=span(place).high).first(),
    )
    organisation = Organisation.objects.order_by("pk").first()
    assert proof is not None and person is not None and organisation is not None
    scene = Scene(place, incident, worker, officer, SYSTEM, "本社区", now)
    return {
        **settled(scene), **field_rows.settle(scene),
        "need_id": str(need.pk), "person_id": str(person.pk), "resource_id": str(car.pk), "assignment_id": str(sent.pk),
        "proof_id": str(proof.pk), "code": need.tracking_code, "address": text(place), "key": "people",
        "request_id": str(ask(officer, "people", "csv", span(place), "核对", now).pk),
        "run_id": str(upload(officer, "people", "本镇.csv", ["姓名\n王芳\n".encode()], now).pk),
        "organisation_id": str(organisation.pk), "object_id": str(car.pk), "id": str(worker.pk),
        "session_id": "1", "pk": "1", "content_type_id": "1", "app_label": "kernel", "url": "nothing",
    }  # fmt: skip


def _sign_in(here: int) -> dict[str, Any]:
    """An account of every role over the community, and one over its town; and whoever is not signed in."""
    User.objects.create_user(ACCOUNT)
    town = Area.objects.get(address=here).parent
    cookies = {_NOT_SIGNED_IN: Client().cookies}
    for role in sorted(registry().roles):
        for level, place in (("community", here), ("town", town)):
            name = f"leak-{role}-{level}"
            staff = role == "administrator"
            account = User.objects.create_user(name, is_staff=staff, is_superuser=staff)
            Grant.objects.create(user=account, role=role, address=place)
            client = Client(headers={"host": "localhost"})
            client.force_login(account, backend=_BACKEND)
            cookies[name] = client.cookies
    return cookies


def _copy(name: str) -> None:
    with as_owner():
        place = connection.get_connection_params()
        home = connection.settings_dict["NAME"]
    hang_up()
    door = {key: place[key] for key in ("host", "port", "user") if place.get(key)}
    with psycopg.connect(**door, dbname="postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{home}"')
