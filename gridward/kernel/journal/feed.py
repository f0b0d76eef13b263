"""The change feed, read once for all screens of a process: most of them ask within moments of each other.

Source: docs/adr/0021-the-feed-is-read-once-for-all-screens.md
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
KEPT_ENTRIES, KEPT_LOOKS = 20_000, 600
"""What a process remembers; a screen that is further behind asks the database."""
_NEW = """
    WITH new AS (
        SELECT transaction::text::bigint AS number, verb, subject_kind, subject_id, address, at, actor_id
        FROM kernel_entry
        WHERE transaction >= pg_snapshot_xmin(%(mark)s::pg_snapshot)
          AND NOT pg_visible_in_snapshot(transaction, %(mark)s::pg_snapshot)
        ORDER BY address, id
        LIMIT %(most)s
    )
    SELECT pg_current_snapshot()::text, new.* FROM (SELECT) AS one LEFT JOIN new ON true
"""
_EVERYBODY = "*"
_ONES_RIGHTS = ("grant.", "person.erased", "account.signed_out", "account.sessions_ended", "account.password_changed")
"""What changes the rights of the account that the entry is about; to end or begin an incident changes everybody's."""


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
        not_yet = range(self.high, earlier.high)
        return all(one in earlier.running for one in not_yet) and not any(earlier.sees(one) for one in self.running)


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

    @property
    def whose_rights(self) -> str:
        """The account whose rights it changes; `_EVERYBODY` where all may have other ones, empty for none."""
        if self.kind == "incident":
            return _EVERYBODY
        return self.id if self.verb.startswith(_ONES_RIGHTS) else ""

    def shown(self) -> dict[str, str]:
        """What a screen is told."""
        return {"verb": self.verb, "kind": self.kind, "id": self.id, "address": str(self.address),
                "at": self.at.isoformat()}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What one look at the journal heard, by address, and the snapshot it saw."""

    seen: Snapshot
    mark: str
    addresses: list[int]
    heard: list[Heard]

    def inside(self, spans: tuple[Span, ...]) -> Iterator[Heard]:
        """What lies inside some ranges that do not overlap."""
        for span in spans:
            yield from self.heard[bisect_left(self.addresses, span.low) : bisect_left(self.addresses, span.high)]


class SharedFeed:
    """What became visible lately. Safe to ask from many threads."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._lock, self._tick = threading.Lock(), tick
        self._looks: deque[Look] = deque()
        self._kept, self._read_at = 0, 0.0
        self._rights: Counter[str] = Counter()

    def news(self, since: str, actor: Actor, spans: tuple[Span, ...]) -> News | None:
        """What is new inside some ranges for an actor since a cursor; None where only the database can tell."""
        try:
            seen = Snapshot.read(since)
        except ValueError:
            return None
        with self._lock:
            behind = bool(self._looks) and seen.high > self._looks[-1].seen.high
            self._read(READ_AGAIN_S if behind else READ_EVERY_S)
            looks = list(self._looks)
        if not seen.holds(looks[0].seen) or seen.high > looks[-1].seen.high:
            return None
        events = [one.shown() for one in _unseen(looks, seen, spans) if _shown_to(actor, one)]
        return News(looks[-1].mark, events[:FEED_LIMIT], len(events) > FEED_LIMIT)

    def rights(self, user_id: int | None) -> int:
        """How many changes of an account's rights were heard of: what was looked up before the last counts no more."""
        with self._lock:
            self._read(READ_EVERY_S)
            return self._rights[str(user_id)] + self._rights[_EVERYBODY]

    def _read(self, every_s: float) -> None:
        now = self._tick()
        if self._looks and now - self._read_at < every_s:
            return
        mark, rows = _rows(self._looks[-1].mark if self._looks else "")
        if not self._looks or len(rows) > KEPT_ENTRIES:
            self._looks.clear()
            self._kept, rows = 0, []
            self._rights[_EVERYBODY] += 1
        heard = [Heard(*row) for row in rows]
        if heard or not self._looks:
            self._looks.append(Look(Snapshot.read(mark), mark, [one.address for one in heard], heard))
            self._kept += len(heard)
            self._rights.update(one.whose_rights for one in heard if one.whose_rights)
        else:
            # Nothing was heard: the last look saw as much.
            self._looks[-1] = replace(self._looks[-1], seen=Snapshot.read(mark), mark=mark)
        while len(self._looks) > 1 and (self._kept > KEPT_ENTRIES or len(self._looks) > KEPT_LOOKS):
            self._looks.popleft()
            self._kept -= len(self._looks[0].heard)
        self._read_at = now


def _unseen(looks: list[Look], seen: Snapshot, spans: tuple[Span, ...]) -> list[Heard]:
    """What a snapshot had not seen, by transaction; the first look is only where memory begins."""
    found: list[Heard] = []
    for look in reversed(looks[1:]):
        if seen.holds(look.seen):
            break
        found += [one for one in look.inside(spans) if not seen.sees(one.number)]
    return sorted(found, key=lambda one: one.number)


def _shown_to(actor: Actor, one: Heard) -> bool:
    """Whether an entry is behind no wall: what the wall of the journal says in SQL."""
    if one.kind == "account":
        return False
    mine = actor.user_id is not None and one.actor_id == actor.user_id
    return mine or any(actor.may(capability, one.address) for capability in Entry.wall.see)


def _rows(mark: str) -> tuple[str, list[tuple]]:
    with transaction.atomic(), house(), connection.cursor() as query:
        if not mark:
            query.execute("SELECT pg_current_snapshot()::text")
            return query.fetchone()[0], []
        query.execute(_NEW, {"mark": mark, "most": KEPT_ENTRIES + 1})
        found = query.fetchall()
    return found[0][0], [row[1:] for row in found if row[1] is not None]


shared = SharedFeed()
