"""The roads one profile can travel now: times, distances, ways and reach between any places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, reverse_cuthill_mckee

from gridward.engine.problems import BadInput
from gridward.engine.travel.conditions import Condition, factors
from gridward.engine.travel.junctions import Arcs, Split, split
from gridward.engine.travel.matrix import Array, Matrix, checked_points
from gridward.engine.travel.osm import RoadMap
from gridward.engine.travel.profiles import Profile, profile
from gridward.engine.travel.search import NEVER, SHIFT, labels, many_to_many, packed, share, unpacked
from gridward.engine.travel.snapping import Snapper, Spots
from gridward.engine.travel.turn_times import turn_s

AT_NODE_M = 0.5
"""A place this near to a junction is at it."""


@dataclass(frozen=True)
class Network:
    """n nodes and A arcs in CSR form, with keys that say how long each arc takes under the conditions that hold.

    A junction may be several nodes, and an arc of the map several arcs from and to them: see junctions.py.
    """

    roads: RoadMap
    profile: Profile
    begin: Array  # [n + 1] arcs of node v are begin[v] .. begin[v + 1]
    to: Array  # [A] node
    arc: Array  # [A] arc of the map: edge e along = e, against = e + E
    key: Array  # [A] search.packed of time and distance now, with the turn into it
    turn: Array  # [A] of that, for turning
    usual_s: Array  # [A] time without conditions
    moving: Array  # [A] share of it between junctions, the rest is lost at the one it leads to
    place: Array  # [2E] where the map's arc stands (its first), -1 where it cannot be travelled
    entries: Array  # [2E, .] where all its copies stand, each with a tail of its own, -1
    head: Array  # [2E] node it leads to for a trip that begins on it, -1
    setting_out: Array  # [2, E] node for a trip that begins at the first, the last end of an edge, -1
    arriving: Array  # [2, E, .] nodes where a trip that ends there may be, -1
    snapper: Snapper
    most_gap_m: float
    source: str = "roads"

    def under(self, conditions: Iterable[Condition], at_s: float = 0.0) -> Network:
        """The same roads under these conditions (and no others) at a moment; conditions during a trip do not change."""
        factor = factors(self.roads, conditions, self.profile.name, at_s).reshape(-1)
        length_m = self.roads.length_m[self.arc % self.roads.edges]
        key = packed(self.usual_s * factor[self.arc], length_m)
        return replace(self, key=np.where(key < NEVER, key + self.turn, NEVER))

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
        """[n, m] keys from sets of nodes [n, .] with a key each to sets of nodes [m, .] with a key each."""
        return many_to_many(self.begin, self.to, self.key, seed, seed_key, *_soonest_first(end, end_key))

    def search_back(self, seed: Array, seed_key: Array, end: Array, end_key: Array) -> Array:
        """The same answer, searched backwards from the ends."""
        begin, to, key, _arc = self.reversed_arcs
        return many_to_many(begin, to, key, end, end_key, *_soonest_first(seed, seed_key)).T

    def seeds(self, spots: Spots) -> tuple[Array, Array]:
        """Nodes [n, 2] that spots lead to, along and against their edge, and the keys of getting there.

        A spot at a junction is there at once, whichever way its edge may be travelled.
        """
        arcs = np.stack([spots.edge, spots.edge + self.roads.edges], axis=1)
        gone = np.stack([spots.part, 1 - spots.part], axis=1)
        node, key = self.head[arcs], share(self.arc_key(arcs), 1 - self.moving[self.place[arcs]] * gone, 1 - gone)
        at = self.at_ends(spots)[:, ::-1]
        node = np.where(at, self.setting_out[::-1, spots.edge].T, node)
        return np.maximum(node, 0), np.where(at, 0, key)

    def ends(self, spots: Spots) -> tuple[Array, Array]:
        """Nodes [n, 2k] that spots are reached from, k along and k against, and the keys of the last step."""
        arcs = np.stack([spots.edge, spots.edge + self.roads.edges], axis=1)
        key = self.part_key(arcs, np.stack([spots.part, 1 - spots.part], axis=1))
        at = self.at_ends(spots)[:, :, None]
        entry = self.entries[arcs]
        node = np.where(at, self.arriving[:, spots.edge].swapaxes(0, 1), np.where(entry < 0, -1, self.tail[entry]))
        last = np.where(key[:, :, None] < NEVER, key[:, :, None] + self.turn[entry], NEVER)
        found = np.where(node < 0, NEVER, np.where(at, 0, last))
        shape = (len(arcs), 2 * self.entries.shape[1])
        return np.maximum(node, 0).reshape(shape), found.reshape(shape)

    def at_ends(self, spots: Spots) -> Array:
        """[n, 2] whether spots are at the first and at the last end of their edge."""
        length_m = self.roads.length_m[spots.edge]
        return np.stack([spots.part * length_m, (1 - spots.part) * length_m], axis=1) <= AT_NODE_M

    def arc_key(self, arc: Array) -> Array:
        """Keys of the map's arcs now without the turn into them, NEVER where they cannot be travelled."""
        place = self.place[arc]
        return np.where((place >= 0) & (self.key[place] < NEVER), self.key[place] - self.turn[place], NEVER)

    def part_key(self, arc: Array, part: Array) -> Array:
        """Keys of driving a part of the map's arcs, short of the junction at their end."""
        return share(self.arc_key(arc), self.moving[self.place[arc]] * part, part)

    def same_edge(self, starts: Spots, ends: Spots) -> Array:
        """[n, m] keys of going straight along a shared edge; NEVER for all others."""
        found = np.full((len(starts.edge), len(ends.edge)), NEVER)
        s, t = np.nonzero(starts.edge[:, None] == ends.edge)
        ahead = ends.part[t] - starts.part[s]
        arc = starts.edge[s] + np.where(ahead < 0, self.roads.edges, 0)
        found[s, t] = self.part_key(arc, np.abs(ahead))
        return found

    def labels_from(self, spots: Spots, most_s: float = np.inf) -> Array:
        """[n, nodes] keys of every node from each spot, complete up to `most_s`."""
        seed, seed_key = self.seeds(spots)
        most = NEVER if most_s == np.inf else int(packed(np.array(most_s), np.array(0.0)))
        return labels(self.begin, self.to, self.key, seed, seed_key, most)

    @cached_property
    def tail(self) -> Array:
        """[A] node each arc leaves."""
        return np.repeat(np.arange(len(self.begin) - 1), np.diff(self.begin))

    @cached_property
    def reversed_arcs(self) -> tuple[Array, Array, Array, Array]:
        """begin, to, key and the map's arc of the same graph with every arc turned round."""
        order = np.argsort(self.to, kind="stable")
        begin = np.searchsorted(self.to[order], np.arange(len(self.begin)))
        return begin, self.tail[order].astype(self.to.dtype), self.key[order], self.arc[order]


def _soonest_first(node: Array, key: Array) -> tuple[Array, Array]:
    order = np.argsort(key, axis=1, kind="stable")
    return np.take_along_axis(node, order, axis=1), np.take_along_axis(key, order, axis=1)


def network(roads: RoadMap, name: str = "car", most_gap_m: float = 2_000.0) -> Network:
    """The roads of a map that a profile can travel.

    Raises: BadInput for an unknown profile, or a map without a road for it, or with none that leads back.
    """
    who = profile(name)
    speed_ms = roads.speed_ms[who.name].reshape(-1)
    arc = np.flatnonzero(speed_ms > 0)
    if not len(arc):
        raise BadInput("roads", None, f"the map holds no road for {who.name}")
    tail, head = (side.reshape(-1) for side in _node_ends(roads, who))
    used, ends = np.unique(np.concatenate([tail[arc], head[arc]]), return_inverse=True)
    ends = _side_by_side(ends[: len(arc)], ends[len(arc) :], len(used))[ends]
    tail, head = ends[: len(arc)], ends[len(arc) :]
    driven_s = roads.length_m[arc % roads.edges] / speed_ms[arc]
    lost_s = _delay_s(roads, who, arc, head, tail)
    kept, main = _kept(roads, who, arc, tail, head, len(used))
    edge, along = arc % roads.edges, arc < roads.edges
    apart = split(Arcs(tail, head, edge, kept[edge], _banned(roads, who, arc), not who.on_foot), len(used))
    at_ends = np.full((2, roads.edges), -1)
    at_ends[0, edge], at_ends[1, edge] = np.where(along, tail, head), np.where(along, head, tail)
    turned_s = turn_s(roads, who, np.where(apart.after < 0, -1, arc[apart.after]), arc[apart.of])
    rows = _rows(roads, arc, driven_s, lost_s, turned_s, apart)
    arriving = _arriving(apart, at_ends, kept, len(used))
    width = max(arriving.shape[2], rows["entries"].shape[1])
    whole = _connected_edges(edge, apart, main)
    if not len(whole):
        raise BadInput("roads", None, f"no road for {who.name} leads anywhere and back")
    arriving, rows["entries"] = _wide(arriving, width), _wide(rows["entries"], width)
    return Network(
        roads=roads,
        profile=who,
        setting_out=np.where(at_ends >= 0, apart.start[kept.astype(np.int64), np.maximum(at_ends, 0)], -1),
        arriving=arriving,
        snapper=Snapper(roads, whole),
        most_gap_m=most_gap_m,
        **rows,
    )


def _side_by_side(tail: Array, head: Array, nodes: int) -> Array:
    """[nodes] new numbers, near ones for junctions near each other, so that a search finds its next labels at hand."""
    graph = csr_matrix((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes))
    number = np.empty(nodes, np.int64)
    number[reverse_cuthill_mckee(graph)] = np.arange(nodes)
    return number


def _rows(
    roads: RoadMap, arc: Array, driven_s: Array, lost_s: Array, turned_s: Array, apart: Split
) -> dict[str, Array]:
    """The graph in CSR form, and where the map's arcs are in it."""
    order = np.lexsort((apart.of, apart.tail))
    tail, of, usual_s = apart.tail[order], apart.of[order], driven_s + lost_s
    entries = _slots(arc[of], tail, 2 * roads.edges)
    turn = (np.rint(turned_s[order] * 100.0).astype(np.int64)) << SHIFT
    head = np.full(2 * roads.edges, -1)
    head[arc] = apart.first
    return {
        "begin": np.searchsorted(tail, np.arange(apart.nodes + 1)),
        "to": apart.head[order].astype(np.int32),
        "arc": arc[of],
        "key": packed(usual_s[of], roads.length_m[arc[of] % roads.edges]) + turn,
        "turn": turn,
        "usual_s": usual_s[of],
        "moving": (driven_s / np.maximum(usual_s, 1e-9))[of],
        "place": entries[:, 0],
        "entries": entries,
        "head": head,
    }


def _slots(row: Array, value: Array, rows: int) -> Array:
    """[rows, .] where the different values of each row stand, smallest first, -1 where there are no more."""
    order = np.lexsort((value, row))
    value, row = value[order], row[order]
    fresh = np.append(True, (row[1:] != row[:-1]) | (value[1:] != value[:-1]))[: len(row)]
    order, value, row = order[fresh], value[fresh], row[fresh]
    begin = np.searchsorted(row, np.arange(rows + 1))
    table = np.full((rows, int(np.diff(begin).max(initial=1))), -1)
    table[row, np.arange(len(row)) - begin[row]] = order
    return table


def _arriving(apart: Split, at_ends: Array, kept: Array, junctions: int) -> Array:
    """[2, E, .] nodes where a trip that ends at the end of an edge may be: on a kept road also by a kept road."""
    public = np.flatnonzero(~apart.arrived)
    anyhow = _slots(apart.junction, np.arange(apart.nodes), junctions)
    by_public = _slots(apart.junction[public], public, junctions)
    by_public = _wide(np.where(by_public < 0, -1, public[by_public]), anyhow.shape[1])
    at = np.maximum(at_ends, 0)
    return np.where(at_ends[:, :, None] >= 0, np.where(kept[:, None], anyhow[at], by_public[at]), -1)


def _wide(table: Array, width: int) -> Array:
    more = [(0, 0)] * (table.ndim - 1) + [(0, width - table.shape[-1])]
    return np.pad(table, more, constant_values=-1)


def _node_ends(roads: RoadMap, who: Profile) -> tuple[Array, Array]:
    """[2, E] tail and head of every arc; at a barrier each edge ends in a dead end of its own, but not on foot."""
    start, end = roads.edge_from, roads.edge_to
    if not who.on_foot:
        own = roads.nodes + 2 * np.arange(roads.edges)
        start, end = np.where(roads.barred[start], own, start), np.where(roads.barred[end], own + 1, end)
    return np.stack([start, end]), np.stack([end, start])


def _delay_s(roads: RoadMap, who: Profile, arc: Array, head: Array, tail: Array) -> Array:
    """[A] time lost at the node each arc leads to: a signal, giving way to a greater road, a plain junction, a gate."""
    edge = arc % roads.edges
    end = np.where(arc < roads.edges, roads.edge_to[edge], roads.edge_from[edge])
    rank = roads.road_class[edge]
    greatest = np.full(max(int(head.max()), int(tail.max())) + 1, 99)
    np.minimum.at(greatest, head, rank)
    np.minimum.at(greatest, tail, rank)
    ways = np.bincount(np.unique(np.stack([head, edge]), axis=1)[0], minlength=len(greatest))
    ways = np.maximum(ways, np.bincount(np.unique(np.stack([tail, edge]), axis=1)[0], minlength=len(greatest)))
    plain = np.where(ways[head] > 2, np.where(rank > greatest[head], who.yield_s, who.junction_s), 0.0)
    gated = roads.gated[end] if len(roads.gated) else np.zeros(len(end), bool)
    return np.where(roads.signal[end], who.signal_s, plain) + np.where(gated, who.gate_s, 0.0)


def _kept(roads: RoadMap, who: Profile, arc: Array, tail: Array, head: Array, nodes: int) -> tuple[Array, Array]:
    """[E] whether an edge is only for its own places: by its tags, up to a gate, or where only such edges lead; and
    [A] whether an arc is of the connected whole of the others.
    """
    kept = roads.kept.get(who.name, np.zeros(roads.edges, bool))
    if len(roads.gated) and not who.on_foot:
        kept = kept | roads.gated[roads.edge_from] | roads.gated[roads.edge_to]
    edge = arc % roads.edges
    if kept[edge].all():
        kept = np.zeros(roads.edges, bool)
    public = ~kept[edge]
    whole = _largest(tail[public], head[public], nodes)
    main = public & whole[tail] & whole[head]
    if not public.all():
        kept = ~np.isin(np.arange(roads.edges), edge[main])
    return kept, main


def _banned(roads: RoadMap, who: Profile, arc: Array) -> Array:
    """[K, 2] which of the arcs may not follow which, by their numbers among the arcs."""
    if who.on_foot:
        return np.zeros((0, 2), np.int64)
    number = np.full(2 * roads.edges, -1)
    number[arc] = np.arange(len(arc))
    pairs = number[roads.banned]
    return pairs[(pairs >= 0).all(axis=1)]


def _largest(tail: Array, head: Array, nodes: int, counted: Array | None = None) -> Array:
    """[nodes] bool, the set of nodes that all reach each other with most nodes, or most of the counted ones."""
    graph = csr_matrix((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes))
    part = connected_components(graph, directed=True, connection="strong")[1]
    return part == np.bincount(part if counted is None else part[counted]).argmax()


def _connected_edges(edge: Array, apart: Split, main: Array) -> Array:
    """Edges that lead to the connected whole and are reached from it: what a point may be put on."""
    hub = int(_largest(apart.tail, apart.head, apart.nodes, np.unique(apart.first[main])).argmax())
    reached = _met(apart.tail, apart.head, hub, apart.nodes)
    leads = _met(apart.head, apart.tail, hub, apart.nodes)
    return np.intersect1d(edge[apart.of[reached[apart.tail]]], edge[leads[apart.first]])


def _met(tail: Array, head: Array, start: int, nodes: int) -> Array:
    """[nodes] bool, what can be got to from a node."""
    graph = csr_matrix((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes))
    met = np.zeros(nodes, bool)
    met[breadth_first_order(graph, start, return_predecessors=False)] = True
    return met
