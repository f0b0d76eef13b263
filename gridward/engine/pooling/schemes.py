"""What a way of pooling costs and misses: tests by stage, positives missed, others wrongly called positive."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gridward.engine.pooling.assay import MOST_IN_A_POOL, Array, Assay
from gridward.engine.problems import BadInput


class Kind(StrEnum):
    """How pools are laid out."""

    INDIVIDUAL = "individual"
    DORFMAN = "dorfman"
    SPLITS = "splits"
    ARRAY = "array"
    MASTER_ARRAY = "array with master"


LEAST = 1e-300


@dataclass(frozen=True)
class Scheme:
    """A way of pooling; made by `individual`, `splits` and `array`.

    `sizes` — people in a pool at each stage, ending with 1. For an array: (n, 1), or (n * n, n, 1) with a master.
    """

    kind: Kind
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class Outcome:
    """What is expected of a scheme, per person of the population.

    `stage_tests` — tests per person at each stage; `reached` — share of people still in question at each stage, the
    first being 1; `missed` — share of positive people called negative; `false_alarms` — share of other people called
    positive; `bound_tests` — H(p), below which no scheme that finds everybody can go.
    """

    scheme: Scheme
    prevalence: float
    stage_tests: tuple[float, ...]
    reached: tuple[float, ...]
    missed: float
    false_alarms: float
    bound_tests: float

    @property
    def tests(self) -> float:
        """Tests per person, all stages together."""
        return sum(self.stage_tests)


def individual() -> Scheme:
    """Everybody alone."""
    return Scheme(Kind.INDIVIDUAL, (1,))


def splits(*sizes: int) -> Scheme:
    """Pools of `sizes[0]`, the positive ones split into pools of `sizes[1]` and so on, at last one by one.

    One size is Dorfman's scheme. Raises: BadInput if a size does not divide the one before it.
    """
    chain = (*(sizes if sizes and sizes[-1] == 1 else (*sizes, 1)),)
    for at, size in enumerate(chain):
        if size != int(size) or not 1 <= size <= MOST_IN_A_POOL:
            raise BadInput("sizes", at, f"a pool holds 1 to {MOST_IN_A_POOL} people")
        if at and (size >= chain[at - 1] or chain[at - 1] % size):
            raise BadInput("sizes", at, f"{size} people do not split a pool of {chain[at - 1]} evenly")
    kind = (Kind.INDIVIDUAL, Kind.DORFMAN)[len(chain) - 1] if len(chain) < 3 else Kind.SPLITS
    return Scheme(kind, tuple(int(size) for size in chain))


def array(side: int, master: bool = False) -> Scheme:
    """A square of side × side people, pooled by rows and by columns; with a master, all of them in one pool first.

    Who stands where a positive row and a positive column cross is tested alone; if rows are positive but no column
    is (or the reverse), everybody in those rows.
    Raises: BadInput if the square is too small or too large.
    """
    most = int(MOST_IN_A_POOL**0.5) if master else MOST_IN_A_POOL
    if side != int(side) or not 2 <= side <= most:
        raise BadInput("side", None, f"a square has 2 to {most} people a side")
    if master:
        return Scheme(Kind.MASTER_ARRAY, (int(side) ** 2, int(side), 1))
    return Scheme(Kind.ARRAY, (int(side), 1))


def expected(scheme: Scheme, prevalence: float, assay: Assay) -> Outcome:
    """What a scheme costs and misses where people are positive independently of each other.

    Parameters: prevalence — share of people positive, 0 to 1.
    Raises: BadInput if it is not.
    Exact but for the grid of loads and, in a square with a master, for the load of the other lines where only one is
    positive (taken as if those were silent for themselves alone).
    Source: Dorfman (1943); Kim, Hudgens, Dreyfuss, Westreich & Pilcher (2007) for errors in splits and arrays.
    """
    if not 0.0 <= prevalence <= 1.0:
        raise BadInput("prevalence", None, "a share between 0 and 1")
    if scheme.kind in (Kind.ARRAY, Kind.MASTER_ARRAY):
        return _array(scheme, prevalence, assay)
    return _splits(scheme, prevalence, assay)


def entropy(prevalence: float) -> float:
    """H(p) in bits: the fewest yes-or-no tests per person that can find everybody (Shannon)."""
    share = np.array([prevalence, 1.0 - prevalence])
    share = share[share > 0.0]
    return float(-(share * np.log2(share)).sum())


def _splits(scheme: Scheme, prevalence: float, assay: Assay) -> Outcome:
    sizes, grid, person = scheme.sizes, assay.grid, assay.person(prevalence)
    positive = [assay.positive(size) for size in sizes]
    beside = [grid.folded(person, large - small) for large, small in zip(sizes, sizes[1:], strict=False)]

    def upwards(load: Array, stage: int) -> float:
        """The chance that all pools above one of this stage, with these loads, are positive."""
        for above in reversed(range(stage)):
            load = grid.added(load, beside[above]) * positive[above]
        return float(load.sum())

    reached = tuple(upwards(grid.folded(person, size), stage) for stage, size in enumerate(sizes))
    last = len(sizes) - 1
    return Outcome(
        scheme=scheme,
        prevalence=prevalence,
        stage_tests=tuple(share / size for share, size in zip(reached, sizes, strict=True)),
        reached=reached,
        missed=1.0 - upwards(_carrier(assay) * positive[-1], last),
        false_alarms=upwards(_healthy(assay) * positive[-1], last),
        bound_tests=entropy(prevalence),
    )


def _carrier(assay: Assay) -> Array:
    return np.concatenate([[0.0], assay.share])


def _healthy(assay: Assay) -> Array:
    return np.concatenate([[1.0], np.zeros(assay.grid.count)])


def _array(scheme: Scheme, prevalence: float, assay: Assay) -> Outcome:
    side, grid, person = scheme.sizes[-2], assay.grid, assay.person(prevalence)
    master = scheme.kind is Kind.MASTER_ARRAY
    square = _Square(side, assay, person, master)
    looked_at = square.tested(person)
    alone = assay.positive(1)
    begun = float(grid.folded(person, side * side) @ assay.positive(side * side)) if master else 1.0
    stages = (1.0 / side**2, begun * 2.0 / side) if master else (2.0 / side,)
    return Outcome(
        scheme=scheme,
        prevalence=prevalence,
        stage_tests=(*stages, looked_at),
        reached=(1.0, begun, looked_at) if master else (1.0, looked_at),
        missed=1.0 - square.tested(_carrier(assay) * alone),
        false_alarms=square.tested(_healthy(assay) * alone),
        bound_tests=entropy(prevalence),
    )


class _Square:
    """One place in a square: the chance that it is looked at alone, given the load that stands there."""

    def __init__(self, side: int, assay: Assay, person: Array, master: bool) -> None:
        self.grid, line = assay.grid, assay.positive(side)
        rest = self.grid.folded(person, side - 1)
        in_line = self.grid.over(line)
        crossed = in_line @ rest
        self.silent = 1.0 - crossed
        self.others = self.grid.folded(person * self.silent, side - 1)
        self.line_seen = line
        self.crossing = crossed**2
        if master:
            whole = self.grid.over(assay.positive(side * side))
            quiet = rest * (1.0 - line)
            self.line_seen = line * (whole @ self.grid.folded(quiet / max(quiet.sum(), LEAST), side))
            seen = self.grid.over(whole @ self.grid.folded(person, (side - 1) ** 2))
            self.crossing = np.array([self._cross(at, rest * in_line[at], seen) for at in range(self.grid.count + 1)])

    def tested(self, load: Array) -> float:
        """The chance for a place with this (weighted) load: its lines cross, or one does and none across."""
        alone_in_line = self.grid.added(load * self.silent, self.others) @ self.line_seen
        return float(load @ self.crossing + 2.0 * alone_in_line)

    def _cross(self, at: int, line: Array, seen: Array) -> float:
        """Both lines through a place of load number `at` and the master are positive."""
        here = np.zeros(self.grid.count + 1)
        here[at] = 1.0
        return float(self.grid.added(here, line) @ seen @ line)
