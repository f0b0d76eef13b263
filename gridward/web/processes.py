"""Web and worker as children of one process: started, watched, restarted, stopped in order."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread
from typing import IO, Any

from gridward.web.trouble import Trouble

_HEALTHY_WITHIN_S = 60
_STOP_WITHIN_S = 20
_LONGEST_PAUSE_S = 30.0
_STEADY_AFTER_S = 60.0
_LOOK_EVERY_S = 0.25
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def _end_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One program of the tree; `pause_s` grows while it keeps dying."""

    name: str
    command: list[str]
    healthy: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = None
    pause_s: float = 1.0
    started: float = 0.0
    due: float | None = None

    def start(self) -> None:
        """Start the program in a session of its own, so that Ctrl-C reaches only us; it ends when we do."""
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            # Whoever answers requests cannot become the owner of the tables.
            env={name: value for name, value in os.environ.items() if name != "GRIDWARD_OWNER_URL"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509
        )
        self.started, self.due = time.monotonic(), None
        Thread(target=_pass_on, args=(self.name, self.process.stdout), daemon=True).start()

    def ended(self) -> int | None:
        """Its exit code; None while it runs."""
        return None if self.process is None else self.process.poll()

    def stop(self) -> None:
        """Ask it to end, and insist after a while."""
        if self.process is None or self.ended() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def mend(self) -> None:
        """Start it again if it died, later each time it does so at once; never waits."""
        now = time.monotonic()
        if self.due is not None:
            if now >= self.due:
                self.start()
        elif (code := self.ended()) is not None:
            self.pause_s = 1.0 if now - self.started > _STEADY_AFTER_S else min(self.pause_s * 2, _LONGEST_PAUSE_S)
            self.due = now + self.pause_s
            tell(f"{self.name} ended ({code}), starts again in {self.pause_s:.0f} s")


def _pass_on(name: str, said: IO[bytes]) -> None:
    for line in said:
        sys.stderr.write(f"{name:<6} | {line.decode(errors='replace')}")


def tell(words: str) -> None:
    """A line of the house's own log."""
    sys.stderr.write(f"house  | {words}\n")


CONNECTIONS = 4096
"""Connections of one web process at once."""


def web(host: str, port: int, workers: int, threads: int) -> Child:
    """Granian serving the console."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    # Granian counts connections, not requests: each open screen keeps one. What is too much to do is told by 429.
    command += ["--workers", str(workers), "--blocking-threads", str(threads)]
    command += ["--backpressure", str(CONNECTIONS), "--backlog", str(CONNECTIONS)]
    command += ["--no-ws", "--log-level", "error", "--respawn-failed-workers", "gridward.web.wsgi:application"]
    return Child("web", command, lambda: answers(host, port))


def worker(healthy: Callable[[], bool]) -> Child:
    """Procrastinate's worker, with the periodic jobs."""
    command = [sys.executable, "-m", "gridward.web.worker", "--concurrency", "2"]
    # Periodic jobs run every few seconds: kept, their rows would soon outnumber everything else.
    command += ["--delete-jobs", "successful", "--shutdown-graceful-timeout", "15"]
    return Child("worker", command, healthy)


@dataclass
class Tree:
    """The children, what they stand on, and whether we were told to stop.

    `foundation` is called again and again while we watch: it must bring the database back if that died.
    """

    children: list[Child]
    foundation: Callable[[], None]
    stopping: bool = field(default=False)

    def start(self) -> None:
        """Start the children one after another, each healthy before the next; SIGTERM and SIGINT now mean stop.

        Raises: Trouble if one ends or is not healthy in time; all are stopped then.
        """
        signal.signal(signal.SIGTERM, self._told_to_stop)
        signal.signal(signal.SIGINT, self._told_to_stop)
        for child in self.children:
            if not self.stopping:
                child.start()
                self._wait_for(child)

    def _wait_for(self, child: Child) -> None:
        deadline = time.monotonic() + _HEALTHY_WITHIN_S
        while not self.stopping and not child.healthy():
            late = time.monotonic() > deadline
            if late or child.ended() is not None:
                self.stop()
                how = f"was not healthy within {_HEALTHY_WITHIN_S} s" if late else f"ended ({child.ended()}) at once"
                raise Trouble(f"The {child.name} {how}; what it said stands above.")
            self._keep_foundation()
            time.sleep(0.05)

    def _told_to_stop(self, *_: Any) -> None:
        if self.stopping:
            for child in self.children:
                if child.process and child.ended() is None:
                    os.killpg(child.process.pid, signal.SIGKILL)
        self.stopping = True

    def watch(self) -> None:
        """Keep database and children alive until told to stop, then stop the children in order."""
        while not self.stopping:
            time.sleep(_LOOK_EVERY_S)
            self._keep_foundation()
            for child in self.children:
                if not self.stopping:
                    child.mend()
        self.stop()

    def _keep_foundation(self) -> None:
        try:
            self.foundation()
        except Trouble as trouble:
            tell(str(trouble))
            time.sleep(1)

    def stop(self) -> None:
        """Stop the children in the order in which they started: nobody asks any more, then nothing is worked on."""
        for child in self.children:
            child.stop()


def must_be_free(host: str, port: int) -> None:
    """Make sure that nobody listens there yet.

    Raises: Trouble. Granian shares a port with another Granian without a word, so we ask first.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host.strip("[]"), port))
        except OSError as taken:
            raise Trouble(f"Cannot listen at {host}:{port} ({taken.strerror}): choose another with --port.") from taken


def answers(host: str, port: int) -> bool:
    """Whether a house answers at an address."""
    try:
        connection = http.client.HTTPConnection({"0.0.0.0": "127.0.0.1"}.get(host, host), port, timeout=5)  # noqa: S104  # nosec B104
        connection.request("GET", "/health", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
