"""The pieces of every text, both ways round: by text and by piece, growing one text at a time."""

from array import array

import numpy as np

Array = np.ndarray
GROWN = 1.25


class Rows:
    """Distinct sets of pieces, numbered from 0 in the order they came, and how alike they are to a new one.

    A piece weighs `counts × √log(1 + rows / rows that have it)`: what every text says tells little; the root keeps a
    rare name from outweighing the trouble. Weights follow the rows that are there when asked, except that the count of
    rows is taken anew only when it has changed by a quarter.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.names: list[str] = []
        self.having: list[array[int]] = []
        self.often, self.counts, self.weight = _Column(np.int64), _Column(np.float64), _Column(np.float64)
        self.pieces, self.begin, self.live = _Column(np.int32), _Column(np.int64), _Column(np.bool_)
        self.begin.append(0)
        self.alive, self.counted = 0, 0

    def add(self, pieces: dict[str, float]) -> int:
        """A new row of these pieces (name → counts); its number."""
        row = self.live.size
        for name, counts in pieces.items():
            number = self.numbers.get(name)
            if number is None:
                number = self.numbers[name] = len(self.names)
                self.names.append(name)
                self.having.append(array("q"))
                self.often.append(0)
                self.counts.append(counts)
                self.weight.append(0.0)
            self.having[number].append(row)
            self.often.values[number] += 1
            self.pieces.append(number)
        self.begin.append(self.pieces.size)
        self.live.append(True)
        self.alive += 1
        self._weigh(self.of(row))
        return row

    def drop(self, row: int) -> None:
        """Forget a row; pieces that no other row has are forgotten with it."""
        self.live.values[row] = False
        self.alive -= 1
        for number in self.of(row).tolist():
            self.often.values[number] -= 1
            if not self.often.values[number]:
                del self.numbers[self.names[number]]
                self.names[number], self.having[number] = "", array("q")
        self._weigh(self.of(row))

    def of(self, row: int) -> Array:
        """The numbers of a row's pieces."""
        return self.pieces.values[self.begin.values[row] : self.begin.values[row + 1]]

    def named(self, row: int) -> set[str]:
        """The names of a row's pieces."""
        return {self.names[number] for number in self.of(row).tolist()}

    def alike(self, pieces: dict[str, float], least: float) -> tuple[Array, Array]:
        """Rows that are at least so much like these pieces, in their order, and how much: twice the weight in common
        over the weight of both.

        No row is missed: only rows that share none but common pieces, too light together to reach `least`, are not
        looked at (prefix filtering, after Chaudhuri, Ganti & Kaushik 2006).
        """
        known = np.array([self.numbers[name] for name in pieces if name in self.numbers], np.int64)
        new = sum(counts for name, counts in pieces.items() if name not in self.numbers)
        weight = self.weight.values[known]
        total = float(weight.sum() + new * np.sqrt(np.log1p(self.counted)))
        rows = self._possible(known, weight, least * total / (2.0 - least))
        common, whole = self._weighed(rows, known)
        score = 2.0 * common / (total + whole)
        kept = score >= least
        return rows[kept], score[kept]

    def _weigh(self, changed: Array) -> None:
        """Set the weights of changed pieces, or of all where the count of rows is taken anew."""
        if not self.counted <= GROWN * self.alive <= GROWN**2 * self.counted:
            self.counted, changed = self.alive, np.arange(len(self.names))
        often = np.maximum(self.often.values[changed], 1)
        self.weight.values[changed] = self.counts.values[changed] * np.sqrt(np.log1p(self.counted / often))

    def _possible(self, known: Array, weight: Array, needed: float) -> Array:
        """Live rows that could have so much weight in common, judged by the rarer pieces."""
        order = np.argsort(self.often.values[known], kind="stable")
        rest = np.cumsum(weight[order][::-1])[::-1]
        looked_at = order[: int((rest >= needed).sum())]
        if not len(looked_at):
            return np.zeros(0, np.int64)
        having = [np.frombuffer(self.having[number], np.int64) for number in known[looked_at].tolist()]
        weights = np.repeat(weight[looked_at], [len(one) for one in having])
        found = np.bincount(np.concatenate(having), weights, self.live.size)
        unseen = float(weight.sum() - weight[looked_at].sum())
        enough = (found + unseen >= needed * (1 - 1e-9)) & (found > 0.0) & self.live.values
        return np.flatnonzero(enough)

    def _weighed(self, rows: Array, known: Array) -> tuple[Array, Array]:
        """The weight of each row that is in common with the known pieces, and its whole weight."""
        start, end = self.begin.values[rows], self.begin.values[rows + 1]
        length = end - start
        first = np.cumsum(length) - length
        at = np.arange(int(length.sum())) - np.repeat(first - start, length)
        numbers = self.pieces.values[at]
        weight = self.weight.values[numbers]
        asked = np.zeros(len(self.names), np.bool_)
        asked[known] = True
        both = np.stack([weight * asked[numbers], weight])
        common, whole = np.add.reduceat(both, first, axis=1) if len(rows) else both
        return common, whole


class _Column:
    """A one-dimensional array that doubles its room when full."""

    def __init__(self, kind: type) -> None:
        self.room: Array = np.zeros(16, kind)
        self.size = 0

    @property
    def values(self) -> Array:
        """What it holds, as a view that may be written to."""
        return self.room[: self.size]

    def append(self, value: float) -> None:
        """One more value."""
        if self.size == len(self.room):
            self.room = np.concatenate([self.room, np.zeros_like(self.room)])
        self.room[self.size] = value
        self.size += 1
