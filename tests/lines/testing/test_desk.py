"""The testing desk through HTTP: rounds laid out and asked of the rosters, refused, repeated; newcomers completed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.address import span, text
from gridward.kernel.clock import day_bounds, local_day
from gridward.kernel.figures.queries import figure, rows_behind
from gridward.kernel.journal.models import Entry
from gridward.kernel.people.models import Person
from gridward.kernel.registry import registry
from gridward.lines.testing import plan
from gridward.lines.testing.actions.rounds import WantedRound, close_round, open_round
from gridward.lines.testing.actions.setting_up import load_configuration
from gridward.lines.testing.actions.tubes import store_tubes
from gridward.lines.testing.models import Laboratory, Newcomer, Point, Round, RoundRule, Sample, Tube, Turn
from tests.lines.testing.conftest import DISTRICT, NORTH, NOW, SOUTH, SOUTH_BUILDING, TOWN, Phone, Town, said, sample
from tests.lines.testing.test_bench import laboratory as laboratory  # noqa: F401 # a fixture

TODAY = local_day(NOW).isoformat()
NO_PLACE = f"{DISTRICT + 9 * 10**10:019d}"


def _open(client: Client, **more: str) -> Any:
    given = {"address": text(TOWN), "rule": "everybody", "day": TODAY, **more}
    return client.post("/testing/rounds/opening", given)


def test_a_round_lays_out_points_and_turns_and_asks_for_the_posts(town: Town, sign_in: Callable[..., Client]) -> None:
    Person.objects.filter(pk=town.people[0].pk).update(traits=["elder_alone"])
    answer = _open(sign_in("testing.desk"))
    made = Round.objects.get(number=2)
    assert answer.url == f"/testing/rounds/{made.pk}"
    assert (made.people, made.pool_size) == (8, 10)
    points = Point.objects.filter(round=made).order_by("address")
    # Buildings that stand in no estate are called to their community.
    assert [(one.address, one.people, one.tables, one.samplers) for one in points] == [
        (SOUTH, 6, 1, 1),
        (NORTH, 2, 1, 1),
    ]
    assert [(one.address, one.people) for one in Turn.objects.filter(point=points[0])] == [(SOUTH_BUILDING, 5)]
    assert Entry.objects.get(verb="testing.round_opened").data["people"] == 8
    wanted = Entry.objects.filter(verb="testing.posts_wanted").order_by("address")
    assert [(one.address, one.data["posts"], one.data["task"]) for one in wanted] == [
        (SOUTH, 1, "sampler"), (NORTH, 1, "sampler"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"day": "soon"}, 422),
        ({"pool_size": "7"}, 422),
        ({"rule": "none"}, 404),
        ({"address": NO_PLACE}, 404),
    ],
)
def test_a_round_that_cannot_be_opened_is_refused_and_nothing_changes(
    given: dict[str, str], status: int, town: Town, sign_in: Callable[..., Client]
) -> None:
    assert _open(sign_in("testing.desk"), **given).status_code == status
    assert Round.objects.count() == 1


def test_nobody_due_is_said_in_words(town: Town, sign_in: Callable[..., Client]) -> None:
    Person.objects.all().delete()
    answer = _open(sign_in("testing.desk"))
    assert answer.status_code == 422
    assert "人员台账" in answer.content.decode()


@pytest.mark.parametrize("role", ["testing.sampler", "testing.laboratory", "testing.courier"])
def test_only_the_desk_opens_and_closes_rounds(role: str, town: Town, sign_in: Callable[..., Client]) -> None:
    client = sign_in(role)
    assert _open(client).status_code == 403
    assert client.post(f"/testing/rounds/{town.round.pk}/closure").status_code == 403
    assert client.get("/testing/rounds").status_code == 403


def test_a_desk_of_one_community_sees_the_towns_round_with_its_own_points_only(
    town: Town, sign_in: Callable[..., Client]
) -> None:
    south, elsewhere = sign_in("testing.desk", SOUTH), sign_in("testing.desk", 5001160020000000000)
    page = south.get(f"/testing/rounds/{town.round.pk}").content.decode()
    assert town.south.name in page and town.north.name not in page
    assert elsewhere.get(f"/testing/rounds/{town.round.pk}").status_code == 404
    assert south.get(f"/testing/points/{town.north.pk}").status_code == 404
    assert south.post(f"/testing/rounds/{town.round.pk}/closure").status_code == 403


def test_closing_twice_is_journalled_once(town: Town, sign_in: Callable[..., Client]) -> None:
    desk = sign_in("testing.desk")
    for _again in range(2):
        assert desk.post(f"/testing/rounds/{town.round.pk}/closure").status_code == 302
    assert Entry.objects.filter(verb="testing.round_closed").count() == 1


def test_a_newcomer_becomes_a_person_of_the_register_and_is_counted_once(
    town: Town, phone: Phone, actor: Callable[..., Actor], sign_in: Callable[..., Client]
) -> None:
    stranger = {"name": "居民0号", "address": text(SOUTH_BUILDING), "at": said(NOW)}
    tubes = [phone.tube("T0001", [sample(town.people[0])]), phone.tube("T0002", [stranger])]
    store_tubes(actor("testing.sampler"), tubes, NOW)
    found = Newcomer.objects.get()
    desk = sign_in("testing.desk")
    assert str(town.people[0].pk) in desk.get(f"/testing/newcomers?newcomer={found.pk}").content.decode()
    for _again in range(2):
        given = {"person": str(town.people[0].pk)}
        assert desk.post(f"/testing/newcomers/{found.pk}/completion", given).status_code == 302
    assert sorted(Sample.objects.filter(person=town.people[0]).values_list("extra", flat=True)) == [False, True]
    assert Entry.objects.filter(verb="testing.newcomer_completed").count() == 1


def test_who_is_sampled_at_home_leaves_the_list_once_sampled(
    town: Town, phone: Phone, actor: Callable[..., Actor], sign_in: Callable[..., Client]
) -> None:
    Person.objects.filter(pk__in=[one.pk for one in town.people[:2]]).update(traits=["disabled"])
    store_tubes(actor("testing.sampler"), [phone.tube("T0001", [sample(town.people[0])])], NOW)
    rows = sign_in("testing.desk").get(f"/testing/rounds/{town.round.pk}/home").context["rows"]
    assert [(one["id"], one["name"]) for one in rows] == [(town.people[1].pk, "居***")]


def test_the_pool_size_is_advised_from_what_was_measured(town: Town, laboratory: Laboratory, phone: Phone) -> None:
    assert plan.pool_advice(SYSTEM, 1000, NOW) is None
    for at in range(60):
        Tube.objects.create(
            incident=town.incident, round=town.round, point=town.south, code=f"M{at:03d}", address=SOUTH, people=10,
            opened_at=NOW, closed_at=NOW, stored_at=NOW, device_id=phone.device_id, verdict="negative", verdict_at=NOW,
        )  # fmt: skip
    advice = plan.pool_advice(SYSTEM, 1000, NOW)
    assert advice is not None and advice.size in (5, 10, 20) and advice.reasons
    Tube.objects.filter(code__lt="M045").update(verdict="positive")
    many = plan.pool_advice(SYSTEM, 1000, NOW)
    assert many is not None and many.size < advice.size


def test_loading_the_example_again_changes_nothing(town: Town) -> None:
    assert load_configuration(SYSTEM, NOW).changed == 0
    RoundRule.objects.filter(pk="everybody").update(pool_size=5)
    assert load_configuration(SYSTEM, NOW).changed == 1


def test_a_round_of_a_day_to_come_opens_at_the_rules_hour(town: Town) -> None:
    made = open_round(SYSTEM, WantedRound(TOWN, "everybody", date(2026, 12, 1), 20), NOW)
    assert (made.starts_at - day_bounds(date(2026, 12, 1))[0]).total_seconds() == 7 * 3600
    assert made.pool_size == 20
    assert close_round(SYSTEM, made.pk, NOW).closed_at == NOW


def test_every_figure_is_computed_from_the_rows_of_the_day(
    town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    store_tubes(actor("testing.sampler"), [phone.tube("T0001", [sample(one) for one in town.people[:3]])], NOW)
    counts = {
        key: sum(row["amount"] for row in rows_behind(figure(key), [span(DISTRICT)], local_day(NOW), NOW))
        for key in registry().lines["testing"].bulletin
    }
    assert counts["testing.tested"] == 3
    assert counts["testing.tubes"] == 1
    assert counts["testing.samplers"] == (2 if local_day(town.south.opens_at) == local_day(NOW) else 0)
    assert counts["testing.positive"] == 0
