"""What one test sees: how the chance of a positive falls as a positive person's sample is diluted in a pool."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from gridward.engine.pooling.loads import Array, Grid
from gridward.engine.problems import BadInput

LOWEST_CT, HIGHEST_CT = 8.0, 45.0
CT_STEP = 0.25
POWER_STEP = 0.125
MOST_IN_A_POOL = 1024


@dataclass(frozen=True)
class Limit:
    """A pool is seen if the Ct of its mean load is below the limit of detection, blurred by a normal spread."""

    limit_ct: float
    spread_ct: float

    def seen(self, log2_load: Array) -> Array:
        """The chance of a signal at each log2 mean load (minus the Ct)."""
        return norm.cdf((log2_load + self.limit_ct) / self.spread_ct)


@dataclass(frozen=True)
class Power:
    """A pool with the share s of positive people is seen with chance s ** exponent; 0 = no dilution effect."""

    exponent: float

    def seen(self, log2_load: Array) -> Array:
        """The chance of a signal at each log2 share of positive people."""
        return 2.0 ** (self.exponent * np.minimum(log2_load, 0.0))


@dataclass(frozen=True)
class Assay:
    """A test: the loads of positive people, what it sees of them, and how often it is wrong for other reasons.

    `share` — [grid.count] of positive people with each load, sums to 1; `sensitivity` — chance that a load far above
    the limit gives a positive (swab and handling); `specificity` — chance that a pool without any load is negative.
    Each test errs on its own; what tests of the same person have in common is the load.
    """

    grid: Grid
    share: Array
    dilution: Limit | Power
    sensitivity: float
    specificity: float

    def positive(self, members: int) -> Array:
        """[grid.count + 1] the chance that a pool of so many is positive, by the sum of its loads."""
        seen = self.sensitivity * self.dilution.seen(self.grid.log2 - np.log2(members))
        return 1.0 - self.specificity * (1.0 - np.concatenate([[0.0], seen]))

    def person(self, prevalence: float) -> Array:
        """[grid.count + 1] the loads of one person of the population."""
        return np.concatenate([[1.0 - prevalence], prevalence * self.share])


def by_ct(
    mean_ct: float = 27.0,
    sd_ct: float = 5.0,
    limit_ct: float = 38.0,
    spread_ct: float = 1.0,
    sensitivity: float = 1.0,
    specificity: float = 0.9999,
) -> Assay:
    """An assay whose positives' Ct are normal, cut to what a machine reports (8 to 45).

    The defaults are assumptions to be replaced by the laboratory's own figures, or by `by_measured_ct`.
    Raises: BadInput naming the figure at fault.
    """
    _above_zero(mean_ct=mean_ct, sd_ct=sd_ct, limit_ct=limit_ct, spread_ct=spread_ct)
    grid = _ct_grid()
    edges = np.concatenate([grid.log2 - CT_STEP / 2, [grid.log2[-1] + CT_STEP / 2]])
    share = np.diff(norm.cdf((np.clip(edges, -HIGHEST_CT, -LOWEST_CT) + mean_ct) / sd_ct))
    if share.sum() <= 0.0:
        raise BadInput("mean_ct", None, "no Ct between 8 and 45 would ever occur")
    return _assay(grid, share / share.sum(), Limit(limit_ct, spread_ct), sensitivity, specificity)


def by_measured_ct(
    ct: Any, limit_ct: float = 38.0, spread_ct: float = 1.0, sensitivity: float = 1.0, specificity: float = 0.9999
) -> Assay:
    """An assay whose positives have the Ct values measured one by one, [m], each counting the same.

    Raises: BadInput naming the value at fault.
    """
    values = np.atleast_1d(np.asarray(ct, np.float64))
    _above_zero(limit_ct=limit_ct, spread_ct=spread_ct)
    bad = ~((values >= LOWEST_CT) & (values <= HIGHEST_CT))
    if values.ndim != 1 or not len(values):
        raise BadInput("ct", None, "a list of at least one Ct value")
    if bad.any():
        raise BadInput("ct", int(bad.argmax()), f"a Ct lies between {LOWEST_CT:g} and {HIGHEST_CT:g}")
    grid = _ct_grid()
    at = (-values - grid.first) / CT_STEP
    below = np.minimum(at.astype(np.int64), grid.count - 2)
    share = np.bincount(below, 1.0 - (at - below), grid.count) + np.bincount(below + 1, at - below, grid.count)
    return _assay(grid, share / share.sum(), Limit(limit_ct, spread_ct), sensitivity, specificity)


def by_power(exponent: float = 0.0, sensitivity: float = 1.0, specificity: float = 1.0) -> Assay:
    """An assay that knows no Ct: all positives alike, seen as the given power of their share in the pool.

    Raises: BadInput naming the figure at fault.
    """
    if not 0.0 <= exponent <= 1.0:
        raise BadInput("exponent", None, "a power of dilution lies between 0 and 1")
    grid = Grid(0.0, POWER_STEP, round(np.log2(MOST_IN_A_POOL) / POWER_STEP) + 1)
    share = np.zeros(grid.count)
    share[0] = 1.0
    return _assay(grid, share, Power(exponent), sensitivity, specificity)


def _ct_grid() -> Grid:
    return Grid(-HIGHEST_CT, CT_STEP, round((HIGHEST_CT - LOWEST_CT) / CT_STEP) + 1)


def _assay(grid: Grid, share: Array, dilution: Limit | Power, sensitivity: float, specificity: float) -> Assay:
    for name, value in (("sensitivity", sensitivity), ("specificity", specificity)):
        if not 0.0 < value <= 1.0:
            raise BadInput(name, None, "a share above 0, at most 1")
    return Assay(grid, share, dilution, float(sensitivity), float(specificity))


def _above_zero(**figures: float) -> None:
    for name, value in figures.items():
        if not (np.isfinite(value) and value > 0.0):
            raise BadInput(name, None, "a number above 0")
