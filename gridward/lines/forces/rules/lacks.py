"""Which supply goes to which lack. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridward.engine.reinforcement import send
from gridward.lines.forces.rules.rosters import HEAD_M, LEVEL_WORTH, metres

FAR_M = 400_000.0


@dataclass(frozen=True)
class Thing:
    """So much of an item at a place: a lack with its control level, or a supply."""

    key: str
    field: str
    item: str
    unit: str
    quantity: int
    latitude: float
    longitude: float
    level: str = "low"


@dataclass(frozen=True)
class Match:
    """So much of a supply for a lack, by their keys, and the way."""

    supply: str
    lack: str
    quantity: int
    way_m: int


def matches(lacks: Sequence[Thing], supplies: Sequence[Thing]) -> list[Match]:
    """Supplies shared out to lacks of the same field, item and unit: key areas first, then the least way.

    Returns: in the order of the items; a lack may be met by several supplies.
    """
    found = []
    for what in sorted({(one.field, one.item, one.unit) for one in lacks}):
        wants = [one for one in lacks if (one.field, one.item, one.unit) == what]
        gives = [one for one in supplies if (one.field, one.item, one.unit) == what and one.quantity]
        if gives:
            found += _shared(wants, gives)
    return found


def _shared(wants: Sequence[Thing], gives: Sequence[Thing]) -> list[Match]:
    origin = (wants[0].latitude, wants[0].longitude)
    there = np.array([metres(one.latitude, one.longitude, origin) for one in wants], float)
    here = np.array([metres(one.latitude, one.longitude, origin) for one in gives], float)
    way = np.linalg.norm(here[:, None, :] - there[None, :, :], axis=2)
    price = np.array([HEAD_M * LEVEL_WORTH[one.level] for one in wants])
    given, asked = (np.array([one.quantity for one in some]) for some in (gives, wants))
    heads = send(given, asked, price, way, FAR_M).heads
    return [
        Match(gives[row].key, wants[column].key, int(heads[row, column]), round(float(way[row, column])))
        for row, column in np.argwhere(heads > 0).tolist()
    ]
