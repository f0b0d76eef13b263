"""The keys that lie outside the database and its backups: the master key, and half a key for each incident and holder.

What wraps a data key is made of the master key and its half. To forget, the half is overwritten: then neither the
database, nor any backup of it, nor the master key can open that data key again.
Source: docs/adr/0020-what-is-forgotten-stays-forgotten.md
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from gridward.kernel.secrecy.ciphers import NONCE_BYTES

STANDING = "standing"
"""The name of the half for what belongs to no incident."""
_DESTROYED = "destroyed "
_HALF_BYTES = 32


class KeyGone(Exception):
    """The key was destroyed on purpose: what it sealed cannot be read any more, by anybody."""


def folder() -> Path:
    """Where the halves lie."""
    return Path(settings.KEY_FOLDER) / "halves"


@dataclass(frozen=True)
class Owner:
    """Whose key it is: an incident's, or nobody's for the standing registers; and which holder's in it."""

    incident_id: UUID | None
    holder: str

    @property
    def name(self) -> str:
        """The name of its half."""
        return f"{self.incident_id or STANDING}.{self.holder}"


def half_of(owner: Owner, *, make: bool = False) -> bytes:
    """An owner's half of the key.

    Parameters: make — whether to make it where there is none.
    Raises: KeyGone if it was destroyed, or is not here.
    """
    path = folder() / owner.name
    if make and not path.exists():
        _create(path)
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError as missing:
        raise KeyGone(path.name) from missing
    if text.startswith(_DESTROYED):
        raise KeyGone(path.name)
    return bytes.fromhex(text)


def destroy_half(owner: Owner, now: datetime) -> None:
    """Overwrite an owner's half, and leave a mark that it was destroyed; harmless to repeat."""
    path = folder() / owner.name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        with path.open("r+b") as file:
            file.write(secrets.token_hex(_HALF_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
    part = path.with_name(f"{path.name}.part")
    part.touch(mode=0o600)
    with part.open("w", encoding="ascii") as file:
        file.write(f"{_DESTROYED}{now.isoformat()}\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _sync(path.parent)


def holders_left(incident_id: UUID) -> list[str]:
    """The holders of an incident whose halves are here and not destroyed."""
    found = [Owner(incident_id, path.name.partition(".")[2]) for path in folder().glob(f"{incident_id}.*")]
    return [one.holder for one in found if not is_destroyed(one)]


def is_destroyed(owner: Owner) -> bool:
    """Whether an owner's half is marked as destroyed."""
    path = folder() / owner.name
    return path.exists() and path.read_text(encoding="ascii").startswith(_DESTROYED)


def wrap(owner: Owner, key_id: int, key: bytes, master: bytes | None = None) -> bytes:
    """A data key as the database keeps it.

    Raises: KeyGone if its owner was forgotten.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    wrapping = _wrapping_key(master or settings.MASTER_KEY, owner, half_of(owner, make=True))
    return nonce + AESGCM(wrapping).encrypt(nonce, key, _place(key_id))


def unwrap(owner: Owner, key_id: int, wrapped: bytes, master: bytes | None = None) -> bytes:
    """The data key behind what the database keeps.

    Raises: KeyGone if its owner was forgotten; InvalidTag if it was wrapped by another master key.
    """
    wrapping = _wrapping_key(master or settings.MASTER_KEY, owner, half_of(owner))
    return AESGCM(wrapping).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _place(key_id))


def fingerprint(key: bytes) -> str:
    """What names a key without telling it."""
    return hashlib.sha256(b"gridward key fingerprint " + key).hexdigest()


def _wrapping_key(master: bytes, owner: Owner, half: bytes) -> bytes:
    # HKDF (RFC 5869) with the half as salt; one block of output is the key.
    extracted = hmac.digest(half, master, "sha256")
    return hmac.digest(extracted, f"gridward wrapping key {owner.name}".encode() + b"\x01", "sha256")


def _place(key_id: int) -> bytes:
    return f"kernel_datakey/{key_id}".encode()


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    part.touch(mode=0o600)
    with part.open("w", encoding="ascii") as file:
        file.write(secrets.token_hex(_HALF_BYTES))
        file.flush()
        # On disk before anything is sealed with it: a value whose key a crash took would be lost.
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
    _sync(path.parent)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
