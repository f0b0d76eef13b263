"""`gridward chaos overload`: a crowd asks far too much while callers report needs, who must not notice."""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import click
import numpy as np

from gridward.web.chaos.callers import Callers, compared, holds, prepare, served
from gridward.web.cli.demo import own_folder
from gridward.web.cli.session import say
from gridward.web.config import config
from gridward.web.database import embedded

_ASKED = (("/feed?since=1:1:", {"X-Unattended": "1"}), ("/bulletin/pdf", {}), ("/hotline/ask", {}), ("/", {}))
"""What the crowd asks, in turn: what can wait, what takes long, what is urgent, an ordinary page."""
_RETRIES_AT_ONCE = 0.02


@dataclass
class Crowd:
    """Clients on threads that ask again at once, whatever they are told."""

    port: int
    answers: Counter[str] = field(default_factory=Counter)
    impolite: int = 0
    """Answers of 429 that do not say when to come again."""
    stopping: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """Ask until told to stop."""
        turn = 0
        while not self.stopping.is_set():
            path, head = _ASKED[turn % len(_ASKED)]
            turn += 1
            try:
                line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                line.request("GET", path, headers={"Host": "localhost", **head})
                answer = line.getresponse()
                answer.read()
                line.close()
            except (OSError, http.client.HTTPException):
                self.answers[f"{path.split('?')[0]} no answer"] += 1
                continue
            self.answers[f"{path.split('?')[0]} {answer.status}"] += 1
            self.impolite += answer.status == 429 and not answer.headers.get("Retry-After")
            time.sleep(_RETRIES_AT_ONCE)


@click.command()
@click.option("--crowd", type=click.IntRange(1, 1000), default=100, show_default=True, help="Clients who ask too much.")
@click.option("--clients", type=click.IntRange(1, 200), default=8, show_default=True, help="Callers at once.")
@click.option("--seconds", type=click.IntRange(2, 600), default=20, show_default=True, help="How long, twice.")
@click.option("--json", "as_json", is_flag=True, help="Print what was counted as JSON.")
def command(crowd: int, clients: int, seconds: int, as_json: bool) -> None:
    """Let callers report needs, first alone, then while a crowd asks without pause; the crowd is told to wait.

    Works on a served house of its own (data/overload). Ends with 1 where a caller was turned away, an acknowledged need
    is missing, nobody of the crowd was told to wait, or somebody was without being told how long.
    """
    own_folder(None, "overload")
    address = prepare()
    with served() as port:
        callers = Callers(port, address, clients)
        with callers.calling():
            alone = _waited(callers, seconds)
            many = Crowd(port)
            threads = [threading.Thread(target=many.ask, daemon=True) for _ in range(crowd)]
            for one in threads:
                one.start()
            beside = _waited(callers, seconds)
            many.stopping.set()
            for one in threads:
                one.join(40)
    report = compared(callers) | {"alone": alone, "beside_the_crowd": beside}
    report |= {"crowd": dict(sorted(many.answers.items())), "told_to_wait": _turned_away(many)}
    report["impolite"] = many.impolite
    click.echo(json.dumps(report, ensure_ascii=False, indent=2)) if as_json else say(json.dumps(report))
    good = holds(report) and not callers.answers["429"] and report["told_to_wait"] and not many.impolite
    if not config().database_url:
        embedded.erase(config().data_dir)
    sys.exit(0 if good else 1)


def _waited(callers: Callers, seconds: int) -> dict[str, Any]:
    """What the callers got in some seconds."""
    before = len(callers.took_s)
    time.sleep(seconds)
    took = np.array(callers.took_s[before:] or [0.0])
    return {"acknowledged": len(callers.took_s) - before, "p50_s": round(float(np.quantile(took, 0.5)), 3),
            "p99_s": round(float(np.quantile(took, 0.99)), 3)}  # fmt: skip


def _turned_away(many: Crowd) -> int:
    return sum(count for name, count in many.answers.items() if name.endswith(" 429"))
