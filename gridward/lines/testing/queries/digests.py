"""The digests of what devices sent, computed again from the rows it became: what an acknowledgement stands on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from gridward.kernel.access.scope import house
from gridward.kernel.prepared import rows_of
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.sync.canonical import digest_of
from gridward.lines.testing.models import Newcomer, Refusal
from gridward.lines.testing.rules import again
from gridward.lines.testing.rules.bodies import BoxBody, CustodyBody, RefusalBody, SampleBody, TubeBody


def _said(column: str, shift: str = "shift_ms") -> str:
    """SQL for a time as the device wrote it."""
    real = f"({column} - {shift} * interval '1 ms') AT TIME ZONE 'UTC'"
    return f"""to_char({real}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""


# Relies on the keys of tubes and samples.
_TUBES = f"""
    SELECT tube.id, tube.code, tube.round_id::text, tube.point_id::text, tube.kind, tube.again,
        {_said("tube.opened_at", "tube.shift_ms")}, {_said("tube.closed_at", "tube.shift_ms")},
        CASE WHEN sample.newcomer_id IS NULL THEN sample.person_id::text END, sample.newcomer_id,
        sample.address, {_said("sample.taken_at", "tube.shift_ms")}, sample.receipt
    FROM testing_tube AS tube JOIN testing_sample AS sample ON sample.tube_id = tube.id
    WHERE tube.id = ANY(%s::uuid[]) ORDER BY tube.id, sample.seat
"""
_NEWCOMERS = "SELECT id, name, phone, id_number FROM testing_newcomer WHERE id = ANY(%s::uuid[])"
_BOXES = f"""
    SELECT box.id, box.code, seal, round_id::text, point_id::text, {_said("packed_at")},
        array(SELECT packed.code FROM testing_packed AS packed WHERE packed.box_id = box.id AND NOT packed.surplus
              ORDER BY packed.place)
    FROM testing_box AS box WHERE box.id = ANY(%s::uuid[])
"""
_CUSTODY = f"SELECT id, seal, step, address, {_said('at')}, intact FROM testing_custody WHERE id = ANY(%s::uuid[])"
_REFUSALS = f"""
    SELECT id, round_id::text, person_id::text, name, address, reason, words, {_said("at")}
    FROM testing_refusal WHERE id = ANY(%s::uuid[])
"""


def tubes(ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Digests of tubes by id; those that are not there are left out."""
    rows = _rows(_TUBES, list(ids))
    named = _newcomers([row[9] for row in rows if row[9] is not None])
    found = {}
    for key, group in groupby(rows, itemgetter(0)):
        seats = list(group)
        people = tuple(_sample(row, named) for row in seats)
        found[key] = digest_of(again.tube(TubeBody(*seats[0][1:8], people)))
    return found


def _sample(row: Any, named: dict[UUID, tuple[str, str, str]]) -> SampleBody:
    person, newcomer, address, at, receipt = row[8:]
    return SampleBody(person, *named.get(newcomer, ("", "", "")), address, at, receipt)


def _newcomers(ids: list[UUID]) -> dict[UUID, tuple[str, str, str]]:
    if not ids:
        return {}
    columns = [Secret.of(Newcomer, name) for name in ("name", "phone", "id_number")]
    return {
        row[0]: tuple(column.opened(bytes(value), row[0]) for column, value in zip(columns, row[1:], strict=True))
        for row in _rows(_NEWCOMERS, ids)
    }  # type: ignore[return-value]


def boxes(ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Digests of boxes by id."""
    return {key: digest_of(again.box(BoxBody(*rest, tuple(codes)))) for key, *rest, codes in _rows(_BOXES, list(ids))}


def custody(ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Digests of changes of hands by id."""
    return {key: digest_of(again.custody(CustodyBody(*rest))) for key, *rest in _rows(_CUSTODY, list(ids))}


def refusals(ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Digests of refusals by id."""
    return dict(_refusals(ids))


def _refusals(ids: Sequence[UUID]) -> Iterator[tuple[UUID, bytes]]:
    name_column, words_column = Secret.of(Refusal, "name"), Secret.of(Refusal, "words")
    for key, round_id, person, name, address, reason, words, at in _rows(_REFUSALS, list(ids)):
        said = (name_column.opened(bytes(name), key), address, reason, words_column.opened(bytes(words), key))
        yield key, digest_of(again.refusal(RefusalBody(round_id, person, *said, at)))


def _rows(statement: str, ids: list[Any]) -> list[tuple[Any, ...]]:
    with house():
        return rows_of(statement, [ids])
