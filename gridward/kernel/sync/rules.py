"""Reading what a device sent, and correcting its clock. Pure: no database, no clock.

Source: docs/reference/sync.md
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard
from uuid import UUID

MOST_ITEMS = 200
MOST_BYTES = 2 * 1024 * 1024
LARGEST = (1 << 53) - 1
"""The largest whole number that JavaScript counts exactly."""
SKEW_FLAGGED_S = 60.0
"""From here on a clock is called wrong."""
OLDEST_S = 400 * 86400.0
_TYPE = re.compile(r"[a-z][a-z0-9_.]{0,47}\Z")


class Malformed(Exception):
    """What was sent cannot be read; the message says where."""


@dataclass(frozen=True)
class Batch:
    """One upload as sent: its items not yet read."""

    epoch: int
    skew_s: float
    items: list[Any]
    numbered: bool = True
    """False for a client without a count of its records, as ODK Collect: its items have the number 0, kept as none."""


@dataclass(frozen=True)
class Envelope:
    """One item as sent, its body not yet checked against its digest."""

    id: UUID
    sequence: int
    type: str
    base_version: int | None
    digest: bytes
    at: datetime
    skew_s: float
    body: Mapping[str, Any] | None
    sealed: str


def read_batch(given: Any, now_s: float) -> Batch:
    """A batch's frame.

    Parameters: given — parsed JSON; now_s — the server's clock, seconds since 1970.
    Raises: Malformed.
    """
    if not isinstance(given, dict) or not isinstance(given.get("items"), list):
        raise Malformed("items")
    epoch, sent_ms = given.get("epoch"), given.get("sent_ms")
    if not _whole(epoch, 1):
        raise Malformed("epoch")
    if not _whole(sent_ms, 0):
        raise Malformed("sent_ms")
    return Batch(epoch, sent_ms / 1000 - now_s, given["items"])


def read_item(given: Any, batch: Batch, now_s: float) -> Envelope:
    """One item of a batch.

    Raises: Malformed, naming the field.
    """
    if not isinstance(given, dict):
        raise Malformed("item")
    key = read_id(given)
    sequence, kind, base, at_ms = given.get("sequence"), given.get("type"), given.get("base"), given.get("at_ms")
    offset_ms, body, sealed = given.get("offset_ms"), given.get("body"), given.get("sealed", "")
    if not _whole(sequence, 1 if batch.numbered else 0):
        raise Malformed("sequence")
    if not isinstance(kind, str) or not _TYPE.match(kind):
        raise Malformed("type")
    if base is not None and not _whole(base, 0):
        raise Malformed("base")
    if not _whole(at_ms, 0):
        raise Malformed("at_ms")
    if offset_ms is not None and not _whole(offset_ms, -LARGEST):
        raise Malformed("offset_ms")
    if not (isinstance(sealed, str) if body is None else isinstance(body, dict)):
        raise Malformed("body")
    skew_s = batch.skew_s if offset_ms is None else offset_ms / 1000
    at = made_at(at_ms / 1000, skew_s, now_s)
    return Envelope(key, sequence, kind, base, _digest(given.get("digest")), at, skew_s, body, sealed)


def read_id(given: Mapping[str, Any]) -> UUID:
    """An item's id.

    Raises: Malformed.
    """
    try:
        key = UUID(given["id"])
    except (KeyError, ValueError, AttributeError, TypeError) as wrong:
        raise Malformed("id") from wrong
    if key.version != 7:
        raise Malformed("id")
    return key


def made_at(device_s: float, skew_s: float, now_s: float) -> datetime:
    """When something was made: the device's time less its skew, never after now nor more than 400 days before."""
    return datetime.fromtimestamp(min(max(device_s - skew_s, now_s - OLDEST_S), now_s), UTC)


def contiguous(watermark: int, sequences: list[int]) -> int:
    """The highest number up to which nothing is missing.

    Parameters: watermark — where it stood; sequences — known numbers above it, any order.
    """
    known = set(sequences)
    while watermark + 1 in known:
        watermark += 1
    return watermark


def _digest(given: Any) -> bytes:
    try:
        found = binascii.unhexlify(given)
    except (TypeError, ValueError) as wrong:
        raise Malformed("digest") from wrong
    if len(found) != 32:
        raise Malformed("digest")
    return found


def _whole(value: Any, least: int) -> TypeGuard[int]:
    return type(value) is int and least <= value <= LARGEST
