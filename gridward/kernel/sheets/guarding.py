"""What a workbook would become in memory, found out before anything parses it."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from gridward.kernel.sheets.errors import BrokenWorkbook, FileTooLarge, FileUnpacksTooLarge, TooManyCells

MEGABYTE = 1024 * 1024
_CHUNK = 4 * MEGABYTE
_OVERLAP = 64
_MOST_PARTS = 2_000
_ROW = re.compile(rb'<row [^>]*?\br="(\d{1,9})"')
_FAR_ROW = re.compile(rb'<row [^>]*?\br="(\d{6,9})"')
_ODS_CELL = re.compile(rb"<table:table-cell\b[^>]*number-columns-repeated[^>]*>")
_ODS_COLUMNS = re.compile(rb'number-columns-repeated="(\d{1,9})"')
_ODS_ROW = re.compile(
    rb'<table:table-row\b[^>]*number-rows-repeated="(\d{1,9})"[^>]*>(.*?)</table:table-row>', re.DOTALL
)
_WIDE_CELL = re.compile(rb'<c r="([A-Z]{2,3})\d')


@dataclass(frozen=True)
class Limits:
    """How much one file may hold; bytes, rows and columns."""

    file_bytes: int = 50 * MEGABYTE
    unpacked_bytes: int = 600 * MEGABYTE
    rows: int = 200_000
    columns: int = 200
    cells: int = 10_000_000


def check_size(path: Path, limits: Limits) -> None:
    """Refuse a file by its size alone, before it is opened.

    Raises: FileTooLarge.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise FileTooLarge(megabytes=f"{size / MEGABYTE:.0f}", most=limits.file_bytes // MEGABYTE)


def check_archive(path: Path, limits: Limits) -> None:
    """Unpack a workbook into nothing, counting: its declared sizes first, then what it really holds.

    A reader that lays cells out in a rectangle would otherwise be felled by one stray cell at XFD1048576.

    Raises: FileUnpacksTooLarge, TooManyCells, BrokenWorkbook.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > limits.unpacked_bytes or len(parts) > _MOST_PARTS:
                raise FileUnpacksTooLarge(most=limits.unpacked_bytes // MEGABYTE)
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _check_reach(archive, part, limits)
                elif part.filename == "content.xml":
                    _check_repeats(archive.read(part), limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as broken:
        raise BrokenWorkbook from broken


def _check_reach(archive: zipfile.ZipFile, part: zipfile.ZipInfo, limits: Limits) -> None:
    """Read one sheet's text for the furthest row and column it names."""
    rows = columns = 0
    with archive.open(part) as stream:
        tail = b""
        # zipfile stops at the declared size and compares the checksum, so a size that lies ends as BadZipFile.
        while chunk := stream.read(_CHUNK):
            text = tail + chunk
            rows = max(rows, *(int(row) for row in _FAR_ROW.findall(text)), _last_row(text))
            columns = max((columns, *(_column_number(name) for name in set(_WIDE_CELL.findall(text)))))
            tail = text[-_OVERLAP:]
    refuse_beyond(rows, columns, limits)


def _check_repeats(content: bytes, limits: Limits) -> None:
    """OpenDocument writes a cell or row once and says how often it repeats: refuse filled ones beyond the limits."""
    columns = (int(found[1]) for tag in _ODS_CELL.findall(content) if b"office:value" in tag
               if (found := _ODS_COLUMNS.search(tag)))  # fmt: skip
    rows = (int(count) for count, cells in _ODS_ROW.findall(content) if b"office:value" in cells)
    refuse_beyond(max(rows, default=0), max(columns, default=0), limits)


def _last_row(text: bytes) -> int:
    last = text.rfind(b"<row ")
    found = _ROW.match(text, last) if last >= 0 else None
    return int(found[1]) if found else 0


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def refuse_beyond(rows: int, columns: int, limits: Limits) -> None:
    """Refuse a sheet that reaches too far.

    Raises: TooManyCells.
    """
    if rows > limits.rows or columns > limits.columns or rows * columns > limits.cells:
        raise TooManyCells(rows=rows, columns=columns, most_rows=limits.rows, most_columns=limits.columns)
