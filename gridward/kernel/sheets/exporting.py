"""A register out as a spreadsheet, in the columns it can be imported by again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Any

from gridward.kernel.access.actor import Actor
from gridward.kernel.address import Span
from gridward.kernel.exports.errors import SecondPersonNeeded
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.sheets.errors import NotExportable, UnknownFormat
from gridward.kernel.sheets.queries import sheet
from gridward.kernel.sheets.writing import FORMATS, write_table


def export(actor: Actor, sheet_key: str, kind: str, file: IO[bytes], within: Span, now: datetime) -> int:
    """Write what a register that holds nothing personal has in a range; the house itself may write any.

    Raises: SecondPersonNeeded, and what `write_export` raises.
    """
    if sheet(sheet_key).personal and not actor.everything:
        raise SecondPersonNeeded
    return write_export(actor, sheet_key, kind, file, within, now)


def write_export(actor: Actor, sheet_key: str, kind: str, file: IO[bytes], within: Span, now: datetime) -> int:
    """Write what a register holds in a range to a file, and note it in the journal. Returns how many rows.

    Raises: UnknownSheet, UnknownFormat, NotExportable, Forbidden unless the actor holds the sheet's capability
    at the whole of the range.
    """
    spec = sheet(sheet_key)
    if kind not in FORMATS:
        raise UnknownFormat
    if spec.rows is None:
        raise NotExportable
    if not any(span.low <= within.low and within.high <= span.high for span in actor.spans(spec.export_capability)):
        actor.require(spec.export_capability, -1)
    count = 0

    def rows() -> Iterator[Sequence[Any]]:
        nonlocal count
        yield [column.title for column in spec.shown_columns]
        for row in spec.rows(actor, within) if spec.rows else ():
            count += 1
            yield row

    write_table(kind, file, str(spec.title), rows())
    data = {"sheet": sheet_key, "rows": count, "format": kind, "until": str(within.high)}
    record(actor, [Event("export.made", "export", str(new_id()), within.low, now, data=data)])
    return count
