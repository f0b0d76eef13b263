"""How to pool samples, how many tests and misses that takes, and which laboratory tests what when."""

from gridward.engine.pooling.advice import Advice, Limits, Option, Reason, advise, candidates
from gridward.engine.pooling.allocation import Allocation, Boxes, Laboratories, allocate, boxes, laboratories
from gridward.engine.pooling.assay import Assay, by_ct, by_measured_ct, by_power
from gridward.engine.pooling.laboratory import Laboratory, Timing, answered
from gridward.engine.pooling.positivity import Positivity, measured
from gridward.engine.pooling.schemes import Kind, Outcome, Scheme, array, entropy, expected, individual, splits

__all__ = [
    "Advice",
    "Allocation",
    "Assay",
    "Boxes",
    "Kind",
    "Laboratories",
    "Laboratory",
    "Limits",
    "Option",
    "Outcome",
    "Positivity",
    "Reason",
    "Scheme",
    "Timing",
    "advise",
    "allocate",
    "answered",
    "array",
    "boxes",
    "by_ct",
    "by_measured_ct",
    "by_power",
    "candidates",
    "entropy",
    "expected",
    "individual",
    "laboratories",
    "measured",
    "splits",
]
