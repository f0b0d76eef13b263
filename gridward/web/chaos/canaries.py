"""Made-up names, phones, ID numbers and sentences that occur nowhere else, and finding them in files again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from gridward.kernel.sheets.identifiers import check_digit

_HAN = [chr(code) for code in range(0x4E00, 0x9FA0)]
_MARK = "鵺鷟"
"""Two characters of one bird each, in every name and sentence: so that one pass over a file finds them all."""
_TAIL = 4
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
_CHUNK = 1 << 24
_OVERLAP = 256


@dataclass
class Canaries:
    """All that were planted, by what they are; equal seeds make equal ones."""

    seed: int
    planted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 # nosec B311 # made-up names, no secrets

    def words(self) -> str:
        """A name or a sentence: the mark and four characters by chance."""
        return self._new(lambda: _MARK + "".join(self._random.choices(_HAN, k=_TAIL)))

    def phone(self) -> str:
        """A mobile of a series that nobody has."""
        return self._new(lambda: f"1997{self._random.randrange(10**7):07d}")

    def number(self) -> str:
        """An ID number of an area that does not exist, with its check digit."""

        def make() -> str:
            chance = self._random.randrange
            day = f"{chance(1940, 2020)}{chance(1, 13):02d}{chance(1, 29):02d}"
            body = f"999977{day}{chance(1000):03d}"
            return body + check_digit(body)

        return self._new(make)

    def _new(self, make: object) -> str:
        while (found := make()) in self.planted:  # type: ignore[operator]
            pass
        self.planted.add(found)
        return str(found)


def scan(files: Iterable[Path], canaries: Canaries) -> dict[str, set[str]]:
    """The canaries that stand in files in any usual encoding, by file; files without any are left out."""
    found = {}
    for path in files:
        here = set(_in_file(path)) & canaries.planted
        if here:
            found[str(path)] = here
    return found


def _in_file(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            tail = b""
            while chunk := file.read(_CHUNK):
                yield from _in_bytes(tail + chunk)
                tail = chunk[-_OVERLAP:]
    except FileNotFoundError:
        return


_NUMBERS = re.compile(rb"1997\d{7}|999977\d{11}[\dX]")
_WIDE_NUMBERS = re.compile(rb"(?:[19]\x00)(?:[\dX]\x00){10,17}")
_MARKS = {encoding: re.compile(re.escape(_MARK.encode(encoding))) for encoding in _ENCODINGS}
_ESCAPED = re.compile(re.escape(_MARK.encode("unicode_escape")) + rb"(?:\\u[0-9a-f]{4}){4}")
_HEX = re.compile(_MARK.encode().hex().encode() + rb"[0-9a-f]{24}")


def _in_bytes(content: bytes) -> Iterator[str]:
    yield from (one.decode("ascii") for one in _NUMBERS.findall(content))
    yield from (one.replace(b"\x00", b"").decode("ascii") for one in _WIDE_NUMBERS.findall(content))
    for encoding, mark in _MARKS.items():
        for one in mark.finditer(content):
            yield content[one.start() : one.start() + 24].decode(encoding, "ignore")[: len(_MARK) + _TAIL]
    yield from (one.decode("unicode_escape") for one in _ESCAPED.findall(content))
    yield from (bytes.fromhex(one.decode()).decode("utf-8", "ignore") for one in _HEX.findall(content))
