"""Thousands of collectors in one process: a loop over kept-open sockets that speaks just enough HTTP to be cheap.

Each collector closes a tube, sends it as one upload, and goes on only once it is acknowledged. What is refused for
want of room, or gets no answer, is sent again with the same bytes.
"""

from __future__ import annotations

import heapq
import itertools
import json
import random
import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from benches.screening_seed import person_id, token_of
from benches.web_load import WrongAnswer

_DRAINED_S = 600
_PATIENCE_S = 20.0
"""A device waits so long for an answer, then asks again."""


@dataclass
class Collector:
    """One phone: its connection, its numbers, and the upload it waits for."""

    number: int
    head: bytes
    people: Iterator[int]
    place: int
    sequence: int = 0
    line: socket.socket | None = None
    message: bytes = b""
    received: bytes = b""
    asked: list[str] = field(default_factory=list)
    samples: int = 0
    since: float = 0.0
    sent: float = 0.0


@dataclass
class Counts:
    """What came of a load."""

    samples: int = 0
    uploads: int = 0
    bytes_sent: int = 0
    took_s: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    ids: list[str] = field(default_factory=list)


class Load:
    """Drives collectors: at a rate, or as fast as a window of uploads in flight allows."""

    def __init__(self, port: int, seeded: Any, collectors: int, people: int, seed: int = 1) -> None:
        self.port, self.seeded = port, seeded
        self.counts = Counts()
        self.impatient = 0.0
        """The share of phones that ask again at once, whatever they are told."""
        self.ago_s = 0.0
        """How long ago the tubes were closed, for a history."""
        self._selector = selectors.DefaultSelector()
        self._chance = random.Random(seed)
        self._people, self._looked = people, 0.0
        self.collectors = [Collector(at, _head(at), iter(()), at % len(seeded["places"])) for at in range(collectors)]
        self._idle = deque(self.collectors)
        self._later: list[tuple[float, int, Collector]] = []
        self._tick = itertools.count()
        self._flying: set[int] = set()
        self.begin_round(0)

    def begin_round(self, number: int) -> None:
        """Give every collector their people anew, for another round."""
        self.round = number
        places = len(self.seeded["places"])
        each, at_place = self._people // places, Counter(one.place for one in self.collectors)
        for one in self.collectors:
            turn, share = one.number // places, at_place[one.place]
            first = one.place * each
            one.people = iter(range(first + each * turn // share, first + each * (turn + 1) // share))
        self._idle = deque(self.collectors)

    def run(self, seconds: float, *, pool: int, batch: int = 1, rate: float = 0.0, window: int = 0) -> float:
        """Load for some seconds, then wait for what is in flight; returns how long it took.

        Parameters: pool — people to a tube; batch — tubes to an upload; rate — uploads a second, 0 for as fast as the
            window allows; window — most uploads in flight, 0 for no limit.
        """
        began = now = time.perf_counter()
        due = began
        while True:
            now = time.perf_counter()
            over = now - began >= seconds or not self._idle and not self._flying and not self._later
            if over and not self._flying and not self._later:
                return now - began
            if now - began > seconds + _DRAINED_S:
                raise WrongAnswer(f"what was in flight did not drain in {_DRAINED_S} s")
            while not over and self._idle and (not window or len(self._flying) < window):
                if rate and due > now:
                    break
                if not self._begin(self._idle.popleft(), pool, batch, due if rate else now):
                    continue
                due += 1 / rate if rate else 0
            while self._later and self._later[0][0] <= now:
                self._send(heapq.heappop(self._later)[2])
            wait = min(0.05, max(due - now, 0.0005)) if rate and not over else 0.05
            for key, _ in self._selector.select(wait):
                self._hear(key.data)
            self._give_up_waiting(now)

    def _begin(self, one: Collector, pool: int, batch: int, due: float) -> bool:
        tubes = [list(itertools.islice(one.people, pool)) for _ in range(batch)]
        tubes = [tube for tube in tubes if tube]
        if not tubes:
            return False
        one.since = due
        items, one.asked = [], []
        for tube in tubes:
            one.sequence += 1
            key = _uuid7(self._chance)
            one.asked.append(key)
            items.append(self._item(one, key, tube))
        content = f'{{"epoch":1,"sent_ms":{_ms()},"items":[{",".join(items)}]}}'.encode()
        one.message = one.head + b"%d\r\n\r\n" % len(content) + content
        one.samples = sum(map(len, tubes))
        self._send(one)
        return True

    def _item(self, one: Collector, key: str, tube: list[int]) -> str:
        at_s = int(time.time() - self.ago_s)
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at_s))
        address = self.seeded["places"][one.place]
        samples = ",".join(f'{{"address":"{address}","at":"{at}","person":"{person_id(n)}"}}' for n in tube)
        body = (
            f'{{"closed_at":"{at}","opened_at":"{at}","point":"{self.seeded["points"][self.round][one.place]}",'
            f'"round":"{self.seeded["rounds"][self.round]}","samples":[{samples}],'
            f'"tube":"{self.round}{one.number:05d}{one.sequence:07d}"}}'
        )
        digest = sha256(body.encode()).hexdigest()
        return (
            f'{{"id":"{key}","sequence":{one.sequence},"type":"testing.tube","base":null,"at_ms":{at_s}000,'
            f'"offset_ms":null,"digest":"{digest}","body":{body}}}'
        )

    def _send(self, one: Collector) -> None:
        try:
            if one.line is None:
                one.line = socket.create_connection(("127.0.0.1", self.port), timeout=30)
                one.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._selector.register(one.line, selectors.EVENT_READ, one)
            one.line.sendall(one.message)
        except OSError:
            self._lose(one, "no connection", 1.0)
            return
        one.received, one.sent = b"", time.perf_counter()
        self.counts.bytes_sent += len(one.message)
        self._flying.add(one.number)

    def _hear(self, one: Collector) -> None:
        try:
            part = one.line.recv(262144) if one.line else b""
        except OSError:
            part = b""
        if not part:
            # A line that nobody waits at is hung up by the server after a while.
            self._lose(one, "cut", 1.0) if one.number in self._flying else self._hang_up(one)
            return
        one.received += part
        head, found, body = one.received.partition(b"\r\n\r\n")
        if not found or not _is_whole(head, body):
            return
        self._flying.discard(one.number)
        if not head.startswith(b"HTTP/1.1 "):
            raise WrongAnswer(f"no answer of HTTP: {one.received[:600]!r}")
        status = int(head[9:12])
        self.counts.answers[str(status)] += 1
        if status == 200:
            self._acknowledged(one, body)
        elif status in (429, 503):
            stubborn = self._chance.random() < self.impatient
            self._again(one, 0.2 if stubborn else 2.0 + self._chance.random())
        else:
            raise WrongAnswer(f"{status} {body[:300]!r}")

    def _acknowledged(self, one: Collector, body: bytes) -> None:
        told = json.loads(body)["results"]
        if [row["id"] for row in told] != one.asked or any(row["outcome"] not in ("stored", "same") for row in told):
            raise WrongAnswer(body[:300].decode())
        self.counts.uploads += 1
        self.counts.samples += one.samples
        self.counts.took_s.append(time.perf_counter() - one.since)
        self.counts.ids += one.asked
        self._idle.append(one)

    def _lose(self, one: Collector, why: str, pause_s: float) -> None:
        self.counts.answers[why] += 1
        self._flying.discard(one.number)
        self._hang_up(one)
        self._again(one, pause_s)

    def _hang_up(self, one: Collector) -> None:
        if one.line is not None:
            self._selector.unregister(one.line)
            one.line.close()
            one.line = None

    def _again(self, one: Collector, pause_s: float) -> None:
        heapq.heappush(self._later, (time.perf_counter() + pause_s, next(self._tick), one))

    def _give_up_waiting(self, now: float) -> None:
        if not self._flying or now - self._looked < 1.0:
            return
        self._looked = now
        for number in list(self._flying):
            if now - self.collectors[number].sent > _PATIENCE_S:
                self._lose(self.collectors[number], "too late", 0.5)

    def has_people(self) -> bool:
        """Whether any collector has somebody left in this round."""
        return bool(self._idle)

    def close(self) -> None:
        """Hang up."""
        for one in self.collectors:
            if one.line is not None:
                one.line.close()


def _head(number: int) -> bytes:
    return (
        f"POST /sync/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token_of(number)}\r\n"
        "Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: "
    ).encode()


def _is_whole(head: bytes, body: bytes) -> bool:
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at < 0:
        return b"transfer-encoding: chunked" not in lower or body.endswith(b"0\r\n\r\n")
    return len(body) >= int(lower[at + 15 :].partition(b"\r\n")[0])


def _ms() -> int:
    return int(time.time() * 1000)


def _uuid7(chance: random.Random) -> str:
    digits = f"{_ms():012x}7{chance.getrandbits(12):03x}8{chance.getrandbits(60):015x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
