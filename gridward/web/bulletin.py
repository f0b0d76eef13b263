"""The daily bulletin: every line's section, made of figures and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import text
from gridward.kernel.areas.models import Area
from gridward.kernel.errors import AppError
from gridward.kernel.figures.queries import Reading, by_part, read, trends
from gridward.kernel.registry import registry
from gridward.web.numbers import shown


class NoPdf(AppError):
    """The machine lacks the libraries that draw PDF."""

    code = "no_pdf"
    status = 501
    message = _("This server cannot draw PDF: libpango is missing. Print the page from the browser.")


@dataclass(frozen=True)
class Item:
    """One figure of the bulletin with its last fourteen days."""

    reading: Reading
    shown: str
    trend: list[tuple[date, float | None]]


@dataclass(frozen=True)
class Section:
    """What one line has to say of the day."""

    title: str
    items: list[Item]


@dataclass(frozen=True)
class Bulletin:
    """The day of one area."""

    area: Area
    day: date
    sections: list[Section]
    computed_at: datetime


def bulletin_of(area: Area, day: date, now: datetime) -> Bulletin:
    """The bulletin of an area on a day, in the order of the lines' manifests."""
    lines = [line for line in registry().lines.values() if line.bulletin]
    keys = [key for line in lines for key in line.bulletin]
    readings, courses = read(keys, area.address, day, now), trends(keys, area.address, day)
    sections = [
        Section(str(line.title), [_item(readings[key], courses[key]) for key in line.bulletin]) for line in lines
    ]
    computed = min((one.computed_at for one in readings.values()), default=now)
    return Bulletin(area, day, sections, computed)


def _item(reading: Reading, trend: list[tuple[date, float | None]]) -> Item:
    return Item(reading, shown(reading.figure.unit, reading.value), trend)


def bulletin_text(bulletin: Bulletin) -> str:
    """The bulletin as plain text, one figure a line."""
    lines = [f"{bulletin.area} {bulletin.day.isoformat()}", ""]
    for section in bulletin.sections:
        lines.append(f"【{section.title}】")
        lines += [f"{item.reading.figure.title}：{item.shown}" for item in section.items]
        lines.append("")
    return "\n".join(lines)


def bulletin_pdf(bulletin: Bulletin) -> bytes:
    """The bulletin as a PDF to hand on.

    Raises: NoPdf where the machine cannot draw one.
    """
    try:
        from weasyprint import HTML
    except OSError as missing:
        raise NoPdf from missing
    page = render_to_string("bulletin/print.html", {"bulletin": bulletin, "area": bulletin.area, "day": bulletin.day})
    return bytes(HTML(string=page).write_pdf())


def bulletin_json(bulletin: Bulletin) -> dict[str, Any]:
    """The bulletin's figures by key, for programs."""
    items = [item.reading for section in bulletin.sections for item in section.items]
    return {
        "area": text(bulletin.area.address),
        "day": bulletin.day.isoformat(),
        "figures": {one.figure.key: one.value for one in items},
        "rows": {one.figure.key: one.weight for one in items},
        "parts": {
            one.figure.key: dict(by_part(one.figure.key, one.address, one.day)) for one in items if one.figure.parts
        },
    }
