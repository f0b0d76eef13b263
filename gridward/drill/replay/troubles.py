"""What may be wrong with a line of a recorded file, each with a code that is counted and words that are read. Pure."""

from __future__ import annotations

from dataclasses import dataclass

REASONS = {
    "unreadable": "the line could not be read",
    "unknown_category": "nothing in the mapping says what it is about",
    "closed_before_opened": "closed before it was opened: taken as closed the moment it was opened",
    "gap_in_time": "a local time that the clocks skipped: taken as the moment after the skip",
    "test_record": "a test of the system, not a call",
    "duplicate_record": "a copy of another call",
    "no_unit_times": "no unit was sent, and no time of day is recorded",
    "unreadable_time": "a unit's time could not be read",
    "never_dispatched": "the unit has times, but none at which it was sent",
    "never_cleared": "no time at which the unit was free again",
    "dispatched_again": "the unit was sent again before it was free: one response",
    "repeated_entry": "the same unit at the same time twice in one list",
    "stage_out_of_order": "a time before the stage that precedes it: left out",
    "stage_after_clear": "a time after the unit was free again: left out",
    "refused_by_house": "the house refused it",
    "unit_out_elsewhere": "the unit was still out on another call: the house books nobody twice",
}


@dataclass(frozen=True)
class Trouble:
    """One thing wrong with one line: `line` counts from 1 with the header, as an editor shows it."""

    line: int
    reason: str
    detail: str = ""

    def __str__(self) -> str:
        told = f"line {self.line}: {REASONS[self.reason]}"
        return f"{told} ({self.detail})" if self.detail else told
