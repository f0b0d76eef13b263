"""What a planner refuses to read, and why it leaves something out."""

from dataclasses import dataclass
from enum import StrEnum


class BadInput(ValueError):
    """An array that cannot be planned with; names the array and the first item at fault."""

    def __init__(self, array: str, item: int | None, why: str) -> None:
        self.array, self.item, self.why = array, item, why
        super().__init__(f"{array}{'' if item is None else f'[{item}]'}: {why}")


class Why(StrEnum):
    """Why something stays unserved."""

    NO_RESOURCE_FITS = "no resource fits"
    NO_TIME = "no time"
    WOULD_BREAK_ANOTHER = "would break another's limit"
    NO_WAY = "no way there"
    TAKEN = "all that fit are taken"
    KEEPS_COVER = "would leave an area without cover"


@dataclass(frozen=True)
class Unserved:
    """One item left out: its index, why, and the items in whose way it would be."""

    item: int
    why: Why
    others: tuple[int, ...] = ()
