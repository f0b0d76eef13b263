"""A crowd asks far too much: it is told to wait, and whoever reports a need does not notice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import RequestFactory

from gridward.web.overload import Room, Weight, weight_of


def test_the_crowd_is_told_to_wait_and_no_caller_is(gridward: Any) -> None:
    done = gridward("chaos", "overload", "--crowd", "40", "--clients", "4", "--seconds", "5", "--json", timeout=400)
    assert done.stdout, done.stderr
    said = json.loads(done.stdout)
    assert done.returncode == 0, said
    assert said["told_to_wait"] > 0 and said["impolite"] == 0
    assert said["acknowledged"] == said["stored"] and said["beside_the_crowd"]["acknowledged"] > 0
    assert not any(name.startswith("/hotline/ask 4") for name in said["crowd"])


@pytest.mark.parametrize(
    ("path", "head", "weight"),
    [
        ("/hotline/desk", {}, Weight.URGENT),
        ("/api/v1/hotline/needs", {}, Weight.URGENT),
        ("/sign-in/", {}, Weight.URGENT),
        ("/needs/", {}, Weight.ORDINARY),
        ("/feed", {"X-Unattended": "1"}, Weight.CAN_WAIT),
        ("/hotline/dispatch/queue", {"X-Unattended": "1"}, Weight.CAN_WAIT),
        ("/sheets/people/export.csv", {}, Weight.CAN_WAIT),
    ],
)
def test_what_is_urgent_is_told_from_the_address(path: str, head: dict[str, str], weight: Weight) -> None:
    assert weight_of(RequestFactory().get(path, headers=head)) is weight


def test_the_lightest_are_turned_away_first_and_places_come_back() -> None:
    room = Room(8)
    with room.taken(Weight.CAN_WAIT), room.taken(Weight.CAN_WAIT), room.taken(Weight.URGENT), room.taken(Weight.URGENT):
        with room.taken(Weight.CAN_WAIT) as last, room.taken(Weight.ORDINARY) as page:
            assert (last, page) == (False, True)
        with room.taken(Weight.ORDINARY), room.taken(Weight.ORDINARY), room.taken(Weight.ORDINARY) as refused:
            assert not refused
            with room.taken(Weight.URGENT) as urgent:
                assert urgent
    with room.taken(Weight.CAN_WAIT) as again:
        assert again
