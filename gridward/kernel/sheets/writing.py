"""Tables out, streaming: CSV as Excel opens it in Chinese, and .xlsx; no cell can turn into a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from gridward.kernel.sheets.cells import EXACT_BELOW
from gridward.kernel.sheets.decoding import guarded

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_BOM = "\ufeff"
_FLUSHED_CHARS = 1 << 16
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST_CELL_CHARS = 32_767


def text_of(value: Any) -> str:
    """A value as a cell shows it: days as 2022-11-03, lists with 、 between."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    if isinstance(value, float) and value == int(value) and abs(value) < EXACT_BELOW:
        return str(int(value))
    return str(value)


class _Buffer:
    """A file that csv writes to and a stream takes from."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)

    def taken(self) -> bytes:
        content = "".join(self.parts).encode("utf-8", "replace")
        self.parts, self.size = [], 0
        return content


def csv_stream(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Rows as CSV in UTF-8 with its mark; text that could be a formula carries an apostrophe, numbers stay numbers."""
    buffer = _Buffer()
    buffer.write(_BOM)
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        if buffer.size > _FLUSHED_CHARS:
            yield buffer.taken()
    yield buffer.taken()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return text_of(value)
    return guarded(text_of(value))


class XlsxTable:
    """A workbook written row by row in constant memory; strings are written as strings, whatever they begin with."""

    def __init__(self, file: IO[bytes], sheet: str) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
        self.book = Workbook(file, options)
        self.sheet = self.book.add_worksheet(_sheet_name(sheet))
        self.text: Format = self.book.add_format({"num_format": "@"})
        self.bold: Format = self.book.add_format({"bold": True, "num_format": "@", "bottom": 1})
        self.bad: Format = self.book.add_format({"bg_color": "#FFE0DC", "num_format": "@"})
        self.day: Format = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment: Format = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._row = 0

    def add(self, row: Sequence[Any], style: Format | None = None, bad: frozenset[int] = frozenset()) -> None:
        """Append a row; `bad` holds the columns to be coloured."""
        for column, value in enumerate(row):
            if value is not None and value != "":
                self._write(self.sheet, column, value, self.bad if column in bad else style)
            elif column in bad:
                self.sheet.write_blank(self._row, column, None, self.bad)
        self._row += 1

    def _write(self, sheet: Worksheet, column: int, value: Any, style: Format | None) -> None:
        if isinstance(value, bool):
            sheet.write_boolean(self._row, column, value, style)
        elif isinstance(value, int | float) and abs(value) < EXACT_BELOW:
            sheet.write_number(self._row, column, value, style)
        elif isinstance(value, datetime) and value.tzinfo is None:
            sheet.write_datetime(self._row, column, value, style or self.moment)
        elif isinstance(value, date) and not isinstance(value, datetime) and value.year >= 1900:
            sheet.write_datetime(self._row, column, value, style or self.day)
        elif isinstance(value, time | timedelta):
            sheet.write_datetime(self._row, column, value, style)
        else:
            text = _UNWRITABLE.sub("\ufffd", text_of(value))[:_MOST_CELL_CHARS]
            sheet.write_string(self._row, column, text, style or self.text)

    def close(self) -> None:
        """Finish the file."""
        self.book.close()


def write_table(kind: str, file: IO[bytes], sheet: str, rows: Iterable[Sequence[Any]]) -> None:
    """A whole table into a file; its first row is the header.

    Parameters: kind — a key of FORMATS; file — open for writing bytes.
    """
    if kind == "csv":
        for part in csv_stream(rows):
            file.write(part)
        return
    table = XlsxTable(file, sheet)
    for number, row in enumerate(rows):
        table.add([text_of(value) if isinstance(value, date | list) else value for value in row],
                  table.bold if number == 0 else None)  # fmt: skip
    table.sheet.freeze_panes(1, 0)
    table.close()


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:31].strip() or "Sheet1"
