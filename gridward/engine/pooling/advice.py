"""Which way of pooling to use at a measured positivity, and why, in codes and numbers for the caller's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gridward.engine.pooling.assay import MOST_IN_A_POOL, Assay
from gridward.engine.pooling.laboratory import Laboratory, Timing, answered
from gridward.engine.pooling.positivity import Positivity
from gridward.engine.pooling.schemes import Outcome, Scheme, array, expected, individual, splits
from gridward.engine.problems import BadInput


@dataclass(frozen=True)
class Limits:
    """What a scheme must keep to.

    `sizes` — pool sizes that the rules allow, at any stage; `own_samples` — each person's own sample is kept, so that
    a positive pool can be split or crossed (False where swabs are mixed in one tube at the door: then people are
    sampled again one by one); `most_missed` — share of positive people that may be called negative, over the whole
    interval of positivity; `deadline_h` — by then all must be answered, even at the high end of it; `not_worth` — a
    further stage that saves less than this share of the tests is not worth it.
    """

    sizes: tuple[int, ...] = (5, 10, 20)
    own_samples: bool = True
    most_missed: float = 0.10
    deadline_h: float = np.inf
    most_stages: int = 4
    not_worth: float = 0.02

    def __post_init__(self) -> None:
        for at, size in enumerate(self.sizes):
            if size != int(size) or not 2 <= size <= MOST_IN_A_POOL:
                raise BadInput("sizes", at, f"a pool holds 2 to {MOST_IN_A_POOL} people")
        for name in ("most_missed", "not_worth"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise BadInput(name, None, "a share between 0 and 1")
        if not self.deadline_h >= 0.0:
            raise BadInput("deadline_h", None, "hours, 0 or more")
        if self.most_stages < 1:
            raise BadInput("most_stages", None, "at least one")


class Reason(StrEnum):
    """Why a scheme is advised; the numbers beside it are named in `Advice`."""

    FEWEST_TESTS = "fewest tests"
    POOLING_DOES_NOT_PAY = "pooling does not pay"
    BEST_THROUGHOUT = "best over the whole interval"
    SAFEST_CHOICE = "least to regret over the interval"
    FEWER_STAGES = "hardly more tests in fewer stages"
    NEXT_BEST = "next best"
    CHEAPER_MISSES_TOO_MANY = "cheaper but misses too many"
    CHEAPER_IS_TOO_SLOW = "cheaper but too slow"
    NOTHING_FITS = "nothing keeps to the limits"


@dataclass(frozen=True)
class Option:
    """A scheme looked at: expected at the likely positivity, worst over the interval, times at its high end.

    `regret` — most tests per person, over the interval, above the best scheme that keeps to the limits; `barred` —
    why it does not keep to them, None where it does.
    """

    scheme: Scheme
    likely: Outcome
    most_tests: float
    most_missed: float
    timing: Timing
    regret: float
    barred: Reason | None


@dataclass(frozen=True)
class Advice:
    """The scheme to use (None where none keeps to the limits), all that were looked at, and reasons in order of weight.

    Reasons are (code, scheme spoken of, numbers). Numbers: `tests` and `individual_tests` per person, `bound_tests`
    H(p), `people_per_test`, `missed`, `regret`, `last_h`, `deadline_h`, `limit`, `low`, `likely`, `high`.
    """

    chosen: Option | None
    options: tuple[Option, ...]
    reasons: tuple[tuple[Reason, Scheme, Mapping[str, float]], ...]


def candidates(limits: Limits) -> Iterator[Scheme]:
    """All schemes that the sizes allow: one by one, Dorfman, splits, and squares with and without a master."""
    sizes = sorted(set(limits.sizes), reverse=True)
    yield individual()
    if limits.most_stages < 2:
        return
    yield from (splits(size) for size in sizes)
    if not limits.own_samples:
        return
    chains = [(size,) for size in sizes]
    for _ in range(limits.most_stages - 2):
        chains = [(*chain, size) for chain in chains for size in sizes if size < chain[-1] and chain[-1] % size == 0]
        yield from (splits(*chain) for chain in chains)
    yield from (array(size) for size in sizes)
    if limits.most_stages >= 3:
        yield from (array(size, master=True) for size in sizes if size**2 in sizes)


def advise(positivity: Positivity, assay: Assay, people: float, laboratory: Laboratory, limits: Limits) -> Advice:
    """The scheme to regret least: over the whole interval of positivity, the smallest worst excess of tests.

    Of those within `not_worth` of it, the one with the fewest stages. Ties go to smaller pools.
    Raises: BadInput if people is below 0.
    """
    points = positivity.points()
    likely = points.index(positivity.likely)
    schemes = sorted(candidates(limits), key=lambda scheme: (len(scheme.sizes), scheme.sizes))
    table = [[expected(scheme, point, assay) for point in points] for scheme in schemes]
    timings = [answered(row[-1], people, laboratory) for row in table]
    barred = [_barred(row, timing, limits) for row, timing in zip(table, timings, strict=True)]
    tests = np.array([[one.tests for one in row] for row in table])
    fits = np.array([reason is None for reason in barred])
    best = tests[fits].min(axis=0) if fits.any() else tests.min(axis=0)
    regret = (tests - best).max(axis=1)
    options = tuple(
        Option(
            scheme, row[likely], max(one.tests for one in row), max(one.missed for one in row), timing, float(r), why
        )
        for scheme, row, timing, r, why in zip(schemes, table, timings, regret, barred, strict=True)
    )
    kept = [option for option in options if option.barred is None]
    chosen = _chosen(kept, limits.not_worth) if kept else None
    return Advice(chosen, options, tuple(_reasons(chosen, options, positivity, limits)))


def _chosen(kept: list[Option], not_worth: float) -> Option:
    safest = min(kept, key=lambda option: round(option.regret, 9))
    near = [one for one in kept if one.regret <= safest.regret + not_worth * safest.likely.tests]
    return min(near, key=lambda option: (len(option.scheme.sizes), round(option.regret, 9)))


def _barred(row: list[Outcome], timing: Timing, limits: Limits) -> Reason | None:
    if max(one.missed for one in row) > limits.most_missed:
        return Reason.CHEAPER_MISSES_TOO_MANY
    return Reason.CHEAPER_IS_TOO_SLOW if timing.last_h > limits.deadline_h else None


Spoken = tuple[Reason, Scheme, Mapping[str, float]]


def _reasons(
    chosen: Option | None, options: tuple[Option, ...], positivity: Positivity, limits: Limits
) -> Iterator[Spoken]:
    interval = {"low": positivity.low, "likely": positivity.likely, "high": positivity.high}
    if chosen is None:
        yield _nothing_fits(options, limits)
        return
    alone = len(chosen.scheme.sizes) == 1
    yield (
        Reason.POOLING_DOES_NOT_PAY if alone else Reason.FEWEST_TESTS,
        chosen.scheme,
        _numbers(chosen) | {"individual_tests": 1.0, "bound_tests": chosen.likely.bound_tests},
    )
    others = [option for option in options if option is not chosen]
    cheapest = min(
        (option for option in options if option.barred is None), key=lambda option: round(option.likely.tests, 9)
    )
    if cheapest is chosen:
        yield Reason.BEST_THROUGHOUT, chosen.scheme, interval | {"regret": chosen.regret}
    else:
        fewer = len(chosen.scheme.sizes) < len(cheapest.scheme.sizes) and chosen.regret >= cheapest.regret
        code = Reason.FEWER_STAGES if fewer else Reason.SAFEST_CHOICE
        yield code, cheapest.scheme, interval | _numbers(cheapest) | {"regret": cheapest.regret}
    next_best = [option for option in others if option.barred is None]
    if next_best:
        second = min(next_best, key=lambda option: option.regret)
        yield Reason.NEXT_BEST, second.scheme, _numbers(second) | {"regret": second.regret}
    yield from _cheaper(chosen, others, limits)


def _cheaper(chosen: Option, others: list[Option], limits: Limits) -> Iterator[Spoken]:
    """The cheapest scheme that each limit kept out."""
    for reason in (Reason.CHEAPER_MISSES_TOO_MANY, Reason.CHEAPER_IS_TOO_SLOW):
        out = [one for one in others if one.barred is reason and one.likely.tests < chosen.likely.tests]
        if out:
            cheapest = min(out, key=lambda option: option.likely.tests)
            yield reason, cheapest.scheme, _numbers(cheapest) | _limit(reason, limits)


def _nothing_fits(options: tuple[Option, ...], limits: Limits) -> Spoken:
    """What comes nearest: the fastest of those that miss few enough, else the one that misses fewest."""
    slow = [option for option in options if option.barred is Reason.CHEAPER_IS_TOO_SLOW]
    if slow:
        nearest = min(slow, key=lambda option: option.timing.last_h)
        return Reason.NOTHING_FITS, nearest.scheme, _numbers(nearest) | _limit(Reason.CHEAPER_IS_TOO_SLOW, limits)
    nearest = min(options, key=lambda option: option.most_missed)
    return Reason.NOTHING_FITS, nearest.scheme, _numbers(nearest) | _limit(Reason.CHEAPER_MISSES_TOO_MANY, limits)


def _limit(reason: Reason, limits: Limits) -> dict[str, float]:
    return (
        {"limit": limits.most_missed} if reason is Reason.CHEAPER_MISSES_TOO_MANY else {"deadline_h": limits.deadline_h}
    )


def _numbers(option: Option) -> dict[str, float]:
    return {
        "tests": option.likely.tests,
        "people_per_test": 1.0 / option.likely.tests,
        "missed": option.most_missed,
        "last_h": option.timing.last_h,
    }
