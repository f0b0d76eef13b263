"""How the viral loads of people add up in a pool: distributions over a grid of log2 loads, with "none" as entry 0."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Grid:
    """Loads `2 ** (first + i * step)` for i in 0..count-1; more than the last counts as the last.

    A distribution over it is [count + 1]: entry 0 is the share without any load. It may sum to less than 1: tests
    that must be positive are multiplied into it on the way.
    """

    first: float
    step: float
    count: int

    @property
    def log2(self) -> Array:
        """[count] the log2 load of each entry but the first."""
        return self.first + self.step * np.arange(self.count)

    def added(self, one: Array, other: Array) -> Array:
        """The distribution of the sum of two independent loads; the mean load is kept exactly."""
        below, up = _sums(self)
        weight = np.outer(one, other)
        size = self.count + 1
        low = np.bincount(below.ravel(), (weight * (1.0 - up)).ravel(), size)
        return low + np.bincount(below.ravel() + 1, (weight * up).ravel(), size + 1)[:size]

    def folded(self, one: Array, times: int) -> Array:
        """The distribution of the sum of `times` independent loads, each as `one`."""
        total = np.zeros(self.count + 1)
        total[0] = 1.0
        while times:
            if times & 1:
                total = self.added(total, one)
            times >>= 1
            if times:
                one = self.added(one, one)
        return total

    def over(self, values: Array) -> Array:
        """[count + 1, count + 1] what `values` [count + 1] is expected to be at the sum of each two loads."""
        below, up = _sums(self)
        above = np.minimum(below + 1, self.count)
        return (1.0 - up) * values[below] + up * values[above]


@lru_cache(maxsize=8)
def _sums(grid: Grid) -> tuple[Array, Array]:
    """The entry below the sum of each two entries, and the share that goes to the next one."""
    load = np.concatenate([[0.0], 2.0 ** (grid.log2 - grid.first)])
    total = np.minimum(load[:, None] + load, load[-1])
    below = np.searchsorted(load, total, side="right") - 1
    above = np.minimum(below + 1, grid.count)
    gap = load[above] - load[below]
    up = np.divide(total - load[below], gap, out=np.zeros_like(total), where=gap > 0)
    return below, up
