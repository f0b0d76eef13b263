"""The change feed, read once for all screens of a process: most of them ask within moments of each other.

Source: docs/adr/0021-the-feed-is-read-once-for-all-screens.md
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import Span
from gridward.kernel.journal.models import Entry
from gridward.kernel.journal.queries import FEED_LIMIT, News

READ_EVERY_S = 0.1
READ_AGAIN_S = 0.02
"""At most so often for a screen that heard of more from another process."""
KEPT = 5_000
"""Entries a process remembers; a screen that is further behind asks the database."""
_CHANGES_RIGHTS = ("grant.", "account.", "incident.", "person.erased")
_NEW = """
    WITH new AS (
        SELECT transaction::text::bigint AS number, verb, subject_kind, subject_id, address, at, actor_id, id
        FROM kernel_entry
        WHERE transaction >= pg_snapshot_xmin(%(mark)s::pg_snapshot)
          AND NOT pg_visible_in_snapshot(transaction, %(mark)s::pg_snapshot)
        ORDER BY transaction, id
        LIMIT %(most)s
    )
    SELECT pg_current_snapshot()::text, new.* FROM (SELECT) AS one LEFT JOIN new ON true
"""


@dataclass(frozen=True)
class Snapshot:
    """Which transactions a moment of the database sees, as `pg_snapshot` writes it: `low:high:running,…`."""

    low: int
    high: int
    running: frozenset[int]

    @classmethod
    def read(cls, written: str) -> Snapshot:
        """From its text.

        Raises: ValueError if it is none.
        """
        low, high, running = written.split(":")
        return cls(int(low), int(high), frozenset(int(one) for one in running.split(",") if one))

    def sees(self, number: int) -> bool:
        """Whether what a transaction wrote is in it."""
        return number < self.low or (number < self.high and number not in self.running)

    def holds(self, earlier: Snapshot) -> bool:
        """Whether everything another one sees is in this one too."""
        return self.high >= earlier.high and not any(earlier.sees(one) for one in self.running)


@dataclass(frozen=True)
class Heard:
    """One entry as the feed tells it, and whose it is."""

    number: int
    verb: str
    kind: str
    id: str
    address: int
    at: datetime
    actor_id: int | None

    def shown(self) -> dict[str, str]:
        """What a screen is told."""
        return {"verb": self.verb, "kind": self.kind, "id": self.id, "address": str(self.address),
                "at": self.at.isoformat()}  # fmt: skip


class SharedFeed:
    """What became visible lately. Safe to ask from many threads."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._lock, self._tick = threading.Lock(), tick
        self._heard: deque[Heard] = deque()
        self._from: Snapshot | None = None
        self._mark = ""
        self._read_at = 0.0
        self.rights = 0
        """Counts changes of who may see what: a right that was looked up before counts no more."""

    def news(self, since: str, actor: Actor, spans: tuple[Span, ...]) -> News | None:
        """What is new inside some ranges for an actor since a cursor; None where only the database can tell."""
        try:
            seen = Snapshot.read(since)
        except ValueError:
            return None
        with self._lock:
            self._read(READ_EVERY_S if self._mark and seen.high <= Snapshot.read(self._mark).high else READ_AGAIN_S)
            if self._from is None or not seen.holds(self._from) or seen.high > Snapshot.read(self._mark).high:
                return None
            mark, heard = self._mark, list(self._heard)
        events = [one.shown() for one in heard if not seen.sees(one.number) and _shown_to(actor, spans, one)]
        return News(mark, events[:FEED_LIMIT], len(events) > FEED_LIMIT)

    def catch_up(self) -> int:
        """Hear what is new; returns how many changes of rights were heard of by then."""
        with self._lock:
            self._read(READ_EVERY_S)
            return self.rights

    def _read(self, every_s: float) -> None:
        now = self._tick()
        if self._from is not None and now - self._read_at < every_s:
            return
        mark, rows = _rows(self._mark)
        if self._from is None or len(rows) > KEPT:
            self._from, rows = Snapshot.read(mark), []
            self._heard.clear()
            self.rights += 1
        for row in rows:
            self._hear(Heard(*row[:7]))
        self._mark, self._read_at = mark, now

    def _hear(self, one: Heard) -> None:
        if len(self._heard) == KEPT and self._from is not None:
            # What falls out at the far end is from now on for those alone who have seen it.
            high = max(self._from.high, self._heard.popleft().number + 1)
            self._from = Snapshot(high, high, frozenset())
        self._heard.append(one)
        self.rights += one.verb.startswith(_CHANGES_RIGHTS)


def _shown_to(actor: Actor, spans: tuple[Span, ...], one: Heard) -> bool:
    """Whether an entry is in the ranges asked for and before no wall: what the wall of the journal says in SQL."""
    if one.kind == "account" or not any(span.holds(one.address) for span in spans):
        return False
    mine = actor.user_id is not None and one.actor_id == actor.user_id
    return mine or any(actor.may(capability, one.address) for capability in Entry.wall.see)


def _rows(mark: str) -> tuple[str, list[tuple]]:
    with transaction.atomic(), house(), connection.cursor() as query:
        if not mark:
            query.execute("SELECT pg_current_snapshot()::text")
            return query.fetchone()[0], []
        query.execute(_NEW, {"mark": mark, "most": KEPT + 1})
        found = query.fetchall()
    return found[0][0], [row[1:] for row in found if row[1] is not None]


shared = SharedFeed()
