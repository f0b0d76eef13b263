"""A crew's tasks on a phone: the list it holds, the steps it brings in later, what moved on meanwhile."""

from __future__ import annotations

import base64
from typing import Any
from uuid import uuid4

import pytest

from gridward.kernel import clock
from gridward.kernel.access.models import User
from gridward.kernel.assignments.actions import assign, progress
from gridward.kernel.assignments.models import Assignment, Proof
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import AssignmentState
from gridward.kernel.resources.models import CrewMember
from tests.kernel.conftest import SOUTH, car, incident, need, sign_up  # noqa: F401
from tests.kernel.sync.conftest import Phone, enrolled, outcomes, reasons

pytestmark = pytest.mark.django_db
KIND = "hotline.progress"


@pytest.fixture
def crew(sign_up: Any, car: Any) -> Phone:  # noqa: F811
    """The crew's phone."""
    actor = sign_up("driver", "crew", SOUTH)
    CrewMember.objects.create(resource=car, user=User.objects.get(pk=actor.user_id))
    return enrolled(actor)


@pytest.fixture
def task(need: Need, car: Any, crew: Phone) -> Assignment:  # noqa: F811
    """Their task."""
    from gridward.kernel.access.actor import SYSTEM

    return assign(SYSTEM, need.pk, car.pk, clock.now())


def step(crew: Phone, task: Assignment, state: str, **more: Any) -> Any:
    return crew.send(crew.item({"task": str(task.pk), "state": state, **more}, KIND))


def test_the_list_holds_ones_own_tasks_only(crew: Phone, task: Assignment, sign_up: Any):  # noqa: F811
    assert [row["id"] for row in crew.get("/sync/patch/hotline.tasks").json()["rows"]] == [str(task.pk)]
    other = enrolled(sign_up("stranger", "crew", SOUTH))
    assert other.get("/sync/patch/hotline.tasks").json()["rows"] == []


def test_a_delivery_with_a_photo_serves_the_need_once(crew: Phone, task: Assignment):
    photo = "data:image/jpeg;base64," + base64.b64encode(b"\xff\xd8\xff\xe0 photo").decode()
    item = crew.item({"task": str(task.pk), "state": "done", "words": "已送到", "photo": photo}, KIND)
    assert outcomes(crew.send(item)) == ["stored"], crew.send(item).json()
    assert outcomes(crew.send(item)) == ["same"]
    task.need.refresh_from_db()
    assert task.need.state == "served"
    assert Proof.objects.count() == 1


def test_the_same_step_from_two_phones_of_a_crew_is_done_once(crew: Phone, task: Assignment):
    second = enrolled(crew.actor)
    assert outcomes(step(crew, task, "accepted")) == ["stored"]
    assert outcomes(step(second, task, "accepted")) == ["stored"]


def test_a_task_that_moved_on_is_a_conflict_and_stays_as_it_is(crew: Phone, task: Assignment):
    from gridward.kernel.access.actor import SYSTEM

    progress(SYSTEM, task.pk, AssignmentState.RELEASED, clock.now(), reason="改派")
    answer = step(crew, task, "done", words="已送到")
    assert (outcomes(answer), answer.json()["results"][0]["words"] != "") == (["conflict"], True)
    task.refresh_from_db()
    assert task.state == "released"


def test_another_crews_task_is_gone_and_nonsense_is_rejected(crew: Phone, task: Assignment):
    assert reasons(crew.send(crew.item({"task": str(uuid4()), "state": "done", "words": "x"}, KIND))) == ["task_gone"]
    assert reasons(step(crew, task, "offered")) == ["malformed"]
    assert reasons(step(crew, task, "done", photo="data:text/html;base64,AA==")) == ["malformed"]
