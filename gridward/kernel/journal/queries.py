"""Reading the journal: the story of one thing, and what is new since a screen last looked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from gridward.kernel.access.actor import inside
from gridward.kernel.address import EVERYWHERE, Span
from gridward.kernel.errors import AppError
from gridward.kernel.journal.models import Entry

_CURSOR = re.compile(r"\d+:\d+:(\d+(,\d+)*)?")
FEED_LIMIT = 200

# A sequence number is not a cursor: a later number may commit first. A snapshot is: what was not visible in
# the last one and is visible now is new, exactly once. Relies on the index entry_transaction.
# Source: docs/adr/0005-the-change-feed-cursor-is-a-snapshot.md
_FEED = """
    SELECT verb, subject_kind, subject_id, address, at
    FROM kernel_entry
    WHERE transaction >= pg_snapshot_xmin(%s::pg_snapshot)
      AND NOT pg_visible_in_snapshot(transaction, %s::pg_snapshot)
      AND subject_kind <> 'account'
      AND ({where})
    ORDER BY transaction, id
    LIMIT %s
"""


class CursorTooOld(AppError):
    """The screen's cursor belongs to another database or is malformed: load the page again."""

    code = "cursor_too_old"
    status = 410


@dataclass(frozen=True)
class News:
    """What is new for one screen, and the cursor to ask with next time."""

    cursor: str
    events: list[dict[str, Any]]
    more: bool


def cursor() -> str:
    """The mark of this moment in the journal."""
    with connection.cursor() as query:
        query.execute("SELECT pg_current_snapshot()::text")
        return str(query.fetchone()[0])


def news(since: str, spans: Sequence[Span]) -> News:
    """Entries inside some ranges that became visible after `since`; at most `FEED_LIMIT`, then `more` is set.

    Raises: CursorTooOld if the cursor cannot be one of this database.
    """
    if not _CURSOR.fullmatch(since):
        raise CursorTooOld
    where, bounds = _ranges(spans)
    with connection.cursor() as query:
        query.execute(
            "SELECT pg_current_snapshot()::text, pg_snapshot_xmax(pg_current_snapshot())::text::bigint < %s",
            [int(since.split(":")[1])],
        )
        mark, from_elsewhere = query.fetchone()
        if from_elsewhere:
            raise CursorTooOld
        query.execute(_FEED.format(where=where), [since, since, *bounds, FEED_LIMIT + 1])
        rows = query.fetchall()
    keys = ("verb", "kind", "id", "address", "at")
    events = [dict(zip(keys, (*row[:3], str(row[3]), row[4].isoformat()), strict=True)) for row in rows[:FEED_LIMIT]]
    return News(mark, events, len(rows) > FEED_LIMIT)


def _ranges(spans: Sequence[Span]) -> tuple[str, list[int]]:
    if EVERYWHERE in spans:
        return "TRUE", []
    if not spans:
        return "FALSE", []
    return " OR ".join(["address >= %s AND address < %s"] * len(spans)), [bound for one in spans for bound in one]


def story(subject_ids: Sequence[str]) -> QuerySet[Entry]:
    """Everything that happened to some things, oldest first. Relies on the index entry_subject."""
    return Entry.objects.filter(subject_id__in=subject_ids).select_related("actor").order_by("id")


def between(start: datetime, end: datetime, spans: Sequence[Span]) -> QuerySet[Entry]:
    """Entries of a time and some ranges, newest first. Relies on the index entry_at."""
    return Entry.objects.filter(inside(spans), at__gte=start, at__lt=end).select_related("actor").order_by("-at", "-id")
