"""What a certificate of hours says, and how it is written so that it fits into a QR code. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date

PURPOSE = "hours 1"
_VERSION = 1
_SIGNATURE_BYTES = 64


@dataclass(frozen=True)
class Certificate:
    """Hours served, in tenths rounded down, over the days from `first` to `last`."""

    badge: str
    name: str
    tenths: int
    times: int
    first: date
    last: date
    district: str
    issued_on: date


def written(one: Certificate) -> bytes:
    """The content that is signed: a JSON array in UTF-8."""
    days = [day.isoformat() for day in (one.first, one.last, one.issued_on)]
    said = [_VERSION, one.badge, one.name, one.tenths, one.times, *days, one.district]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def code_of(content: bytes, signature: bytes) -> str:
    """Content and signature as the letters that stand behind the # of an address."""
    return f"{_letters(content)}.{_letters(signature)}"


def parts_of(code: str) -> tuple[bytes, bytes] | None:
    """Content and signature of a code; None where it is none."""
    head, dot, tail = code.strip().partition(".")
    try:
        content, signature = _bytes(head), _bytes(tail)
    except (binascii.Error, ValueError):
        return None
    return (content, signature) if dot and len(signature) == _SIGNATURE_BYTES else None


def read(content: bytes) -> Certificate | None:
    """The certificate behind some content; None where it is none."""
    try:
        version, badge, name, tenths, times, first, last, issued, district = json.loads(content)
        if version != _VERSION:
            return None
        days = [date.fromisoformat(day) for day in (first, last, issued)]
        return Certificate(badge, name, int(tenths), int(times), days[0], days[1], district, days[2])
    except (ValueError, TypeError):
        return None


def _letters(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(letters: str) -> bytes:
    return base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
