"""From the words in a cell to a place: by code, or by names from the top down. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from gridward.kernel.address import Level, at_level, from_code, level_of, parent
from gridward.kernel.sheets.problems import CellProblem

_SEPARATORS = re.compile(r"[\s/>,、·]+")
_ENDINGS = (
    (re.compile(r"(.+社区)(居民委员会|居委会|社区居委会)?"), ("", "居民委员会", "居委会")),
    (re.compile(r"(.+?)(居民委员会|居委会)"), ("", "居民委员会", "居委会", "社区")),
    (re.compile(r"(.+村)(村民委员会|村委会)?"), ("", "村民委员会", "村委会")),
    (re.compile(r"(.+?)(村民委员会|村委会)"), ("村", "村民委员会", "村村民委员会", "村委会", "村村委会")),
    (re.compile(r"(.+街道)(办事处)?"), ("", "办事处")),
    (re.compile(r"(.+[镇乡])(人民政府)?"), ("", "人民政府")),
    (re.compile(r"(\d+)(?:栋|幢|号楼|#|座)"), ("栋", "幢", "号楼", "#", "座")),
    (re.compile(r"(\d+)(?:单元|门)"), ("单元", "门")),
)


def folded(name: str) -> str:
    """A name as it is compared: plain forms, no spaces or separators."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name)).casefold()


def forms(name: str) -> set[str]:
    """The ways a place's name is written: official, short, and with the committee's other endings."""
    name = folded(name)
    for pattern, endings in _ENDINGS:
        if found := pattern.fullmatch(name):
            return {name} | {found[1] + ending for ending in endings}
    return {name}


class Places:
    """The tree of places by name; built once per import, its names worked out only where they are asked for."""

    def __init__(self, rows: Iterable[tuple[int, str, bool]]) -> None:
        """Parameters: rows — address, name and whether it is gone, of every area, in any order."""
        self._names: dict[int, str] = {}
        self._gone: set[int] = set()
        for address, name, gone in rows:
            self._names[address] = name
            if gone:
                self._gone.add(address)
        self._below: dict[int, list[int]] | None = None
        self._found: dict[int, dict[str, list[int]]] = {}

    def __contains__(self, address: int) -> bool:
        return address in self._names

    def at(self, text: str) -> int:
        """The address of a code of 12 or 19 digits, or of a place's name with as many names above it as needed.

        Raises: CellProblem where there is none, more than one, or the place is gone.
        """
        by_code = text.isascii() and text.isdigit()
        address = self._by_code(text) if by_code else self._by_name(text)
        if address in self._gone:
            raise CellProblem("place_gone", value=text)
        return address

    def _by_code(self, text: str) -> int:
        if len(text) not in (12, 19):
            raise CellProblem("not_an_address", value=text)
        address = from_code(text)
        if address not in self._names:
            raise CellProblem("unknown_code", value=text)
        return address

    def _by_name(self, text: str) -> int:
        words, deepest = folded(text), [0, 0]
        found = {end for start, used in self._starts(words) for end in self._walk(start, words, used, deepest)}
        living = found - self._gone or found
        if len(living) > 1:
            raise CellProblem("ambiguous_place", value=text, count=len(living))
        if not living:
            if not deepest[0]:
                raise CellProblem("not_an_address", value=text)
            raise CellProblem("unknown_place", known=words[: deepest[0]], rest=words[deepest[0] :])
        return living.pop()

    def _starts(self, words: str) -> list[tuple[int, int]]:
        tops = self._children(-1)
        return [(start, used) for used in range(1, len(words) + 1) for start in tops.get(words[:used], ())]

    def _walk(self, at: int, words: str, used: int, deepest: list[int]) -> set[int]:
        deepest[0] = max(deepest[0], used)
        if used == len(words):
            return {at}
        children = self._children(at)
        found: set[int] = set()
        for end in range(used + 1, len(words) + 1):
            for child in children.get(words[used:end], ()):
                found |= self._walk(child, words, end, deepest)
        return found

    def _children(self, at: int) -> dict[str, list[int]]:
        if at not in self._found:
            named: dict[str, list[int]] = defaultdict(list)
            for child in self._tree().get(at, ()):
                for form in forms(self._names[child]):
                    named[form].append(child)
            self._found[at] = named
        return self._found[at]

    def _tree(self) -> dict[int, list[int]]:
        """Places by the one above; -1 holds those a name may start with: down to the estate."""
        if self._below is None:
            self._below = defaultdict(list)
            for address in self._names:
                level = level_of(address)
                above = self._known_above(address)
                self._below[above].append(address)
                # People leave the city out: 重庆市江津区, not 重庆市市辖区江津区.
                if level is Level.DISTRICT:
                    self._below[at_level(address, Level.PROVINCE)].append(address)
                if level <= Level.ESTATE:
                    self._below[-1].append(address)
        return self._below

    def _known_above(self, address: int) -> int:
        above = parent(address)
        while above and above not in self._names:
            above = parent(above)
        return above
