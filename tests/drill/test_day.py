"""A small district made from nothing, and a day lived through on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import F, Q

from gridward.drill.district.households import RESIDENTS
from gridward.drill.reference import ground_here, make_district, run_day
from gridward.kernel.access.models import Grant
from gridward.kernel.address import Level, from_code
from gridward.kernel.areas.models import Area
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.clock import local_day
from gridward.kernel.figures.models import FigureValue
from gridward.kernel.near import cache
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import ENDED, NeedState
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.people.models import Person
from gridward.kernel.registry import registry
from gridward.kernel.resources.models import Resource

NOW = datetime(2022, 12, 2, 4, tzinfo=UTC)
SCALE = 0.002


def silent(stage: str, done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture(autouse=True)
def district(transactional_db: Any) -> Iterator[None]:
    """The reference district at its smallest."""
    cache.clear()
    make_district(SCALE, 3, NOW, silent)
    yield
    cache.clear()


def test_the_district_has_its_people_places_forces_and_an_account_for_every_role() -> None:
    assert Person.objects.count() == round(RESIDENTS * SCALE)
    assert Area.objects.filter(level=Level.COMMUNITY).count() == 301
    assert not Person.objects.exclude(address__in=Area.objects.filter(level=Level.UNIT).values("address")).exists()
    district = Area.objects.get(address=from_code("500116"))
    assert district.residents == Person.objects.count()
    assert Organisation.objects.filter(kind=Organisation.Kind.COMMUNITY_COMMITTEE).count() == 301
    assert {*Grant.objects.values_list("role", flat=True)} == {*registry().roles}
    assert {*Resource.objects.values_list("kind", flat=True)} == {*registry().resource_kinds}


def test_nothing_vanishes_in_a_day_and_the_figures_count_what_happened() -> None:
    tally = run_day(ground_here(3), NOW, 60, silent)
    calls = Need.objects.filter(kind="hotline.request")
    assert tally.calls == calls.count() > 40
    assert tally.refusals == {}
    ended = calls.filter(state__in=ENDED)
    assert ended.count() > 0.7 * tally.calls
    assert not ended.filter(Q(closed_at=None) | Q(outcome="")).exists()
    assert not Need.objects.filter(state=NeedState.REFUSED, closed_by=None).exists()
    assert not Assignment.objects.filter(ended_at__lt=F("offered_at")).exists()
    figures = FigureValue.objects.filter(key="hotline.calls", part="", address=from_code("500116"))
    assert {local_day(NOW)} <= {*figures.values_list("day", flat=True)}
    assert sum(figures.values_list("value", flat=True)) == tally.calls
