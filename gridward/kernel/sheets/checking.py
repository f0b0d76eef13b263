"""Rows of a sheet into rows of values and row problems, a block at a time, column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from gridward.kernel.sheets.cells import Context
from gridward.kernel.sheets.columns import Column
from gridward.kernel.sheets.heading import Heading
from gridward.kernel.sheets.problems import CellProblem, RowProblem
from gridward.kernel.sheets.reading import Grid, Row

BLOCK_ROWS = 2_000
_REMEMBERED_CELLS = 100_000

Values = dict[str, Any]
"""One row: a value per column key, None for a blank cell."""

RowRule = Callable[[Values, Context], None]
"""Checks one row as a whole and may fill in values that follow from others; raises CellProblem."""


@dataclass(frozen=True)
class Block:
    """Some rows checked; a row is in `good` or has one problem or more, never both."""

    read: int
    good: list[tuple[int, list[Any]]]
    """Row number in the sheet, and its values in the order of `Check.keys`."""
    problems: list[RowProblem]


@dataclass
class Check:
    """One pass over a sheet. Holds what was seen, so that the same thing twice in a file is found."""

    columns: Sequence[Column]
    context: Context
    rule: RowRule | None = None
    extra: tuple[str, ...] = ()
    """Keys of values that the rule adds."""
    identities: tuple[tuple[str, ...], ...] = ()
    """Keys that together name one thing; a row is known by the first of these it has in full."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Cells by column key that hold for every row, where the sheet has no such column."""
    _seen: dict[tuple[str, ...], dict[Any, int]] = field(init=False)
    _memory: dict[str, dict[str, Any]] = field(default_factory=dict)

    keys: tuple[str, ...] = field(init=False)
    """The order of the values in a good row."""

    def __post_init__(self) -> None:
        self.keys = tuple(column.key for column in self.columns) + self.extra
        self._seen = {keys: {} for keys in self.identities}
        self._position = {key: at for at, key in enumerate(self.keys)}

    def blocks(self, grid: Grid, heading: Heading) -> Iterator[Block]:
        """The rows below the header, blank ones and repeated headers left out."""
        lines = islice(grid.rows(), heading.row - 1, None)
        # Printed sheets repeat their header on every page.
        header = next(lines)
        rows = enumerate(lines, start=heading.row + 1)
        filled = ((number, row) for number, row in rows if row != header and any(map(_filled, row)))
        while part := list(islice(filled, BLOCK_ROWS)):
            yield self._block(part, heading.mapped)

    def _block(self, part: list[tuple[int, Row]], mapped: Sequence[str]) -> Block:
        problems: dict[int, list[RowProblem]] = {}
        at = {key: position for position, key in enumerate(mapped) if key}
        values = [self._column(column, at.get(column.key), part, problems) for column in self.columns]
        good = []
        padding = [None] * len(self.extra)
        for index, (number, _row) in enumerate(part):
            row = [one[index] for one in values] + padding
            if number not in problems and self._whole(number, row, problems):
                good.append((number, row))
        return Block(len(part), good, [problem for row in problems.values() for problem in row])

    def _column(
        self, column: Column, position: int | None, part: list[tuple[int, Row]], problems: dict[int, list[RowProblem]]
    ) -> list[Any]:
        """The values of one column for a block; what a text cell became is remembered."""
        memory = self._memory.setdefault(column.key, {})
        values: list[Any] = []
        absent = self.fixed.get(column.key) if position is None else None
        for number, row in part:
            cell = row[position] if position is not None and position < len(row) else absent
            known = memory.get(cell, _UNKNOWN) if type(cell) is str else _UNKNOWN
            if known is _UNKNOWN:
                known = self._read(column, cell)
                if type(cell) is str and len(memory) < _REMEMBERED_CELLS:
                    memory[cell] = known
            if type(known) is CellProblem:
                problems.setdefault(number, []).append(RowProblem(number, column.key, known.code, known.params))
                known = None
            values.append(known)
        return values

    def _read(self, column: Column, cell: Any) -> Any:
        try:
            if not _filled(cell):
                if column.required:
                    raise CellProblem("missing")
                return None
            value = column.parse(cell, self.context)
        except CellProblem as problem:
            return problem
        return None if value == "" or value == [] else value

    def _whole(self, number: int, row: list[Any], problems: dict[int, list[RowProblem]]) -> bool:
        """Apply the row's rule and look for the same thing further up."""
        try:
            if self.rule is not None:
                values = dict(zip(self.keys, row, strict=True))
                self.rule(values, self.context)
                row[:] = values.values()
            self._once(number, row)
        except CellProblem as problem:
            problems[number] = [RowProblem(number, problem.column, problem.code, problem.params)]
            return False
        return True

    def _once(self, number: int, row: list[Any]) -> None:
        for keys in self.identities:
            name = tuple([row[self._position[key]] for key in keys])
            if None not in name:
                # One value stands for itself: a hundred thousand tuples less for the garbage collector to visit.
                first = self._seen[keys].setdefault(name if len(keys) > 1 else name[0], number)
                if first != number:
                    raise CellProblem("duplicate", keys[-1] if len(keys) == 1 else "", first=first)
                return


_UNKNOWN = object()


def _filled(cell: Any) -> bool:
    return cell is not None and cell != "" and (type(cell) is not str or not cell.isspace())
