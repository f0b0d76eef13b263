"""A person and a need on each side of a wall, and somebody who may see one side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.access.scope import NOBODY, PUBLIC, within
from gridward.kernel.needs.actions import log
from gridward.kernel.needs.models import Need
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import tokens_of
from tests.kernel.conftest import NORTH, NOW, SOUTH, wanted


@dataclass(frozen=True)
class Sides:
    """What lies in the south, and what lies in the north."""

    person: Person
    hidden_person: Person
    need: Need
    hidden_need: Need
    actor: Actor


@pytest.fixture
def sides(incident: Any, sign_up: Callable[[str, str, int], Actor]) -> Sides:
    """A worker of the southern community; the northern one is none of their business."""
    people = [
        Person.objects.create(address=at, name=name, id_number=number, tokens=tokens_of(name))
        for at, name, number in ((SOUTH, "张小明", "500116199001011234"), (NORTH, "张大明", "500116199001015678"))
    ]
    needs = [log(SYSTEM, wanted(incident, at), NOW) for at in (SOUTH, NORTH)]
    return Sides(*people, *needs, sign_up("worker", "community", SOUTH))


@pytest.fixture
def sql() -> Callable[..., list[Any]]:
    """Run a statement as an intruder would who got past everything but the database."""

    def run(statement: str, *params: Any) -> list[Any]:
        with connection.cursor() as query:
            query.execute(statement, params or None)
            return query.fetchall() if query.description else []

    return run


@pytest.fixture
def in_the_south(sides: Sides) -> Iterator[Sides]:
    """The rest of the test is what the southern worker does."""
    with within(sides.actor):
        yield sides


@pytest.fixture
def as_resident(sides: Sides) -> Iterator[Sides]:
    """The rest of the test is what a resident does."""
    with within(PUBLIC):
        yield sides


@pytest.fixture
def as_nobody(sides: Sides) -> Iterator[Sides]:
    """The rest of the test is what happens where no scope was entered."""
    with within(NOBODY):
        yield sides
