"""The nearest point of a road: a KD-tree over points along every road, then the exact foot on the segments near by."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
from scipy.spatial import cKDTree

from gridward.engine.travel.matrix import Array
from gridward.engine.travel.osm import RoadMap
from gridward.engine.travel.straight_line import EARTH_RADIUS_M, great_circle_m

SPACING_M = 60.0


@dataclass(frozen=True)
class Spots:
    """n points put on roads.

    `edge` — [n] of the map; `part` — [n] 0 at its beginning to 1 at its end; `point` — [n, 2] latitude, longitude on
    the road; `gap_m` — [n] how far off the road the point was given.
    """

    edge: Array
    part: Array
    point: Array
    gap_m: Array


class Snapper:
    """Puts points on the nearest of some edges of a map."""

    def __init__(self, roads: RoadMap, edges: Array) -> None:
        self._north, self._scale = float(np.radians(roads.shape[:, 0].mean())), np.radians(EARTH_RADIUS_M)
        size = np.diff(roads.shape_from)[edges] - 1
        first = np.cumsum(size) - size
        begin = np.repeat(roads.shape_from[edges] - first, size) + np.arange(size.sum())
        self.edges = np.repeat(edges, size)
        self._from, self._to = self._flat(roads.shape[begin]), self._flat(roads.shape[begin + 1])
        length_m = great_circle_m(roads.shape[begin], roads.shape[begin + 1])
        along_m = np.cumsum(length_m) - length_m
        self._along_m = along_m - np.repeat(along_m[first], size)
        self._length_m, self._whole_m = length_m, np.maximum(roads.length_m[self.edges], 1e-9)
        count = np.maximum(np.ceil(length_m / SPACING_M), 1).astype(np.int64)
        self._segment = np.repeat(np.arange(len(begin)), count)
        nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        part = ((nth + 0.5) / count[self._segment])[:, None]
        self._tree = cKDTree(self._from[self._segment] * (1 - part) + self._to[self._segment] * part)

    def snap(self, points: Array) -> Spots:
        """The nearest place on a road of each point [n, 2]; ties go to the segment that stands first in the map."""
        flat = self._flat(points)
        # A segment's nearest sample is at most half a spacing along it from the foot, so none nearer can be missed.
        reach = self._tree.query(flat)[0] + SPACING_M / 2 + 1e-6
        near = self._tree.query_ball_point(flat, reach)
        count = np.array([len(one) for one in near], np.int64)
        point = np.repeat(np.arange(len(flat)), count)
        segment = self._segment[np.fromiter(chain.from_iterable(near), np.int64)]
        part, gap_m = self._foot(flat[point], segment)
        order = np.lexsort((segment, gap_m, point))
        best = order[np.cumsum(count) - count]
        segment, part = segment[best], part[best]
        foot = self._from[segment] + part[:, None] * (self._to[segment] - self._from[segment])
        whole = (self._along_m[segment] + part * self._length_m[segment]) / self._whole_m[segment]
        return Spots(self.edges[segment], np.clip(whole, 0.0, 1.0), self._round(foot), gap_m[best])

    def _foot(self, point: Array, segment: Array) -> tuple[Array, Array]:
        span = self._to[segment] - self._from[segment]
        square = np.maximum((span**2).sum(axis=1), 1e-12)
        part = np.clip(((point - self._from[segment]) * span).sum(axis=1) / square, 0.0, 1.0)
        off = self._from[segment] + part[:, None] * span - point
        return part, np.sqrt((off**2).sum(axis=1))

    def _flat(self, points: Array) -> Array:
        """Metres north and east on a plane that is true at the map's middle latitude."""
        return points * np.array([self._scale, self._scale * np.cos(self._north)])

    def _round(self, flat: Array) -> Array:
        return flat / np.array([self._scale, self._scale * np.cos(self._north)])
