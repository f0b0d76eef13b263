"""Web and worker as children of one process: started, watched, restarted, stopped in order."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from gridward.web.database.embedded import DatabaseTrouble

_HEALTHY_WITHIN_S = 60
_STOP_WITHIN_S = 20
_LONGEST_PAUSE_S = 30.0


@dataclass
class Child:
    """One program of the tree; `pause_s` grows while it keeps dying."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause_s: float = 1.0

    def start(self) -> None:
        """Start the program in our own session's group."""
        self.process = subprocess.Popen(self.command, env=os.environ.copy())  # noqa: S603
        self.started = time.monotonic()

    def stop(self) -> None:
        """Ask it to end, and insist after a while."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def mend(self) -> None:
        """Start it again if it died, later each time it does so at once."""
        if self.process is None or self.process.poll() is None:
            return
        lived = time.monotonic() - self.started
        self.pause_s = 1.0 if lived > 60 else min(self.pause_s * 2, _LONGEST_PAUSE_S)
        print(f"gridward: {self.name} ended ({self.process.returncode}), starts again", file=sys.stderr)  # noqa: T201
        time.sleep(self.pause_s)
        self.start()


def web_and_worker(host: str, port: int, workers: int, threads: int) -> list[Child]:
    """The two programs of a house, in the order in which they start."""
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    granian += ["--workers", str(workers), "--blocking-threads", str(threads), "--backpressure", str(threads * 8)]
    granian += ["--no-ws", "--log-level", "warning", "--respawn-failed-workers", "gridward.web.wsgi:application"]
    worker = [sys.executable, "-m", "django", "procrastinate", "worker", "--concurrency", "2"]
    return [Child("web", granian), Child("worker", worker)]


@dataclass
class Tree:
    """The children, and whether we were told to stop."""

    children: list[Child]
    stopping: bool = field(default=False)

    def start(self) -> None:
        """Start all children; from now on SIGTERM and SIGINT mean stop."""
        signal.signal(signal.SIGTERM, self._told_to_stop)
        signal.signal(signal.SIGINT, self._told_to_stop)
        for child in self.children:
            child.start()

    def _told_to_stop(self, *_: Any) -> None:
        self.stopping = True

    def wait_until_healthy(self, host: str, port: int) -> None:
        """Wait for the first good answer of the web.

        Raises: DatabaseTrouble if it does not come in time.
        """
        deadline = time.monotonic() + _HEALTHY_WITHIN_S
        while not self.stopping and time.monotonic() < deadline:
            if answers(host, port):
                return
            time.sleep(0.1)
        self.stop()
        if not self.stopping:
            raise DatabaseTrouble(f"The web did not answer at {host}:{port} within {_HEALTHY_WITHIN_S} s.")

    def watch(self) -> None:
        """Keep the children alive until told to stop, then stop them in order."""
        while not self.stopping:
            time.sleep(0.3)
            for child in self.children:
                if not self.stopping:
                    child.mend()
        self.stop()

    def stop(self) -> None:
        """Stop web first, then worker."""
        for child in self.children:
            child.stop()


def answers(host: str, port: int) -> bool:
    """Whether a house answers at an address."""
    try:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        connection.request("GET", "/health", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
