"""Which process is the server of a data folder: asked of the processes, never believed of a file."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import psutil

from gridward.web.database.places import DatabaseTrouble

PID_FILE = "postmaster.pid"
_STRAGGLERS_LEAVE_WITHIN_S = 5.0


def running(data: Path) -> psutil.Process | None:
    """The server whose data folder this is; None where none runs, whatever a stale pid file says.

    A pid is used again by other programs, so the one in the file counts only if the process behind it is a
    `postgres` started with `-D` (its children are not) that works in this folder.
    """
    try:
        process = psutil.Process(int((data / PID_FILE).read_text().split("\n", 1)[0]))
        ours = process.name() == "postgres" and "-D" in process.cmdline() and Path(process.cwd()) == data
    except (OSError, ValueError, psutil.Error):
        return None
    return process if ours else None


def settled(data: Path, within_s: float) -> psutil.Process | None:
    """The server of a folder once it is neither starting nor stopping; None where none runs then.

    Raises: DatabaseTrouble if it does not settle in time.
    """
    deadline = time.monotonic() + within_s
    while process := running(data):
        if _state(data) == "ready":
            return process
        if time.monotonic() > deadline:
            raise DatabaseTrouble(f"The database (pid {process.pid}) is {_state(data)}: see server.log beside {data}.")
        time.sleep(0.05)
    return None


def _state(data: Path) -> str:
    try:
        return (data / PID_FILE).read_text().split("\n")[7].strip()
    except (OSError, IndexError):
        return "starting"


def forget_the_dead(data: Path) -> None:
    """Remove the pid file of a server that is no more, so that a new one starts even where its pid lives again.

    PostgreSQL itself refuses to start while any process of the same user has the old pid. What it guards
    against, sessions of the dead server still writing, is looked for here. They end by themselves, but for one that
    waits for what a killed neighbour held: that one is ended.
    Raises: DatabaseTrouble if some do not end even so.
    """
    if not (data / PID_FILE).exists():
        return
    began = time.monotonic()
    while left := _working_in(data):
        waited = time.monotonic() - began
        if waited > 2 * _STRAGGLERS_LEAVE_WITHIN_S:
            pids = [one.pid for one in left]
            raise DatabaseTrouble(f"Processes of a dead server still work in {data}: {pids}. End them first.")
        for one in left if waited > _STRAGGLERS_LEAVE_WITHIN_S else []:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        time.sleep(0.1)
    (data / PID_FILE).unlink(missing_ok=True)


def _working_in(data: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and Path(process.cwd()) == data:
                found.append(process)
        except (OSError, psutil.Error):
            continue
    return found
