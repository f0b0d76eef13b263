"""Reading OpenStreetMap: ways cut at junctions into arcs, with what each profile's speed would be on them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium

from gridward.engine.problems import BadInput
from gridward.engine.travel.matrix import Array
from gridward.engine.travel.profiles import CLASSES, PROFILES, bars, gated, kept, road_class, speeds_kmh
from gridward.engine.travel.straight_line import great_circle_m
from gridward.engine.travel.turns import Sign, banned, sign


@dataclass(frozen=True)
class RoadMap:
    """Roads as E edges between N nodes (junctions, dead ends, barriers), each with its shape.

    Every edge is two arcs: arc e along it, arc e + E against it.
    """

    edge_from: Array  # [E] node
    edge_to: Array  # [E] node
    length_m: Array  # [E]
    way: Array  # [E] OpenStreetMap id
    road_class: Array  # [E] index into profiles.CLASSES
    speed_ms: dict[str, Array]  # profile -> [2, E] along and against, 0 = no way
    shape: Array  # [S, 2] latitude, longitude
    shape_from: Array  # [E + 1] shape points of edge e are shape[shape_from[e] : shape_from[e + 1]]
    signal: Array  # [N] bool, traffic lights
    barred: Array  # [N] bool, motor vehicles cannot pass through
    gated: Array = field(default_factory=lambda: np.zeros(0, bool))  # [N] bool, a gate to be opened; empty = none
    kept: dict[str, Array] = field(default_factory=dict[str, Array])  # profile -> [E] bool, only for its own places
    banned: Array = field(default_factory=lambda: np.zeros((0, 2), np.int64))  # [K, 2] arcs that may not follow

    @property
    def edges(self) -> int:
        """E."""
        return len(self.edge_from)

    @property
    def nodes(self) -> int:
        """N."""
        return len(self.signal)


@dataclass
class _Ways:
    """What the file says, way after way; nodes are OpenStreetMap ids."""

    nodes: list[int] = field(default_factory=list[int])
    points: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    begin: list[int] = field(default_factory=lambda: [0])
    way: list[int] = field(default_factory=list[int])
    kind: list[int] = field(default_factory=list[int])
    speeds: list[list[tuple[float, float]]] = field(default_factory=list[list[tuple[float, float]]])
    kept: list[list[bool]] = field(default_factory=list[list[bool]])
    signals: set[int] = field(default_factory=set[int])
    barriers: set[int] = field(default_factory=set[int])
    gates: set[int] = field(default_factory=set[int])
    signs: list[Sign] = field(default_factory=list[Sign])


def read_osm(path: Path | str) -> RoadMap:
    """The roads of an OpenStreetMap file (.osm.pbf, .osm).

    Raises: BadInput if the file cannot be read or holds no road.
    Source: wiki.openstreetmap.org/wiki/PBF_Format, read by libosmium.
    """
    try:
        ways = _collect(path)
    except (RuntimeError, OSError) as wrong:
        raise BadInput("path", None, f"no OpenStreetMap data could be read from {Path(path).name}: {wrong}") from wrong
    if not ways.way:
        raise BadInput("path", None, f"{Path(path).name} holds no road")
    return _cut(ways)


def _collect(path: Path | str) -> _Ways:
    ways = _Ways()
    for thing in _tagged(path):
        tags = dict(thing.tags)
        if thing.is_node():
            if tags.get("highway") == "traffic_signals":
                ways.signals.add(thing.id)
            elif bars(tags):
                ways.barriers.add(thing.id)
            elif gated(tags):
                ways.gates.add(thing.id)
        elif thing.is_way() and (kind := road_class(tags)):
            speeds = [speeds_kmh(one, kind, tags) for one in PROFILES.values()]
            if any(ahead or back for ahead, back in speeds):
                _add(ways, thing, kind, speeds)
                ways.kept += [[kept(one, tags) for one in PROFILES.values()]] * (len(ways.way) - len(ways.kept))
        elif thing.is_relation() and (found := sign(tags, ((one.role, one.type, one.ref) for one in thing.members))):
            ways.signs.append(found)
    return ways


def _tagged(path: Path | str) -> Iterator[osmium.osm.OSMObject]:
    found = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION).with_locations()
    return iter(found.with_filter(osmium.filter.KeyFilter("highway", "barrier", "restriction")))


def _add(ways: _Ways, way: osmium.osm.OSMObject, kind: str, speeds: list[tuple[float, float]]) -> None:
    known = [(node.ref, (node.lat, node.lon)) for node in way.nodes if node.location.valid()]
    if len(known) < 2:
        return
    ways.nodes += [ref for ref, _ in known]
    ways.points += [point for _, point in known]
    ways.begin.append(len(ways.nodes))
    ways.way.append(way.id)
    ways.kind.append(CLASSES.index(kind))
    ways.speeds.append(speeds)


def _cut(ways: _Ways) -> RoadMap:
    """Cut ways at every node that another way, or the same one again, passes, that ends one, or that bars it."""
    refs, node, uses = np.unique(np.array(ways.nodes, np.int64), return_inverse=True, return_counts=True)
    begin = np.array(ways.begin)
    first, last = begin[:-1], begin[1:] - 1
    joint = uses > 1
    joint[node[first]] = joint[node[last]] = True
    barred, signal, gate = (np.isin(refs, sorted(found)) for found in (ways.barriers, ways.signals, ways.gates))
    joint |= barred | signal | gate
    cuts = np.flatnonzero(joint[node])
    of_way = np.searchsorted(begin, cuts, side="right") - 1
    same = of_way[:-1] == of_way[1:]
    start, end, of_way = cuts[:-1][same], cuts[1:][same], of_way[:-1][same]
    number = np.cumsum(joint) - 1
    points = np.array(ways.points)
    step_m = np.concatenate([[0.0], np.cumsum(great_circle_m(points[:-1], points[1:]))])
    size = end - start + 1
    shape_from = np.concatenate([[0], np.cumsum(size)])
    taken = np.repeat(start - shape_from[:-1], size) + np.arange(shape_from[-1])
    speeds, own = np.array(ways.speeds)[of_way] / 3.6, np.array(ways.kept)[of_way]
    edge_from, edge_to, way = number[node[start]], number[node[end]], np.array(ways.way)[of_way]
    node_of = dict(zip(refs[joint].tolist(), range(int(joint.sum())), strict=True))
    return RoadMap(
        edge_from=edge_from,
        edge_to=edge_to,
        length_m=step_m[end] - step_m[start],
        way=way,
        road_class=np.array(ways.kind)[of_way],
        speed_ms={name: np.ascontiguousarray(speeds[:, at].T) for at, name in enumerate(PROFILES)},
        shape=points[taken],
        shape_from=shape_from,
        signal=signal[joint],
        barred=barred[joint],
        gated=gate[joint],
        kept={name: own[:, at] for at, name in enumerate(PROFILES)},
        banned=banned(ways.signs, node_of, edge_from, edge_to, way),
    )
