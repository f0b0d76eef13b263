"""Sheets that go back to people: their own with a column of what to mend, and the template to start from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from gridward.kernel.sheets.cells import LANGUAGES
from gridward.kernel.sheets.columns import Column
from gridward.kernel.sheets.heading import RETURNED_TITLES, Heading
from gridward.kernel.sheets.problems import RowProblem
from gridward.kernel.sheets.reading import Grid
from gridward.kernel.sheets.writing import XlsxTable, csv_stream

_WIDTH_CHARS = 16
_LAST_ROW = 1_048_575

Problems = Mapping[int, Sequence[RowProblem]]
"""What is wrong, by the row's number in the sheet."""


def returned_kind(came_as: str) -> str:
    """The format a sheet goes back in: text as text, every workbook as .xlsx."""
    return "csv" if came_as == "csv" else "xlsx"


def return_sheet(
    grid: Grid, heading: Heading, columns: Sequence[Column], problems: Problems, file: IO[bytes], *, every_row: bool
) -> None:
    """Write the sheet as it came, with a column added that says what to mend, in the reader's language.

    Parameters: every_row — all rows, or only the bad ones (what stands above the header is always kept).
    """
    rows = _rows(grid, heading, columns, problems, every_row=every_row)
    if returned_kind(grid.format) == "csv":
        for part in csv_stream(row for _number, row, _bad in rows):
            file.write(part)
        return
    table = XlsxTable(file, grid.sheet)
    for number, row, bad in rows:
        table.add(row, table.bold if number == heading.row else None, bad)
    table.close()


def _rows(
    grid: Grid, heading: Heading, columns: Sequence[Column], problems: Problems, *, every_row: bool
) -> Iterator[tuple[int, list[Any], frozenset[int]]]:
    titles = {column.key: column.title for column in columns}
    at = {key: position for position, key in enumerate(heading.mapped) if key}
    width = len(heading.titles)
    old = next((position for position, title in enumerate(heading.titles) if title in RETURNED_TITLES), width)
    for number, cells in enumerate(grid.rows(), start=1):
        found = problems.get(number, ())
        if number > heading.row and not found and not every_row:
            continue
        row: list[Any] = [*cells, *[""] * (old + 1 - len(cells))]
        if number == heading.row:
            row[old] = _returned_title()
        elif number > heading.row:
            row[old] = "\n".join(_sentence(problem, titles) for problem in found)
        bad = {at[problem.column] for problem in found if problem.column in at} | ({old} if found else set())
        yield number, row, frozenset(bad)


def _returned_title() -> str:
    return RETURNED_TITLES[1] if (get_language() or "").startswith("en") else RETURNED_TITLES[0]


def _sentence(problem: RowProblem, titles: Mapping[str, str]) -> str:
    title = titles.get(problem.column, "")
    return _("%(column)s: %(words)s") % {"column": title, "words": problem.words()} if title else problem.words()


def write_template(title: str, columns: Sequence[Column], file: IO[bytes]) -> None:
    """A workbook to fill in: titles in the reader's language, a row as an example, and notes in both languages."""
    columns = [column for column in columns if column.shown]
    table = XlsxTable(file, title)
    table.sheet.set_column(0, len(columns) - 1, _WIDTH_CHARS, table.text)
    table.add([column.title + ("*" if column.required else "") for column in columns], table.bold)
    table.add([column.example for column in columns], table.text)
    table.sheet.freeze_panes(1, 0)
    _write_notes(table, columns)
    table.close()


def _write_notes(table: XlsxTable, columns: Sequence[Column]) -> None:
    for language in LANGUAGES:
        with override(language):
            notes = table.book.add_worksheet("说明" if language.startswith("zh") else "Notes")
            head = [_("Column"), _("Required"), _("How to fill it in"), _("Example")]
            notes.set_column(0, 1, _WIDTH_CHARS)
            notes.set_column(2, 2, 5 * _WIDTH_CHARS)
            notes.set_column(3, 3, 2 * _WIDTH_CHARS)
            for column, word in enumerate(head):
                notes.write_string(0, column, word, table.bold)
            for row, one in enumerate(columns, start=1):
                required = _("yes") if one.required else _("no")
                for column, word in enumerate([one.title, required, str(one.parse.hint), str(one.example)]):
                    notes.write_string(row, column, word, table.text)
