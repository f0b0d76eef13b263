"""How long a laboratory takes to answer a round of testing, stage by stage."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from gridward.engine.pooling.schemes import Outcome
from gridward.engine.problems import BadInput


@dataclass(frozen=True)
class Laboratory:
    """Instruments that each take a plate of `wells` tests and give it back after `run_h`.

    `handover_h` — between a stage's results and the next stage's plates: kept samples fetched and set out, or people
    called back and sampled again.
    """

    wells: int
    run_h: float
    instruments: int
    handover_h: float = 1.0

    def __post_init__(self) -> None:
        for name, least in (("wells", 1), ("instruments", 1), ("handover_h", 0)):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) >= least):
                raise BadInput(name, None, f"at least {least}")
        if not (np.isfinite(self.run_h) and self.run_h > 0):
            raise BadInput("run_h", None, "hours above 0")

    @property
    def tests_per_h(self) -> float:
        """What it does in the long run."""
        return self.wells * self.instruments / self.run_h


@dataclass(frozen=True)
class Timing:
    """When people get their answer, in hours after the first sample can be set out.

    `first_h` — the first plates are out; `mean_h` — over all people; `last_h` — everybody is answered.
    """

    first_h: float
    mean_h: float
    last_h: float


def answered(outcome: Outcome, people: float, laboratory: Laboratory) -> Timing:
    """The times of a scheme for so many people.

    A stage starts when the one before it is done with and handed over, so the times are on the safe side: a
    laboratory that starts the next stage plate by plate is faster.
    Raises: BadInput if people is below 0.
    """
    if not (np.isfinite(people) and people >= 0):
        raise BadInput("people", None, "0 or more")
    start_h, mean_h, last_h = 0.0, 0.0, 0.0
    going_on = (*outcome.reached[1:], 0.0)
    for tests, here, onward in zip(outcome.stage_tests, outcome.reached, going_on, strict=True):
        rounds = ceil(ceil(tests * people / laboratory.wells) / laboratory.instruments)
        mean_h += (here - onward) * (start_h + (rounds + 1) / 2 * laboratory.run_h)
        if rounds:
            last_h = start_h + rounds * laboratory.run_h
        start_h = last_h + laboratory.handover_h
    return Timing(laboratory.run_h, mean_h, last_h) if people else Timing(0.0, 0.0, 0.0)
