"""The laboratory through HTTP: boxes in, plates, results, a positive pool's recall; allowed, refused, repeated."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.test import Client

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.address import text
from gridward.kernel.erasing.actions import erase_incident
from gridward.kernel.erasing.queries import due
from gridward.kernel.incidents.actions import close_incident
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.models import Need
from gridward.kernel.secrecy import keyring
from gridward.lines.testing.actions.custody import store_boxes
from gridward.lines.testing.actions.laboratories import note_gift
from gridward.lines.testing.actions.tubes import store_tubes
from gridward.lines.testing.drill.phones import plate_rows
from gridward.lines.testing.models import (
    Box,
    Gift,
    Instrument,
    Laboratory,
    LentStaff,
    Newcomer,
    Plate,
    Reading,
    Recall,
    Sample,
    Shift,
    Tube,
)
from tests.lines.testing.conftest import DISTRICT, NORTH_BUILDING, NOW, SOUTH, TOWN, Phone, Town, said, sample
from tests.lines.testing.test_custody import box

CODES = ["T0001", "T0002", "T0003"]
STRANGER = {"name": "周远", "phone": "13900001111", "address": text(NORTH_BUILDING), "at": said(NOW), "receipt": "WXYZ"}


@pytest.fixture
def laboratory(town: Town) -> Laboratory:
    """A mobile laboratory with one instrument."""
    made = Laboratory.objects.create(name="方舱实验室", address=TOWN, mobile=True, latitude=29.28, longitude=106.26)
    Instrument.objects.create(laboratory=made, address=TOWN, name="1号扩增仪", tubes_per_h=94)
    return made


@pytest.fixture
def boxed(town: Town, phone: Phone, actor: Callable[..., Actor]) -> Box:
    """Three tubes in a sealed box: two people, one with a newcomer, one alone."""
    sampler = actor("testing.sampler")
    samples = [
        [sample(town.people[0], receipt="ABCD"), sample(town.people[1], receipt="EFGH")],
        [sample(town.people[2]), STRANGER],
        [sample(town.people[3])],
    ]
    store_tubes(sampler, [phone.tube(code, one) for code, one in zip(CODES, samples, strict=True)], NOW)
    item = box(phone, "S0001", CODES)
    store_boxes(sampler, [item], NOW)
    return Box.objects.get(pk=item.id)


@pytest.fixture
def received(boxed: Box, laboratory: Laboratory, sign_in: Callable[..., Client]) -> Client:
    """The bench, with the box taken in."""
    client = sign_in("testing.laboratory")
    _receive(client, laboratory, CODES)
    return client


def _receive(client: Client, laboratory: Laboratory, codes: list[str], **more: Any) -> Any:
    return client.post(
        f"/testing/laboratories/{laboratory.pk}/boxes", {"seal": "s0001", "codes": "\n".join(codes), **more}
    )


def _plate(client: Client, laboratory: Laboratory) -> Plate:
    instrument = Instrument.objects.get()
    given = {"code": "P1", "codes": " ".join(CODES), "instrument": str(instrument.pk)}
    assert client.post(f"/testing/laboratories/{laboratory.pk}/plates", given).status_code == 302
    return Plate.objects.get()


def _csv(rows: list[list[Any]]) -> io.BytesIO:
    file = io.BytesIO("\n".join(",".join(map(str, row)) for row in rows).encode())
    file.name = "results.csv"
    return file


def _xlsx(rows: list[list[Any]]) -> io.BytesIO:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    file.seek(0)
    file.name = "results.xlsx"
    return file


def test_a_box_taken_in_names_what_is_missing_and_too_many_at_once_and_the_desk_has_a_task(
    boxed: Box, laboratory: Laboratory, sign_in: Callable[..., Client]
) -> None:
    client = sign_in("testing.laboratory")
    answer = client.get(_receive(client, laboratory, ["T0001", "T0003", "T0009"]).url)
    assert "T0002" in answer.content.decode() and "T0009" in answer.content.decode()
    boxed.refresh_from_db()
    assert (boxed.missing, boxed.surplus, boxed.received_by_id) == (1, 1, laboratory.pk)
    task = Need.objects.get()
    assert (task.category_id, task.details["missing"], task.details["surplus"]) == (
        "testing_missing_tubes", ["T0002"], ["T0009"],
    )  # fmt: skip
    assert set(Tube.objects.filter(received_at__isnull=False).values_list("code", flat=True)) == {"T0001", "T0003"}
    _receive(client, laboratory, CODES)
    boxed.refresh_from_db()
    assert (boxed.missing, Need.objects.count(), Entry.objects.filter(verb="testing.box_received").count()) == (1, 1, 1)


def test_an_unknown_seal_is_said_where_it_was_typed_and_keeps_the_scans(
    boxed: Box, laboratory: Laboratory, sign_in: Callable[..., Client]
) -> None:
    client = sign_in("testing.laboratory")
    answer = client.post(f"/testing/laboratories/{laboratory.pk}/boxes", {"seal": "S9999", "codes": "T0001"})
    assert answer.status_code == 404
    assert "S9999" in answer.content.decode() and "T0001" in answer.content.decode()


@pytest.mark.parametrize("role", ["testing.sampler", "testing.courier", "community"])
def test_the_bench_is_closed_to_other_roles(role: str, laboratory: Laboratory, sign_in: Callable[..., Client]) -> None:
    client = sign_in(role)
    assert client.get("/testing/bench").status_code == 403
    assert _receive(client, laboratory, CODES).status_code == 403


def test_a_laboratory_elsewhere_is_absent(laboratory: Laboratory, sign_in: Callable[..., Client]) -> None:
    client = sign_in("testing.laboratory", 5001160020000000000)
    assert client.get(f"/testing/laboratories/{laboratory.pk}").status_code == 404


@pytest.mark.parametrize("made", [_csv, _xlsx])
def test_an_instruments_file_concludes_its_plate_once(
    made: Callable[..., io.BytesIO], received: Client, laboratory: Laboratory
) -> None:
    plate = _plate(received, laboratory)
    rows = plate_rows(plate.layout, set())
    for _again in range(2):
        answer = received.post(f"/testing/plates/{plate.pk}/results", {"file": made(rows)})
        assert answer.status_code == 302
    assert set(Tube.objects.values_list("verdict", flat=True)) == {"negative"}
    taken = Entry.objects.get(verb="testing.results_taken")
    assert taken.data == {"negative": 3, "positive": 0, "invalid": 0}
    assert not Recall.objects.exists()


def test_a_file_with_a_bad_row_names_it_and_changes_nothing(received: Client, laboratory: Laboratory) -> None:
    plate = _plate(received, laboratory)
    rows = plate_rows(plate.layout, {"T0001"})
    rows[5][3] = "high"
    answer = received.post(f"/testing/plates/{plate.pk}/results", {"file": _csv(rows)})
    assert answer.status_code == 422
    assert "6" in answer.content.decode() and "high" in answer.content.decode()
    assert not Tube.objects.exclude(verdict="").exists()


def test_a_positive_tube_calls_its_people_back_in_the_same_breath(
    received: Client, laboratory: Laboratory, town: Town, phone: Phone, actor: Callable[..., Actor]
) -> None:
    plate = _plate(received, laboratory)
    rows = plate_rows(plate.layout, {"T0002"})
    for _again in range(2):
        received.post(f"/testing/plates/{plate.pk}/results", {"file": _csv(rows)})
    tasks = Need.objects.filter(category_id="testing_isolation").order_by("details__seat")
    assert [(one.address, one.details) for one in tasks] == [
        (town.people[2].address, {"tube": "T0002", "seat": 1}),
        (NORTH_BUILDING, {"tube": "T0002", "seat": 2}),
    ]
    assert (tasks[0].person_id, tasks[1].caller_name, tasks[1].caller_phone) == (
        town.people[2].pk, "周远", "13900001111",
    )  # fmt: skip
    assert Need.objects.filter(category_id="testing_contacts").count() == 2
    assert Tube.objects.get(code="T0002").verdict_at == Recall.objects.first().opened_at
    assert Entry.objects.get(verb="testing.people_recalled").data == {"tube": "T0002", "people": 2}
    again = phone.tube("T0100", [sample(town.people[2])], again=True)
    store_tubes(actor("testing.sampler"), [again], NOW)
    answered = Recall.objects.get(person=town.people[2])
    assert (answered.answered_at, answered.again.code) == (NOW - timedelta(minutes=2), "T0100")
    listed = {"file": _csv([["管号", "结果"], ["T0100", "阴性"]])}
    received.post(f"/testing/laboratories/{laboratory.pk}/lists", listed)
    tasks[0].refresh_from_db()
    assert Recall.objects.get(person=town.people[2]).verdict == "negative"
    assert Need.objects.get(pk=tasks[0].pk).state == "served"


def test_a_result_read_by_hand_counts_once_a_second_person_reads_the_same(
    received: Client, laboratory: Laboratory, sign_in: Callable[..., Client]
) -> None:
    where = f"/testing/laboratories/{laboratory.pk}/readings"
    received.post(where, {"code": "t0001", "verdict": "positive"})
    tube = Tube.objects.get(code="T0001")
    reading = tube.readings.get()
    assert tube.verdict == ""
    assert received.post(f"{where}/{reading.pk}/second", {"verdict": "positive"}).status_code == 409
    sign_in("testing.desk").post(f"{where}/{reading.pk}/second", {"verdict": "positive"})
    tube.refresh_from_db()
    assert tube.verdict == "positive"
    assert Recall.objects.filter(tube=tube).count() == 2


def test_two_readers_who_disagree_have_the_tube_repeated(
    received: Client, laboratory: Laboratory, sign_in: Callable[..., Client]
) -> None:
    where = f"/testing/laboratories/{laboratory.pk}/readings"
    received.post(where, {"code": "T0001", "verdict": "positive"})
    reading = Tube.objects.get(code="T0001").readings.get()
    sign_in("testing.desk").post(f"{where}/{reading.pk}/second", {"verdict": "negative"})
    assert Tube.objects.get(code="T0001").verdict == "invalid"
    assert not Recall.objects.exists()


def test_another_result_for_a_concluded_tube_is_refused_by_its_row(received: Client, laboratory: Laboratory) -> None:
    where = f"/testing/laboratories/{laboratory.pk}/lists"
    received.post(where, {"file": _csv([["tube", "result"], ["T0001", "negative"]])})
    answer = received.post(where, {"file": _csv([["tube", "result"], ["T0002", "negative"], ["T0001", "positive"]])})
    assert answer.status_code == 409
    assert "T0001" in answer.content.decode()
    assert Tube.objects.get(code="T0002").verdict == ""


def test_a_resident_sees_their_own_result_and_no_other(
    received: Client, laboratory: Laboratory, client: Client
) -> None:
    plate = _plate(received, laboratory)
    before = client.get("/testing/result", {"tube": "t0001", "receipt": "abcd"})
    assert before.status_code == 200 and before.context["outcome"].verdict == ""
    received.post(f"/testing/plates/{plate.pk}/results", {"file": _csv(plate_rows(plate.layout, {"T0001"}))})
    mine = client.get("/testing/result", {"tube": "T0001", "receipt": "ABCD"}).context["outcome"]
    assert (mine.recalled, mine.verdict) == (True, "")
    wrong = client.get("/testing/result", {"tube": "T0001", "receipt": "ZZZZ"})
    unknown = client.get("/testing/result", {"tube": "T9999", "receipt": "ABCD"})
    assert (wrong.status_code, unknown.status_code) == (404, 404)
    assert str(wrong.context["refusal"]) == str(unknown.context["refusal"])


def test_a_resident_without_a_receipt_gives_name_and_id_number(
    received: Client, laboratory: Laboratory, town: Town, client: Client
) -> None:
    plate = _plate(received, laboratory)
    received.post(f"/testing/plates/{plate.pk}/results", {"file": _csv(plate_rows(plate.layout, set()))})
    given = {"name": "居民0号", "id_number": "510101199001010000"}
    assert client.post("/testing/result", given).context["outcome"].verdict == "negative"
    for wrong in ({"name": "居民1号"}, {"id_number": "510101199001019999"}):
        assert client.post("/testing/result", {**given, **wrong}).status_code == 404
    # In an address a number would stand in logs: there it is not read.
    assert client.get("/testing/result", given).context["outcome"] is None


def test_receipts_cannot_be_guessed_through(boxed: Box, client: Client) -> None:
    answers = [client.get("/testing/result", {"tube": "T0001", "receipt": "ZZZZ"}).status_code for _at in range(62)]
    assert answers[0] == 404 and answers[-1] == 429


def test_a_courier_takes_a_box_once_and_the_desk_sees_who_has_it(
    boxed: Box, laboratory: Laboratory, sign_in: Callable[..., Client]
) -> None:
    desk, courier = sign_in("testing.desk"), sign_in("testing.courier", TOWN)
    desk.post("/testing/boxes/allocation")
    boxed.refresh_from_db()
    assert boxed.bound_for_id == laboratory.pk
    page = courier.get("/testing/courier").content.decode()
    assert boxed.seal in page and laboratory.name in page
    for _again in range(2):
        assert courier.post(f"/testing/courier/{boxed.pk}/custody", {"intact": "yes"}).status_code == 302
    assert Entry.objects.filter(verb="testing.box_handed").count() == 1
    assert "testing.courier" in desk.get(f"/testing/boxes/{boxed.pk}").content.decode()
    elsewhere = sign_in("testing.courier", 5001160020000000000)
    assert elsewhere.post(f"/testing/courier/{boxed.pk}/custody").status_code == 404


def test_gifts_staff_and_shifts_are_kept_by_who_may(laboratory: Laboratory, sign_in: Callable[..., Client]) -> None:
    from gridward.kernel.orgs.models import Organisation

    hospital = Organisation.objects.create(kind="hospital", name="区医院", address=DISTRICT)
    where = f"/testing/laboratories/{laboratory.pk}"
    bench, desk = sign_in("testing.laboratory"), sign_in("testing.desk")
    assert bench.post(f"{where}/gifts", {"giver": "商会", "what": "饮用水", "worth": "20000.50"}).status_code == 302
    assert bench.post(f"{where}/gifts", {"giver": "商会", "what": "水果", "worth": "many"}).status_code == 422
    given = Gift.objects.get()
    assert (given.worth_fen, given.giver) == (2_000_050, "商会")
    lending = {"institution": str(hospital.pk), "name": "李检", "task": "扩增检测"}
    assert bench.post(f"{where}/staff", lending).status_code == 403
    assert desk.post(f"{where}/staff", lending).status_code == 302
    staff = LentStaff.objects.get()
    shift = {"staff": str(staff.pk), "day": "2026-11-28", "from": "20:00", "hours": "8"}
    for _again in range(2):
        assert desk.post(f"{where}/shifts", shift).status_code == 302
    assert Shift.objects.count() == 1
    assert desk.post(f"{where}/shifts", {**shift, "hours": "0"}).status_code == 422
    assert "李检" in bench.get(where).content.decode()


def test_a_gift_sent_again_under_its_id_is_entered_once(laboratory: Laboratory, town: Town) -> None:
    key = town.round.pk
    for _again in range(2):
        note_gift(SYSTEM, laboratory.pk, "商会", "饮用水", 100, NOW, key)
    assert Gift.objects.count() == 1


def test_a_tube_is_told_to_other_systems_by_numbers_only(received: Client, laboratory: Laboratory) -> None:
    tube = Tube.objects.get(code="T0002")
    told = received.get(f"/testing/tubes/{tube.pk}/fhir")
    assert told["Content-Type"] == "application/fhir+json"
    kinds = [entry["resource"]["resourceType"] for entry in json.loads(told.content)["entry"]]
    assert kinds == ["Group", "Specimen", "Specimen", "Specimen", "ServiceRequest", "DiagnosticReport"]
    assert not {"周远", "13900001111"} & set(told.content.decode().split('"'))


def test_what_a_sampler_may_not_open_is_absent(received: Client, sign_in: Callable[..., Client]) -> None:
    tube = Tube.objects.get(code="T0001")
    assert sign_in("testing.sampler", SOUTH).get(f"/testing/tubes/{tube.pk}").status_code == 404


@pytest.fixture
def own_keys(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Keys of this test alone, since it destroys them."""
    settings.KEY_FOLDER, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    settings.KEY_FOLDER.mkdir()
    settings.JOURNAL_HEAD = tmp_path / "keys" / "journal-head"
    keyring.forget_all()
    yield
    keyring.forget_all()


def test_what_people_left_in_tubes_goes_with_the_incident(
    own_keys: None, received: Client, laboratory: Laboratory, town: Town
) -> None:
    plate = _plate(received, laboratory)
    received.post(f"/testing/plates/{plate.pk}/results", {"file": _csv(plate_rows(plate.layout, {"T0002"}))})
    note_gift(SYSTEM, laboratory.pk, "商会", "饮用水", 100, NOW)
    close_incident(SYSTEM, town.incident.pk, NOW)
    holders = due(NOW, town.incident.pk)[0][1]
    assert "testing" in holders
    erase_incident(SYSTEM, town.incident.pk, holders, NOW)
    for model in (Tube, Sample, Newcomer, Reading, Recall, Gift):
        assert not model.objects.exists(), model
