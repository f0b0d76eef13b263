"""How long a turn takes, by its angle: across the other lane, beside it, sharp, or about.

Source: set beside the times that Valhalla's `auto` costing gives for turns on the map of Heidelberg, told that people
drive on the right there (valhalla.github.io, Dynamic Costing: left turns are dearer there than right ones).
"""

import numpy as np

from gridward.engine.travel.matrix import Array
from gridward.engine.travel.osm import RoadMap
from gridward.engine.travel.profiles import Profile

TURN_DEGREES, SHARP_DEGREES, ABOUT_DEGREES = 45.0, 135.0, 160.0


def turn_s(roads: RoadMap, who: Profile, first: Array, second: Array) -> Array:
    """[T] seconds that it takes to turn from arcs of the map into others; none where the road only bends.

    Parameters: first — [T] arc, -1 = the trip begins there; second — [T] arc.
    """
    if who.on_foot:
        return np.zeros(len(first))
    edges = roads.edges
    driven = (roads.speed_ms[who.name] > 0).any(axis=0)
    ways = np.bincount(np.concatenate([roads.edge_from[driven], roads.edge_to[driven]]), minlength=roads.nodes)
    node = np.where(second < edges, roads.edge_from[second % edges], roads.edge_to[second % edges])
    about = first % edges == second % edges
    angle = (_bearing(roads, second, False) - _bearing(roads, first, True) + 540.0) % 360.0 - 180.0
    size = np.abs(angle)
    turned = np.where(angle < 0, who.left_s, who.right_s)
    found = np.select(
        [about | (size > ABOUT_DEGREES), size > SHARP_DEGREES, size > TURN_DEGREES],
        [who.about_s, who.sharp_s, turned],
        0.0,
    )
    return np.where((first >= 0) & (about | (ways[node] > 2)), found, 0.0)


def _bearing(roads: RoadMap, arc: Array, last: bool) -> Array:
    """Degrees clockwise from north in which an arc's first, or last, stretch leads."""
    edge, back = arc % roads.edges, arc >= roads.edges
    start, end = roads.shape_from[edge], roads.shape_from[edge + 1] - 1
    at_end = back != last
    one = np.where(at_end, end - 1, start)
    step = roads.shape[one + 1] - roads.shape[one]
    step = np.where(back[:, None], -step, step)
    east = step[:, 1] * np.cos(np.radians(roads.shape[one, 0]))
    return np.degrees(np.arctan2(east, step[:, 0]))
