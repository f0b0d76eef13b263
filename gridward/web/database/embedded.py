"""Our own small supervisor of the PostgreSQL that comes in a wheel.

It works in one folder it marked itself, runs the server as an unprivileged user, listens on a Unix socket
only, and believes a pid file only after looking at the process behind it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from gridward.web.database import postmaster
from gridward.web.database.places import (
    MARK,
    DatabaseTrouble,
    account,
    claim,
    claim_socket_dir,
    folder,
    programs,
    socket_dir,
)
from gridward.web.database.tuning import cores, memory_bytes, server_settings

__all__ = ["DATABASE", "PORT", "SUPERUSER", "DatabaseTrouble", "folder", "socket_dir"]

DATABASE = "gridward"
SUPERUSER = "gridward"
PORT = "5432"
_USERS = "USERS"
_SETTINGS = "gridward.conf"
_START_S = 120
_STOP_S = 45


def running_pid(data_dir: Path) -> int | None:
    """The pid of this folder's own server; None if none runs."""
    process = postmaster.running(folder(data_dir) / "data")
    return process.pid if process else None


def start(data_dir: Path) -> bool:
    """Start the server of a data folder, making it on the first time; any number of processes may call it together.

    Returns: whether this call started it. Raises: DatabaseTrouble.
    """
    home = folder(data_dir)
    try:
        claim(home)
        with _alone(home):
            return _up(data_dir)
    except PermissionError as closed:
        who = f"{home} belongs to another user: run as that user, or choose another GRIDWARD_DATA_DIR."
        raise DatabaseTrouble(f"{who} ({closed})") from closed
    except OSError as broken:
        raise DatabaseTrouble(f"The database cannot start in {home}: {broken}") from broken


def stop(data_dir: Path) -> bool:
    """Stop this folder's own server cleanly; no other process is ever signalled.

    Returns: whether one ran. Raises: DatabaseTrouble if it does not stop in time.
    """
    process = postmaster.running(folder(data_dir) / "data")
    if process is None:
        return False
    # A server that is told to stop while it recovers from a crash may wait for ever. An immediate stop loses nothing:
    # the next start recovers.
    for how in (signal.SIGINT, signal.SIGQUIT):
        with suppress(psutil.NoSuchProcess):
            process.send_signal(how)
        with suppress(psutil.TimeoutExpired):
            process.wait(_STOP_S)
            return True
    raise DatabaseTrouble(f"The database (pid {process.pid}) did not stop within {2 * _STOP_S} s.")


def erase(data_dir: Path) -> None:
    """Stop this folder's own server and remove all it holds; nothing where nothing is.

    Raises: DatabaseTrouble if the folder is not ours.
    """
    home = folder(data_dir)
    if home.exists():
        claim(home)
        stop(data_dir)
        shutil.rmtree(home)


def keep_up(data_dir: Path) -> None:
    """Start the server again if it died; to be called inside `in_use`.

    Raises: DatabaseTrouble.
    """
    home = folder(data_dir)
    with _alone(home):
        if _up(data_dir):
            (home / _USERS).write_text(str(running_pid(data_dir)), encoding="ascii")


@contextmanager
def in_use(data_dir: Path) -> Iterator[None]:
    """The server up inside the block; whoever leaves last stops it, if one of these blocks started it.

    Raises: DatabaseTrouble.
    """
    started, home = start(data_dir), folder(data_dir)
    with (home / _USERS).open("a+", encoding="ascii") as users:
        if started:
            (home / _USERS).write_text(str(running_pid(data_dir)), encoding="ascii")
        fcntl.flock(users, fcntl.LOCK_SH)
        # Before our lock another block may have left last, and stopped it.
        keep_up(data_dir)
        try:
            yield
        finally:
            with _alone(home), suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                users.seek(0)
                if users.read() == str(running_pid(data_dir)):
                    stop(data_dir)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / MARK).open("r+") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield


def _up(data_dir: Path) -> bool:
    home, sockets = folder(data_dir), socket_dir(data_dir)
    if postmaster.settled(home / "data", _START_S):
        return False
    _initialise(home)
    postmaster.forget_the_dead(home / "data")
    claim_socket_dir(sockets, home)
    _write_settings(home / "data", sockets)
    _run(home, "pg_ctl", "-D", str(home / "data"), "-l", str(home / "server.log"), "-w", "-t", str(_START_S), "start")
    _create_database(sockets)
    return True


def _initialise(home: Path) -> None:
    data, part = home / "data", home / "data.part"
    if data.exists():
        return
    # Renamed only when complete: an initdb that was cut short is never taken for a database.
    shutil.rmtree(part, ignore_errors=True)
    options = ["--username", SUPERUSER, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"]
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--data-checksums"]
    _run(home, "initdb", "-D", str(part), *options, *locale)
    part.rename(data)


def _write_settings(data: Path, sockets: Path) -> None:
    settings = server_settings(memory_bytes(), cores())
    settings |= {"listen_addresses": "", "unix_socket_directories": str(sockets), "port": PORT}
    lines = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    _write(data / _SETTINGS, "# Written anew at every start; ALTER SYSTEM has the last word.\n" + lines)
    include = f"include = '{_SETTINGS}'\n"
    main = data / "postgresql.conf"
    words = main.read_text(encoding="utf-8")
    if include not in words:
        _write(main, f"{words}\n{include}")


def _write(path: Path, words: str) -> None:
    # As root in a folder of another user: a link there must not lead our pen elsewhere.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o644), "w", encoding="utf-8") as file:
        file.write(words)


def _create_database(sockets: Path) -> None:
    place = f"host={sockets} port={PORT} user={SUPERUSER} dbname=postgres"
    with psycopg.connect(place, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not known:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')


def _run(home: Path, program: str, *arguments: str) -> None:
    user, group = account(home) if os.getuid() == 0 else (None, None)
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "TZ": "UTC"}
    # The server must not hold our pipes open, so what it says goes to a file.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(  # noqa: S603
            [str(programs(home) / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
            env=environment,
            cwd="/",
            start_new_session=True,
            check=False,
        )
        said.seek(0)
        if done.returncode:
            words = said.read().decode(errors="replace").strip()
            raise DatabaseTrouble(f"{program} failed: {words[-800:]}{_last_words(home)}")


def _last_words(home: Path) -> str:
    with suppress(OSError):
        lines = (home / "server.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return "".join(f"\n  {line}" for line in lines[-3:])
    return ""
