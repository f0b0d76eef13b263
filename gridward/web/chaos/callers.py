"""A served house of its own, and callers who log needs over HTTP until each is acknowledged."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from gridward.web.cli.demo import empty
from gridward.web.cli.session import house
from gridward.web.config import config
from gridward.web.trouble import Trouble

KEY = secrets.token_hex(16)
_PATH = "/api/v1/hotline/needs"
_AGAIN = frozenset({429, 503})
_PAUSE_S, _PATIENCE_S, _STARTS_S = 0.05, 120.0, 90.0


@dataclass
class Callers:
    """Callers on threads: each logs one need after another under an id of its own, until it is acknowledged."""

    port: int
    address: str
    count: int
    acknowledged: list[UUID] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)
    """How long each acknowledgement took, from the first try."""
    stopping: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def calling(self) -> Iterator[None]:
        """They call inside the block; each ends with its last need acknowledged."""
        threads = [threading.Thread(target=self._call, daemon=True) for _ in range(self.count)]
        for one in threads:
            one.start()
        try:
            yield
        finally:
            self.stopping.set()
            for one in threads:
                one.join(_PATIENCE_S)

    def wait_for(self, more: int, patience_s: float = _PATIENCE_S) -> bool:
        """Wait until so many more are acknowledged; False if they are not in time."""
        wanted, until = len(self.acknowledged) + more, time.monotonic() + patience_s
        while len(self.acknowledged) < wanted and time.monotonic() < until:
            time.sleep(0.01)
        return len(self.acknowledged) >= wanted

    def _call(self) -> None:
        while not self.stopping.is_set():
            need, began = uuid4(), time.monotonic()
            while not self._acknowledged(need):
                if time.monotonic() > began + _PATIENCE_S:
                    self.wrong.append(f"{need}: no acknowledgement in {_PATIENCE_S:.0f} s")
                    return
                time.sleep(_PAUSE_S)
            self.took_s.append(time.monotonic() - began)

    def _acknowledged(self, need: UUID) -> bool:
        body = {"id": str(need), "category": "food", "address": self.address, "words": "家里没有米了"}
        head = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", "Host": "localhost"}
        try:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            line.request("POST", _PATH, json.dumps(body), head)
            answer = line.getresponse()
            said = answer.read()
            line.close()
        except (OSError, http.client.HTTPException):
            self.answers["no answer"] += 1
            return False
        self.answers[str(answer.status)] += 1
        if answer.status in (200, 201):
            self.acknowledged.append(need)
            return True
        if answer.status not in _AGAIN or not answer.headers.get("Retry-After"):
            self.wrong.append(f"{answer.status} {said[:300].decode(errors='replace')}")
        return False


def prepare() -> str:
    """Fill the folder's empty house with what a call needs. Returns the address to call from, as text."""
    with house():
        from gridward.kernel import clock
        from gridward.kernel.access.actor import SYSTEM
        from gridward.kernel.access.models import Grant, User
        from gridward.kernel.address import text
        from gridward.lines.hotline.actions import issue_key
        from gridward.web.chaos.planting import COMMUNITY, small_house

        empty()
        incident = small_house()
        account = User.objects.create_user("caller", password=None)
        Grant.objects.create(user=account, role="dispatcher", address=incident.address)
        issue_key(SYSTEM, "chaos", KEY, clock.now(), account.pk)
        return text(COMMUNITY)


@contextmanager
def served() -> Iterator[int]:
    """`gridward serve` on the folder's house, in processes of its own; yields its port.

    Raises: Trouble if it does not answer in time.
    """
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    # Beside the folder: the disk that it is on may be full.
    log = config().data_dir.with_suffix(".log").open("wb")
    command = [sys.executable, "-m", "gridward", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ})  # noqa: S603 # nosec B603 # ourselves
    try:
        until = time.monotonic() + _STARTS_S
        while b"Gridward is open" not in Path(log.name).read_bytes():
            if time.monotonic() > until or server.poll() is not None:
                raise Trouble(f"The house does not answer: see {log.name}")
            time.sleep(0.2)
        yield port
    finally:
        server.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            server.wait(60)
        server.kill()
        log.close()


def compared(callers: Callers) -> dict[str, Any]:
    """What was acknowledged beside what is stored: both ways, and twice in the journal."""
    with house():
        from django.db import connection

        from gridward.kernel.needs.models import Need

        stored = set(Need.objects.values_list("pk", flat=True))
        with connection.cursor() as query:
            query.execute("SELECT count(*), count(DISTINCT subject_id) FROM kernel_entry WHERE verb = 'need.logged' ")
            lines, subjects = query.fetchone()
    acknowledged = set(callers.acknowledged)
    return {
        "acknowledged": len(callers.acknowledged),
        "stored": len(stored),
        "lost": len(acknowledged - stored),
        "stored_unasked": len(stored - acknowledged),
        "duplicates": len(callers.acknowledged) - len(acknowledged) + lines - subjects,
        "journal_lines": lines,
        "answers": dict(callers.answers),
        "wrong_answers": callers.wrong[:10],
    }


def holds(found: dict[str, Any]) -> bool:
    """Whether acknowledged is stored, once each, and no answer was wrong."""
    exact = found["acknowledged"] == found["stored"] == found["journal_lines"]
    return exact and not (found["lost"] or found["duplicates"] or found["wrong_answers"])
