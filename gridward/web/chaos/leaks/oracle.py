"""Who may read and write a row, told from its table's `Wall` alone, without a word of the policies. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gridward.kernel.address import Span
from gridward.kernel.walls import ANY, Wall


@dataclass(frozen=True)
class Caller:
    """Somebody before the walls: what they hold, who they are, and how they came."""

    name: str
    reach: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    me: int | None = None
    somebody: bool = True
    """False for a statement of which nobody said on whose behalf it is."""
    house: bool = False
    door: bool = False
    opened: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """What a wall asks of one row."""

    at: str
    """Where the row lies in its table: PostgreSQL's `ctid`."""
    address: int | None
    owners: tuple[int | None, ...]
    opened: tuple[str | None, ...]
    where: bool
    """Whether the wall's own condition holds for it."""


def reads(wall: Wall, row: Row, who: Caller) -> bool:
    """Whether a row shows itself."""
    if wall.public or _known(wall, row, who):
        return True
    return (wall.staff and who.me is not None) or (wall.door and who.door) or _holds(wall, wall.see, row, who)


def writes(wall: Wall, row: Row, who: Caller) -> bool:
    """Whether a row lets itself be changed and removed."""
    if wall.owner_writes and _owns(row, who):
        return True
    return _opened(row, who) or (wall.door_writes and who.door) or _holds(wall, wall.change, row, who)


def adds(wall: Wall, row: Row, who: Caller) -> bool:
    """Whether such a row may be added."""
    return who.somebody if wall.insert_anywhere else writes(wall, row, who)


def _known(wall: Wall, row: Row, who: Caller) -> bool:
    return _owns(row, who) or _opened(row, who)


def _owns(row: Row, who: Caller) -> bool:
    return who.me is not None and who.me in row.owners


def _opened(row: Row, who: Caller) -> bool:
    return any(one in who.opened for one in row.opened if one is not None)


def _holds(wall: Wall, capabilities: tuple[str, ...], row: Row, who: Caller) -> bool:
    if who.house:
        return True
    spans = [one for capability in capabilities for one in _spans(who, capability)]
    if not wall.address:
        return bool(spans)
    return row.where and row.address is not None and any(one.holds(row.address) for one in spans)


def _spans(who: Caller, capability: str) -> tuple[Span, ...]:
    if capability == ANY:
        return tuple(one for spans in who.reach.values() for one in spans)
    return who.reach.get(capability, ())


def differences(expected: set[Any], seen: set[Any]) -> str:
    """In words, what should not have been possible and what should; empty where nothing differs."""
    more, less = len(seen - expected), len(expected - seen)
    return ", ".join(
        words for words in (f"{more} rows too many" if more else "", f"{less} too few" if less else "") if words
    )
