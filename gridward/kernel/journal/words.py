"""What people wrote, inside journal entries: sealed under the incident's key, so that entries outlive what they said.

An entry is hashed into the chain with the sealed words; destroying the key makes them unreadable and changes nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from gridward.kernel.secrecy import keyring
from gridward.kernel.secrecy.fields import ERASED
from gridward.kernel.secrecy.keystore import KeyGone

HOLDER = "journal"
_MARK = "sealed"


def sealed_words(incident_id: UUID | None, verb: str, subject_id: str, said: Mapping[str, str]) -> dict[str, Any]:
    """Words as an entry's data keeps them; empty ones are left out."""
    said = {name: words for name, words in said.items() if words}
    if not said:
        return {}
    key = keyring.sealing_key(incident_id, HOLDER)
    return {
        name: {_MARK: base64.b64encode(key.seal(words, _where(verb, subject_id, name))).decode("ascii")}
        for name, words in said.items()
    }


def opened_data(verb: str, subject_id: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """An entry's data with its words readable; `ERASED` where their key is destroyed."""
    return {name: _opened(value, _where(verb, subject_id, name)) for name, value in data.items()}


def _opened(value: Any, where: bytes) -> Any:
    if not isinstance(value, dict) or set(value) != {_MARK}:
        return value
    try:
        return keyring.opened(base64.b64decode(value[_MARK]), where)
    except KeyGone:
        return ERASED


def _where(verb: str, subject_id: str, name: str) -> bytes:
    return f"kernel_entry.{name}/{verb}/{subject_id}".encode()
