"""Answering most polls of the change feed from memory: one look at the journal for all screens of a process.

A screen asks several times in the time that one look takes for granted. So each process looks at the journal once in
`BEAT_S` for everybody, keeps what it found for a while, and answers from that whoever was let in by the whole house
within the last `KNOWN_S`: session, gate, grants and walls are asked again after that, so a grant taken away still tells
verbs and ids for so long and no longer. Whatever this does not know for certain goes the whole way.
Source: docs/adr/0005-the-change-feed-cursor-is-a-snapshot.md
"""

from __future__ import annotations

import re
import threading
import time
from bisect import bisect_left
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from gridward.kernel.access.scope import HOUSE, within
from gridward.kernel.address import Span
from gridward.kernel.journal.queries import FEED_LIMIT

BEAT_S = 0.2
KNOWN_S = 20.0
_KEPT_BEATS = 600
_MOST_SESSIONS = 20_000
_MOST_EVENTS = 20_000
_CURSOR = re.compile(r"(\d+):(\d+):((?:\d+(?:,\d+)*)?)")
_NEWS = """
    SELECT verb, subject_kind, subject_id, address, at, transaction::text::bigint
    FROM kernel_entry
    WHERE transaction >= pg_snapshot_xmin(%s::pg_snapshot)
      AND NOT pg_visible_in_snapshot(transaction, %s::pg_snapshot)
      AND pg_visible_in_snapshot(transaction, %s::pg_snapshot)
      AND subject_kind <> 'account'
    ORDER BY address, id
    LIMIT %s
"""


@dataclass(frozen=True)
class Mark:
    """A snapshot of the database: which transactions can be seen in it."""

    text: str
    low: int
    high: int
    running: frozenset[int]

    @classmethod
    def of(cls, text: str) -> Mark | None:
        """The snapshot that a cursor says; None for what is none."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            return None
        running = frozenset(map(int, found[3].split(","))) if found[3] else frozenset()
        return cls(text, int(found[1]), int(found[2]), running)

    def sees(self, number: int) -> bool:
        """Whether a transaction can be seen in it."""
        return number < self.low or (number < self.high and number not in self.running)

    def holds(self, other: Mark) -> bool:
        """Whether all that can be seen in another can be seen in this one."""
        return self.high >= other.high and all(one >= other.high or one in other.running for one in self.running)


@dataclass(frozen=True)
class Beat:
    """What one look found: events by address, each with its transaction, and the snapshot they were seen in."""

    mark: Mark
    addresses: list[int]
    events: list[tuple[int, dict[str, Any]]]


class Pulse:
    """The latest looks of a process, and whom it may answer from them."""

    def __init__(self) -> None:
        self._beats: deque[Beat] = deque(maxlen=_KEPT_BEATS)
        self._known: OrderedDict[str, tuple[float, tuple[Span, ...]]] = OrderedDict()
        self._lock, self._looking, self._looked_at = threading.Lock(), threading.Lock(), 0.0
        self.going = False

    def know(self, session: str | None, spans: tuple[Span, ...]) -> None:
        """Remember how far a session that the whole house has just let in may read."""
        if not self.going or not session:
            return
        with self._lock:
            # Not to the second: screens that came at once shall not all be asked for again at once.
            spread = 0.75 + hash(session) % 1024 / 2048
            self._known[session] = (time.monotonic() + spread * KNOWN_S, spans)
            self._known.move_to_end(session)
            while len(self._known) > _MOST_SESSIONS:
                self._known.popitem(last=False)

    def answer(self, session: str, cursor: str) -> HttpResponse | None:
        """The feed since a cursor for a session; None where only the whole house can say."""
        known = self._known.get(session)
        since = Mark.of(cursor)
        if known is None or known[0] < time.monotonic() or since is None:
            return None
        self._look()
        with self._lock:
            beats = list(self._beats)
        if not beats or not since.holds(beats[0].mark):
            return None
        newest = beats[-1].mark
        if since.text == newest.text or since.holds(newest):
            return _nothing(since.text)
        events = _told(beats, since, known[1])
        if not events:
            return _nothing(newest.text)
        body = {"cursor": newest.text, "events": events[:FEED_LIMIT], "more": len(events) > FEED_LIMIT}
        return JsonResponse(body, headers={"Cache-Control": "private, no-store"})

    def _look(self) -> None:
        """Look at the journal if nobody did for a beat; who comes meanwhile is answered from the look before."""
        if time.monotonic() - self._looked_at < BEAT_S or not self._looking.acquire(blocking=False):
            return
        try:
            self._looked_at = time.monotonic()
            before = self._beats[-1].mark if self._beats else None
            beat = _beat(before)
            with self._lock:
                if beat is None:
                    self._beats.clear()
                else:
                    self._beats.append(beat)
        finally:
            self._looking.release()


def _beat(before: Mark | None) -> Beat | None:
    """What became visible since a look; None where that is too much to keep."""
    with within(HOUSE), transaction.atomic(), connection.cursor() as query:
        query.execute("SELECT pg_current_snapshot()::text")
        mark = Mark.of(str(query.fetchone()[0]))
        assert mark is not None
        if before is None:
            return Beat(mark, [], [])
        query.execute(_NEWS, [before.text, before.text, mark.text, _MOST_EVENTS])
        rows = query.fetchall()
    if len(rows) == _MOST_EVENTS:
        return None
    keys = ("verb", "kind", "id", "address", "at")
    events = [(row[5], dict(zip(keys, (*row[:3], str(row[3]), row[4].isoformat()), strict=True))) for row in rows]
    return Beat(mark, [row[3] for row in rows], events)


def _told(beats: list[Beat], since: Mark, spans: tuple[Span, ...]) -> list[dict[str, Any]]:
    """The events of some looks inside some ranges that a cursor had not seen."""
    found: list[dict[str, Any]] = []
    for beat in reversed(beats):
        if since.text == beat.mark.text or since.holds(beat.mark):
            break
        for held in spans:
            start, end = bisect_left(beat.addresses, held.low), bisect_left(beat.addresses, held.high)
            found += [event for number, event in beat.events[start:end] if not since.sees(number)]
    return found


def _nothing(cursor: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"X-Cursor": cursor, "Cache-Control": "private, no-store"})


pulse = Pulse()
"""The one of this process; only a serving one has it going."""


class PulseMiddleware:
    """Answers polls of the feed from memory where that is certain, before anything else is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        if pulse.going and request.path == "/feed" and request.method == "GET":
            session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
            try:
                found = pulse.answer(session, request.GET.get("since", ""))
            except DatabaseError:
                found = None
            if found is not None:
                return found
        return self.get_response(request)
