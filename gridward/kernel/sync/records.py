"""What a device in the field says, and what it is answered: the contract between the sync protocol and the lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Item:
    """One record a device made: a command with the id the device gave it."""

    id: UUID
    """UUIDv7, made on the device; the key of the row it becomes where it becomes one."""
    type: str
    body: Mapping[str, Any]
    """As the device wrote it; not yet checked by anybody."""
    device_id: UUID
    sequence: int
    base_version: int | None
    """The version of the row it was made against; None where it makes a new one."""
    at: datetime
    """When it was made, by the device's clock corrected by its measured offset; never after the server's now."""
    skew_s: float
    """By how much the device's clock is off, in seconds; kept and flagged, never a reason to refuse."""
    digest: bytes
    """SHA-256 of the canonical body, checked on arrival."""


class Outcome(StrEnum):
    """What became of one item."""

    STORED = "stored"
    SAME = "same"
    CONFLICT = "conflict"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Answer:
    """What one item is answered; a conflict or a rejection says why, by a stable code and in words."""

    outcome: Outcome
    reason: str = ""
    words: str = ""
