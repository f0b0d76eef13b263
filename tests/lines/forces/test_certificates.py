"""Certificates of hours: computed, signed, checked without the house, and worthless once changed."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from gridward.kernel.access.actor import Actor
from gridward.kernel.clock import local_day
from gridward.lines.forces.actions.certificates import issue_own
from gridward.lines.forces.queries.attendance import post_code
from gridward.lines.forces.queries.certificates import genuine
from gridward.lines.forces.rules.certificates import Certificate, code_of, parts_of, read, written
from tests.lines.forces.conftest import OTHER_COMMUNITY, Duty, verbs_of
from tests.lines.forces.test_attendance import mark, send


@pytest.fixture
def served(on_duty: Duty) -> Duty:
    code, went = post_code(on_duty.post.pk), on_duty.starts + timedelta(hours=7, minutes=47)
    send(on_duty, mark("in", on_duty.starts, post=code), mark("out", went, post=code), now=went)
    return on_duty


def test_a_certificate_tells_the_hours_from_the_rows_and_verifies_with_the_public_key_alone(served: Duty) -> None:
    issued = issue_own(Actor(), served.one.code, served.ends)
    made = issued.certificate
    assert (made.name, made.tenths, made.times, made.district) == ("张小明", 77, 1, "江津区")
    assert made.first == local_day(served.starts)
    page = Client().get("/forces/certificates").content.decode()
    key = page.split('data-key="')[1].split('"')[0]
    purpose = page.split('data-purpose="')[1].split('"')[0]
    content, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in issued.code.split("."))
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, f"gridward {purpose}\n".encode() + content)
    assert verbs_of(served.one.pk)[-1] == "forces.certificate_issued"


def test_the_pdf_comes_with_the_code_and_may_be_asked_for_again(served: Duty) -> None:
    for _ in range(2):
        answer = Client().post(f"/forces/me/{served.one.code}/certificate")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")


def test_a_changed_certificate_is_not_genuine(served: Duty) -> None:
    issued = issue_own(Actor(), served.one.code, served.ends)
    content, signature = parts_of(issued.code) or (b"", b"")
    more = code_of(content.replace(b",77,", b",99,"), signature)
    assert genuine(issued.code) == issued.certificate
    assert genuine(more) is None
    assert [genuine(code) for code in ("", "a.b", "....", issued.code[:-2], "é" * 90)] == [None] * 5
    answers = [Client().post("/forces/certificates/check", {"code": one}).json() for one in (issued.code, more)]
    assert answers == [{"genuine": True}, {"genuine": False}]


def test_nothing_served_is_not_certified(on_duty: Duty) -> None:
    assert Client().post(f"/forces/me/{on_duty.one.code}/certificate").status_code == 409
    assert Client().post(f"/forces/me/{'a' * 20}/certificate").status_code == 404


def test_the_desk_of_their_place_may_make_one_and_no_other(served: Duty, sign_in: Any) -> None:
    path = f"/forces/volunteers/{served.one.pk}/certificate"
    assert sign_in("forces.volunteers").post(path).status_code == 200
    assert sign_in("forces.volunteers", OTHER_COMMUNITY).post(path).status_code == 404
    assert sign_in("forces.officer").post(path).status_code == 403


def test_a_certificate_outlives_the_record_of_its_holder(served: Duty) -> None:
    issued = issue_own(Actor(), served.one.code, served.ends)
    Client().post(f"/forces/me/{served.one.code}/departure", {"forget": "yes"})
    assert genuine(issued.code) == issued.certificate


days = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(st.builds(Certificate, st.text(max_size=12), st.text(max_size=40), st.integers(0, 10**6), st.integers(0, 10**5),
                 days, days, st.text(max_size=20), days))  # fmt: skip
def test_what_is_written_is_read_again(one: Certificate) -> None:
    content = written(one)
    assert read(content) == one
    assert parts_of(code_of(content, b"s" * 64)) == (content, b"s" * 64)
