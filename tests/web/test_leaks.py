"""Two worlds equal but for what another town holds: every route answers whoever works elsewhere the same in both.

One transaction is both worlds: everything is asked, the other town's rows are added, everything is asked again.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from gridward.kernel.access.actor import SYSTEM, actor_of
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import Level, span, text
from gridward.kernel.areas.models import Area
from gridward.kernel.assignments.actions import assign
from gridward.kernel.clock import simulated
from gridward.kernel.exports.actions import ask
from gridward.kernel.incidents.models import Incident
from gridward.kernel.near import cache
from gridward.kernel.needs import actions as needs
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import tokens_of
from gridward.kernel.resources.models import CrewMember, Resource

NOW = datetime(2022, 12, 2, 4, 0, tzinfo=UTC)
# What only the other town has: asked for by these ids in both worlds.
HIDDEN = {
    name: UUID(int=(0x01850000 << 96) + (7 << 76) + (8 << 60) + at)
    for at, name in enumerate(("need", "person", "resource"))
}
WORDS = "鵺鷟"
# The administration asks about the house itself; requests of Open311 are published to everybody.
SAME_FOR_ALL = re.compile(r"^admin/|^hotline/open311/v2/requests")
CHANGING = [
    # Secrets made up for whoever is about to set up a second factor.
    (re.compile(rb"data:image/svg[^\"]+|\"challenge\": \"[^\"]+\"|[A-Z2-7]{32}"), b"<made up>"),
    (re.compile(rb"[0-9a-zA-Z]{64}"), b"<token>"),
    (re.compile(rb"nonce-[^'\" ]+|nonce=\"[^\"]+\""), b"<nonce>"),
    (re.compile(rb"[0-9]+:[0-9]+:[0-9,]*"), b"<snapshot>"),
    (re.compile(rb"reference[\": a-z]*[0-9a-f]{8}"), b"<reference>"),
]
NEW_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Every route there is, as its pattern."""
    for one in patterns or get_resolver().url_patterns:
        here = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from routes(one.url_patterns, here)
        elif not SAME_FOR_ALL.match(here):
            yield here


def addresses(pattern: str, own: dict[str, str], hidden: dict[str, str]) -> Iterator[str]:
    """A route asked for one's own, for the other town's, and for nothing that is."""
    for known in (own, hidden, {}):
        asked = re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: _filled(known, found[1] or "str", found[2]), pattern)  # noqa: B023
        yield "/" + asked
        if "<" not in pattern:
            return


def _filled(known: dict[str, str], kind: str, name: str) -> str:
    nothing = {"uuid": str(UUID(int=5)), "uuidstr": str(UUID(int=5)), "int": "7", "str": "nothing", "path": "nothing"}
    if name == "kind":
        return "json"
    return known.get(name, nothing[kind])


@pytest.fixture
def places(district: Any, db: Any) -> tuple[Area, Area]:
    """A community of one town, and one of another."""
    first, *others = Area.objects.filter(level=Level.COMMUNITY).order_by("address")
    return first, next(one for one in others if one.parent != first.parent)


def known_of(place: Area, ids: dict[str, Any]) -> dict[str, str]:
    """What the parameters of routes may name on one side."""
    named = {"need_id": "need", "person_id": "person", "resource_id": "resource", "request_id": "need"}
    known = {name: str(ids[kind]) for name, kind in named.items()}
    return {"address": text(place.address), "key": "people", "code": ids.get("code", "H00000000"), **known}


def fill(place: Area, ids: dict[str, UUID]) -> None:
    """Rows of every kind in one place, by its own people."""
    incident, worker = Incident.objects.get(closed_at=None), User.objects.create_user("of-the-other-town")
    Grant.objects.create(user=worker, role="headquarters", address=place.address)
    Person.objects.create(
        id=ids["person"], incident=incident, name=WORDS, phone="19970000001", address=place.address,
        traits=["dialysis"], tokens=tokens_of(WORDS, "19970000001", "", incident.pk),
    )  # fmt: skip
    car = Resource.objects.create(
        id=ids["resource"], kind="hotline.emergency_vehicle", name=WORDS, address=place.address
    )
    CrewMember.objects.create(resource=car, user=worker)
    logged = [
        needs.log(SYSTEM, needs.Wanted(incident.pk, "food", place.address, WORDS, "phone", caller_name=WORDS,
                                       caller_phone="19970000001", id=key), NOW)
        for key in (ids["need"], None, None)
    ]  # fmt: skip
    officer = actor_of(worker)
    needs.refuse(officer, logged[1].pk, WORDS, NOW)
    assign(officer, logged[2].pk, car.pk, NOW)
    ask(officer, "people", "csv", span(place.address), WORDS, NOW)


def asked(client: Client, cookies: Any, method: str, url: str, body: dict[str, str]) -> tuple[int, bytes]:
    """One answer, without what changes from one to the next; what it did is undone."""
    cache.clear()
    client.cookies = cookies.copy()
    with transaction.atomic():
        answer = client.generic(method, url) if method != "POST" else client.post(url, body)
        content = answer.getvalue() if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer.status_code, normal(content) + repr(sorted(_head(answer))).encode()


def _head(answer: Any) -> list[tuple[str, str]]:
    return [
        (name, value) for name, value in answer.items() if name in {"Location", "Content-Disposition", "Content-Type"}
    ]


def normal(content: bytes) -> bytes:
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"".join(parts.read(name) for name in sorted(parts.namelist()) if "docProps" not in name)
    for pattern, name in CHANGING:
        content = pattern.sub(name, content)
    hidden = {str(one).encode() for one in HIDDEN.values()}
    return NEW_ID.sub(lambda found: found[0] if found[0] in hidden else b"<new>", content)


def searches(address: str) -> list[str]:
    """Lists, searches and sheets, asked for what only the other town has."""
    return [
        *(f"{page}?q={words}" for page in ("needs/", "people/", "areas/search") for words in (WORDS, "19970000001")),
        *(f"{page}?area={address}" for page in ("needs/", "people/", "sheets/people/export.csv")),
        *("needs/?state=all", "resources/?all=1", "hotline/desk/caller?phone=19970000001", "feed?since=1:1:"),
    ]


def everything(client: Client, own: dict[str, str], hidden: dict[str, str]) -> dict[tuple[str, str], Any]:
    """What every route answers to every method, and the lists to searches for what is hidden."""
    body = {"words": "x", "reason": "x", "purpose": "x", "q": WORDS, "address": hidden["address"],
            "resource_id": hidden["resource_id"], "join_into": hidden["need_id"]}  # fmt: skip
    found, cookies = {}, client.cookies
    for pattern in routes():
        for url in addresses(pattern, own, hidden):
            for method in ("GET", "POST", "HEAD", "PUT", "DELETE"):
                found[method, url] = asked(client, cookies, method, url, body)
    for query in searches(hidden["address"]):
        found["GET", query] = asked(client, cookies, "GET", f"/{query}", {})
    return found


@pytest.mark.parametrize("role", ["community", "crew", "agent", "dispatcher", "headquarters", ""])
def test_no_route_tells_of_another_town(places: tuple[Area, Area], role: str) -> None:
    here, there = places
    incident = Incident.objects.get(closed_at=None)
    need = needs.log(SYSTEM, needs.Wanted(incident.pk, "food", here.address, "家里没有米了", "phone"), NOW)
    ids = {"need": need.pk, "person": Person.objects.first().pk, "resource": Resource.objects.first().pk,
           "code": need.tracking_code}  # fmt: skip
    own, hidden = known_of(here, ids), known_of(there, HIDDEN)
    client = Client(headers={"accept-language": "zh-hans"}, raise_request_exception=False)
    if role:
        account = User.objects.create_user("worker")
        Grant.objects.create(user=account, role=role, address=here.address)
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    with simulated(NOW):
        before = everything(client, own, hidden)
        fill(there, HIDDEN)
        after = everything(client, own, hidden)
    told = [what for what in before if before[what] != after[what]]
    assert told == []
    assert len(before) > 800 and {status for status, _ in before.values()} >= {200, 404}
    assert [what for what, (status, _) in before.items() if status >= 500] == []
