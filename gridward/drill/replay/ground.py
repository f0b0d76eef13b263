"""Laying another city's places onto the communities of a drill district, always the same way. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from hashlib import blake2b

from gridward.kernel.address import Level, at_level, span


class Ground:
    """A drill district's communities, which places of elsewhere are laid onto."""

    def __init__(self, communities: Sequence[int]) -> None:
        if not communities:
            raise ValueError("a ground needs at least one community")
        self._communities = sorted(communities)
        self._towns = sorted({at_level(one, Level.TOWN) for one in communities})

    def community(self, neighbourhood: str, spot: str) -> int:
        """The community a place falls on: its neighbourhood chooses the town, the spot a community of that town."""
        town = span(self._towns[_number(neighbourhood) % len(self._towns)])
        low = bisect_left(self._communities, town.low)
        high = bisect_right(self._communities, town.high - 1)
        return self._communities[low + _number(spot) % (high - low)]


def _number(words: str) -> int:
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest(), "big")
