"""The house's own figures against those of the recorded file, every difference explained by a row. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from gridward.drill.replay.requests import Request

FIGURES = ("closed", "open", "overdue", "closed_late")


@dataclass(frozen=True)
class Difference:
    """One request that counts otherwise in the house than in the file, and why; `by` is +1 or -1."""

    line: int
    case: str
    figure: str
    by: int
    why: str


def of_file(requests: Iterable[Request]) -> dict[str, int]:
    """The file's own counts: its states, and its own word on which were overdue."""
    counts = Counter(_file_says(one) for one in requests)
    return _totals(counts)


def differences(
    requests: Iterable[Request], kept: Mapping[int, tuple[datetime | None, datetime]], as_of: datetime
) -> Iterator[Difference]:
    """Every request that counts otherwise, in the order given.

    Parameters: kept — by line, when the house's need ended (None: open) and by when it was promised.
    Yields: `Difference`.
    """
    for one in requests:
        theirs = _file_says(one)
        ours = _house_says(*kept[one.line], as_of) if one.line in kept else None
        if ours == theirs:
            continue
        why = _why(one, ours)
        for figure in FIGURES:
            by = (ours is not None and figure in _counted(ours)) - (figure in _counted(theirs))
            if by:
                yield Difference(one.line, one.case, figure, by, why)


def _file_says(one: Request) -> tuple[bool, bool]:
    return one.closed_at is not None, bool(one.late)


def _house_says(closed_at: datetime | None, promised_at: datetime, as_of: datetime) -> tuple[bool, bool]:
    return closed_at is not None, promised_at < (closed_at or as_of)


def _counted(said: tuple[bool, bool]) -> set[str]:
    closed, late = said
    state = "closed" if closed else "open"
    return {state, "closed_late" if closed else "overdue"} if late else {state}


def _totals(counts: Mapping[tuple[bool, bool], int]) -> dict[str, int]:
    return {figure: sum(n for said, n in counts.items() if figure in _counted(said)) for figure in FIGURES}


def _why(one: Request, ours: tuple[bool, bool] | None) -> str:
    if ours is None:
        return "the house did not take it"
    if one.late is None:
        return "the file does not say whether it was late; its own times do"
    if ours[0] != (one.closed_at is not None):
        return "the house ended it otherwise"
    return "the file's word contradicts its own times"
