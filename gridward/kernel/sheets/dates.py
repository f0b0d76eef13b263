"""Dates and moments in the ways people write them.

The year comes first (2022-11-03, 2022/11/3, 2022.11.3, 2022年11月3日, 20221103), or the month is a word (3-Nov-2022,
Nov 3, 2022), or dots put the day first (03.11.2022, as in DIN 5008), or it is the serial number of a spreadsheet's
day (five digits: 1927 to 2173). With slashes or dashes and the year last, a day above 12 settles which is which;
otherwise the date is refused as ambiguous. A year of two digits is always refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Words
from gridward.kernel.sheets.cells import Cell, Context, fold
from gridward.kernel.sheets.problems import CellProblem

_SERIAL_START = datetime(1899, 12, 30)  # noqa: DTZ001 — a spreadsheet's day has no zone
_SERIAL = re.compile(r"(\d{5})(\.\d+)?")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})[日号]|(\d{4})(\d\d)(\d\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_DAY_MONTH_WORD = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[- /.]?([a-z]{3,9})\.?[- /.,]*(\d{4})")
_MONTH_WORD_DAY = re.compile(r"([a-z]{3,9})\.?[- ]?(\d{1,2})(?:st|nd|rd|th)?[- /.,]+(\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}|\d{1,2}[- ]?[a-z]{3,9}[- ]?\d{2}|\d{2}年\d{1,2}月\d{1,2}[日号]")
_MONTHS = "january february march april may june july august september october november december"
_MIDNIGHT = re.compile(r"[ t]+0{1,2}:00(:00(\.0+)?)?$")
_CLOCK = re.compile(
    r"(?P<day>.*?[^ t:+])(?:[ t]+|(?<=[日号]))(?P<hour>\d{1,2})(?::|时|点)(?P<minute>\d{1,2})"
    r"(?:(?::|分)(?:(?P<second>\d{1,2})(?:\.\d+)?秒?)?)? ?(?P<zone>z|[+-]\d\d:?\d\d)?"
)


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", fold(text).replace("–", "-").replace("−", "-")).casefold()


def _month(word: str) -> int:
    names = enumerate(_MONTHS.split(), start=1)
    return next((number for number, name in names if word in (name, name[:3], name[:4])), 0)


def _year_last(text: str, first: int, sign: str, second: int) -> tuple[int, int]:
    if sign == "." or first > 12 or first == second:
        return second, first
    if second > 12:
        return first, second
    raise CellProblem("ambiguous_date", value=text)


def _parts(text: str) -> tuple[int, int, int] | None:
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = (part for part in found.groups() if part and part not in "-/.")
        return int(year), int(month), int(day)
    if found := _YEAR_LAST.fullmatch(text):
        month, day = _year_last(text, int(found[1]), found[2], int(found[3]))
        return int(found[4]), month, day
    if (found := _DAY_MONTH_WORD.fullmatch(text)) and (month := _month(found[2])):
        return int(found[3]), month, int(found[1])
    if (found := _MONTH_WORD_DAY.fullmatch(text)) and (month := _month(found[1])):
        return int(found[3]), month, int(found[2])
    return None


def day_in(text: str) -> date:
    """The day a tidied text names.

    Raises: CellProblem where it names none, or may name two.
    """
    if found := _SERIAL.fullmatch(text):
        return (_SERIAL_START + timedelta(days=int(found[1]))).date()
    parts = _parts(text)
    if parts is None:
        raise CellProblem("short_year" if _SHORT_YEAR.fullmatch(text) else "not_a_date", value=text)
    try:
        return date(*parts)
    except ValueError as impossible:
        raise CellProblem("no_such_day", value=text) from impossible


def _number_text(cell: float) -> str:
    return str(int(cell)) if cell == int(cell) else repr(float(cell))


@dataclass(frozen=True)
class Day:
    """A calendar day, from 1850 on; `past`: not after today."""

    past: bool = False
    sql: ClassVar[str] = "date"
    as_text: ClassVar[bool] = True
    hint: ClassVar[Words] = _(
        "A day, best as 2022-11-03; also 2022/11/3, 2022年11月3日, 20221103, 3-Nov-2022 or 03.11.2022."
    )

    def __call__(self, cell: Cell, context: Context) -> date:
        """The day."""
        day = self._read(cell)
        low, high = date(1850, 1, 1), context.today if self.past else date(2200, 1, 1)
        if not low <= day <= high:
            raise CellProblem("date_out_of_range", low=low, high=high)
        return day

    def _read(self, cell: Cell) -> date:
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        if isinstance(cell, bool) or not isinstance(cell, str | int | float):
            raise CellProblem("not_a_date", value=cell)
        text = cell if isinstance(cell, str) else _number_text(cell)
        return day_in(_MIDNIGHT.sub("", _tidy(text)))


@dataclass(frozen=True)
class Moment:
    """A date with a time; where it names no zone of its own, it is in the district's."""

    sql: ClassVar[str] = "timestamptz"
    as_text: ClassVar[bool] = True
    hint: ClassVar[Words] = _("A day and a time, e.g. 2022-11-03 08:30.")

    def __call__(self, cell: Cell, context: Context) -> datetime:
        """The moment in UTC, to the second."""
        naive, offset = self._read(cell)
        zone = context.zone if offset is None else timezone(offset)
        moment = naive.replace(tzinfo=zone).astimezone(UTC)
        if offset is None and moment.astimezone(zone).replace(tzinfo=None) != naive:
            raise CellProblem("not_a_time", value=naive)
        return moment

    def _read(self, cell: Cell) -> tuple[datetime, timedelta | None]:
        if isinstance(cell, datetime):
            return cell.replace(tzinfo=None, microsecond=0), cell.utcoffset()
        if isinstance(cell, float) and 10_000 <= cell < 100_000:
            return _SERIAL_START + timedelta(seconds=round(cell * 86_400)), None
        if not isinstance(cell, str):
            raise CellProblem("not_a_time", value=cell)
        text = _tidy(cell)
        found = _CLOCK.fullmatch(text)
        if found is None:
            raise CellProblem("not_a_time", value=text)
        try:
            clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
        except ValueError as impossible:
            raise CellProblem("not_a_time", value=text) from impossible
        return datetime.combine(day_in(found["day"]), clock), _offset(found["zone"])


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone == "z":
        return timedelta(0)
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > 14 * 60:
        raise CellProblem("not_a_time", value=zone)
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)
