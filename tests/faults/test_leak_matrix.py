"""Everything asked in two worlds: nothing tells of another town, and whatever would tell is noticed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from gridward.kernel.access.guards import open_to_all
from gridward.kernel.access.scope import house
from gridward.kernel.address import from_code
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.people.models import Person
from gridward.web.chaos.leaks import routes

HERE, THERE = (from_code(code) for code in ("500116001002", "500116002001"))
KNOWN = {"address": str(THERE), "resource_id": "1", "need_id": "1"}


def test_the_command_finds_nothing_and_sees_every_damage(gridward: Any) -> None:
    done = gridward(
        "chaos", "leak-matrix", "--callers", "leak-community-community", "--scale", "0.001", "--json", timeout=1500
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    faults = ("different", "failed", "left_out", "strangers", "wrong", "unseen")
    assert [said[name] for name in faults] == [[]] * len(faults)
    assert said["routes"] == len(list(routes.routes())) and said["asked"] > 2000
    assert said["tables"] > 30 and said["callers"] > 20 and said["damages"] > 8 * said["tables"]


@open_to_all
def counting(request: HttpRequest) -> HttpResponse:
    """A page that counts everybody, wherever they live."""
    with house():
        return HttpResponse(f"{Person.objects.count()} people")


urlpatterns = [path("counting", counting)]


@pytest.mark.django_db
def test_a_page_that_counts_all_people_tells_of_another_town() -> None:
    Organisation.objects.create(name="x", kind="team", address=HERE)
    answers = []
    for _world in range(2):
        with override_settings(ROOT_URLCONF=__name__):
            answers.append(routes.everything(Client().cookies, {}, KNOWN))
        with house():
            Person.objects.create(name="王芳", address=THERE)
    assert answers[0]["GET", "/counting"] != answers[1]["GET", "/counting"]
    assert answers[0]["GET", "/areas/search?q=鵺鷟"] == answers[1]["GET", "/areas/search?q=鵺鷟"]


def test_a_route_with_a_parameter_of_which_nobody_told_is_named() -> None:
    assert "needs/<uuid:need_id>" in routes.unasked({})
    assert "needs/<uuid:need_id>" not in routes.unasked({"need_id": "1"})
