"""A column of a register's sheet: its titles, how its cells are read, and what a template says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import Level, level_of
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
    text = re.sub(r"\(.*?\)|\[.*?\]|[\s*:_]", "", fold(str(title)).replace("【", "[").replace("】", "]"))
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
        return address
