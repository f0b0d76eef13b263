"""One unit's times on one call, which the log gives without a date: put in order over midnight, and cut into
responses, each from being sent to being free. Pure; all numbers are seconds after midnight of the call's first day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

DAY_S = 86400
# The log's clocks differ by minutes; what lies further back than this was written after midnight.
SLACK_S = 3600
STAGES = ("enroute", "arrived", "at_patient", "to_hospital", "at_hospital", "cleared")
_ENTRY = re.compile(r"^([^=]+)=(\d\d):([0-5]\d):([0-5]\d)$")


@dataclass(frozen=True)
class Response:
    """One response: `sent` and `times` by stage, never falling; the last is `cleared`."""

    unit: str
    sent: int
    times: Mapping[str, int]


@dataclass
class Cut:
    """A unit's responses, and what did not fit, as (reason, detail)."""

    responses: list[Response] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)


def entries(text: str) -> tuple[list[tuple[str, int]], list[str]]:
    """The (unit, seconds after midnight) of one list, as written; and the entries that cannot be read."""
    if text.strip() in ("", "NULL"):
        return [], []
    found, unreadable = [], []
    for one in text.split(","):
        match = _ENTRY.match(one.strip())
        if match and int(match[2]) < 24:
            found.append((match[1].strip(), int(match[2]) * 3600 + int(match[3]) * 60 + int(match[4])))
        else:
            unreadable.append(one.strip())
    return found, unreadable


def unwrapped(second: int, anchor: int) -> int:
    """A time of day as the first moment that does not lie clearly before an anchor."""
    return second + max(0, -((second - anchor + SLACK_S) // DAY_S)) * DAY_S


def cut(unit: str, sent: Sequence[int], stages: Mapping[str, Sequence[int]]) -> Cut:
    """The responses in one unit's times on one call.

    Parameters: sent — times the unit was sent, any order, at least one; stages — times by stage, any order.
    """
    done = Cut()
    events = sorted(
        [(second, 0, "sent") for second in sent]
        + [
            (unwrapped(second, min(sent)), rank, stage)
            for rank, stage in enumerate(STAGES, start=1)
            for second in stages.get(stage, ())
        ],
        key=lambda event: (event[0], event[1]),
    )
    _walk(unit, _settled(events, min(sent)), done)
    return done


def _settled(events: list[tuple[int, int, str]], first: int) -> list[tuple[int, int, str]]:
    """Events in order; those a clock put just before the first sending stand behind it."""
    early = [event for event in events if event[0] < first]
    rest = [event for event in events if event[0] >= first]
    return [rest[0], *early, *rest[1:]]


def _walk(unit: str, events: list[tuple[int, int, str]], done: Cut) -> None:
    began: int | None = None
    times: dict[str, int] = {}
    for second, rank, stage in events:
        if stage == "sent" and began is None:
            began, times = second, {}
        elif stage == "sent":
            done.errors.append(("dispatched_again", f"{unit} {clock_face(second)}"))
        elif began is None:
            done.remarks.append(("stage_after_clear", f"{unit} {stage} {clock_face(second)}"))
        elif second < began or any(STAGES.index(other) >= rank for other in times):
            done.remarks.append(("stage_out_of_order", f"{unit} {stage} {clock_face(second)}"))
        else:
            times[stage] = second
            if stage == "cleared":
                done.responses.append(Response(unit, began, times))
                began = None
    if began is not None:
        done.errors.append(("never_cleared", f"{unit} {clock_face(began)}"))


def clock_face(second: int) -> str:
    """Seconds after midnight as a clock shows them."""
    return f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
