"""What the testing line keeps: rounds and points, tubes and samples, boxes and custody, laboratories and results."""

from gridward.lines.testing.models.boxes import Box, Custody, Packed
from gridward.lines.testing.models.laboratories import Gift, Instrument, Laboratory, LentStaff, Shift
from gridward.lines.testing.models.plates import Plate, Reading, Recall
from gridward.lines.testing.models.rounds import Point, Round, RoundRule, Turn
from gridward.lines.testing.models.tubes import Newcomer, Refusal, Sample, Tube

__all__ = [
    "Box", "Custody", "Gift", "Instrument", "Laboratory", "LentStaff", "Newcomer", "Packed", "Plate", "Point",
    "Reading", "Recall", "Refusal", "Round", "RoundRule", "Sample", "Shift", "Tube", "Turn",
]  # fmt: skip
