"""Lists with personal data leave the house with a second person's word, once."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from gridward.kernel.address import span
from gridward.kernel.errors import Forbidden, NotFound
from gridward.kernel.exports import actions
from gridward.kernel.exports.errors import OwnRequest, RequestOver, SecondPersonNeeded
from gridward.kernel.exports.models import ExportRequest
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.errors import ReasonMissing
from gridward.kernel.notices.queries import inbox
from gridward.kernel.people.models import Person
from gridward.kernel.sheets.errors import UnknownSheet
from gridward.kernel.sheets.exporting import export
from tests.kernel.conftest import DISTRICT, NORTH, NOW, SOUTH, TOWN


@pytest.fixture
def two(incident, sign_up):
    Person.objects.create(incident=incident, name="张小明", phone="19900001234", address=SOUTH)
    return sign_up("one", "community", SOUTH), sign_up("two", "town", TOWN)


def ask(actor, address=SOUTH, now=NOW):
    return actions.ask(actor, "people", "csv", span(address), "入户核查", now)


def test_what_one_asks_and_another_approves_is_downloaded_once(two):
    one, other = two
    request = ask(one)
    assert [notice.template for notice in inbox(other)] == ["export.asked"]
    actions.decide(other, request.pk, NOW, approved=True)
    file = io.BytesIO()
    actions.take(one, request.pk, file, NOW)
    assert "19900001234" in file.getvalue().decode()
    with pytest.raises(RequestOver):
        actions.take(one, request.pk, io.BytesIO(), NOW)
    verbs = Entry.objects.filter(verb__startswith="export.").order_by("id").values_list("verb", "actor_id")
    assert list(verbs) == [
        ("export.asked", one.user_id),
        ("export.approved", other.user_id),
        ("export.made", one.user_id),
    ]
    assert Entry.objects.get(verb="export.asked").told["purpose"] == "入户核查"


def test_nobody_exports_people_alone(two):
    one, other = two
    with pytest.raises(SecondPersonNeeded):
        export(one, "people", "csv", io.BytesIO(), span(SOUTH), NOW)
    request = ask(one)
    with pytest.raises(OwnRequest):
        actions.decide(one, request.pk, NOW, approved=True)
    with pytest.raises(RequestOver):
        actions.take(one, request.pk, io.BytesIO(), NOW)
    actions.decide(other, request.pk, NOW, approved=False)
    with pytest.raises(RequestOver):
        actions.take(one, request.pk, io.BytesIO(), NOW)
    assert not Entry.objects.filter(verb="export.made").exists()


def test_who_may_not_see_all_of_it_neither_asks_nor_approves_nor_learns_of_it(two, sign_up):
    one, other = two
    neighbour, auditor = sign_up("n", "community", NORTH), sign_up("a", "auditor", DISTRICT)
    with pytest.raises(Forbidden):
        ask(one, TOWN)
    request = ask(one)
    for stranger in (neighbour, auditor):
        with pytest.raises(NotFound):
            actions.decide(stranger, request.pk, NOW, approved=True)
    wide = ask(other, TOWN)
    with pytest.raises(NotFound):
        actions.take(one, wide.pk, io.BytesIO(), NOW)
    with pytest.raises(ReasonMissing):
        actions.ask(one, "people", "csv", span(SOUTH), " ", NOW)
    with pytest.raises(UnknownSheet):
        actions.ask(one, "areas", "csv", span(SOUTH), "x", NOW)


def test_a_request_and_an_approved_file_expire(two, settings):
    one, other = two
    later = NOW + timedelta(hours=settings.EXPORT_HOURS)
    with pytest.raises(RequestOver):
        actions.decide(other, ask(one).pk, later, approved=True)
    request = ask(one)
    actions.decide(other, request.pk, NOW, approved=True)
    with pytest.raises(RequestOver):
        actions.take(one, request.pk, io.BytesIO(), later)
    assert ExportRequest.objects.get(pk=request.pk).state == "approved"
