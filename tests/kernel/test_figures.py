from datetime import timedelta

import pytest
from django.db import connection

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import span
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.clock import local_day
from gridward.kernel.errors import NotFound
from gridward.kernel.figures.actions import compute, refresh
from gridward.kernel.figures.models import FigureValue
from gridward.kernel.figures.queries import AGGREGATE_SQL, by_area, figure, read, rows_behind
from gridward.kernel.manifest import Aggregate
from gridward.kernel.needs import actions
from gridward.kernel.needs.models import Category
from tests.kernel.conftest import DISTRICT, NORTH, NOW, SOUTH, TOWN, wanted

DAY = local_day(NOW)
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def calls(incident):
    """Three calls of the hotline's kind: two in the south, one in the north; one of them answered."""
    Category.objects.filter(pk="food").update(kind="hotline.request")
    needs = [actions.log(SYSTEM, wanted(incident, address), NOW) for address in (SOUTH, SOUTH, NORTH)]
    actions.serve(SYSTEM, needs[0].pk, Evidence("已答复"), NOW + timedelta(minutes=10))
    return needs


def test_a_figure_rolls_up_from_the_community_to_the_district(calls):
    compute([DAY], LATER)
    for address, value in ((SOUTH, 2), (NORTH, 1), (TOWN, 3), (DISTRICT, 3)):
        assert read(["hotline.calls"], address, DAY, LATER)["hotline.calls"].value == value
    assert {address: row.value for address, row in by_area("hotline.calls", TOWN, 12, DAY).items()} == {
        SOUTH: 2,
        NORTH: 1,
    }


def test_what_lies_at_a_desk_counts_there_once_and_not_below_it(incident):
    Category.objects.filter(pk="food").update(kind="hotline.request")
    for address in (DISTRICT, TOWN, TOWN, SOUTH):
        actions.log(SYSTEM, wanted(incident, address), NOW)
    compute([DAY], LATER)
    values = FigureValue.objects.filter(key="hotline.calls", day=DAY, part="").values_list("address", "value")
    assert dict(values) == {DISTRICT: 4, TOWN: 3, SOUTH: 1}


def test_a_share_counts_what_was_answered(calls):
    compute([DAY], LATER)
    reading = read(["hotline.answered"], DISTRICT, DAY, LATER)["hotline.answered"]
    assert (round(reading.value, 3), reading.weight) == (0.333, 3)


def test_the_rows_behind_a_figure_are_as_many_as_it_says_and_only_of_the_area(calls):
    compute([DAY], LATER)
    rows = rows_behind(figure("hotline.calls"), [span(SOUTH)], DAY, LATER)
    assert {row["row_id"] for row in rows} == {str(need.pk) for need in calls[:2]}
    assert rows_behind(figure("hotline.calls"), [], DAY, LATER) == []


def test_computing_twice_gives_the_same_and_a_day_without_rows_is_zero(calls):
    compute([DAY], LATER)
    before = sorted(FigureValue.objects.values_list("key", "address", "part", "value"))
    compute([DAY], LATER)
    assert sorted(FigureValue.objects.values_list("key", "address", "part", "value")) == before
    quiet = read(["hotline.calls"], DISTRICT, DAY - timedelta(days=3), LATER)["hotline.calls"]
    assert (quiet.value, quiet.weight) == (0.0, 0)


def test_a_small_place_is_computed_at_once(calls):
    estate = SOUTH + 3_0000000 // 100
    assert read(["hotline.calls"], estate, DAY, LATER)["hotline.calls"].value == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_of_an_old_day_makes_its_figures_fresh(calls):
    refresh(LATER)
    assert read(["hotline.calls"], DISTRICT, DAY, LATER)["hotline.calls"].value == 3
    much_later = NOW + timedelta(days=4)
    actions.serve(SYSTEM, calls[1].pk, Evidence("补办"), much_later)
    days = refresh(much_later + timedelta(minutes=1))
    assert days == [DAY + timedelta(days=n) for n in range(5)]
    assert read(["hotline.closed"], DISTRICT, local_day(much_later), much_later)["hotline.closed"].value == 1


def test_an_unknown_figure_is_not_found(db):
    with pytest.raises(NotFound):
        figure("nothing")


@pytest.mark.django_db
@pytest.mark.parametrize(("amounts", "gini"), [([5, 5, 5], 0.0), ([0, 0, 9], 2 / 3), ([1, 2, 3, 4], 0.25), ([], None)])
def test_the_gini_coefficient_is_that_of_the_amounts_behind_it(amounts, gini):
    rows = "SELECT unnest(%s::int[]) AS amount"
    with connection.cursor() as query:
        query.execute(f"SELECT {AGGREGATE_SQL[Aggregate.GINI]} FROM ({rows}) AS row", [amounts])
        [(found,)] = query.fetchall()
    assert found == (None if gini is None else pytest.approx(gini))
