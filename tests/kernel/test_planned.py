"""Thousands at once: needs that a schedule asks for, and what a plan sends to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.planned import (
    Sending,
    arrive_planned,
    assign_planned,
    finish_planned,
    release_planned,
)
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.scheduled import Scheduled, log_scheduled
from gridward.kernel.resources.models import Resource
from tests.kernel.conftest import NORTH, NOW, SOUTH

STARTS, ENDS = NOW + timedelta(hours=2), NOW + timedelta(hours=10)


def scheduled(address: int = NORTH) -> Scheduled:
    return Scheduled("food", address, STARTS, ENDS, details={"heads": 2})


@pytest.fixture
def shifts(incident: Any) -> list[UUID]:
    return log_scheduled(SYSTEM, incident.pk, [scheduled(NORTH), scheduled(SOUTH)], NOW)


@pytest.fixture
def people(incident: Any) -> list[Resource]:
    return [Resource.objects.create(kind="test.car", name=f"志愿者{at}", address=NORTH) for at in range(3)]


def sending(need: UUID, who: Resource) -> Sending:
    return Sending(need, who.pk, STARTS, ENDS, {"way_m": 120})


def verbs() -> list[str]:
    return list(Entry.objects.exclude(verb="incident.opened").order_by("id").values_list("verb", flat=True))


@pytest.mark.django_db
def test_a_schedule_logs_its_needs_once_and_passes_over_places_there_are_not(incident: Any) -> None:
    wanted = [scheduled(), scheduled(address=NORTH + 77)]
    assert log_scheduled(SYSTEM, incident.pk, wanted, NOW) == [wanted[0].id]
    assert log_scheduled(SYSTEM, incident.pk, wanted, NOW) == []
    need = Need.objects.get()
    assert (need.state, need.holder, need.due_at, need.promised_at) == ("waiting", NORTH, STARTS, ENDS)
    assert need.details == {"heads": 2}
    assert verbs() == ["need.logged"]


@pytest.mark.django_db
def test_a_plan_sends_at_once_and_nobody_is_booked_twice(shifts: list[UUID], people: list[Resource]) -> None:
    sendings = [sending(shifts[0], people[0]), sending(shifts[0], people[1]), sending(shifts[1], people[0])]
    assert len(assign_planned(SYSTEM, sendings, NOW)) == 2
    assert Assignment.objects.filter(need_id=shifts[0]).count() == 2
    assert {one.state for one in Need.objects.filter(pk=shifts[0])} == {"assigned"}
    assert Need.objects.get(pk=shifts[1]).state == "waiting"
    assert verbs().count("assignment.offered") == 2 and verbs().count("need.assigned") == 1
    again = [sending(one.need_id, people[at]) for at, one in enumerate(sendings[:2])]
    assert assign_planned(SYSTEM, again, NOW) == []


@pytest.mark.django_db
def test_who_is_off_duty_and_what_has_ended_is_passed_over(shifts: list[UUID], people: list[Resource]) -> None:
    Resource.objects.filter(pk=people[0].pk).update(duty="off")
    Need.objects.filter(pk=shifts[1]).update(state="withdrawn", closed_at=NOW)
    assert assign_planned(SYSTEM, [sending(shifts[0], people[0]), sending(shifts[1], people[1])], NOW) == []


@pytest.mark.django_db
def test_who_is_called_back_is_free_again_and_a_need_without_anybody_waits(
    shifts: list[UUID], people: list[Resource]
) -> None:
    made = assign_planned(SYSTEM, [sending(shifts[0], people[0]), sending(shifts[0], people[1])], NOW)
    assert len(release_planned(SYSTEM, made[:1], "absent", NOW)) == 1
    assert Need.objects.get(pk=shifts[0]).state == "assigned"
    assert release_planned(SYSTEM, made, "absent", NOW) == made[1:]
    assert Need.objects.get(pk=shifts[0]).state == "waiting"
    assert len(assign_planned(SYSTEM, [sending(shifts[1], people[0])], NOW)) == 1


@pytest.mark.django_db
def test_who_came_and_went_ends_done_and_the_last_one_serves_the_need(
    shifts: list[UUID], people: list[Resource]
) -> None:
    made = assign_planned(SYSTEM, [sending(shifts[0], people[0]), sending(shifts[0], people[1])], NOW)
    assert len(arrive_planned(SYSTEM, dict.fromkeys(made, STARTS), STARTS)) == 2
    assert arrive_planned(SYSTEM, dict.fromkeys(made, STARTS), STARTS) == []
    assert Need.objects.get(pk=shifts[0]).state == "moving"
    finish_planned(SYSTEM, {made[0]: ENDS}, ENDS)
    assert Need.objects.get(pk=shifts[0]).state == "moving"
    finish_planned(SYSTEM, dict.fromkeys(made, ENDS), ENDS)
    need = Need.objects.get(pk=shifts[0])
    assert (need.state, need.closed_at, need.arrived_at) == ("served", ENDS, STARTS)
    assert verbs()[-2:] == ["need.served", "assignment.done"] or verbs()[-1] == "assignment.done"
