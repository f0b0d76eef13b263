"""A crew's phone through HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridward.kernel.assignments.models import Assignment, Proof
from tests.lines.hotline.conftest import House, log_call, verbs_of

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
def task(sign_in: Any, house: House) -> Assignment:
    """The nearer vehicle, sent to a need."""
    need = log_call(sign_in("agent"))
    body = {"resource_id": str(house.near.pk), "version": need.version}
    sign_in("dispatcher").post(f"/hotline/dispatch/{need.pk}/assignment", body)
    return Assignment.objects.get()


@pytest.fixture
def crew(crew_of: Any, house: House) -> Client:
    """The crew of the nearer vehicle."""
    return crew_of(house.near)


def step(client: Client, task: Assignment, name: str, **body: Any) -> int:
    return client.post(f"/hotline/tasks/{task.pk}/{name}", body).status_code


def test_a_crew_goes_from_accepted_to_done_with_a_photo(
    task: Assignment, crew: Client, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert "血液透析" in crew.get("/hotline/tasks").content.decode()
    for name in ("acceptance", "departure", "arrival"):
        assert step(crew, task, name) == 302
    photo = SimpleUploadedFile("door.png", PIXEL, content_type="image/png")
    assert step(crew, task, "completion", photo=photo) == 302
    task.need.refresh_from_db()
    assert task.need.state == "served"
    assert Proof.objects.get().kind == "photo"
    assert verbs_of(task.pk)[-4:] == [
        "assignment.accepted",
        "assignment.under_way",
        "assignment.arrived",
        "assignment.done",
    ]


def test_done_without_photo_or_words_is_refused_on_the_same_page(task: Assignment, crew: Client) -> None:
    step(crew, task, "arrival")
    assert step(crew, task, "completion") == 422
    assert step(crew, task, "completion", words="已送到医院") == 302
    assert step(crew, task, "completion", words="已送到医院") == 302
    assert verbs_of(task.pk).count("assignment.done") == 1


def test_a_file_that_is_no_picture_is_refused(task: Assignment, crew: Client) -> None:
    step(crew, task, "arrival")
    assert step(crew, task, "completion", photo=SimpleUploadedFile("a.png", b"<script>")) == 422
    assert not Proof.objects.exists()


def test_declining_takes_a_reason_and_the_need_waits_again(task: Assignment, crew: Client) -> None:
    assert step(crew, task, "declination") == 422
    assert step(crew, task, "declination", words="车坏了") == 302
    task.need.refresh_from_db()
    assert task.need.state == "waiting"
    assert "need.released" in verbs_of(task.need.pk)
    assert step(crew, task, "acceptance") == 409


def test_another_crew_cannot_see_or_touch_the_task(task: Assignment, crew_of: Any, house: House) -> None:
    other = crew_of(house.far)
    assert other.get(f"/hotline/tasks/{task.pk}").status_code == 404
    assert step(other, task, "acceptance") == 404
    assert "血液透析" not in other.get("/hotline/tasks").content.decode()


def test_dispatchers_have_no_tasks_of_their_own(task: Assignment, sign_in: Any) -> None:
    assert sign_in("dispatcher").get("/hotline/tasks").status_code == 403


def test_a_crew_goes_off_duty_by_itself(crew: Client, house: House) -> None:
    assert crew.post(f"/hotline/duty/{house.near.pk}", {"duty": "off"}).status_code == 302
    house.near.refresh_from_db()
    assert house.near.duty == "off"
    assert crew.post(f"/hotline/duty/{house.far.pk}", {"duty": "off"}).status_code == 404
