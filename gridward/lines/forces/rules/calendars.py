"""Shifts as iCalendar. Pure. Source: RFC 5545."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

_LINE_BYTES = 73


@dataclass(frozen=True)
class Entry:
    """One thing of a calendar; moments carry a zone."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str


def written(entries: Iterable[Entry], now: datetime, name: str) -> str:
    """A calendar of some entries, in their order; lines end with CRLF and are folded."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Gridward//forces//ZH", f"X-WR-CALNAME:{_text(name)}"]
    for one in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.id}@gridward",
            f"DTSTAMP:{_moment(now)}",
            f"DTSTART:{_moment(one.starts_at)}",
            f"DTEND:{_moment(one.ends_at)}",
            f"SUMMARY:{_text(one.title)}",
            f"LOCATION:{_text(one.place)}",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER:-PT1H",
            f"DESCRIPTION:{_text(one.title)}",
            "END:VALARM",
            "END:VEVENT",
        ]
    return "\r\n".join(_folded(line) for line in [*lines, "END:VCALENDAR"]) + "\r\n"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    for sign in ("\\", ";", ","):
        words = words.replace(sign, f"\\{sign}")
    return words.replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line of at most 75 bytes, continued behind a blank; never cut inside a character."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > _LINE_BYTES:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
