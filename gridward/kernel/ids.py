"""Identifiers that can be made in the field and still sort by time."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

import uuid_utils

_TRACKING_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_id(moment: datetime | None = None) -> uuid.UUID:
    """A UUIDv7 of now, or of `moment` when a drill writes the past. Source: RFC 9562, section 5.7."""
    if moment is None:
        return uuid.UUID(int=uuid_utils.uuid7().int)
    milliseconds = int(moment.timestamp() * 1000)
    chance = secrets.randbits(74)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | chance >> 62 << 64 | 0b10 << 62 | chance % (1 << 62))


def tracking_code() -> str:
    """A code a resident can read over the phone: ten letters without look-alikes (about 2^50 of them)."""
    return "".join(secrets.choice(_TRACKING_LETTERS) for _ in range(10))
