"""Parsers of single cells: text, numbers, yes or no, choices, lists. Never a silent guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from gridward.kernel.address import EVERYWHERE, Span
from gridward.kernel.manifest import Words
from gridward.kernel.sheets.places import Places
from gridward.kernel.sheets.problems import CellProblem

Cell = str | float | int | bool | date | datetime | time | timedelta | None

LANGUAGES = ("zh-hans", "en")
EXACT_BELOW = 10**15
"""Excel keeps fifteen digits of a number; a longer one has been rounded."""

_FULL_WIDTH = {
    **{code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))},
    0x3000: " ",
    0xA0: " ",
    0x200B: None,
    0x200E: None,
    0xFEFF: None,
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ERROR_CELLS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})


@dataclass(frozen=True)
class Context:
    """What parsers need to know of the house: its zone, today, its places and the names it knows."""

    zone: ZoneInfo
    today: date
    places: Places = field(default_factory=lambda: Places(()))
    names: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)
    """Per register, the things that go by a name."""
    reach: tuple[Span, ...] = (EVERYWHERE,)
    """Where whoever imports may."""


class Parser(Protocol):
    """Turns a filled cell into a value, or raises CellProblem."""

    sql: ClassVar[str]
    """The PostgreSQL type of its values."""
    hint: Words
    """How to fill the cell, for the notes of a template."""
    as_text: ClassVar[bool]
    """Whether templates format the column as text, so that Excel leaves long numbers alone."""

    def __call__(self, cell: Cell, context: Context) -> Any:
        """The value of a cell that is not blank."""
        ...


def fold(text: str) -> str:
    """Text with full-width forms made plain, outer spaces and invisible marks gone."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text.translate(_FULL_WIDTH)).strip()


def plain(cell: Cell) -> str:
    """A cell as folded text; a number without the `.0` of a spreadsheet.

    Raises: CellProblem for a yes or no, a date, a failed formula or a number that has been rounded.
    """
    if isinstance(cell, str):
        if cell in _ERROR_CELLS:
            raise CellProblem("error_cell", value=cell)
        return fold(cell)
    if isinstance(cell, bool):
        raise CellProblem("not_text", value=cell)
    if isinstance(cell, int | float):
        if abs(cell) >= EXACT_BELOW:
            raise CellProblem("digits_lost")
        return str(int(cell)) if cell == int(cell) else repr(cell)
    raise CellProblem("became_a_date")


@dataclass(frozen=True)
class Text:
    """Text of at most `most` characters; full-width digits, letters and spaces are made plain."""

    most: int = 80
    sql: ClassVar[str] = "text"
    as_text: ClassVar[bool] = True
    hint: ClassVar[Words] = _("Text.")

    def __call__(self, cell: Cell, context: Context) -> str:
        """The text."""
        text = plain(cell) if not isinstance(cell, str) or cell in _ERROR_CELLS else cell.translate(_FULL_WIDTH).strip()
        if _CONTROL.search(text):
            raise CellProblem("control_characters")
        if len(text) > self.most:
            raise CellProblem("too_long", most=self.most)
        return text


@dataclass(frozen=True)
class Number:
    """A number, both ends of its range included."""

    low: float = -1e12
    high: float = 1e12
    sql: ClassVar[str] = "double precision"
    as_text: ClassVar[bool] = False
    hint: ClassVar[Words] = _("A number, e.g. 12.5.")

    def __call__(self, cell: Cell, context: Context) -> float:
        """The number."""
        text = plain(cell)
        if not re.fullmatch(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?(e[+-]?\d{1,2})?", text, re.ASCII | re.IGNORECASE):
            raise CellProblem("not_number", value=text)
        return float(_within(float(text.replace(",", "")), self.low, self.high))


@dataclass(frozen=True)
class Integer:
    """A whole number, both ends of its range included."""

    low: int = 0
    high: int = 2_000_000_000
    sql: ClassVar[str] = "integer"
    as_text: ClassVar[bool] = False
    hint: ClassVar[Words] = _("A whole number, e.g. 12.")

    def __call__(self, cell: Cell, context: Context) -> int:
        """The number."""
        text = plain(cell)
        if not re.fullmatch(r"[+-]?(\d{1,15}|\d{1,3}(,\d{3})+)(\.0+)?", text, re.ASCII):
            raise CellProblem("not_integer", value=text)
        return int(_within(int(text.replace(",", "").split(".")[0]), self.low, self.high))


def _within(number: float, low: float, high: float) -> float:
    if not low <= number <= high:
        raise CellProblem("out_of_range", low=f"{low:g}", high=f"{high:g}")
    return number


_YES = frozenset(["是", "有", "对", "真", "√", "✓", "✔", "y", "yes", "true", "1"])
_NO = frozenset(["否", "无", "没有", "不是", "错", "假", "×", "✗", "✘", "n", "no", "false", "0"])


@dataclass(frozen=True)
class YesNo:
    """Yes or no, in words, signs or a spreadsheet's own TRUE and FALSE."""

    sql: ClassVar[str] = "boolean"
    as_text: ClassVar[bool] = False
    hint: ClassVar[Words] = _("是 or 否, yes or no.")

    def __call__(self, cell: Cell, context: Context) -> bool:
        """Whether it is yes."""
        if isinstance(cell, bool):
            return cell
        word = plain(cell).casefold()
        if word in _YES or word in _NO:
            return word in _YES
        raise CellProblem("not_yes_no", value=word)


@dataclass(frozen=True)
class Choice:
    """One of a list, by its key or its name in either language.

    `others`: whether a key of the district's own (lower-case Latin letters and underscores) is taken as well.
    """

    options: tuple[tuple[str, Words], ...] | Callable[[], tuple[tuple[str, Words], ...]]
    also: Mapping[str, str] = field(default_factory=dict)
    others: bool = False
    sql: ClassVar[str] = "text"
    as_text: ClassVar[bool] = True

    @property
    def hint(self) -> Words:
        """The list itself."""
        return self.listed

    @property
    def listed(self) -> str:
        """The names of all options in the reader's language."""
        return "、".join(str(title) for _key, title in self.offered)

    @property
    def offered(self) -> tuple[tuple[str, Words], ...]:
        """Keys and names; asked for late where they come from the manifests of lines."""
        return self.options() if callable(self.options) else self.options

    @cached_property
    def _keys(self) -> dict[str, str]:
        found = {fold(word).casefold(): key for word, key in self.also.items()}
        for language in LANGUAGES:
            with override(language):
                found |= {fold(str(title)).casefold(): key for key, title in self.offered}
        return found | {key.casefold(): key for key, _title in self.offered}

    def __call__(self, cell: Cell, context: Context) -> str:
        """The key of the option."""
        word = plain(cell)
        key = self._keys.get(word.casefold())
        if key is None and self.others and re.fullmatch(r"[a-z][a-z_]{1,31}", word):
            return word
        if key is None:
            raise CellProblem("unknown_choice", value=word, choices=self.listed)
        return key


@dataclass(frozen=True)
class Items:
    """Several values in one cell, with any usual sign between them."""

    of: Any
    sql: ClassVar[str] = "text[]"
    as_text: ClassVar[bool] = True

    @property
    def hint(self) -> str:
        """How to write several."""
        return str(_("Several with 、 between them: %(each)s")) % {"each": self.of.hint}

    def __call__(self, cell: Cell, context: Context) -> list[str]:
        """The values in the order given, each once."""
        words = re.split(r"[、,;/|\n]", plain(cell))
        return list(dict.fromkeys(self.of(word, context) for word in words if word.strip()))


@dataclass(frozen=True)
class Named:
    """A thing of another register, by its name; `register` is a key of the context's names."""

    register: str
    sql: ClassVar[str] = "text"
    as_text: ClassVar[bool] = True
    hint: ClassVar[Words] = _("The name as it is registered.")

    def __call__(self, cell: Cell, context: Context) -> str:
        """The key of the thing."""
        word = plain(cell)
        found = context.names.get(self.register, {}).get(word, ())
        if len(found) != 1:
            raise CellProblem("ambiguous_name" if found else "unknown_name", value=word)
        return str(found[0])
