"""Travel without a map: the straight line, made longer by a factor, at one speed."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gridward.engine.problems import BadInput
from gridward.engine.travel.matrix import Array, Matrix, checked_points

EARTH_RADIUS_M = 6_371_008.8
SPEED_MS = {"car": 9.0, "van": 8.0, "wheelchair_bus": 7.0, "foot": 1.3}
"""Door to door in a town, in metres a second; a setting to replace by what a district measures."""


def great_circle_m(from_points: Array, to_points: Array) -> Array:
    """Great-circle distance in metres between points that broadcast, last axis latitude, longitude in degrees."""
    one, other = np.radians(from_points), np.radians(to_points)
    half = np.sin((other - one) / 2.0) ** 2
    chord = half[..., 0] + np.cos(one[..., 0]) * np.cos(other[..., 0]) * half[..., 1]
    return 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))


@dataclass(frozen=True)
class StraightLine:
    """Great-circle distance times a detour factor at one speed; says of every answer that it is an estimate.

    `speed_ms` — above 0; `detour` — at least 1 (1.2–1.4 is usual in towns, more over rivers and hills).
    """

    speed_ms: float = SPEED_MS["car"]
    detour: float = 1.4
    source: str = "straight_line"

    def __post_init__(self) -> None:
        if not 0.0 < self.speed_ms < np.inf:
            raise BadInput("speed_ms", None, f"a speed is above 0, not {self.speed_ms}")
        if not 1.0 <= self.detour < np.inf:
            raise BadInput("detour", None, f"no road is shorter than the straight line: {self.detour}")

    @classmethod
    def of(cls, profile: str, detour: float = 1.4) -> "StraightLine":
        """The model of a profile: car, van, wheelchair_bus or foot."""
        if profile not in SPEED_MS:
            raise BadInput("profile", None, f"{profile!r} is none of {', '.join(SPEED_MS)}")
        return cls(SPEED_MS[profile], detour)

    def matrix(self, from_points: Any, to_points: Any) -> Matrix:
        """Estimated travel from n points to m points, each [n, 2] latitude, longitude in degrees."""
        start, end = checked_points(from_points, "from_points"), checked_points(to_points, "to_points")
        distance_m = self.detour * great_circle_m(start[:, None], end[None])
        return Matrix(distance_m / self.speed_ms, distance_m, self.source)

    def pairs(self, from_points: Any, to_points: Any) -> Matrix:
        """Estimated travel of n pairs of points; time_s and distance_m are [n]."""
        start, end = checked_points(from_points, "from_points"), checked_points(to_points, "to_points")
        if len(start) != len(end):
            raise BadInput("to_points", None, f"{len(end)} ends for {len(start)} starts")
        distance_m = self.detour * great_circle_m(start, end)
        return Matrix(distance_m / self.speed_ms, distance_m, self.source)
