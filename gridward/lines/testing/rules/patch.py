"""Cutting a collector's ground into stretches, each under the newest round that covers it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridward.kernel.address import Span


@dataclass(frozen=True)
class Ground:
    """A stretch of addresses under one thing, named by its place in a list."""

    span: Span
    at: int


def stretches(reach: Sequence[Span], covers: Sequence[Span]) -> list[Ground]:
    """The parts of a reach that something covers, in ascending order, without overlap.

    Parameters: reach — disjoint ranges; covers — ranges, the one that wins first.
    """
    found: list[Ground] = []
    left = list(reach)
    for at, cover in enumerate(covers):
        rest: list[Span] = []
        for one in left:
            low, high = max(one.low, cover.low), min(one.high, cover.high)
            if low >= high:
                rest.append(one)
                continue
            found.append(Ground(Span(low, high), at))
            rest += [part for part in (Span(one.low, low), Span(high, one.high)) if part.low < part.high]
        left = rest
    return sorted(found, key=lambda one: one.span.low)
