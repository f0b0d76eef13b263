"""Who has a sealed box, and whether a change of hands can be true beside what is known. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridward.lines.testing.rules import Step

TOLERANCE = timedelta(minutes=10)
"""Clocks of two phones that were together may differ by so much after correction."""


@dataclass(frozen=True)
class Link:
    """One link of a chain as it is judged: `holder` is the account that said it."""

    step: str
    at: datetime
    holder: int | None


def current(links: Iterable[Link]) -> Link | None:
    """The link that says where a box is now; None before the first change of hands.

    A packer's “handed over” ends nothing that a courier holds: it may be told before or after the courier's own word.
    """
    found: Link | None = None
    for link in sorted(links, key=lambda one: one.at):
        others = found is not None and found.step == Step.TAKEN and found.holder != link.holder
        if not (link.step == Step.GIVEN and others):
            found = link
    return found


def handed_over(links: Iterable[Link]) -> bool:
    """Whether a courier has given a box away again: it waits for the laboratory to take it in."""
    known = list(links)
    last = current(known)
    return last is not None and last.step == Step.GIVEN and any(one.step == Step.TAKEN for one in known)


def against(said: Link, links: Iterable[Link]) -> str:
    """Why a change of hands contradicts the chain that is known: a stable code, or "" where it does not.

    Returns: `box_received` where a laboratory had the box before; `taken_by_other` where another courier has it and
    did not hand it over.
    """
    known = list(links)
    received = [one.at for one in known if one.step == Step.RECEIVED]
    if said.step != Step.RECEIVED and received and said.at > min(received) + TOLERANCE:
        return "box_received"
    if said.step != Step.TAKEN:
        return ""
    before = current(one for one in known if one.at <= said.at + TOLERANCE)
    held = before is not None and before.step == Step.TAKEN and before.holder != said.holder
    return "taken_by_other" if held else ""
