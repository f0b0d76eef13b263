"""Arithmetic of the address number: one bigint for every place from a province to a unit door.

An address is nineteen decimal digits: the official 12-digit statistical division code
(province 2, city 2, district 2, town 3, community 3), then estate or grid 2, building 3, unit 2,
zero-filled. Everything below a place is one half-open range of numbers.
Source: docs/adr/0002-an-address-is-one-number.md
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

DIGITS = 19
CODE_DIGITS = 12


class Level(IntEnum):
    """How deep a place lies; the value is the count of leading digits that name it."""

    COUNTRY = 0
    PROVINCE = 2
    CITY = 4
    DISTRICT = 6
    TOWN = 9
    COMMUNITY = 12
    ESTATE = 14
    BUILDING = 17
    UNIT = 19


_STEP = {level: 10 ** (DIGITS - level) for level in Level}
_DEEPEST_FIRST = sorted((level for level in Level if level), reverse=True)


class Span(NamedTuple):
    """A half-open range of addresses: `low <= address < high`."""

    low: int
    high: int

    def holds(self, address: int) -> bool:
        """Whether the place at `address` lies in this range."""
        return self.low <= address < self.high


EVERYWHERE = Span(0, 2**63 - 1)


def step(level: Level) -> int:
    """How far apart two neighbouring places of one level stand."""
    return _STEP[level]


def level_of(address: int) -> Level:
    """The level of a place, read from its trailing zeros; 0 is the country."""
    if address == 0:
        return Level.COUNTRY
    for above, level in zip(_DEEPEST_FIRST[1:], _DEEPEST_FIRST, strict=False):
        if address % _STEP[above]:
            return level
    return Level.PROVINCE


def at_level(address: int, level: Level) -> int:
    """The place of the given level that holds `address` (itself when it is not deeper)."""
    return address - address % _STEP[level]


def parent(address: int) -> int:
    """The place one level up; the country (0) is its own parent."""
    level = level_of(address)
    if level is Level.COUNTRY:
        return 0
    shallower = [other for other in Level if other < level]
    return at_level(address, shallower[-1]) if shallower[-1] else 0


def trail(address: int) -> list[int]:
    """The places from the province down to `address`, itself included and last."""
    return [at_level(address, level) for level in Level if Level.COUNTRY < level <= level_of(address)]


def span(address: int) -> Span:
    """The range that holds a place and everything below it."""
    if address == 0:
        return EVERYWHERE
    return Span(address, address + _STEP[level_of(address)])


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same set of addresses as the fewest ranges, in ascending order."""
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1].high:
            merged[-1] = Span(merged[-1].low, max(merged[-1].high, high))
        else:
            merged.append(Span(low, high))
    return tuple(merged)


def from_code(code: str) -> int:
    """The address of an official division code of 2, 4, 6, 9 or 12 digits, or of a full 19.

    Raises: ValueError for anything else; the caller knows the row and names it.
    """
    if not (code.isascii() and code.isdigit()) or len(code) not in set(Level) - {Level.COUNTRY}:
        raise ValueError(code)
    return int(code.ljust(DIGITS, "0"))


def code_of(address: int) -> str:
    """The official code of a place (12 digits at most), shortened to the digits of its level."""
    return f"{address:019d}"[: min(level_of(address), CODE_DIGITS)]


def text(address: int) -> str:
    """An address as JSON and addresses of pages carry it: nineteen digits."""
    return f"{address:019d}"


def parse(value: str) -> int:
    """The address behind `text()`.

    Raises: ValueError unless `value` is exactly nineteen digits below the country's end.
    """
    if len(value) != DIGITS or not (value.isascii() and value.isdigit()) or int(value) >= EVERYWHERE.high:
        raise ValueError(value)
    return int(value)
