"""Calling back the people of a positive tube: a task to isolate each, a sample of their own, and what it said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor
from gridward.kernel.address import Level, at_level
from gridward.kernel.areas.models import Area
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.actions import Wanted, log, serve
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import OPEN
from gridward.kernel.notices.actions import to_desk
from gridward.kernel.secrecy.fields import Secret
from gridward.lines.testing.models import Newcomer, Recall
from gridward.lines.testing.rules import Verdict

ISOLATION, CONTACTS = "testing_isolation", "testing_contacts"

# The people of positive tubes who were not called back yet. Relies on the key of samples.
_PEOPLE = """
    SELECT sample.tube_id, sample.seat, sample.person_id, sample.newcomer_id, sample.address, tube.code,
        tube.incident_id, person.room, newcomer.name, newcomer.phone
    FROM testing_sample AS sample JOIN testing_tube AS tube ON tube.id = sample.tube_id
    LEFT JOIN kernel_person AS person ON person.id = sample.person_id
    LEFT JOIN testing_newcomer AS newcomer ON newcomer.id = sample.newcomer_id
    WHERE sample.tube_id = ANY(%s::uuid[]) AND NOT tube.again
    ORDER BY sample.tube_id, sample.seat
"""


def open_recalls(actor: Actor, tube_ids: Sequence[UUID], now: datetime) -> int:
    """Call back everybody in positive tubes, in the transaction of the result: isolate, sample again, find contacts.

    Returns: how many people were called back. Those of re-sampling tubes are called back already.
    """
    if not tube_ids:
        return 0
    with connection.cursor() as query:
        query.execute(_PEOPLE, [list(tube_ids)])
        rows = query.fetchall()
    if not rows:
        return 0
    places = _known_places({row[4] for row in rows})
    recalls = [_recall(actor, row, places[row[4]], now) for row in rows]
    Recall.objects.bulk_create(recalls)
    homes = {(row[5], row[6], places[row[4]]) for row in rows}
    for code, incident_id, address in sorted(homes, key=str):
        words = _("Somebody here was in the positive tube %(code)s: find whom they met, and tell the testing desk.")
        log(actor, Wanted(incident_id, CONTACTS, address, words % {"code": code}, "laboratory",
                          details={"tube": code}), now)  # fmt: skip
    record(actor, _events(rows, now))
    return len(recalls)


def _known_places(addresses: set[int]) -> dict[int, int]:
    """Each address, or the deepest place above it that has a name."""
    above = {one: [at_level(one, level) for level in sorted(Level, reverse=True) if level] for one in addresses}
    wanted = {place for chain in above.values() for place in chain}
    known = set(Area.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    return {one: next((place for place in chain if place in known), one) for one, chain in above.items()}


def _recall(actor: Actor, row: tuple[Any, ...], place: int, now: datetime) -> Recall:
    tube_id, seat, person_id, newcomer_id, address, code, incident_id, room, name, phone = row
    words = _(
        "Positive tube %(code)s, seat %(seat)s: isolate at once, keep the household in, take a sample of their own."
    )
    said = {} if newcomer_id is None else {
        "caller_name": Secret.of(Newcomer, "name").opened(bytes(name), newcomer_id),
        "caller_phone": Secret.of(Newcomer, "phone").opened(bytes(phone), newcomer_id),
    }  # fmt: skip
    wanted = Wanted(
        incident_id, ISOLATION, place, words % {"code": code, "seat": seat}, "laboratory", place=room or "",
        person_id=person_id, details={"tube": code, "seat": seat}, **said,
    )  # fmt: skip
    need = log(actor, wanted, now)
    to_desk(need.holder, "needs.assign", "need.critical", now, link=f"/needs/{need.pk}",
            category=need.category.name, code=need.tracking_code)  # fmt: skip
    return Recall(
        id=new_id(now), tube_id=tube_id, seat=seat, person_id=person_id, need=need, address=address, opened_at=now
    )


def _events(rows: Sequence[tuple[Any, ...]], now: datetime) -> list[Event]:
    """One entry for each tube, at the community of its first person."""
    first = {row[0]: row for row in reversed(rows)}
    counts = {key: sum(row[0] == key for row in rows) for key in first}
    return [
        Event("testing.people_recalled", "tube", str(key), at_level(row[4], Level.COMMUNITY), now, row[6],
              {"tube": row[5], "people": counts[key]})
        for key, row in first.items()
    ]  # fmt: skip


# The recalls that wait for the people of re-sampling tubes. Relies on testing_recall_waiting.
_ANSWER = """
    UPDATE testing_recall AS recall SET answered_at = tube.closed_at, again_id = tube.id
    FROM testing_tube AS tube JOIN testing_sample AS sample ON sample.tube_id = tube.id
    WHERE tube.id = ANY(%s::uuid[]) AND recall.person_id = sample.person_id AND recall.answered_at IS NULL
    RETURNING recall.id, recall.address, tube.incident_id, tube.code
"""


def answer_recalls(actor: Actor, tubes: Sequence[UUID], now: datetime) -> int:
    """Note that people called back were sampled again in some tubes.

    Returns: how many recalls that answered.
    """
    if not tubes:
        return 0
    with connection.cursor() as query:
        query.execute(_ANSWER, [list(tubes)])
        answered = query.fetchall()
    events = [
        Event("testing.recall_answered", "recall", str(key), address, now, incident_id, {"tube": code})
        for key, address, incident_id, code in answered
    ]
    if events:
        record(actor, events)
    return len(answered)


_SETTLE = """
    UPDATE testing_recall AS recall SET verdict = tube.verdict, verdict_at = tube.verdict_at
    FROM testing_tube AS tube
    WHERE tube.id = ANY(%s::uuid[]) AND tube.again AND recall.again_id = tube.id AND tube.verdict <> 'invalid'
    RETURNING recall.need_id, tube.verdict, tube.code
"""


def settle_recalls(actor: Actor, tubes: Sequence[UUID], now: datetime) -> None:
    """Bring the results of re-sampling tubes to the recalls: a negative one ends the task to isolate."""
    if not tubes:
        return
    with connection.cursor() as query:
        query.execute(_SETTLE, [list(tubes)])
        settled = query.fetchall()
    for need_id, verdict, code in settled:
        if verdict == Verdict.NEGATIVE and Need.objects.filter(pk=need_id, state__in=OPEN).exists():
            serve(actor, need_id, Evidence(_("Sampled alone in tube %(code)s: negative.") % {"code": code}), now)
