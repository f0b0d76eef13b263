"""Two editions of the official division codes side by side: which codes came, went, or were renamed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import Level, code_of, level_of
from gridward.kernel.areas.models import Area
from gridward.kernel.sheets.checking import Check
from gridward.kernel.sheets.heading import find_heading, require_columns
from gridward.kernel.sheets.places import forms
from gridward.kernel.sheets.problems import RowProblem
from gridward.kernel.sheets.queries import context_for, limits, remembered
from gridward.kernel.sheets.reading import open_grids
from gridward.kernel.sheets.spec import SheetSpec

Named = tuple[str, str]
"""A code and its name."""


@dataclass(frozen=True)
class Difference:
    """What lies between an older and a newer edition, on the levels that both have; lists in the order of codes."""

    levels: tuple[int, ...]
    before: int
    after: int
    kept: int
    came: list[Named] = field(default_factory=list)
    went: list[Named] = field(default_factory=list)
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    """Code, older name, newer name: truly another name."""
    respelled: list[tuple[str, str, str]] = field(default_factory=list)
    """Code, older name, newer name: the same name with another official ending, such as 办事处."""


def between(older: dict[int, str], newer: dict[int, str]) -> Difference:
    """What changed between two editions, each a name by address."""
    levels = {level_of(address) for address in older} & {level_of(address) for address in newer}
    older = {address: name for address, name in older.items() if level_of(address) in levels}
    newer = {address: name for address, name in newer.items() if level_of(address) in levels}
    kept = sorted(older.keys() & newer.keys())
    other = [(code_of(at), older[at], newer[at]) for at in kept if older[at] != newer[at]]
    same = [one for one in other if forms(one[1]) & forms(one[2])]
    return Difference(
        levels=tuple(sorted(int(level) for level in levels)),
        before=len(older),
        after=len(newer),
        kept=len(kept),
        came=[(code_of(at), newer[at]) for at in sorted(newer.keys() - older.keys())],
        went=[(code_of(at), older[at]) for at in sorted(older.keys() - newer.keys())],
        renamed=[one for one in other if one not in same],
        respelled=same,
    )


def read_edition(spec: SheetSpec, paths: Iterable[Path]) -> tuple[dict[int, str], list[tuple[Path, RowProblem]]]:
    """Names by address from tables of areas, and the rows that could not be read.

    Raises: what reading says.
    """
    names: dict[int, str] = {}
    problems: list[tuple[Path, RowProblem]] = []
    context = context_for(SYSTEM, spec)
    for path in paths:
        grid = open_grids(path, limits())[0]
        heading = find_heading(grid.head(), spec.columns, remembered(spec.key))
        require_columns(heading, spec.columns)
        reading = Check(spec.columns, context, spec.rule, tuple(spec.extra), spec.identities)
        code, name = reading.keys.index("code"), reading.keys.index("name")
        for block in reading.blocks(grid, heading):
            names |= {values[code]: values[name] for _number, values in block.good}
            problems += [(path, problem) for problem in block.problems]
    return names, problems


def registered() -> dict[int, str]:
    """Names by address of the divisions now in the register, down to the community."""
    rows = Area.objects.filter(gone_on=None, level__lte=Level.COMMUNITY)
    return dict(rows.values_list("address", "name"))
