"""What the testing line decides. Pure: no Django, no clock, no chance without a seed."""

from enum import StrEnum


class Verdict(StrEnum):
    """What was found in a tube."""

    NONE = ""
    NEGATIVE = "negative"
    POSITIVE = "positive"
    INVALID = "invalid"


class Step(StrEnum):
    """One link in the chain of custody of a box."""

    SEALED = "sealed"
    TAKEN = "taken"
    GIVEN = "given"
    RECEIVED = "received"
