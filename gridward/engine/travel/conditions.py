"""What changes the roads: closures, snow, control zones, by arc, by polygon, by time, by who travels."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridward.engine.problems import BadInput
from gridward.engine.travel.matrix import Array, checked_points
from gridward.engine.travel.osm import RoadMap


@dataclass(frozen=True)
class Condition:
    """Times on some roads multiplied by `factor`, inf = closed, while from_s <= now < until_s.

    `edges` — numbers of the map's edges; `along`, `against` — which way it holds; `polygon` — [k, 2] latitude,
    longitude, every road that touches it; `profiles` — whom it holds for, empty = all. Without edges and polygon it
    holds everywhere.
    """

    factor: float
    edges: tuple[int, ...] = ()
    polygon: Any = None
    from_s: float = -np.inf
    until_s: float = np.inf
    along: bool = True
    against: bool = True
    profiles: frozenset[str] = frozenset()


CLOSED = np.inf


def factors(roads: RoadMap, conditions: Iterable[Condition], profile: str, at_s: float) -> Array:
    """[2, E] by what the time on each arc is multiplied, the product of all conditions that hold.

    Raises: BadInput naming the first condition that cannot be.
    """
    product = np.ones((2, roads.edges))
    for number, one in enumerate(conditions):
        _check(roads, one, number)
        if one.from_s <= at_s < one.until_s and (not one.profiles or profile in one.profiles):
            touched = _touched(roads, one)
            for direction, holds in enumerate((one.along, one.against)):
                if holds:
                    product[direction, touched] *= one.factor
    return product


def edges_touching(roads: RoadMap, polygon: Any) -> Array:
    """Numbers of the edges with any point in or on a polygon [k, 2] of latitude, longitude."""
    ring = checked_points(polygon, "polygon")
    if len(ring) < 3:
        raise BadInput("polygon", None, f"{len(ring)} points enclose nothing")
    edge = np.repeat(np.arange(roads.edges), np.diff(roads.shape_from))
    low, high = ring.min(axis=0), ring.max(axis=0)
    start, end, of = roads.shape[:-1], roads.shape[1:], edge[:-1]
    near = (edge[:-1] == edge[1:]) & (np.maximum(start, end) >= low).all(axis=1)
    near &= (np.minimum(start, end) <= high).all(axis=1)
    start, end, of = start[near], end[near], of[near]
    hit = _inside(start, ring) | _inside(end, ring) | _crosses(start, end, ring)
    return np.unique(of[hit])


def _check(roads: RoadMap, one: Condition, number: int) -> None:
    if not one.factor > 0:
        raise BadInput("conditions", number, f"a factor is above 0, not {one.factor}")
    if one.edges and not 0 <= min(one.edges) <= max(one.edges) < roads.edges:
        raise BadInput("conditions", number, f"edges are 0 to {roads.edges - 1}")


def _touched(roads: RoadMap, one: Condition) -> Array:
    if one.polygon is None and not one.edges:
        return np.arange(roads.edges)
    inside = edges_touching(roads, one.polygon) if one.polygon is not None else np.zeros(0, np.int64)
    return np.union1d(np.array(one.edges, np.int64), inside)


def _inside(points: Array, ring: Array) -> Array:
    """Whether points lie inside, by the parity of crossings."""
    odd = np.zeros(len(points), bool)
    for (y1, x1), (y2, x2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if y1 != y2:
            spans = (points[:, 0] < y1) != (points[:, 0] < y2)
            odd ^= spans & (points[:, 1] < x1 + (points[:, 0] - y1) * (x2 - x1) / (y2 - y1))
    return odd


def _crosses(start: Array, end: Array, ring: Array) -> Array:
    """Whether segments meet any side of the ring."""
    met = np.zeros(len(start), bool)
    for one, other in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        met |= (_side(one, other, start) * _side(one, other, end) <= 0) & (
            _side(start, end, one) * _side(start, end, other) <= 0
        )
    return met


def _side(origin: Array, towards: Array, point: Array) -> Array:
    first, second = towards - origin, point - origin
    return first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]
