"""The hotline's figures equal what happened, counted by hand; and loading categories repeats harmlessly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import from_code
from gridward.kernel.assignments import actions as sending
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.clock import day_bounds, local_day
from gridward.kernel.figures.actions import compute
from gridward.kernel.figures.queries import by_part, read
from gridward.kernel.needs import actions as needs
from gridward.kernel.needs.climbing import climb_overdue
from gridward.kernel.needs.models import Category
from gridward.kernel.needs.rules import AssignmentState
from gridward.lines.hotline.actions import EXAMPLE, load_categories
from gridward.lines.hotline.errors import NoSuchTaker
from gridward.lines.hotline.figures import FIGURES
from tests.lines.hotline.conftest import DISTRICT, SOUTH_GATE, House


@pytest.fixture
def day(house: House) -> Any:
    """A day on which one need was driven and confirmed, one refused, one climbed and is overdue."""
    start, _ = day_bounds(local_day(datetime.now(UTC) - timedelta(days=3)))
    nine = start + timedelta(hours=9)
    actor = SYSTEM

    def log(category: str, at: datetime) -> Any:
        return needs.log(actor, needs.Wanted(house.incident.pk, category, SOUTH_GATE, "词", "phone"), at)

    driven = log("dialysis", nine)
    trip = sending.assign(actor, driven.pk, house.near.pk, nine + timedelta(minutes=2))
    sending.progress(actor, trip.pk, AssignmentState.UNDER_WAY, nine + timedelta(minutes=4))
    sending.progress(actor, trip.pk, AssignmentState.ARRIVED, nine + timedelta(minutes=14))
    done = nine + timedelta(minutes=40)
    sending.progress(actor, trip.pk, AssignmentState.DONE, done, evidence=Evidence("送到"))
    needs.confirm(actor, driven.pk, done)
    answered = log("isolation_question", nine)
    needs.serve(actor, answered.pk, Evidence("已解答"), nine + timedelta(minutes=10))
    log("medical_emergency", nine)
    log("utilities", nine)
    climb_overdue(nine + timedelta(hours=12))
    return local_day(nine)


def test_the_figures_of_a_day_are_what_happened_on_it(day: Any) -> None:
    now = datetime.now(UTC)
    compute([day], now)
    shown = {key: one.value for key, one in read([figure.key for figure in FIGURES], DISTRICT, day, now).items()}
    assert shown["hotline.calls"] == 4
    assert shown["hotline.closed"] == 2
    assert shown["hotline.open"] == 2
    assert shown["hotline.overdue"] == 2
    assert shown["hotline.closed_late"] == 0
    assert shown["hotline.answered"] == 0.5
    assert shown["hotline.on_time"] == 1
    assert shown["hotline.confirmed"] == 0.5
    assert shown["hotline.assign_median"] == 120
    assert shown["hotline.arrive_p95"] == 14 * 60
    assert shown["hotline.close_median"] == 25 * 60
    assert shown["hotline.trips"] == 1
    assert shown["hotline.climbed"] == 1
    assert shown["hotline.reopened"] == 0
    assert dict(by_part("hotline.trips", DISTRICT, day)) == {"dialysis": 1}


def test_the_same_figures_hold_for_the_community_and_not_for_its_neighbour(day: Any) -> None:
    now = datetime.now(UTC)
    compute([day], now)
    assert read(["hotline.calls"], SOUTH_GATE, day, now)["hotline.calls"].value == 4
    assert read(["hotline.calls"], from_code("500116001005"), day, now)["hotline.calls"].value == 0


def test_every_figure_runs_for_a_small_place_too(day: Any) -> None:
    estate = 5001160010020300000
    found = read([figure.key for figure in FIGURES], estate, day, datetime.now(UTC))
    assert len(found) == len(FIGURES)


def test_loading_the_example_again_changes_nothing(house: House) -> None:
    again = load_categories(SYSTEM)
    assert (again.made, again.changed, again.unchanged) == (0, 0, 18)
    Category.objects.filter(pk="food").update(name="吃的")
    assert load_categories(SYSTEM).changed == 1


def test_a_category_that_names_an_unknown_taker_is_refused_whole(house: House, tmp_path: Any) -> None:
    example = EXAMPLE.read_text(encoding="utf-8")
    broken = tmp_path / "broken.toml"
    broken.write_text(example.replace('takers = ["hotline.repair_crew"]', 'takers = ["hotline.magician"]'))
    Category.objects.filter(pk="food").update(name="吃的")
    with pytest.raises(NoSuchTaker):
        load_categories(SYSTEM, broken)
    assert Category.objects.get(pk="food").name == "吃的"
