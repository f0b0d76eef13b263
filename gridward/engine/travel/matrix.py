"""Times and distances between many places, as every travel model answers."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from gridward.engine.problems import BadInput

Array = np.ndarray


@dataclass(frozen=True)
class Matrix:
    """Travel from n places to m places.

    `time_s`, `distance_m` — [n, m], inf where there is no way; `source` — what they rest on: "roads" or
    "straight_line".
    """

    time_s: Array
    distance_m: Array
    source: str


class Travel(Protocol):
    """A model of how long it takes to get from one place to another."""

    def matrix(self, from_points: Array, to_points: Array) -> Matrix:
        """Travel from each of n points to each of m points; points are [n, 2] latitude, longitude in degrees."""
        ...


def checked_points(points: Any, name: str) -> Array:
    """Points as a float array [n, 2] of latitude, longitude (WGS-84 degrees).

    Raises: BadInput naming the first point that is not a place on earth.
    """
    found = np.asarray(points, np.float64)
    if found.size == 0:
        return found.reshape(0, 2)
    if found.ndim != 2 or found.shape[1] != 2:
        raise BadInput(name, None, f"points are [n, 2] latitude, longitude, not {found.shape}")
    bad = ~(np.abs(found) <= (90.0, 180.0)).all(axis=1)
    if bad.any():
        raise BadInput(name, int(bad.argmax()), "not a latitude within ±90 and a longitude within ±180")
    return found
