"""Each database call fails once: nothing is left half done, and whoever would leave something is noticed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from gridward.kernel.address import from_code
from gridward.kernel.orgs.models import Organisation
from gridward.web.chaos.nth import deeds
from gridward.web.chaos.nth.trying import tried

PLACE = from_code("500116001002")


def test_the_command_finds_an_action_and_a_route_whole(gridward: Any) -> None:
    done = gridward("chaos", "nth-error", "--only", "assign", "--json", timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["actions"] >= 3 and said["routes"] >= 4 and said["calls"] > 60
    assert [said[name] for name in ("left_out", "half_done", "pretended", "without_reference", "unprovoked")] == [
        []
    ] * 5


def _write(name: str) -> None:
    Organisation.objects.create(name=name, kind="team", address=PLACE)


def _found(run: Any, settings: Any, tmp_path: Any) -> dict[str, Any]:
    settings.MEDIA_ROOT = tmp_path / "files"
    (tmp_path / "files").mkdir()
    with transaction.atomic():
        return tried(run, 50)


@pytest.mark.django_db(transaction=True)
def test_two_writes_that_do_not_hang_together_are_half_done(settings: Any, tmp_path: Any) -> None:
    def apart() -> None:
        _write("one")
        _write("two")

    found = _found(apart, settings, tmp_path)
    assert found["calls"] == 2 and [words[:7] for words in found["half_done"]] == ["call 2,"] * 2


@pytest.mark.django_db(transaction=True)
def test_two_writes_of_one_transaction_are_whole(settings: Any, tmp_path: Any) -> None:
    found = _found(transaction.atomic(lambda: (_write("one"), _write("two"))), settings, tmp_path)
    assert (found["calls"], found["trials"], found["half_done"], found["pretended"]) == (2, 4, [], [])


@pytest.mark.django_db(transaction=True)
def test_an_action_that_swallows_its_failure_pretended(settings: Any, tmp_path: Any) -> None:
    def silent() -> None:
        try:
            with transaction.atomic():
                _write("one")
        except DatabaseError:
            return

    assert len(_found(silent, settings, tmp_path)["pretended"]) == 2


@pytest.mark.django_db(transaction=True)
def test_a_file_that_no_row_came_to_name_is_swept(settings: Any, tmp_path: Any) -> None:
    def file_then_row() -> None:
        path = tmp_path / "files" / "proofs" / "i" / "ab" / "photo.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"photo")
        _write("one")

    found = _found(file_then_row, settings, tmp_path)
    assert found["half_done"] == []


def test_no_action_is_left_out() -> None:
    assert deeds.left_out() == []
