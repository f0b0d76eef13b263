"""Files that only the application can read: sealed piece by piece, so that nothing in them can be moved or cut."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO
from uuid import UUID

from cryptography.exceptions import InvalidTag

from gridward.kernel.secrecy import keyring

_PIECE_BYTES = 1 << 20
_LENGTH_BYTES = 4


class SealedFile:
    """A file being written under an incident's key; complete only once it is closed without an error.

    Parameters: name — what it is bound to, its folder's name and its own unless told.
    Opened while no COPY runs: its key may have to be looked up.
    """

    def __init__(self, path: Path, incident_id: UUID | None, holder: str, name: str = "") -> None:
        self._name, self._key = name or _name_of(path), keyring.sealing_key(incident_id, holder)
        self._waiting, self._number = bytearray(), 0
        self._file: IO[bytes] = path.open("wb")

    def __enter__(self) -> SealedFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._file:
            if kind is None:
                self._put(last=True)

    def write(self, content: bytes) -> None:
        """Append."""
        self._waiting += content
        while len(self._waiting) > _PIECE_BYTES:
            self._put(last=False)

    def _put(self, *, last: bool) -> None:
        piece = bytes(self._waiting[:_PIECE_BYTES])
        del self._waiting[:_PIECE_BYTES]
        sealed = self._key.seal_bytes(piece, _where(self._name, self._number, last=last))
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._number += 1


def write_sealed(path: Path, parts: Iterable[bytes], incident_id: UUID | None, holder: str, name: str = "") -> None:
    """Write a whole file; see `SealedFile`."""
    with SealedFile(path, incident_id, holder, name) as file:
        for part in parts:
            file.write(part)


def read_sealed(path: Path, name: str = "") -> Iterator[bytes]:
    """The content of a sealed file, in pieces. The key is looked up now, the pieces are opened as they are asked for.

    Raises: KeyGone if the key was destroyed; InvalidTag where the file was changed, moved or cut.
    """
    with path.open("rb") as file:
        start = file.read(_LENGTH_BYTES + keyring.HEAD_BYTES)
    key = keyring.key_of(start[_LENGTH_BYTES:])
    return _pieces(path, key, name or _name_of(path))


def _pieces(path: Path, key: keyring.Key, name: str) -> Iterator[bytes]:
    left, number = path.stat().st_size, 0
    with path.open("rb") as file:
        while left:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
            left -= _LENGTH_BYTES + length
            if left < 0:
                raise InvalidTag
            yield key.open_bytes(file.read(length), _where(name, number, last=not left))
            number += 1


@contextmanager
def in_memory(path: Path) -> Iterator[Path]:
    """A sealed file's content under a path that lies in memory, for readers that want a path."""
    handle = os.memfd_create(path.name)
    try:
        with os.fdopen(os.dup(handle), "wb") as file:
            for piece in read_sealed(path):
                file.write(piece)
        yield Path(f"/proc/self/fd/{handle}")
    finally:
        os.close(handle)


def _name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _where(name: str, number: int, *, last: bool) -> bytes:
    return f"file {name} {number} {'last' if last else 'more'}".encode()
