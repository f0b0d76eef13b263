"""Which row is the header, and which column of the sheet is which of the register."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridward.kernel.sheets.cells import Cell, fold
from gridward.kernel.sheets.columns import Column, by_title, normal_title
from gridward.kernel.sheets.errors import ColumnTwice, EmptySheet, HeaderMissing
from gridward.kernel.sheets.reading import Row

RETURNED_TITLES = ("请修改", "What to mend")
"""Titles of the column that returned sheets add; left out when the sheet comes back."""

_COUNTERS = frozenset({"序号", "no", "no.", "#", "№"})
"""Titles of columns that only number the rows."""

Mapped = tuple[str, ...]
"""For each column of the sheet, the key of the register's column, or ''."""


@dataclass(frozen=True)
class Heading:
    """A header found: `row` counts from 1 as in the sheet; `mapped` runs beside `titles`."""

    row: int
    titles: tuple[str, ...]
    mapped: Mapped

    @property
    def fingerprint(self) -> str:
        """What tells this header from others, whatever stands below it."""
        return fingerprint(self.titles)

    def puzzles(self) -> list[str]:
        """The titles of columns that are nothing in the register, those that only number or comment rows left out."""
        pairs = zip(self.titles, self.mapped, strict=True)
        return [one for one, key in pairs if one and not key and one not in RETURNED_TITLES
                and normal_title(one) not in _COUNTERS]  # fmt: skip

    def missing(self, columns: Sequence[Column]) -> list[Column]:
        """The required columns that no column of the sheet is."""
        return [column for column in columns if column.required and column.key not in self.mapped]


def fingerprint(titles: Sequence[str]) -> str:
    """A hash of the titles in their order, blind to spaces, stars and case."""
    return hashlib.sha256("\x1f".join(map(normal_title, titles)).encode()).hexdigest()


def find_heading(head: Sequence[Row], columns: Sequence[Column], remembered: Mapping[str, Mapped]) -> Heading:
    """The header among the first rows: one whose mapping is remembered, else the one that names most columns.

    Where no row names any, the first row with two filled cells or more, nothing mapped: people say the rest.

    Parameters: remembered — mappings by fingerprint.
    Raises: EmptySheet, ColumnTwice.
    """
    candidates = [(number, titles_of(row)) for number, row in enumerate(head, start=1) if any(map(_filled, row))]
    if not candidates:
        raise EmptySheet
    for number, titles in candidates:
        mapped = remembered.get(fingerprint(titles))
        if mapped is not None and len(mapped) == len(titles):
            return Heading(number, titles, tuple(mapped))
    known = by_title(columns)
    best = max(candidates, key=lambda one: (_named(one[1], known), -one[0]))
    mapped = _mapped(best[1], known)
    if not any(mapped):
        best = next((one for one in candidates if sum(map(bool, one[1])) > 1), candidates[0])
        mapped = ("",) * len(best[1])
    return Heading(best[0], best[1], mapped)


def with_mapping(heading: Heading, mapped: Sequence[str], columns: Sequence[Column]) -> Heading:
    """The same header with a mapping that somebody chose.

    Raises: ColumnTwice, HeaderMissing for a required column left out; ValueError for a key of no column.
    """
    keys = {column.key: column for column in columns}
    if len(mapped) != len(heading.titles) or any(key and key not in keys for key in mapped):
        raise ValueError(mapped)
    for at, key in enumerate(mapped):
        if key and key in mapped[:at]:
            raise ColumnTwice(first=letter(mapped.index(key)), second=letter(at), title=keys[key].title)
    chosen = Heading(heading.row, heading.titles, tuple(mapped))
    require_columns(chosen, columns)
    return chosen


def require_columns(heading: Heading, columns: Sequence[Column]) -> None:
    """Stop where a required column is not in the sheet.

    Raises: HeaderMissing, naming all of them.
    """
    if missing := heading.missing(columns):
        raise HeaderMissing(columns="、".join(f"“{column.title}”" for column in missing))


def letter(index: int) -> str:
    """The name of a sheet's column: 0 → A, 26 → AA."""
    name, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _named(titles: Sequence[str], known: Mapping[str, Column]) -> int:
    """How many columns of the register some titles name."""
    return len({known[title].key for title in map(normal_title, titles) if title in known})


def _filled(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def titles_of(row: Row) -> tuple[str, ...]:
    """A row as titles: folded text, empty cells at the end left out."""
    titles = [fold(str(cell)) if _filled(cell) else "" for cell in row]
    while titles and not titles[-1]:
        titles.pop()
    return tuple(titles)


def _mapped(titles: Sequence[str], known: Mapping[str, Column]) -> Mapped:
    mapped: list[str] = []
    for at, title in enumerate(titles):
        column = known.get(normal_title(title)) if title and title not in RETURNED_TITLES else None
        if column is not None and column.key in mapped:
            raise ColumnTwice(first=letter(mapped.index(column.key)), second=letter(at), title=column.title)
        mapped.append(column.key if column else "")
    return tuple(mapped)
