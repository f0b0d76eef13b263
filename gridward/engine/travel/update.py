"""A table of travel times kept true while conditions change: only what a change can have touched is searched again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gridward.engine.problems import BadInput
from gridward.engine.travel.matrix import Array, Matrix
from gridward.engine.travel.network import Network
from gridward.engine.travel.search import NEVER, unpacked
from gridward.engine.travel.snapping import Spots


@dataclass(frozen=True)
class Table:
    """Travel between n starts and m ends on a network; `key` is [n, m] packed, `searched` how many searches it took."""

    network: Network
    starts: Spots
    ends: Spots
    key: Array
    searched: int

    @property
    def matrix(self) -> Matrix:
        """Times and distances."""
        return Matrix(*unpacked(self.key), self.network.source)

    def on(self, network: Network) -> tuple[Table, Array]:
        """The same table on the same roads under other conditions, and [n, m] which pairs changed."""
        if network.roads is not self.network.roads or network.profile != self.network.profile:
            raise BadInput("network", None, "a table stays on the roads and profile it was made for")
        arcs = np.flatnonzero(network.key != self.network.key)
        rows, columns = self._to_search(network, arcs)
        key = self.key.copy()
        key[:, columns] = network.keys_back(self.starts, _some(self.ends, columns))
        key[rows] = network.keys(_some(self.starts, rows), self.ends)
        return Table(network, self.starts, self.ends, key, len(rows) + len(columns)), key != self.key

    def _to_search(self, network: Network, arcs: Array) -> tuple[Array, Array]:
        """Starts and ends whose searches, forward and backward, cover every pair that can have changed."""
        edges = np.unique(network.arc[arcs] % network.roads.edges)
        rows, columns = np.isin(self.starts.edge, edges), np.isin(self.ends.edge, edges)
        if 3 * len(np.unique(network.arc[arcs])) > len(rows):
            return np.arange(len(rows)), np.zeros(0, np.int64)
        pairs = self._touched(network, arcs)
        pairs[rows] = pairs[:, columns] = False
        some = pairs.any(axis=1)
        often = pairs.sum(axis=0) > some.sum() / 2
        rest = pairs[:, ~often].any(axis=1)
        if often.sum() + rest.sum() < some.sum():
            columns, some = columns | often, rest
        return np.flatnonzero(rows | some), np.flatnonzero(columns)

    def _touched(self, network: Network, arcs: Array) -> Array:
        """[n, m] pairs whose quickest way used an arc that is slower now, or may use one that is quicker.

        A quicker way has a first quicker arc: up to it the old labels hold, after it the new ones. Others keep theirs.
        """
        first, copy = np.unique(np.stack([network.arc[arcs], network.to[arcs]]), axis=1, return_inverse=True)
        copies = np.full((first.shape[1], int(np.bincount(copy).max(initial=1))), -1)
        copies[copy, _nth(copy)] = arcs
        turn = np.where(copies < 0, NEVER, network.turn[copies])
        head = first[1][:, None].astype(np.int64)
        old, new = self.network.arc_key(first[0]), network.arc_key(first[0])
        to_tail = self.network.search_back(*self.network.seeds(self.starts), network.tail[copies], turn)
        to_tail = _bounded(to_tail)
        pairs = np.zeros(self.key.shape, bool)
        for slower, net, key in ((True, self.network, old), (False, network, new)):
            of = np.flatnonzero((new > old) if slower else (new < old))
            onward = _bounded(net.search(head[of], np.zeros_like(head[of]), *net.ends(self.ends)))
            for at, arc in enumerate(of):
                through = to_tail[:, arc, None] + _bounded(key[arc]) + onward[at]
                pairs |= (through == self.key) if slower else (through < _bounded(self.key))
        return pairs


def _nth(group: Array) -> Array:
    """How many of the same group stand before each."""
    order = np.argsort(group, kind="stable")
    sorted_ = group[order]
    found = np.empty(len(group), np.int64)
    found[order] = np.arange(len(group)) - np.searchsorted(sorted_, sorted_)
    return found


FAR = 1 << 60
"""Farther than any way, and three of them still fit an int64."""


def _bounded(key: Array) -> Array:
    return np.minimum(key, FAR)


def table(network: Network, from_points: Any, to_points: Any) -> Table:
    """Travel from n points to m points, to be kept while conditions change."""
    starts, ends = network.snap(from_points, "from_points"), network.snap(to_points, "to_points")
    return Table(network, starts, ends, network.keys(starts, ends), len(starts.edge))


def _some(spots: Spots, rows: Array) -> Spots:
    return Spots(spots.edge[rows], spots.part[rows], spots.point[rows], spots.gap_m[rows])
