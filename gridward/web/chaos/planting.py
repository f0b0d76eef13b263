"""Planting canaries the way people's data come in: sheets, calls, corrections, proofs, looks, exports, errors."""

from __future__ import annotations

import csv
import io
import itertools
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.test import Client

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor, actor_of
from gridward.kernel.access.models import Grant, User
from gridward.kernel.address import from_code, level_of, parent, span
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import tokens_of
from gridward.kernel.assignments.actions import assign, progress
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.errors import AppError
from gridward.kernel.exports import actions as exports
from gridward.kernel.incidents.actions import open_incident
from gridward.kernel.incidents.models import Incident
from gridward.kernel.needs import actions as needs
from gridward.kernel.needs.rules import AssignmentState
from gridward.kernel.people import actions as people
from gridward.kernel.people.models import Person
from gridward.kernel.resources.models import Resource
from gridward.kernel.sheets import actions as sheets
from gridward.lines.hotline.actions import load_categories
from gridward.web.chaos.canaries import Canaries

_DISTRICT, _TOWN, COMMUNITY = (from_code(code) for code in ("500116", "500116001", "500116001002"))
LEAVER = "leaver"
"""An account whose name and phone are canaries."""
_JPEG = b"\xff\xd8\xff\xe0"
_IN_A_PERSON = 4


def plant(canaries: Canaries, count: int) -> Incident:
    """Fill an empty house with `count` canaries or a few more, through its own actions.

    Returns: the incident they hang off.
    """
    incident = small_house()
    officer, second = _account("officer"), _account("second")
    _register(canaries, officer, count * 3 // 4 // _IN_A_PERSON)
    User.objects.create_user(LEAVER, display_name=canaries.words(), phone=canaries.phone())
    _looks(canaries, officer, second)
    _errors(canaries, officer)
    needs_logged = itertools.count()
    while len(canaries.planted) < count:
        _need(canaries, incident, officer, next(needs_logged))
    return incident


def small_house() -> Incident:
    """One community with one vehicle, and a response under way."""
    now = clock.now()
    for address, name in ((_DISTRICT, "江津区"), (_TOWN, "几江街道"), (COMMUNITY, "南门社区")):
        Area.objects.create(
            address=address,
            address_end=span(address).high,
            level=level_of(address),
            parent=parent(address),
            name=name,
            tokens=tokens_of(name),
        )
    load_categories(SYSTEM, now=now)
    Resource.objects.create(kind="hotline.emergency_vehicle", name="应急1号", address=_TOWN, exclusive=False)
    return open_incident(SYSTEM, "残留检查", "Residue scan", "drill", _DISTRICT, now)


def _account(username: str) -> Actor:
    user = User.objects.create_user(username, password=None)
    Grant.objects.create(user=user, role="headquarters", address=_DISTRICT)
    Grant.objects.create(user=user, role="community", address=COMMUNITY)
    return actor_of(user, "chaos")


def _register(canaries: Canaries, officer: Actor, count: int) -> None:
    """People by a sheet, one of its rows wrong; then a correction of one."""
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(["姓名", "电话", "身份证号", "住址", "房号", "备注"])
    for number in range(count):
        who = canaries.words(), canaries.phone(), canaries.number()
        rows.writerow([*who, "几江街道南门社区", str(number), canaries.words()])
    rows.writerow([canaries.words(), "not a phone", canaries.number(), "几江街道南门社区", "", canaries.words()])
    run = sheets.upload(officer, "people", f"{canaries.words()}.csv", [file.getvalue().encode()], clock.now())
    sheets.check(officer, run.pk, clock.now())
    sheets.apply(officer, run.pk, clock.now(), good_rows_only=True)
    person = Person.objects.order_by("id").first()
    if person is not None:
        people.change(officer, person.pk, {"note": canaries.words(), "phone": canaries.phone()}, clock.now())


def _need(canaries: Canaries, incident: Incident, officer: Actor, number: int) -> None:
    """One call, corrected, and ended in one of three ways; each eighth with a photo."""
    now = clock.now()
    wanted = needs.Wanted(
        incident.pk,
        "food",
        COMMUNITY,
        canaries.words(),
        "phone",
        place=canaries.words(),
        caller_name=canaries.words(),
        caller_phone=canaries.phone(),
        private={"email": f"{canaries.words()}@example.org"},
    )
    need = needs.log(officer, wanted, now)
    needs.amend(officer, need.pk, {"words": canaries.words()}, now)
    if number % 3 == 0:
        needs.refuse(officer, need.pk, canaries.words(), now)
        needs.reopen(officer, need.pk, canaries.words(), now)
        return
    if number % 3 == 1:
        needs.withdraw(officer, need.pk, canaries.words(), now)
        return
    sent = assign(officer, need.pk, Resource.objects.get().pk, now)
    photo = _JPEG + canaries.words().encode() if number % 8 == 2 else b""
    progress(officer, sent.pk, AssignmentState.DONE, now, evidence=Evidence(canaries.words(), photo))


def _looks(canaries: Canaries, officer: Actor, second: Actor) -> None:
    person = Person.objects.order_by("id").first()
    if person is not None:
        people.reveal(officer, person.pk, canaries.words(), clock.now())
    asked = exports.ask(officer, "people", "csv", span(COMMUNITY), canaries.words(), clock.now())
    exports.decide(second, asked.pk, clock.now(), approved=True)
    exports.take(officer, asked.pk, io.BytesIO(), clock.now())


def _errors(canaries: Canaries, officer: Actor) -> None:
    """Pages and actions that fail with somebody's data in their hands: what they log is scanned as well."""
    client: Any = Client(raise_request_exception=False, headers={"host": "localhost"})
    client.force_login(User.objects.get(pk=officer.user_id), backend="django.contrib.auth.backends.ModelBackend")
    client.get("/people/", {"q": canaries.phone()})
    client.get("/people/", {"q": canaries.words(), "area": "nonsense"})
    client.get("/needs/", {"q": canaries.words()})
    client.get(f"/nowhere/{canaries.phone()}")
    client.post("/hotline/desk", {"words": canaries.words(), "caller_phone": canaries.phone()})
    client.post("/api/v1/hotline/needs", canaries.words(), content_type="application/json")
    client.get("/people/", {"q": canaries.words() + "\x00"})
    _break_a_row()
    client.get("/people/")
    client.get("/hotline/caller", {"phone": canaries.phone() + "\x00"})
    for refused in (
        lambda: _twice(canaries.number()),
        lambda: needs.amend(officer, "00000000-0000-7000-8000-000000000000", {"words": canaries.words()}, clock.now()),
        lambda: sheets.upload(officer, "people", canaries.words(), [canaries.words().encode()], clock.now()),
    ):
        try:
            refused()
        except (AppError, IntegrityError):
            continue


def _break_a_row() -> None:
    """One record with another's name under it, which is refused where it is opened: a page fails, with a traceback."""
    first, second = Person.objects.order_by("id")[:2]
    with connection.cursor() as query:
        query.execute(
            "UPDATE kernel_person SET name = other.name FROM kernel_person AS other "
            "WHERE kernel_person.id = %s AND other.id = %s",
            [first.pk, second.pk],
        )


@transaction.atomic
def _twice(number: str) -> None:
    """One ID number for two people, which the database refuses, and says so in its log."""
    for _time in range(2):
        Person.objects.create(name=number, id_number=number, address=COMMUNITY)
