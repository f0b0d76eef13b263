"""What an upload promises: stored once, answered alike, nothing silent, each item for itself."""

from __future__ import annotations

from typing import Any

import pytest

from gridward.kernel.errors import Invalid
from gridward.kernel.journal.models import Entry
from gridward.kernel.registry import registry
from gridward.kernel.sync import queries
from gridward.kernel.sync.models import Device, Record
from gridward.kernel.sync.records import Answer, Outcome
from tests.kernel.conftest import SOUTH
from tests.kernel.sync.conftest import GOOD, Phone, enrolled, now_ms, outcomes, reasons

pytestmark = pytest.mark.django_db


def test_a_record_is_stored_once_and_answered_same_when_it_comes_again(phone: Phone):
    item = phone.item()
    first, again = phone.send(item), phone.send(item)
    assert first.status_code == again.status_code == 200, first.content
    assert (outcomes(first), outcomes(again)) == (["stored"], ["same"])
    assert (
        Record.objects.get().body
        == f'{{"address":"{GOOD["address"]}","answers":{{"met":"yes","people":3}},"form":"visit"}}'
    )
    assert Entry.objects.filter(verb="field.reported").count() == 1


def test_a_batch_may_hold_the_same_record_twice(phone: Phone):
    item = phone.item()
    assert outcomes(phone.send(item, item)) == ["stored", "stored"]
    assert Record.objects.count() == 1


def test_the_watermark_stands_before_the_first_gap_and_jumps_once_it_is_filled(phone: Phone):
    one, two, three, four = (phone.item() for _ in range(4))
    assert phone.send(one).json()["watermark"] == 1
    assert phone.send(four, three).json()["watermark"] == 1
    assert phone.send(two).json()["watermark"] == 4
    assert phone.get("/sync/state").json()["watermark"] == 4


def test_one_bad_record_fails_alone_and_leaves_a_tombstone(phone: Phone):
    bad = phone.item({"form": "visit", "address": GOOD["address"], "answers": {"people": 3}})
    answer = phone.send(phone.item(), bad, phone.item())
    assert outcomes(answer) == ["stored", "rejected", "stored"]
    assert answer.json()["results"][1]["words"] == "“met”的答案不合要求。"
    assert answer.json()["watermark"] == 3
    kept = Record.objects.get(pk=bad["id"])
    assert (kept.outcome, kept.reason, '"people":3' in kept.body) == ("rejected", "wrong_answer", True)
    assert reasons(phone.send(bad)) == ["wrong_answer"], "a tombstone answers alike"
    assert Entry.objects.filter(verb="record.rejected", subject_id=bad["id"]).count() == 1


def test_what_cannot_be_read_is_named_and_the_rest_is_stored(phone: Phone):
    items = [phone.item(), phone.item(id="1"), phone.item(sequence=0), phone.item(digest="00"), phone.item(at_ms="x")]
    answer = phone.send(*items)
    assert outcomes(answer) == ["stored"] + ["rejected"] * 4
    assert set(reasons(answer)) == {"", "malformed"}


def test_what_was_changed_on_the_way_is_not_stored(phone: Phone):
    item = phone.item()
    item["body"] = {**GOOD, "answers": {"met": "no"}}
    assert reasons(phone.send(item)) == ["digest"]


def test_an_id_that_comes_with_another_content_or_from_another_account_is_refused(phone: Phone, sign_up: Any):
    item = phone.item()
    phone.send(item)
    other = phone.item({**GOOD, "answers": {"met": "no"}}, id=item["id"])
    assert reasons(phone.send(other)) == ["id_taken"]
    other_phone = enrolled(sign_up("other", "field", SOUTH))
    assert reasons(other_phone.send(item)) == ["id_taken"], "another account's"
    assert outcomes(enrolled(phone.actor).send(item)) == ["same"], "the same account's new phone brings it again"


def test_two_records_with_one_number_leave_a_tombstone(phone: Phone):
    first, second = phone.item(), phone.item(sequence=1)
    phone.send(first)
    assert reasons(phone.send(second)) == ["sequence_taken"]
    assert reasons(phone.send(second)) == ["sequence_taken"]


def test_unknown_kinds_and_other_patches_are_refused_in_words(phone: Phone):
    elsewhere = phone.item({**GOOD, "address": "5001160010010000000"})
    answer = phone.send(phone.item(kind="nobody.knows"), elsewhere)
    assert reasons(answer) == ["unknown_type", "not_your_patch"]
    assert all(one["words"] for one in answer.json()["results"])


@pytest.mark.parametrize("wrong", [{"items": 1}, {"epoch": 0}, {"epoch": 2}, {"sent_ms": "now"}])
def test_a_frame_that_is_none_changes_nothing(phone: Phone, wrong: dict[str, Any]):
    answer = phone.send(phone.item(), **wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_batch")
    assert not Record.objects.exists()


def test_more_than_200_records_are_too_many(phone: Phone):
    assert phone.send(*[phone.item() for _ in range(201)]).status_code == 413


def test_a_wrong_clock_is_corrected_and_flagged_and_never_refused(phone: Phone):
    hour = 3_600_000
    item = phone.item(at_ms=now_ms() + hour - 60_000)
    answer = phone.send(item, sent_ms=now_ms() + hour)
    assert outcomes(answer) == ["stored"]
    assert answer.json()["skewed"] is True
    kept = Record.objects.get()
    assert abs(kept.skew_s - 3600) < 5
    assert 55 < (kept.received_at - kept.at).total_seconds() < 65
    assert abs(Device.objects.get(pk=phone.device_id).skew_s - 3600) < 5


def test_nothing_is_made_in_the_future(phone: Phone):
    phone.send(phone.item(at_ms=now_ms() + 10**10))
    kept = Record.objects.get()
    assert kept.at <= kept.received_at


def test_a_handler_that_fails_for_one_record_does_not_fail_its_neighbours(phone: Phone, monkeypatch: Any):
    items = [phone.item() for _ in range(7)]
    _handle(monkeypatch, _failing_for(items[3]["id"], ZeroDivisionError()))
    assert outcomes(phone.send(*items)) == ["stored"] * 3 + ["conflict"] + ["stored"] * 3
    assert Record.objects.get(pk=items[3]["id"]).reason == "unexpected"


def test_a_handlers_refusal_is_its_records_rejection(phone: Phone, monkeypatch: Any):
    items = [phone.item() for _ in range(3)]
    _handle(monkeypatch, _failing_for(items[0]["id"], Invalid(field="x", reason="y")))
    answer = phone.send(*items)
    assert outcomes(answer) == ["rejected", "stored", "stored"]
    assert answer.json()["results"][0]["reason"] == "invalid"


def test_what_reads_differently_once_stored_is_not_acknowledged_as_stored(phone: Phone, monkeypatch: Any):
    monkeypatch.setattr(queries, "bodies", lambda ids: dict.fromkeys(ids, "{}"))
    assert reasons(phone.send(phone.item())) == ["unverified"]


def test_a_batch_costs_the_same_statements_whatever_it_holds(phone: Phone, django_assert_num_queries: Any):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    phone.send(phone.item())
    counts = []
    for size in (1, 10, 200):
        items = [phone.item() for _ in range(size)]
        with CaptureQueriesContext(connection) as seen:
            assert set(outcomes(phone.send(*items))) == {"stored"}
        counts.append(len(seen))
    assert counts[0] == counts[1] == counts[2], counts


def test_a_token_of_nobody_and_an_old_installations_token_are_out(phone: Phone):
    from gridward.kernel import clock
    from gridward.kernel.sync.actions import devices

    fresh = devices.enrol(devices.offer(phone.actor, "", clock.now(), phone.device_id).code, clock.now())
    assert fresh.device.epoch == 2
    assert phone.send(phone.item()).status_code == 401
    old, phone.token, phone.epoch, phone.sequence = phone.item(), fresh.token, 2, 0
    again = phone.item()
    assert outcomes(phone.send(again)) == ["stored"], old
    assert phone.send().json()["watermark"] == 1


def test_a_lost_device_can_open_nothing_and_its_last_work_waits_for_an_officer(phone: Phone):
    from gridward.kernel import clock
    from gridward.kernel.sync.actions import devices

    devices.revoke(phone.actor, phone.device_id, clock.now(), lost=True)
    assert phone.get("/sync/patch/places").json()["code"] == "wiped"
    assert phone.post("/sync/unlock", {}).json()["code"] == "wiped"
    answer = phone.send(phone.item())
    assert (outcomes(answer), reasons(answer), answer.json()["wipe"]) == (["conflict"], ["device_lost"], True)
    assert phone.post("/sync/wiped", {}).status_code == 200
    assert phone.send(phone.item()).status_code == 401


def test_sealed_work_is_opened_by_the_house_alone(phone: Phone):
    item = phone.item()
    body = item.pop("body")
    item["sealed"] = sealed(body, item["id"])
    moved = phone.item()
    moved.pop("body")
    moved["sealed"] = item["sealed"]
    assert reasons(phone.send(item, moved)) == ["", "sealed_elsewhere"]


def sealed(body: dict[str, Any], record_id: str) -> str:
    """What the app's WebCrypto does."""
    import base64
    import os
    from uuid import UUID

    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from gridward.kernel.sync.canonical import canonical
    from gridward.kernel.sync.sealing import public_key

    house = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(public_key()))
    mine = ec.generate_private_key(ec.SECP256R1())
    point = mine.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    key = HKDF(SHA256(), 32, point, b"gridward field record").derive(mine.exchange(ec.ECDH(), house))
    nonce = os.urandom(12)
    content = AESGCM(key).encrypt(nonce, canonical(body).encode(), UUID(record_id).bytes)
    return base64.b64encode(point + nonce + content).decode()


def test_two_devices_of_one_account_count_for_themselves(phone: Phone, other_phone: Phone):
    assert phone.send(phone.item()).json()["watermark"] == 1
    assert other_phone.send(other_phone.item(), other_phone.item()).json()["watermark"] == 2


def test_a_role_without_the_capability_makes_no_such_records(phone: Phone, sign_up: Any):
    auditor = enrolled(sign_up("auditor", "auditor", SOUTH))
    assert reasons(auditor.send(auditor.item())) == ["forbidden"]


def _handle(monkeypatch: Any, apply: Any) -> None:
    monkeypatch.setattr(queries, "found", lambda path: apply)
    assert registry().commands["field.form"]


def _failing_for(key: str, error: Exception) -> Any:
    def apply(actor: Any, items: Any, now: Any) -> list[Answer]:
        if any(str(item.id) == key for item in items):
            raise error
        return [Answer(Outcome.STORED) for _ in items]

    return apply


def test_after_a_lost_answer_the_device_learns_what_was_not_stored(phone: Phone):
    bad = phone.item({**GOOD, "answers": {}})
    phone.send(phone.item(), bad)
    state = phone.get("/sync/state?from=1").json()
    assert (state["watermark"], [one["id"] for one in state["returned"]]) == (2, [bad["id"]])
    assert phone.get("/sync/state?from=3").json()["returned"] == []


def test_a_device_holds_no_row_of_another_patch(phone: Phone):
    from gridward.kernel.address import parse, span

    patch = span(SOUTH)
    for part in {"places"} & set(phone.get("/sync/state").json()["parts"]):
        rows = phone.get(f"/sync/patch/{part}").json()["rows"]
        assert all(patch.holds(parse(row["address"])) for row in rows if "address" in row), part
    assert phone.get("/sync/patch/places").json()["rows"]
    assert phone.get("/sync/patch/testing.people").status_code == 404, "not for a field worker"
