"""A book of short texts that says which earlier ones a new one is like, and into which group it would go."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np

from gridward.engine.problems import BadInput
from gridward.engine.similar.reading import Piece, Reading, shown
from gridward.engine.similar.rows import Rows

LEAST_ALIKE = 0.30
"""The least twentieth that kept precision at 0.95 on the first half of the troubles in benches/engine/similar.py."""


@dataclass(frozen=True)
class Like:
    """An earlier text that a text is like.

    `score` — 0 to 1, the share of both texts' pieces that they have in common, rare pieces counting more;
    `shared` — the stretches of the asked text found in the other, the longest first.
    """

    text: Hashable
    group: Hashable
    score: float
    shared: tuple[str, ...]


class Book:
    """Texts by id, each in a group; asking changes nothing, and no text changes its group unless told.

    The texts themselves are not kept, only their pieces. The same texts added in the same order give the same answers.
    """

    def __init__(self, reading: Reading | None = None, least: float = LEAST_ALIKE) -> None:
        self.reading, self.least = reading or Reading(), _share(least)
        self._rows = Rows()
        self._row_of: dict[Hashable, int] = {}
        self._row_with: dict[frozenset[str], int] = {}
        self._holders: dict[int, dict[Hashable, None]] = {}
        self._group_of: dict[Hashable, Hashable] = {}

    def __len__(self) -> int:
        return len(self._row_of)

    def add(self, text_id: Hashable, text: str, group: Hashable = None) -> None:
        """Enter a text into a group, into one of its own (named by its id) where none is given.

        Raises: BadInput if the id is there already.
        """
        if text_id in self._row_of:
            raise BadInput("text_id", None, f"{text_id!r} is in the book already")
        pieces = _weighed(self.reading.pieces(self.reading.normal(text)))
        names = frozenset(pieces)
        row = self._row_with.get(names)
        if row is None:
            row = self._row_with[names] = self._rows.add(pieces)
        self._row_of[text_id] = row
        self._holders.setdefault(row, {})[text_id] = None
        self._group_of[text_id] = text_id if group is None else group

    def likes(self, text: str, k: int = 3, least: float | None = None, each_text: bool = False) -> list[Like]:
        """The k groups a text is most like, by the likest text of each; with `each_text` the k likest texts.

        Parameters: least — below this score nothing is offered, the book's own where None.
        Returns: at most k, the likest first; ties go to the text entered first.
        Raises: BadInput if least is no share.
        """
        normal = self.reading.normal(text)
        pieces = self.reading.pieces(normal)
        rows, scores = self._rows.alike(_weighed(pieces), self.least if least is None else _share(least))
        found: dict[Hashable, Like] = {}
        for at in np.lexsort((rows, -np.round(scores, 9))).tolist():
            if len(found) >= k:
                break
            shared: tuple[str, ...] | None = None
            for holder in self._holders[int(rows[at])]:
                key = holder if each_text else self._group_of[holder]
                if key not in found and len(found) < k:
                    shared = self._shared(normal, pieces, int(rows[at])) if shared is None else shared
                    found[key] = Like(holder, self._group_of[holder], min(float(scores[at]), 1.0), shared)
        return list(found.values())

    def move(self, text_id: Hashable, group: Hashable) -> None:
        """Put a text into another group. Raises: BadInput if it is not in the book."""
        self._known(text_id)
        self._group_of[text_id] = group

    def group_of(self, text_id: Hashable) -> Hashable:
        """The group a text is in. Raises: BadInput if it is not in the book."""
        self._known(text_id)
        return self._group_of[text_id]

    def forget(self, text_id: Hashable) -> None:
        """Take a text out, with all pieces that no other text has. Raises: BadInput if it is not in the book."""
        self._known(text_id)
        row = self._row_of.pop(text_id)
        del self._group_of[text_id]
        del self._holders[row][text_id]
        if not self._holders[row]:
            del self._holders[row], self._row_with[frozenset(self._rows.named(row))]
            self._rows.drop(row)

    def _shared(self, normal: str, pieces: Iterable[Piece], row: int) -> tuple[str, ...]:
        there = self._rows.named(row)
        found = shown(normal, [piece for piece in pieces if piece.name in there])
        return tuple(sorted(dict.fromkeys(map(self.reading.named, found)), key=len, reverse=True))

    def _known(self, text_id: Hashable) -> None:
        if text_id not in self._row_of:
            raise BadInput("text_id", None, f"{text_id!r} is not in the book")


def _weighed(pieces: Iterable[Piece]) -> dict[str, float]:
    return {piece.name: piece.counts for piece in pieces}


def _share(least: float) -> float:
    if not 0.0 < least <= 1.0:
        raise BadInput("least", None, "a share above 0, at most 1")
    return least
