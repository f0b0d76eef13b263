"""What a look at the house finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ok, warn or fail, and what to do."""

    what: str
    state: str
    words: str


def judged(what: str, *, good: bool, words: str, remedy: str, worst: str = "fail") -> Finding:
    """A finding that is ok, or carries its remedy.

    Parameters: worst — the state where it is not good: fail or warn.
    """
    return Finding(what, "ok" if good else worst, words if good else f"{words}: {remedy}")
