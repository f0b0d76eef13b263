"""What a tube's people and other systems are told of it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from gridward.kernel.access.scope import house
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import HOLDER as PEOPLE
from gridward.kernel.search import number_token
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.secrecy.keyring import search_keys
from gridward.lines.testing.errors import UnknownReceipt
from gridward.lines.testing.models import Reading, Recall, Sample, Tube
from gridward.lines.testing.rules import Verdict
from gridward.lines.testing.rules.fhir import TubeFacts


@dataclass(frozen=True)
class Outcome:
    """One person's test as they may know it; `verdict` is their own, or their tube's where it was not positive."""

    taken_at: datetime
    received_at: datetime | None
    verdict: Verdict
    verdict_at: datetime | None
    recalled: bool
    """The tube was positive and this person's own sample has no result yet."""


# Relies on testing_tube_code and testing_recall_once.
_BY_CODE = """
    SELECT sample.receipt, sample.taken_at, tube.received_at, tube.verdict, tube.verdict_at, recall.verdict,
           recall.verdict_at
    FROM testing_tube AS tube JOIN testing_sample AS sample ON sample.tube_id = tube.id
    LEFT JOIN testing_recall AS recall ON recall.tube_id = tube.id AND recall.seat = sample.seat
    WHERE tube.code = %s AND sample.receipt <> ''
"""


# The newest sample of a person, or of newcomers who gave an ID number. Relies on testing_sample_once_a_round.
_NEWEST = """
    SELECT sample.taken_at, tube.received_at, tube.verdict, tube.verdict_at, recall.verdict, recall.verdict_at
    FROM testing_sample AS sample JOIN testing_tube AS tube ON tube.id = sample.tube_id
    LEFT JOIN testing_recall AS recall ON recall.tube_id = tube.id AND recall.seat = sample.seat
    WHERE sample.person_id = ANY(%s::uuid[]) AND NOT sample.extra
    ORDER BY sample.taken_at DESC LIMIT 1
"""
# Relies on person_id_number_once.
_BY_NUMBER = "SELECT id, name FROM kernel_person WHERE id_hash = ANY(%s)"


def by_number(id_number: str, name: str) -> Outcome:
    """The newest test of the person of the register with an ID number and a name.

    Raises: UnknownReceipt, the same for a wrong number, a wrong name and nobody sampled.
    """
    digits, said = id_number.strip().lower(), name.strip().encode()
    tokens = [number_token(digits, key) for key in search_keys(PEOPLE)] if digits and said else []
    sealed = Secret.of(Person, "name")
    with house(), connection.cursor() as query:
        query.execute(_BY_NUMBER, [tokens])
        found = [(key, sealed.opened(bytes(value), key)) for key, value in query.fetchall()]
        mine = [key for key, known in found if hmac.compare_digest(known.encode(), said)]
        query.execute(_NEWEST, [mine])
        row = query.fetchone()
    if row is None:
        raise UnknownReceipt
    return _outcome(*row)


def by_receipt(code: str, receipt: str) -> Outcome:
    """The test of whoever holds a tube's code with their own receipt.

    Raises: UnknownReceipt, the same for every wrong one.
    """
    said = receipt.strip().upper()
    with house(), connection.cursor() as query:
        query.execute(_BY_CODE, [code.strip().upper()])
        rows = query.fetchall()
    mine = [row for row in rows if hmac.compare_digest(row[0].encode(), said.encode())]
    if len(mine) != 1:
        raise UnknownReceipt
    return _outcome(*mine[0][1:])


def _outcome(
    taken_at: datetime, received_at: datetime | None, verdict: str, verdict_at: datetime | None,
    own: str | None, own_at: datetime | None,
) -> Outcome:  # fmt: skip
    if verdict == Verdict.POSITIVE:
        return Outcome(taken_at, received_at, Verdict(own or ""), own_at, not own)
    return Outcome(taken_at, received_at, Verdict(verdict), verdict_at, False)


def facts_of(tube: Tube) -> TubeFacts:
    """A tube as another system is told of it: its people by number."""
    with house():
        samples = Sample.objects.filter(tube=tube).order_by("seat").values_list("person_id", "newcomer_id")
        people = [str(person or newcomer) for person, newcomer in samples]
        reading = Reading.objects.filter(tube=tube).order_by("-read_at").first()
    return TubeFacts(
        tube.pk, tube.code, people, tube.kind, tube.closed_at.isoformat(), _text(tube.received_at),
        Verdict(tube.verdict), _text(tube.verdict_at), str(tube.laboratory or ""), reading.ct if reading else {},
    )  # fmt: skip


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def story_of(tube: Tube) -> dict[str, Any]:
    """What is known of one tube: its readings, its recalls, and how many people are in it by seat."""
    with house():
        return {
            "readings": list(
                Reading.objects.filter(tube=tube).select_related("read_by", "second_by").order_by("read_at")
            ),
            "recalls": list(Recall.objects.filter(tube=tube).select_related("need", "again").order_by("seat")),
        }
