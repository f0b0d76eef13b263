"""Data keys at work: one for each incident and holder, found or made when something is first sealed.

Keys are kept in memory for half a minute, so that every process forgets one soon after it was destroyed.
"""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import connection, transaction

from gridward.kernel.secrecy import ciphers, keystore
from gridward.kernel.secrecy.ciphers import ALGORITHMS, BY_BYTE, NONCE_BYTES, Aead
from gridward.kernel.secrecy.keystore import KeyGone, Owner

SEARCH = ".search"
"""Behind a holder's name: the key that its search tokens and lookups are hashed with."""
_KEPT_S = 30.0
HEAD_BYTES = 9
"""Before the nonce: the byte of the cipher and the number of the key."""
_ID_MASK = (1 << 63) - 1

# Whether another transaction made it: a key of our own is not ours to remember before it is committed.
_SETTLED = "made_in IS DISTINCT FROM pg_current_xact_id_if_assigned()"
_CURRENT = f"""
    SELECT id, incident_id, holder, wrapped, {_SETTLED} FROM kernel_datakey
    WHERE incident_id IS NOT DISTINCT FROM %s AND holder = %s AND retired_on IS NULL AND destroyed_on IS NULL
"""
_BY_ID = (
    f"SELECT id, incident_id, holder, wrapped, {_SETTLED} FROM kernel_datakey WHERE id = %s AND destroyed_on IS NULL"
)
_SEARCHABLE = f"""
    SELECT id, incident_id, holder, wrapped, {_SETTLED} FROM kernel_datakey
    WHERE holder = %s AND destroyed_on IS NULL ORDER BY made_on DESC
"""
_MAKE = """
    INSERT INTO kernel_datakey (id, incident_id, holder, wrapped, fingerprint, made_on)
    VALUES (%s, %s, %s, %s, %s, statement_timestamp()) ON CONFLICT DO NOTHING
"""


@dataclass(eq=False)
class Key:
    """One data key, ready to use."""

    id: int
    raw: bytes
    _ciphers: dict[int, Aead] = field(default_factory=dict)

    def cipher(self, byte: int) -> Aead:
        """The cipher that a byte names, under this key.

        Raises: InvalidTag if there is none.
        """
        found = self._ciphers.get(byte)
        if found is None:
            if byte not in BY_BYTE:
                raise InvalidTag
            found = self._ciphers[byte] = BY_BYTE[byte].make(self.raw)
        return found

    @cached_property
    def _sealing(self) -> tuple[Aead, bytes]:
        byte = ALGORITHMS[settings.CIPHER].byte
        return self.cipher(byte), bytes([byte]) + self.id.to_bytes(8, "big")

    def seal(self, text: str, where: bytes) -> bytes:
        """A text as it is kept."""
        return self.seal_bytes(text.encode(), where)

    def seal_bytes(self, content: bytes, where: bytes) -> bytes:
        """Bytes as they are kept."""
        aead, head = self._sealing
        return ciphers.sealed(aead, head, content, where)

    def open_bytes(self, kept: bytes, where: bytes) -> bytes:
        """The bytes behind what is kept.

        Raises: InvalidTag if it was changed or moved here from elsewhere, or is under another key.
        """
        start = HEAD_BYTES + NONCE_BYTES
        if len(kept) < start:
            raise InvalidTag
        return self.cipher(kept[0]).decrypt(kept[HEAD_BYTES:start], kept[start:], where)


_kept: dict[Any, tuple[float, Key]] = {}
"""Keys by (incident, holder) for sealing, and by id for opening; each with the moment it is asked for anew."""


class _Young:
    """A key that this very transaction made: kept by all once it commits, by nobody if it rolls back.

    Django drops it from the connection with the savepoint it was made in, and calls it after the commit.
    """

    def __init__(self, place: Any, key: Key) -> None:
        self.place, self.key = place, key

    def __call__(self) -> None:
        _kept[self.place] = (time.monotonic() + _KEPT_S, self.key)


def sealing_key(incident_id: UUID | None, holder: str) -> Key:
    """The key that seals what a holder's people say in an incident; made where there is none.

    Raises: KeyGone if the incident was forgotten.
    """
    place = (incident_id, holder)
    if (kept := _remembered(place)) is not None:
        return kept
    row = _one(_CURRENT, incident_id, holder)
    if row is None:
        _make(incident_id, holder)
        row = _one(_CURRENT, incident_id, holder)
    if row is None:
        raise KeyGone(f"{incident_id} {holder}")
    return _remember(place, row)


def opened(kept: bytes, where: bytes) -> str:
    """The text behind what is kept.

    Raises: KeyGone if its key was destroyed; InvalidTag if it was changed or moved here from elsewhere.
    """
    return key_of(kept).open_bytes(kept, where).decode()


def key_of(kept: bytes) -> Key:
    """The key that something is kept under.

    Raises: KeyGone.
    """
    return _opening(int.from_bytes(kept[1:HEAD_BYTES], "big"))


def search_key(incident_id: UUID | None, holder: str) -> bytes:
    """The key that search tokens of a holder's rows are hashed with in an incident; made where there is none."""
    return sealing_key(incident_id, holder + SEARCH).raw


def search_keys(holder: str) -> list[bytes]:
    """A holder's search keys in all incidents that are not forgotten, the newest first: a search asks under each."""
    with connection.cursor() as query:
        query.execute(_SEARCHABLE, [holder + SEARCH])
        rows = query.fetchall()
    found = []
    for row in rows:
        with suppress(KeyGone, InvalidTag):
            found.append((_remembered(row[0]) or _remember(row[0], row)).raw)
    return found


def closed_keys() -> list[str]:
    """The data keys that ought to open and do not, each by its owner's name."""
    with connection.cursor() as query:
        query.execute("SELECT id, incident_id, holder, wrapped FROM kernel_datakey WHERE destroyed_on IS NULL")
        rows = query.fetchall()
    found = []
    for key_id, incident_id, holder, wrapped in rows:
        owner = Owner(incident_id, holder)
        try:
            keystore.unwrap(owner, key_id, bytes(wrapped))
        except (KeyGone, InvalidTag):
            found.append(owner.name)
    return found


def forget_all() -> None:
    """Drop every key from this process's memory."""
    _kept.clear()
    connection.run_on_commit = [one for one in connection.run_on_commit if not isinstance(one[1], _Young)]


def _opening(key_id: int) -> Key:
    if (kept := _remembered(key_id)) is not None:
        return kept
    row = _one(_BY_ID, key_id)
    if row is None:
        raise KeyGone(str(key_id))
    return _remember(key_id, row)


def _remembered(place: Any) -> Key | None:
    kept = _kept.get(place)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    for entry in connection.run_on_commit:
        waiting = entry[1]
        if isinstance(waiting, _Young) and waiting.place == place:
            return waiting.key
    return None


def _remember(place: Any, row: tuple[Any, ...]) -> Key:
    key_id, incident_id, holder, wrapped, settled = row
    raw = keystore.unwrap(Owner(incident_id, holder), key_id, bytes(wrapped))
    key = Key(key_id, raw)
    young = _Young(place, key)
    if settled:
        young()
    else:
        transaction.on_commit(young)
    return key


def _make(incident_id: UUID | None, holder: str) -> None:
    key = secrets.token_bytes(ciphers.KEY_BYTES)
    mark = keystore.fingerprint(key)
    key_id = int(mark[:16], 16) & _ID_MASK
    with connection.cursor() as query:
        query.execute(
            _MAKE, [key_id, incident_id, holder, keystore.wrap(Owner(incident_id, holder), key_id, key), mark]
        )


def _one(statement: str, *params: Any) -> tuple[Any, ...] | None:
    with connection.cursor() as query:
        query.execute(statement, params)
        return query.fetchone()
