"""How many are positive, measured on people or on pools, with the interval that the count leaves open."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import beta

from gridward.engine.pooling.assay import MOST_IN_A_POOL, Assay
from gridward.engine.problems import BadInput


@dataclass(frozen=True)
class Positivity:
    """Share of people positive: what is likeliest, and the ends of its confidence interval."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.likely <= self.high <= 1.0:
            raise BadInput("positivity", None, "0 <= low <= likely <= high <= 1")

    def points(self) -> tuple[float, ...]:
        """Low, likely, high and the (geometric) middles between them, each once."""
        ends = (self.low, self.likely, self.high)
        middles = ((one * other) ** 0.5 for one, other in zip(ends, ends[1:], strict=False))
        return tuple(sorted({*ends, *middles}))


def measured(
    positive: int, tested: int, pool_size: int = 1, confidence: float = 0.95, assay: Assay | None = None
) -> Positivity:
    """The positivity that so many positive tests of so many show.

    Parameters: tested — tests (pools) done; pool_size — people in each; confidence — of the interval; assay — turns
    the share of positive pools into people with what dilution hides and false positives add; without it a positive
    pool is one with a positive in it.
    Raises: BadInput naming the figure at fault.
    Source: Clopper & Pearson (1934) for the share of pools; the rest is monotone and keeps the interval.
    """
    if not tested >= 1:
        raise BadInput("tested", None, "at least one test")
    if not 0 <= positive <= tested:
        raise BadInput("positive", None, f"0 to {tested} of {tested} tests")
    if not 1 <= pool_size <= MOST_IN_A_POOL:
        raise BadInput("pool_size", None, f"1 to {MOST_IN_A_POOL} people")
    if not 0.0 < confidence < 1.0:
        raise BadInput("confidence", None, "a share between 0 and 1")
    tail = (1.0 - confidence) / 2
    low = beta.ppf(tail, positive, tested - positive + 1) if positive else 0.0
    high = beta.ppf(1.0 - tail, positive + 1, tested - positive) if positive < tested else 1.0
    ends = [_of_people(float(share), pool_size, assay) for share in (low, positive / tested, high)]
    return Positivity(*ends)


def _of_people(share: float, pool_size: int, assay: Assay | None) -> float:
    """The share of people positive at which this share of pools is positive."""
    if assay is None:
        return float(-np.expm1(np.log1p(-share) / pool_size)) if share < 1.0 else 1.0
    positive = assay.positive(pool_size)

    def above(prevalence: float) -> float:
        return float(assay.grid.folded(assay.person(prevalence), pool_size) @ positive) - share

    if above(0.0) >= 0.0:
        return 0.0
    return float(brentq(above, 0.0, 1.0, xtol=1e-9)) if above(1.0) > 0.0 else 1.0
