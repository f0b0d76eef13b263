"""A column of a register's sheet: its titles, how its cells are read, and what a template says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import EVERYWHERE, Level, from_code, level_of
from gridward.kernel.manifest import Words
from gridward.kernel.sheets.cells import Cell, Context, Parser, fold, plain
from gridward.kernel.sheets.problems import CellProblem


@dataclass(frozen=True)
class Column:
    """One column; found in a header by either title or an alias, whatever the order."""

    key: str
    title_zh: str
    title_en: str
    parse: Parser
    required: bool = False
    aliases: tuple[str, ...] = ()
    example: Any = ""
    shown: bool = True
    """Whether templates and exports have it; the others are only understood."""

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_in(get_language() or "")

    def title_in(self, language: str) -> str:
        """The title in Chinese or English."""
        return self.title_en if language.startswith("en") else self.title_zh

    def known_as(self) -> set[str]:
        """Every title this column is recognised by, normalised."""
        return {normal_title(title) for title in (self.key, self.title_zh, self.title_en, *self.aliases)}


def normal_title(title: Any) -> str:
    """A header cell as titles are compared: no spaces, stars, colons, notes in brackets or case."""
    text = re.sub(r"\(.*?\)|\[.*?\]|[\s*:]", "", fold(str(title)).replace("【", "[").replace("】", "]"))
    return text.casefold()


def by_title(columns: Sequence[Column]) -> dict[str, Column]:
    """Columns by every title they go by; the first keeps a title that two claim."""
    found: dict[str, Column] = {}
    for column in columns:
        for title in column.known_as():
            found.setdefault(title, column)
    return found


@dataclass(frozen=True)
class Address:
    """A place: its code, or its full name; at least as deep as `level`."""

    level: Level = Level.PROVINCE
    sql: ClassVar[str] = "bigint"
    as_text: ClassVar[bool] = True
    hint: ClassVar[Words] = _("The full name of the place from the town down, or its code of 12 or 19 digits.")

    def __call__(self, cell: Cell, context: Context) -> int:
        """The address number."""
        text = plain(cell)
        address = context.places.at(text)
        if level_of(address) < self.level:
            raise CellProblem("place_too_wide", value=text)
        return within_reach(address, context)


@dataclass(frozen=True)
class AreaCode:
    """The code of an area, known or not, of 2, 4, 6, 9, 12 or 19 digits; zeros may fill it up to twelve."""

    above: bool = False
    """Whether it only names what lies above: then the country has a code as well, and reach does not matter."""
    sql: ClassVar[str] = "bigint"
    as_text: ClassVar[bool] = True
    hint: ClassVar[Words] = _(
        "The official code of 2, 4, 6, 9 or 12 digits; 19 digits for estates, buildings and units."
    )

    def __call__(self, cell: Cell, context: Context) -> int:
        """The address number."""
        text = plain(cell)
        if self.above and text in _COUNTRY:
            return 0
        try:
            address = from_code(text)
        except ValueError as malformed:
            raise CellProblem("unknown_level", value=text) from malformed
        if not address or address >= EVERYWHERE.high:
            raise CellProblem("unknown_level", value=text)
        return address if self.above else within_reach(address, context)


_COUNTRY = ("100000000000", "100000", "0", "86")


def within_reach(address: int, context: Context) -> int:
    """The address itself.

    Raises: CellProblem where whoever imports may not.
    """
    if not any(span.holds(address) for span in context.reach):
        raise CellProblem("outside_reach")
    return address
