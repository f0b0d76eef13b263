"""One upload, one transaction: claim the ids, let the lines write, read again, move the watermark.

Statements do not grow with the batch: claim, what the lines do, the watermark with the look at what is kept. Whatever
was not simply stored costs three more; where a line fails, all is taken back and tried again in savepoints.
Source: docs/reference/sync.md
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from gridward.kernel.access.scope import house, within
from gridward.kernel.address import parse
from gridward.kernel.errors import AppError
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.prepared import rows_of
from gridward.kernel.registry import registry
from gridward.kernel.secrecy.fields import Sealer
from gridward.kernel.sync import queries
from gridward.kernel.sync.access import Door
from gridward.kernel.sync.canonical import canonical
from gridward.kernel.sync.errors import BatchTooLarge, NotABatch
from gridward.kernel.sync.models import Record
from gridward.kernel.sync.records import Answer, Item, Outcome
from gridward.kernel.sync.rules import (
    MOST_BYTES,
    MOST_ITEMS,
    Batch,
    Envelope,
    Malformed,
    read_batch,
    read_id,
    read_item,
)
from gridward.kernel.sync.sealing import CannotOpen, opened

logger = logging.getLogger("gridward.sync")
_NO_BODY: Mapping[str, Any] = {}
_TRY_AGAIN = frozenset({429, 503})
_NUL = re.compile(r"((?<!\\)(?:\\\\)*)\\u0000")
_CLAIM = """
    INSERT INTO kernel_record (id, sequence, type, base_version, digest, at, skew_s, address, body, outcome,
        device_id, user_id, epoch, incident_id, received_at, reason, words, settlement)
    SELECT *, 'stored', %s::uuid, %s::bigint, %s::int, %s::uuid, %s::timestamptz, '', '', ''
    FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bigint[], %s::bytea[], %s::timestamptz[], %s::float8[],
        %s::bigint[], %s::bytea[])
    ON CONFLICT DO NOTHING RETURNING id
"""
_EXCEPT = """
    UPDATE kernel_record SET outcome = told.outcome, reason = told.reason, words = told.words, body = told.body
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bytea[], %s::bytea[]) AS told(id, outcome, reason, words, body)
    WHERE kernel_record.id = told.id
"""
# The numbers above the watermark that follow it without a gap; two uploads at once leave it too low, never too high.
# And the last look at what is kept, in the same breath.
_MARK = """
    UPDATE kernel_device SET seen_at = %s::timestamptz, skew_s = %s::float8, watermark = (
        SELECT coalesce(max(sequence), kernel_device.watermark)
        FROM (SELECT sequence, sequence - row_number() OVER (ORDER BY sequence) AS island FROM kernel_record
              WHERE device_id = kernel_device.id AND epoch = kernel_device.epoch
                AND sequence > kernel_device.watermark) AS above
        WHERE island = kernel_device.watermark)
    WHERE id = %s::uuid
    RETURNING watermark, epoch,
        ARRAY(SELECT uuid_send(id) || digest FROM kernel_record WHERE id = ANY(%s::uuid[])) AS kept
"""


@dataclass(frozen=True)
class Receipt:
    """What an upload is answered: each item's answer in the order sent, by its id, and how far nothing is missing."""

    answers: list[tuple[str, Answer]]
    watermark: int
    skew_s: float


def read(content: bytes, door: Door, now: datetime) -> Batch:
    """The batch in an upload's body.

    Raises: BatchTooLarge, NotABatch.
    """
    if len(content) > MOST_BYTES:
        raise BatchTooLarge(items=MOST_ITEMS, bytes=MOST_BYTES)
    try:
        batch = read_batch(json.loads(content), now.timestamp())
    except (Malformed, ValueError, RecursionError) as wrong:
        raise NotABatch(reason=str(wrong)[:80]) from wrong
    if len(batch.items) > MOST_ITEMS:
        raise BatchTooLarge(items=MOST_ITEMS, bytes=MOST_BYTES)
    if batch.epoch != door.epoch:
        raise NotABatch(reason="epoch")
    return batch


class Unlucky(Exception):
    """A line failed for a whole run: everything has to be taken back, and tried again with care."""


def receive(door: Door, batch: Batch, now: datetime, *, careful: bool = False) -> Receipt:
    """Store a batch for good, or say of each item why not. Sent again, it changes nothing and is answered alike.

    The protocol's own statements run as the house, so that an upload enters one scope: what the device may do was
    checked at its door, and lines check the place of each record.

    Parameters: careful — put each run of the lines into a savepoint, so that a record that fails fails alone.
    Raises: Unlucky unless careful, where a line fails.
    """
    read_items, answers = _read(door, batch, now)
    with transaction.atomic(savepoint=False), house():
        fresh, told = _claim(door, read_items, now)
        told |= _applied(door, fresh, now, careful=careful)
        _keep_exceptions(door, fresh, told, now)
        watermark = _mark(door, batch, fresh, now)
    return Receipt([answers.get(at) or _named(read_items[at], told) for at in range(len(batch.items))],
                   watermark, batch.skew_s)  # fmt: skip


@dataclass(frozen=True)
class _Read:
    """One item that could be read: what the lines get, its place, and why it cannot be stored, if so."""

    item: Item
    text: str
    address: int
    wrong: Answer | None


def _read(door: Door, batch: Batch, now: datetime) -> tuple[dict[int, _Read], dict[int, tuple[str, Answer]]]:
    found: dict[int, _Read] = {}
    answers: dict[int, tuple[str, Answer]] = {}
    for at, given in enumerate(batch.items):
        try:
            found[at] = _checked(door, read_item(given, batch, now.timestamp()))
        except Malformed as wrong:
            words = _("This record cannot be read (%(field)s).") % {"field": wrong}
            answers[at] = (_id_of(given), Answer(Outcome.REJECTED, "malformed", words))
    return found, answers


def _id_of(given: Any) -> str:
    try:
        return str(read_id(given))
    except Malformed:
        return ""


def _checked(door: Door, sent: Envelope) -> _Read:
    body, wrong = sent.body, None
    if body is None:
        try:
            body = json.loads(opened(sent.sealed, sent.id))
        except (CannotOpen, ValueError):
            body, wrong = (
                _NO_BODY,
                Answer(Outcome.REJECTED, "sealed_elsewhere", _("This was not sealed to this house.")),
            )
    text = canonical(body)
    try:
        matches = sha256(text.encode()).digest() == sent.digest
    except UnicodeEncodeError:
        text, matches = "{}", False
    if _NUL.search(text):
        # No text of the database can hold it.
        matches, text = False, _NUL.sub(r"\1", text)
    if wrong is None and not matches:
        wrong = Answer(Outcome.REJECTED, "digest", _("What arrived is not what the device wrote."))
    item = Item(sent.id, sent.type, body, door.device_id, sent.sequence, sent.base_version, sent.at, sent.skew_s,
                sent.digest)  # fmt: skip
    return _Read(item, text, _place(door, body), wrong or _not_for(door, item))


def _not_for(door: Door, item: Item) -> Answer | None:
    command = registry().commands.get(item.type)
    if command is None:
        return Answer(Outcome.REJECTED, "unknown_type", _("This house knows no such kind of record. Update the app."))
    if not door.actor.may(command.capability):
        return Answer(Outcome.REJECTED, "forbidden", _("Your role may not make such records."))
    if door.wipe:
        return Answer(Outcome.CONFLICT, "device_lost", _("The device was reported lost before this arrived."))
    return None


def _place(door: Door, body: Mapping[str, Any]) -> int:
    try:
        return parse(body["address"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return door.address


def _claim(door: Door, items: Mapping[int, _Read], now: datetime) -> tuple[list[_Read], dict[UUID, Answer]]:
    """Claim the ids that are new; answers to those that are not."""
    told: dict[UUID, Answer] = {}
    once = {one.item.id: one for one in items.values()}
    if not once:
        return [], told
    claimed = set(_insert(door, once.values(), now))
    before = queries.known([key for key in once if key not in claimed])
    late = []
    for key, one in once.items():
        if key in claimed:
            continue
        if key in before:
            told[key] = _again(one, before[key], door)
        else:
            # Another record of this device has the number: the tombstone goes without one.
            wrong = Answer(Outcome.REJECTED, "sequence_taken", _("Another record has this number. Enrol the app anew."))
            late.append(replace(one, item=replace(one.item, sequence=0), wrong=wrong))
    if late:
        _insert(door, late, now)
    return [one for key, one in once.items() if key in claimed] + late, told


def _again(one: _Read, before: tuple[bytes, Answer, int], door: Door) -> Answer:
    digest, answer, account = before
    # The account, not the device: an app that was enrolled anew brings what it held before.
    if digest != one.item.digest or account != door.actor.user_id:
        return Answer(Outcome.REJECTED, "id_taken", _("Another record has this id."))
    return Answer(Outcome.SAME) if answer.outcome is Outcome.STORED else answer


def _insert(door: Door, items: Iterable[_Read], now: datetime) -> list[UUID]:
    ordered = sorted(items, key=lambda one: one.item.sequence)
    sealer, own = Sealer(Record), registry().commands
    columns = [
        (one.item.id, one.item.sequence or None, one.item.type, one.item.base_version, one.item.digest, one.item.at,
         one.item.skew_s, one.address,
         sealer.sealed("body", one.text, one.item.id, door.incident_id)
         if one.item.type in own and not own[one.item.type].digests else b"")
        for one in ordered
    ]  # fmt: skip
    same = [door.device_id, door.actor.user_id, door.epoch, door.incident_id, now]
    listed = (list(column) for column in zip(*columns, strict=True))
    return [key for (key,) in rows_of(_CLAIM, [*same, *listed])]


def _applied(door: Door, fresh: Sequence[_Read], now: datetime, *, careful: bool) -> dict[UUID, Answer]:
    """What became of the new items: the lines write them, neighbours of one kind together, in the order made."""
    told = {one.item.id: one.wrong for one in fresh if one.wrong is not None}
    sound = sorted((one.item for one in fresh if one.wrong is None), key=lambda item: item.sequence)
    for kind, run in groupby(sound, key=lambda item: item.type):
        items = list(run)
        written = _write_carefully(door, kind, items, now) if careful else _write(door, kind, items, now)
        found = dict(zip((item.id for item in items), written, strict=True))
        told |= found | dict(_unkept(kind, items, found))
    return told


def _write(door: Door, kind: str, items: list[Item], now: datetime) -> list[Answer]:
    """Let a line write a run of items."""
    try:
        return _asked(door, kind, items, now)
    except OperationalError:
        raise
    except Exception as failed:
        raise Unlucky from failed


def _asked(door: Door, kind: str, items: list[Item], now: datetime) -> list[Answer]:
    with within(door.actor):
        answers = list(queries.found(registry().commands[kind].apply)(door.actor, items, now))
    if len(answers) != len(items):
        raise ValueError(f"{kind}: {len(answers)} answers to {len(items)} items")
    return answers


def _write_carefully(door: Door, kind: str, items: list[Item], now: datetime) -> list[Answer]:
    """Let a line write a run of items; where it fails, halve it until those that fail are alone."""
    try:
        with transaction.atomic():
            return _asked(door, kind, items, now)
    except OperationalError:
        raise
    except AppError as refusal:
        if refusal.status in _TRY_AGAIN:
            raise
        if len(items) == 1:
            return [Answer(Outcome.REJECTED, refusal.code, str(refusal))]
    except Exception:
        if len(items) == 1:
            logger.exception("a field record could not be written: %s %s", kind, items[0].id)
            return [Answer(Outcome.CONFLICT, "unexpected", _("This could not be written down. Somebody has to look."))]
    half = len(items) // 2
    return _write_carefully(door, kind, items[:half], now) + _write_carefully(door, kind, items[half:], now)


def _unkept(kind: str, items: Sequence[Item], told: Mapping[UUID, Answer]) -> Iterator[tuple[UUID, Answer]]:
    """Read again what was stored: where the rows do not hash to what the device wrote, it is not said to be stored."""
    stored = [item for item in items if told[item.id].outcome in (Outcome.STORED, Outcome.SAME)]
    if not stored:
        return
    ids = [item.id for item in stored]
    digests = registry().commands[kind].digests
    read_again = queries.found(digests)(ids) if digests else {
        key: sha256(body.encode()).digest() for key, body in queries.bodies(ids).items()
    }  # fmt: skip
    for item in stored:
        if read_again.get(item.id) != item.digest:
            logger.error("a field record reads differently once stored: %s %s", kind, item.id)
            yield (
                item.id,
                Answer(Outcome.CONFLICT, "unverified", _("It was not stored as written. Somebody has to look.")),
            )


def _keep_exceptions(door: Door, fresh: Sequence[_Read], told: Mapping[UUID, Answer], now: datetime) -> None:
    """What was not simply stored keeps its body and its reason, and is told to whoever answers for the place."""
    odd = [one for one in fresh if told[one.item.id].outcome not in (Outcome.STORED, Outcome.SAME)]
    if not odd:
        return
    sealer = Sealer(Record)
    rows = [
        (one.item.id, answer.outcome.value, answer.reason, sealer.sealed("words", answer.words, one.item.id,
         door.incident_id), sealer.sealed("body", one.text, one.item.id, door.incident_id))
        for one in odd for answer in [told[one.item.id]]
    ]  # fmt: skip
    with connection.cursor() as query:
        query.execute(_EXCEPT, [list(column) for column in zip(*rows, strict=True)])
    record(
        door.actor,
        [
            Event(f"record.{told[one.item.id].outcome.value}", "record", str(one.item.id), one.address, now,
                  door.incident_id, {"type": one.item.type, "reason": told[one.item.id].reason})
            for one in odd
        ],
    )  # fmt: skip


def _mark(door: Door, batch: Batch, fresh: Sequence[_Read], now: datetime) -> int:
    """Move the watermark, and look once more at what is kept before anything is acknowledged."""
    ids = [one.item.id for one in fresh]
    marked = rows_of(_MARK, [now, batch.skew_s, door.device_id, ids])
    if not marked:
        raise RuntimeError(f"device {door.device_id} is gone")
    watermark, epoch, kept = marked[0]
    found = {bytes(row) for row in kept}
    for one in fresh:
        if one.item.id.bytes + one.item.digest not in found:
            raise RuntimeError(f"record {one.item.id} is not kept as it was sent")
    # Enrolled anew while this was on its way: what it brought is stored, under the epoch it was made in.
    return int(watermark) if epoch == door.epoch else 0


def _named(one: _Read, told: Mapping[UUID, Answer]) -> tuple[str, Answer]:
    return str(one.item.id), told[one.item.id]
