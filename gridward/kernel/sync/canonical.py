"""The one way a body is written down, so that device and server hash the same bytes. Pure.

A body is JSON of objects, arrays, strings, true, false, null and whole numbers of at most 2^53 - 1; what is no whole
number travels as a string. Keys are ASCII. Canonical: keys sorted, no white space, UTF-8, and only the escapes that
JSON demands. That is RFC 8785 for this part of JSON, and what `JSON.stringify` writes once the keys are sorted.
Source: RFC 8785; docs/reference/sync.md
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

_write = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(body: Mapping[str, Any]) -> str:
    """A body's canonical text.

    Raises: TypeError or ValueError for what is no JSON.
    """
    return _write(body)


def digest_of(body: Mapping[str, Any]) -> bytes:
    """SHA-256 of a body's canonical text in UTF-8.

    Raises: TypeError or ValueError for what is no JSON or no Unicode text.
    """
    return sha256(_write(body).encode()).digest()
