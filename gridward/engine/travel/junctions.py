"""Junctions taken apart by the road one came on, so that a search over nodes keeps to the rules of turning.

Three rules need it: signs ban turns; nobody turns about where there is another way through; and some roads may only be
used to get to a place on them or away from it. Such a road is there twice, once for leaving and once for arriving; no
arc leads from the second back to the public roads.
"""

from dataclasses import dataclass

import numpy as np

from gridward.engine.problems import BadInput
from gridward.engine.travel.matrix import Array

LEAVING, THROUGH, ARRIVING = 0, 1, 2
_GO_ON = np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]], bool)
MOST_WAYS_ON = 62


@dataclass(frozen=True)
class Arcs:
    """A arcs between N junctions: `tail`, `head` — [A] junction; `edge` — [A] the two ways along a road share it;
    `kept` — [A] bool, only for its own places; `banned` — [K, 2] arcs of which the second may not follow the first;
    `driven` — turns take time, and nobody turns about where there is another way through.
    """

    tail: Array
    head: Array
    edge: Array
    kept: Array
    banned: Array
    driven: bool


@dataclass(frozen=True)
class Split:
    """T arcs between nodes, each node standing for a road into a junction, or on foot for all after which the same ways
    on are open.

    `of` — [T] which of the A arcs; `after` — [T] the one driven before it, -1 = none, the trip begins there; `tail`,
    `head` — [T] node; `first` — [A] node an arc leads to for a trip that begins on it; `start` — [2, N] where a trip
    that begins at a junction sets out, on a public road (0) or on one for its own places (1); `junction` — [nodes]
    where each node is; `arrived` — [nodes] bool, on a road for its own places only.
    """

    of: Array
    after: Array
    tail: Array
    head: Array
    first: Array
    start: Array
    junction: Array
    arrived: Array

    @property
    def nodes(self) -> int:
        """How many there are."""
        return len(self.junction)


def split(arcs: Arcs, junctions: int) -> Split:
    """A graph with the rules of turning built in; raises BadInput where more ways meet than anywhere on earth."""
    twins = np.flatnonzero(arcs.kept)
    of = np.concatenate([np.arange(len(arcs.tail)), twins])
    layer = np.concatenate([np.where(arcs.kept, LEAVING, THROUGH), np.full(len(twins), ARRIVING)])
    # Trips that begin at a junction come from nowhere: two more ways in at each, on a public road and on a kept one.
    way_in = np.concatenate([of, np.full(2 * junctions, -1)])
    layer_in = np.concatenate([layer, np.repeat([THROUGH, LEAVING], junctions)])
    at = np.concatenate([arcs.head[of], np.tile(np.arange(junctions), 2)])
    came, onto, number = _ways_on(arcs, way_in, layer_in, at, of, layer, junctions)
    alike = np.bincount(came, np.exp2(number), len(way_in)).astype(np.int64)
    whence = way_in if arcs.driven else np.zeros_like(way_in)
    kinds, node = np.unique(np.stack([at, alike, layer_in == ARRIVING, whence]), axis=1, return_inverse=True)
    kept_once, pair = np.unique(np.stack([node[came], onto]), axis=1, return_index=True)
    return Split(
        of=of[kept_once[1]],
        after=way_in[came[pair]],
        tail=kept_once[0],
        head=node[kept_once[1]],
        first=node[: len(arcs.tail)],
        start=node[len(of) :].reshape(2, junctions),
        junction=kinds[0],
        arrived=kinds[2] > 0,
    )


def _ways_on(
    arcs: Arcs, way_in: Array, layer_in: Array, at: Array, of: Array, layer: Array, junctions: int
) -> tuple[Array, Array, Array]:
    """Which way out may follow which way in: numbers of both, and the way out's number at its junction."""
    order = np.argsort(arcs.tail[of], kind="stable")
    begin = np.searchsorted(arcs.tail[of][order], np.arange(junctions + 1))
    count = np.diff(begin)
    if count.max() > MOST_WAYS_ON // 2:
        raise BadInput("roads", None, f"{count.max()} ways lead from one junction")
    size = count[at]
    came = np.repeat(np.arange(len(at)), size)
    number = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    onto = order[begin[at[came]] + number]
    before, after = way_in[came], of[onto]
    open_ = _GO_ON[layer_in[came], layer[onto]]
    if len(arcs.banned):
        code = arcs.banned[:, 0] * len(arcs.tail) + arcs.banned[:, 1]
        open_ &= ~np.isin(before * len(arcs.tail) + after, code) | (before < 0)
    if arcs.driven:
        about = (before >= 0) & (before != after) & (arcs.edge[before] == arcs.edge[after])
        passing = layer[onto] <= np.maximum(layer_in[came], THROUGH)
        otherwise = np.bincount(came, open_ & ~about & passing, len(at)) > 0
        open_ &= ~about | ~otherwise[came]
    return came[open_], onto[open_], number[open_]
