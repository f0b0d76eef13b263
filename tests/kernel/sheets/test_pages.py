"""The import pages as real roles use them: upload, mapping, preview, apply, the sheet that comes back."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gridward.kernel.access.models import Grant, User
from gridward.kernel.exports.models import ExportRequest
from gridward.kernel.journal.models import Entry
from gridward.kernel.people.models import Person
from gridward.kernel.sheets.models import ImportRun
from gridward.kernel.sheets.writing import write_table
from tests.kernel.conftest import DISTRICT, NORTH, SOUTH, TOWN
from tests.kernel.sheets.conftest import work_off

HEAD = ["姓名", "电话", "住址", "房号"]
GOOD = ["张小明", "13800001234", "几江街道南门社区", "301"]
BAD = ["李四", "1380000", "几江街道南门社区", "302"]


@pytest.fixture
def sign_in(incident: Any, settings: Any, tmp_path: Path) -> Callable[..., Client]:
    settings.MEDIA_ROOT = str(tmp_path)

    def make(role: str, address: int) -> Client:
        user, _made = User.objects.get_or_create(username=f"{role}-{address}")
        Grant.objects.get_or_create(user=user, role=role, address=address)
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(user)
        return client

    return make


def send(client: Client, rows: list[list[Any]], register: str = "people", kind: str = "csv") -> ImportRun:
    file = io.BytesIO()
    write_table(kind, file, "名单", rows)
    upload = SimpleUploadedFile(f"名单.{kind}", file.getvalue())
    answer = client.post("/sheets/uploads", {"register": register, "file": upload})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    return ImportRun.objects.latest("at")


def post(client: Client, run: ImportRun, what: str, **data: str) -> int:
    return client.post(f"/sheets/imports/{run.pk}/{what}", data).status_code


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_sheet_is_previewed_then_imported_and_the_journal_knows(sign_in: Any, kind: str) -> None:
    client = sign_in("community", SOUTH)
    run = send(client, [["南门社区名单"], HEAD, GOOD], kind=kind)
    work_off()
    shown = client.get(f"/sheets/imports/{run.pk}").content.decode()
    assert "Import all 1 rows" in shown
    assert not Person.objects.exists()
    assert post(client, run, "application") == 302
    work_off()
    assert "Imported: 1 new, 0 changed." in client.get(f"/sheets/imports/{run.pk}").content.decode()
    person = Person.objects.get()
    assert (person.name, person.phone, person.address, person.room) == ("张小明", "13800001234", SOUTH, "301")
    entry = Entry.objects.get(verb="sheet.applied")
    assert (entry.subject_id, entry.address, entry.data["created"]) == (str(run.pk), SOUTH, 1)


def test_the_same_sheet_again_changes_nothing_and_says_so(sign_in: Any) -> None:
    client = sign_in("community", SOUTH)
    for _time in range(2):
        run = send(client, [HEAD, GOOD])
        work_off()
        post(client, run, "application")
        work_off()
    run.refresh_from_db()
    assert (run.created_rows, run.changed_rows, run.unchanged_rows) == (0, 0, 1)
    assert "Nothing had to be changed" in client.get(f"/sheets/imports/{run.pk}").content.decode()
    assert Person.objects.count() == 1


def test_bad_rows_stop_everything_unless_only_the_good_ones_are_asked_for(sign_in: Any) -> None:
    client = sign_in("community", SOUTH)
    run = send(client, [HEAD, GOOD, BAD])
    work_off()
    assert "Phone" in client.get(f"/sheets/imports/{run.pk}").content.decode()
    assert post(client, run, "application") == 409
    assert not Person.objects.exists()
    assert post(client, run, "application", rows="good") == 302
    work_off()
    assert [person.name for person in Person.objects.all()] == ["张小明"]
    back = client.get(f"/sheets/imports/{run.pk}/returned")
    text = b"".join(back).decode("utf-8-sig")
    assert text.splitlines()[0] == "姓名,电话,住址,房号,What to mend"
    assert "李四" in text and "张小明" not in text and "is not a phone number" in text


def test_a_title_nobody_knows_is_asked_for_once_and_remembered(sign_in: Any) -> None:
    client = sign_in("community", SOUTH)
    rows = [["居民", "打给", "在哪", "房号", "血型"], [*GOOD, "A"]]
    run = send(client, rows)
    assert "Which column is which?" in client.get(f"/sheets/imports/{run.pk}").content.decode()
    chosen = {"column-0": "name", "column-1": "phone", "column-2": "address", "column-3": "room"}
    assert post(client, run, "mapping", **{**chosen, "column-2": ""}) == 422
    assert post(client, run, "mapping", **{**chosen, "column-2": "secret"}) == 422
    assert post(client, run, "mapping", **chosen) == 302
    again = send(client, rows)
    assert again.state == ImportRun.State.CHECKING
    assert again.mapping == ["name", "phone", "address", "room", ""]


def test_nobody_imports_into_an_area_that_is_not_theirs(sign_in: Any) -> None:
    client = sign_in("community", SOUTH)
    run = send(client, [HEAD, GOOD, ["王五", "", "几江街道北门社区", ""], ["赵六", "", "五条街", ""]])
    work_off()
    run.refresh_from_db()
    assert run.bad_rows == 2
    shown = client.get(f"/sheets/imports/{run.pk}").content.decode()
    assert "outside your area" in shown and "neither a code" in shown


def test_a_sheet_cannot_take_over_a_person_registered_elsewhere(sign_in: Any) -> None:
    number = "110101199003070038"
    Person.objects.create(name="王五", address=NORTH, id_number=number)
    client = sign_in("community", SOUTH)
    run = send(client, [[*HEAD, "身份证号"], [*GOOD[:3], "", number]])
    work_off()
    assert "registered in an area that is not yours" in client.get(f"/sheets/imports/{run.pk}").content.decode()
    assert Person.objects.get().address == NORTH


def test_what_belongs_to_others_is_as_good_as_absent(sign_in: Any) -> None:
    run = send(sign_in("community", SOUTH), [HEAD, GOOD])
    other = sign_in("community", NORTH)
    for path in ("", "/progress", "/returned"):
        assert other.get(f"/sheets/imports/{run.pk}{path}").status_code == 404
    for what in ("application", "refusal", "mapping", "check"):
        assert post(other, run, what) == 404
    assert sign_in("auditor", DISTRICT).get("/sheets/").status_code == 403
    assert Client().get("/sheets/").status_code == 302


def test_a_role_is_offered_only_the_registers_it_may_fill(sign_in: Any) -> None:
    page = sign_in("community", SOUTH).get("/sheets/").content.decode()
    assert 'value="people"' in page and 'value="accounts"' not in page and 'value="areas"' not in page
    assert sign_in("community", SOUTH).get("/sheets/accounts/template.xlsx").status_code == 403


def test_turning_an_import_down_deletes_its_file(sign_in: Any, django_capture_on_commit_callbacks: Any) -> None:
    client = sign_in("community", SOUTH)
    run = send(client, [HEAD, GOOD])
    work_off()
    with django_capture_on_commit_callbacks(execute=True):
        assert post(client, run, "refusal") == 302
    assert post(client, run, "application") == 409
    assert client.get(f"/sheets/imports/{run.pk}/returned").status_code == 410
    assert not Person.objects.exists()


def test_a_register_goes_out_and_comes_back_unchanged(sign_in: Any) -> None:
    Person.objects.create(
        name="=张",
        address=SOUTH,
        room="301",
        phone="13800001234",
        traits=["dialysis", "elder_alone"],
        sex="f",
        note="+1",
    )
    client, second = sign_in("community", SOUTH), sign_in("town", TOWN)
    assert client.get(f"/sheets/people/export.csv?area={SOUTH}").status_code == 403
    for kind in ("csv", "xlsx"):
        asked = {"sheet": "people", "kind": kind, "area": str(SOUTH), "purpose": "入户核查"}
        assert client.post("/sheets/exports/asking", asked).status_code == 302
        request = ExportRequest.objects.latest("asked_at")
        page = f"/sheets/exports/{request.pk}"
        assert client.post(f"{page}/approval").status_code == 403
        assert "入户核查" in second.get("/sheets/exports/").content.decode()
        assert second.post(f"{page}/approval").status_code == 302
        assert "Download, once" in client.get("/sheets/exports/").content.decode()
        assert second.post(f"{page}/file").status_code == 404
        answer = client.post(f"{page}/file")
        assert client.post(f"{page}/file").status_code == 409
        upload = SimpleUploadedFile(f"out.{kind}", b"".join(answer))
        client.post("/sheets/uploads", {"register": "people", "file": upload})
        work_off()
        run = ImportRun.objects.latest("at")
        assert (run.state, run.unchanged_rows, run.bad_rows) == ("previewed", 1, 0), run.changes
    assert Entry.objects.filter(verb="export.made", address=SOUTH).count() == 2
    assert sign_in("community", NORTH).get(f"/sheets/people/export.csv?area={SOUTH}").status_code == 403


def test_a_damaged_file_is_refused_in_words_and_leaves_nothing(sign_in: Any, tmp_path: Path) -> None:
    client = sign_in("community", SOUTH)
    answer = client.post(
        "/sheets/uploads", {"register": "people", "file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04no")}
    )
    assert answer.status_code == 422
    assert "damaged" in answer.content.decode()
    assert not ImportRun.objects.exists() and not list((tmp_path / "imports").glob("*"))


def test_an_upload_without_a_file_says_so(sign_in: Any) -> None:
    assert sign_in("community", SOUTH).post("/sheets/uploads", {"register": "people"}).status_code == 422


def test_a_file_beyond_the_limit_is_refused_and_not_kept(sign_in: Any, settings: Any, tmp_path: Path) -> None:
    settings.MAX_UPLOAD_BYTES = 1_000
    upload = SimpleUploadedFile("a.csv", b"x" * 2_000)
    answer = sign_in("community", SOUTH).post("/sheets/uploads", {"register": "people", "file": upload})
    assert answer.status_code == 413
    assert not list((tmp_path / "imports").glob("*"))
