"""Opening a spreadsheet of any usual format: its rows as they stand, read lazily, within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from gridward.kernel.sheets.cells import Cell
from gridward.kernel.sheets.decoding import decode, rows_of
from gridward.kernel.sheets.errors import BrokenWorkbook, EmptySheet, LockedWorkbook, UnknownFormat
from gridward.kernel.sheets.guarding import Limits, check_archive, check_size, refuse_beyond

HEAD_ROWS = 10
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHER_FILES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"{\\rtf", b"<htm", b"<!DO")
Row = list[Cell]


@dataclass(frozen=True)
class Grid:
    """One sheet as it stands; `rows()` starts anew from the top on each call."""

    format: str
    sheet: str
    encoding: str
    height: int
    """About how many rows it has, the blank ones included."""
    rows: Callable[[], Iterator[Row]]

    def head(self) -> list[Row]:
        """The first rows, among which the header is looked for."""
        return list(islice(self.rows(), HEAD_ROWS))


def open_grids(path: Path, limits: Limits) -> list[Grid]:
    """The visible sheets of a workbook that hold rows, in order; the one table of a text file.

    The format is told by content, not by the file's name.

    Raises: FileTooLarge, FileUnpacksTooLarge, TooManyCells, UnknownFormat, BrokenWorkbook, LockedWorkbook,
    UnknownEncoding, EmptySheet.
    """
    check_size(path, limits)
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith((_ZIP, _OLE)):
        return _workbook(path, limits, zipped=start.startswith(_ZIP))
    if start.startswith(_OTHER_FILES):
        raise UnknownFormat
    text, encoding = decode(path.read_bytes())
    if not text.strip():
        raise EmptySheet
    return [Grid("csv", "", encoding, text.count("\n") + 1, lambda: _limited(rows_of(text), limits))]


def _limited(rows: Iterator[list[str]], limits: Limits) -> Iterator[Any]:
    for number, row in enumerate(rows, start=1):
        if number > limits.rows or len(row) > limits.columns:
            refuse_beyond(number, len(row), limits)
        yield row


def _workbook(path: Path, limits: Limits, *, zipped: bool) -> list[Grid]:
    if zipped:
        check_archive(path, limits)
    try:
        book = CalamineWorkbook.from_path(str(path))
        shown = [
            meta.name
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
        ]
        sheets = [(name, book.get_sheet_by_name(name)) for name in shown]
    except PasswordError as locked:
        raise LockedWorkbook from locked
    except CalamineError as broken:
        raise _why(path, broken) from broken
    except BaseException as panic:
        # The Rust reader's panics come as a BaseException of their own; anything else of that kind must pass.
        if type(panic).__name__ != "PanicException":
            raise
        raise BrokenWorkbook from panic
    grids = [_grid(name, sheet, limits) for name, sheet in sheets if sheet.total_height]
    if not grids:
        raise EmptySheet
    return grids


def _why(path: Path, broken: CalamineError) -> Exception:
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if start.startswith(_OLE) and ("E\0n\0c\0r\0y\0p\0t".encode("ascii") in start or "assword" in str(broken)):
        return LockedWorkbook()
    return UnknownFormat() if "detect" in str(broken) and start.startswith(_ZIP) else BrokenWorkbook()


def _grid(name: str, sheet: CalamineSheet, limits: Limits) -> Grid:
    refuse_beyond(sheet.total_height, sheet.total_width, limits)
    return Grid("xlsx", name, "", sheet.total_height, lambda: _filled_down(sheet))


def _filled_down(sheet: CalamineSheet) -> Iterator[Row]:
    """The rows of a sheet, the cells of a merged range each holding what the range shows."""
    ranges = [merged for merged in sheet.merged_cell_ranges or () if merged[1][0] > merged[0][0]]
    covers = sorted((low[0], high[0], low[1]) for low, high in ranges)
    open_ranges: list[tuple[int, int, Cell]] = []
    at = 0
    rows: Iterator[Any] = sheet.iter_rows()
    for number, row in enumerate(rows):
        if open_ranges:
            open_ranges = [one for one in open_ranges if one[0] >= number]
            for _last, column, value in open_ranges:
                row[column] = value
        while at < len(covers) and covers[at][0] <= number:
            _first, last, column = covers[at]
            if column < len(row):
                open_ranges.append((last, column, row[column]))
            at += 1
        yield row
