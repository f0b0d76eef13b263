"""The roads one profile can travel now: times, distances, ways and reach between any places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from gridward.engine.problems import BadInput
from gridward.engine.travel.conditions import Condition, factors
from gridward.engine.travel.matrix import Array, Matrix, checked_points
from gridward.engine.travel.osm import RoadMap
from gridward.engine.travel.profiles import Profile, profile
from gridward.engine.travel.search import NEVER, labels, many_to_many, packed, ring_size, share, unpacked
from gridward.engine.travel.snapping import Snapper, Spots


@dataclass(frozen=True)
class Network:
    """n nodes and A arcs in CSR form, with keys that say how long each arc takes under the conditions that hold."""

    roads: RoadMap
    profile: Profile
    begin: Array  # [n + 1] arcs of node v are begin[v] .. begin[v + 1]
    to: Array  # [A] node
    arc: Array  # [A] arc of the map: edge e along = e, against = e + E
    key: Array  # [A] search.packed of time and distance now
    usual_s: Array  # [A] time without conditions
    place: Array  # [2E] where the map's arc stands, -1 where it cannot be travelled
    tail: Array  # [2E] node it leaves, -1
    head: Array  # [2E] node it leads to, -1
    snapper: Snapper
    most_gap_m: float
    source: str = "roads"

    def under(self, conditions: Iterable[Condition], at_s: float = 0.0) -> Network:
        """The same roads under these conditions (and no others) at a moment; conditions during a trip do not change."""
        factor = factors(self.roads, conditions, self.profile.name, at_s).reshape(-1)[self.arc]
        length_m = self.roads.length_m[self.arc % self.roads.edges]
        return replace(self, key=packed(self.usual_s * factor, length_m))

    def snap(self, points: Any, name: str = "points") -> Spots:
        """Points [n, 2] put on the nearest road of the connected whole; raises BadInput for one that is too far off."""
        given = checked_points(points, name)
        spots = self.snapper.snap(given)
        if (spots.gap_m > self.most_gap_m).any():
            item = int((spots.gap_m > self.most_gap_m).argmax())
            raise BadInput(name, item, f"{spots.gap_m[item]:.0f} m from the nearest road for {self.profile.name}")
        return spots

    def matrix(self, from_points: Any, to_points: Any) -> Matrix:
        """Travel from n points to m points [., 2] by the quickest way; inf where there is none."""
        key = self.keys(self.snap(from_points, "from_points"), self.snap(to_points, "to_points"))
        return Matrix(*unpacked(key), self.source)

    def keys(self, starts: Spots, ends: Spots) -> Array:
        """[n, m] packed time and distance of the quickest way between spots."""
        found = self.search(*self.seeds(starts), *self.ends(ends))
        return np.minimum(found, self.same_edge(starts, ends))

    def keys_back(self, starts: Spots, ends: Spots) -> Array:
        """The same, by one search backwards from each end: cheaper where there are fewer ends than starts."""
        found = self.search_back(*self.seeds(starts), *self.ends(ends))
        return np.minimum(found, self.same_edge(starts, ends))

    def search(self, seed: Array, seed_key: Array, end: Array, end_key: Array) -> Array:
        """[n, m] keys from pairs of nodes [n, 2] with a key each to pairs of nodes [m, 2] with a key each."""
        ring = ring_size(self.key, seed_key)
        return many_to_many(self.begin, self.to, self.key, seed, seed_key, end, end_key, ring)

    def search_back(self, seed: Array, seed_key: Array, end: Array, end_key: Array) -> Array:
        """The same answer, searched backwards from the ends."""
        begin, to, key, _arc = self.reversed_arcs
        return many_to_many(begin, to, key, end, end_key, seed, seed_key, ring_size(key, end_key)).T

    def seeds(self, spots: Spots) -> tuple[Array, Array]:
        """Nodes [n, 2] that spots lead to, along and against their edge, and the keys of getting there."""
        along, against = spots.edge, spots.edge + self.roads.edges
        key = np.stack([share(self.arc_key(along), 1 - spots.part), share(self.arc_key(against), spots.part)], axis=1)
        return np.maximum(np.stack([self.head[along], self.head[against]], axis=1), 0), key

    def ends(self, spots: Spots) -> tuple[Array, Array]:
        """Nodes [n, 2] that spots are reached from, and the keys of the last step."""
        along, against = spots.edge, spots.edge + self.roads.edges
        key = np.stack([share(self.arc_key(along), spots.part), share(self.arc_key(against), 1 - spots.part)], axis=1)
        return np.maximum(np.stack([self.tail[along], self.tail[against]], axis=1), 0), key

    def arc_key(self, arc: Array) -> Array:
        """Keys of the map's arcs now, NEVER where they cannot be travelled."""
        place = self.place[arc]
        return np.where(place >= 0, self.key[place], NEVER)

    def same_edge(self, starts: Spots, ends: Spots) -> Array:
        """[n, m] keys of going straight along a shared edge; NEVER for all others."""
        found = np.full((len(starts.edge), len(ends.edge)), NEVER)
        s, t = np.nonzero(starts.edge[:, None] == ends.edge)
        ahead = ends.part[t] - starts.part[s]
        arc = starts.edge[s] + np.where(ahead < 0, self.roads.edges, 0)
        found[s, t] = share(self.arc_key(arc), np.abs(ahead))
        return found

    def labels_from(self, spots: Spots, most_s: float = np.inf) -> Array:
        """[n, nodes] keys of every node from each spot, complete up to `most_s`."""
        seed, seed_key = self.seeds(spots)
        most = NEVER if most_s == np.inf else int(packed(np.array(most_s), np.array(0.0)))
        return labels(self.begin, self.to, self.key, seed, seed_key, most, ring_size(self.key, seed_key))

    @cached_property
    def reversed_arcs(self) -> tuple[Array, Array, Array, Array]:
        """begin, to, key and the map's arc of the same graph with every arc turned round."""
        tail = np.repeat(np.arange(len(self.begin) - 1), np.diff(self.begin))
        order = np.argsort(self.to, kind="stable")
        begin = np.searchsorted(self.to[order], np.arange(len(self.begin)))
        return begin, tail[order].astype(self.to.dtype), self.key[order], self.arc[order]


def network(roads: RoadMap, name: str = "car", most_gap_m: float = 2_000.0) -> Network:
    """The roads of a map that a profile can travel.

    Raises: BadInput for an unknown profile, or a map without a road for it.
    """
    who = profile(name)
    speed_ms = roads.speed_ms[who.name].reshape(-1)
    arc = np.flatnonzero(speed_ms > 0)
    if not len(arc):
        raise BadInput("roads", None, f"the map holds no road for {who.name}")
    tail, head = (side.reshape(-1) for side in _node_ends(roads, who))
    used, ends = np.unique(np.concatenate([tail[arc], head[arc]]), return_inverse=True)
    tail_of, head_of = ends[: len(arc)], ends[len(arc) :]
    order = np.lexsort((arc, tail_of))
    arc, tail_of, head_of = arc[order], tail_of[order], head_of[order]
    length_m = roads.length_m[arc % roads.edges]
    usual_s = length_m / speed_ms[arc] + _delay_s(roads, who, arc, head_of, tail_of)
    place, tail, head = (np.full(2 * roads.edges, -1) for _ in range(3))
    place[arc], tail[arc], head[arc] = np.arange(len(arc)), tail_of, head_of
    return Network(
        roads=roads,
        profile=who,
        begin=np.searchsorted(tail_of, np.arange(len(used) + 1)),
        to=head_of.astype(np.int32),
        arc=arc,
        key=packed(usual_s, length_m),
        usual_s=usual_s,
        place=place,
        tail=tail,
        head=head,
        snapper=Snapper(roads, _connected_edges(roads, arc, tail_of, head_of, len(used))),
        most_gap_m=most_gap_m,
    )


def _node_ends(roads: RoadMap, who: Profile) -> tuple[Array, Array]:
    """[2, E] tail and head of every arc; at a barrier each edge ends in a dead end of its own, but not on foot."""
    start, end = roads.edge_from, roads.edge_to
    if not who.on_foot:
        own = roads.nodes + 2 * np.arange(roads.edges)
        start, end = np.where(roads.barred[start], own, start), np.where(roads.barred[end], own + 1, end)
    return np.stack([start, end]), np.stack([end, start])


def _delay_s(roads: RoadMap, who: Profile, arc: Array, head: Array, tail: Array) -> Array:
    """[A] time lost at the node each arc leads to: a signal, giving way to a greater road, or a plain junction."""
    edge = arc % roads.edges
    end = np.where(arc < roads.edges, roads.edge_to[edge], roads.edge_from[edge])
    rank = roads.road_class[edge]
    greatest = np.full(max(int(head.max()), int(tail.max())) + 1, 99)
    np.minimum.at(greatest, head, rank)
    np.minimum.at(greatest, tail, rank)
    ways = np.bincount(np.unique(np.stack([head, edge]), axis=1)[0], minlength=len(greatest))
    ways = np.maximum(ways, np.bincount(np.unique(np.stack([tail, edge]), axis=1)[0], minlength=len(greatest)))
    plain = np.where(ways[head] > 2, np.where(rank > greatest[head], who.yield_s, who.junction_s), 0.0)
    return np.where(roads.signal[end], who.signal_s, plain)


def _connected_edges(roads: RoadMap, arc: Array, tail: Array, head: Array, nodes: int) -> Array:
    """Edges of the largest set of nodes that all reach each other: what a point may be put on."""
    graph = csr_matrix((np.ones(len(arc), np.int8), (tail, head)), shape=(nodes, nodes))
    part = connected_components(graph, directed=True, connection="strong")[1]
    main = np.bincount(part).argmax()
    return np.unique(arc[(part[tail] == main) & (part[head] == main)] % roads.edges)
