"""Ways to draw: the road from one place to another, and how far one gets in a given time."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gridward.engine.problems import BadInput
from gridward.engine.travel.matrix import Array
from gridward.engine.travel.network import Network
from gridward.engine.travel.search import NEVER, unpacked
from gridward.engine.travel.snapping import Spots


@dataclass(frozen=True)
class Way:
    """One way: `points` [k, 2] latitude, longitude; `arcs` of the map in order; inf and empty if there is none."""

    time_s: float
    distance_m: float
    points: Array
    arcs: Array


@dataclass(frozen=True)
class Reach:
    """Road pieces reached from a place within a time.

    `edge` — [r] of the map; `part_from`, `part_to` — [r] the piece of it; `time_s` — [r] to its far end.
    """

    edge: Array
    part_from: Array
    part_to: Array
    time_s: Array

    def lines(self, net: Network) -> list[Array]:
        """Each piece as points [k, 2] latitude, longitude to draw."""
        pieces = zip(self.edge, self.part_from, self.part_to, strict=True)
        return [_piece(net, int(edge), float(start), float(end)) for edge, start, end in pieces]


def ways(net: Network, from_points: Any, to_points: Any) -> list[Way]:
    """The quickest way of each of n pairs of points [n, 2]; the shortest among equally quick ones."""
    starts, ends = net.snap(from_points, "from_points"), net.snap(to_points, "to_points")
    if len(starts.edge) != len(ends.edge):
        raise BadInput("to_points", None, f"{len(ends.edge)} ends for {len(starts.edge)} starts")
    return [_way(net, _one(starts, at), _one(ends, at)) for at in range(len(starts.edge))]


def reach(net: Network, point: Any, within_s: float) -> Reach:
    """The road pieces one can get to from a point (latitude, longitude) within a time above 0."""
    if not within_s > 0:
        raise BadInput("within_s", None, f"a time is above 0, not {within_s}")
    spot = net.snap([point], "point")
    time_s = unpacked(net.labels_from(spot, within_s)[0])[0]
    turned_s = time_s[net.tail] + unpacked(net.turn)[0]
    first = _quickest(net.arc, turned_s)
    arc, tail, arc_s = net.arc[first], turned_s[first], unpacked(net.arc_key(net.arc[first]))[0]
    open_from = np.isfinite(arc_s) & (tail < within_s)
    arc, tail, arc_s = arc[open_from], tail[open_from], arc_s[open_from]
    arc_s = np.maximum(arc_s * net.moving[net.place[arc]], 1e-9)
    far = np.minimum((within_s - tail) / arc_s, 1.0)
    edge, back = arc % net.roads.edges, arc >= net.roads.edges
    pieces = [np.where(back, 1 - far, 0.0), np.where(back, 1.0, far), tail + far * arc_s]
    own = _own_edge(net, spot, within_s)
    edge = np.concatenate([edge, own[0]])
    part_from, part_to, end_s = (np.concatenate([one, mine]) for one, mine in zip(pieces, own[1:], strict=True))
    return Reach(edge, part_from, part_to, end_s)


def _quickest(arc: Array, time_s: Array) -> Array:
    """Places of the arcs of the map, each the one of its copies that is reached first."""
    order = np.lexsort((time_s, arc))
    return order[np.unique(arc[order], return_index=True)[1]]


def _own_edge(net: Network, spot: Spots, within_s: float) -> tuple[Array, Array, Array, Array]:
    """The two pieces of the road the point itself is on."""
    arcs = np.array([spot.edge[0], spot.edge[0] + net.roads.edges])
    time_s = unpacked(net.part_key(arcs, np.array([1 - spot.part[0], spot.part[0]])))[0]
    open_to = np.isfinite(time_s)
    far = np.where(open_to, np.minimum(within_s / np.maximum(time_s, 1e-9), 1.0), 0.0)
    part = spot.part[0]
    start, end = np.array([part, part * (1 - far[1])]), np.array([part + (1 - part) * far[0], part])
    reached_s = np.where(open_to, np.minimum(time_s, within_s), np.inf)
    return np.repeat(spot.edge, 2)[open_to], start[open_to], end[open_to], reached_s[open_to]


def _way(net: Network, start: Spots, end: Spots) -> Way:
    label = net.labels_from(start)[0]
    nodes, keys = net.ends(end)
    reached = np.where((label[nodes[0]] < NEVER) & (keys[0] < NEVER), label[nodes[0]] + keys[0], NEVER)
    direct = int(net.same_edge(start, end)[0, 0])
    side = int(reached.argmin())
    if min(direct, int(reached[side])) >= NEVER:
        return Way(np.inf, np.inf, np.zeros((0, 2)), np.zeros(0, np.int64))
    edges = net.roads.edges
    if direct <= reached[side]:
        forward = end.part[0] >= start.part[0]
        points = _piece(net, int(start.edge[0]), *sorted((float(start.part[0]), float(end.part[0]))))
        arcs = np.array([start.edge[0] + (0 if forward else edges)])
        return Way(*map(float, unpacked(np.array(direct))), points if forward else points[::-1], arcs)
    against = side // (nodes.shape[1] // 2)
    arcs, out = _arcs_back(net, start, label, int(nodes[0, side]))
    first, last = int(start.edge[0]) + out * edges, int(end.edge[0]) + against * edges
    pieces = [_cut_arc(net, first, float(start.part[0]), True), *(_arc_points(net, arc) for arc in arcs)]
    pieces.append(_cut_arc(net, last, float(end.part[0]), False))
    points = np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
    driven = [*arcs] if net.at_ends(start)[0, 1 - out] else [first, *arcs]
    driven += [] if net.at_ends(end)[0, against] else [last]
    return Way(*map(float, unpacked(np.array(reached[side]))), points, np.array(driven, np.int64))


def _arcs_back(net: Network, start: Spots, label: Array, node: int) -> tuple[list[int], int]:
    """Arcs of the map from where the start's own road is left to a node, and whether that is along it (0) or not."""
    begin, tail, key, arc = net.reversed_arcs
    seed, seed_key = (side[0].tolist() for side in net.seeds(start))
    seeds = list(zip(seed, seed_key, strict=True))
    found: list[int] = []
    while (node, int(label[node])) not in seeds:
        into = slice(begin[node], begin[node + 1])
        fits = np.flatnonzero((key[into] < NEVER) & (label[tail[into]] + key[into] == label[node]))
        step = begin[node] + int(fits[0])
        found.append(int(arc[step]))
        node = int(tail[step])
    return found[::-1], seeds.index((node, int(label[node])))


def _cut_arc(net: Network, arc: int, part: float, after: bool) -> Array:
    """What lies of an arc after, or before, a part of its edge, in the direction of travel."""
    edge, back = arc % net.roads.edges, arc >= net.roads.edges
    points = _piece(net, edge, part, 1.0) if after != back else _piece(net, edge, 0.0, part)
    return points[::-1] if back else points


def _arc_points(net: Network, arc: int) -> Array:
    edge = arc % net.roads.edges
    points = net.roads.shape[net.roads.shape_from[edge] : net.roads.shape_from[edge + 1]]
    return points[::-1] if arc >= net.roads.edges else points


def _piece(net: Network, edge: int, part_from: float, part_to: float) -> Array:
    """Points of an edge between two parts of its length."""
    points = net.roads.shape[net.roads.shape_from[edge] : net.roads.shape_from[edge + 1]]
    step = np.sqrt((((points[1:] - points[:-1]) * [1.0, np.cos(np.radians(points[0, 0]))]) ** 2).sum(axis=1))
    along = np.concatenate([[0.0], np.cumsum(step)]) / max(float(step.sum()), 1e-12)
    inside = points[(along > part_from) & (along < part_to)]
    ends = np.stack([np.interp([part_from, part_to], along, points[:, axis]) for axis in range(2)], axis=1)
    return np.concatenate([ends[:1], inside, ends[1:]])


def _one(spots: Spots, at: int) -> Spots:
    pick = slice(at, at + 1)
    return Spots(spots.edge[pick], spots.part[pick], spots.point[pick], spots.gap_m[pick])
