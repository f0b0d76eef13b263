"""Shortest ways over a graph in CSR form: bucketed label correcting, compiled.

A key is one int64: hundredths of a second shifted left by 24, plus tenths of a metre, so that among the quickest ways
the shortest is taken and answers do not depend on order. Source: Meyer & Sanders, Delta-stepping (2003), run in
one thread; Dial (1969) for the ring of buckets.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from gridward.engine.travel.matrix import Array

compiled: Callable[..., Any] = njit(cache=True)
SHIFT = 24
METRES = (1 << SHIFT) - 1
NEVER = 1 << 62
WIDTH_CS = 600
"""Six seconds a bucket: about the driving time of a short block."""


def packed(time_s: Array, distance_m: Array) -> Array:
    """Keys of times and distances; NEVER where the time is inf. A passable arc takes at least 0.01 s."""
    way = np.isfinite(time_s)
    time_cs = np.maximum(np.rint(np.where(way, time_s, 0.0) * 100.0), 1).astype(np.int64)
    distance_dm = np.rint(np.where(way, distance_m, 0.0) * 10.0).astype(np.int64)
    return np.where(way, (time_cs << SHIFT) + distance_dm, NEVER)


def share(key: Array, part: Array) -> Array:
    """Keys of parts (0 to 1) of arcs."""
    time_cs = np.rint((key >> SHIFT) * part).astype(np.int64)
    distance_dm = np.rint((key & METRES) * part).astype(np.int64)
    return np.where(key >= NEVER, NEVER, (time_cs << SHIFT) + distance_dm)


def unpacked(key: Array) -> tuple[Array, Array]:
    """Times in seconds and distances in metres of keys, inf for NEVER."""
    way = key < NEVER
    return np.where(way, (key >> SHIFT) / 100.0, np.inf), np.where(way, (key & METRES) / 10.0, np.inf)


def ring_size(key: Array, *seeds: Array) -> int:
    """Buckets enough for the longest step any key makes."""
    longest = max((int(one[one < NEVER].max(initial=0)) for one in (key, *seeds)), default=0)
    return (longest >> SHIFT) // WIDTH_CS + 2


@compiled
def _link(node: int, bucket: int, head: Array, after: Array, before: Array, at: Array) -> None:
    first = head[bucket]
    after[node] = first
    before[node] = -1
    if first >= 0:
        before[first] = node
    head[bucket] = node
    at[node] = bucket


@compiled
def _unlink(node: int, head: Array, after: Array, before: Array, at: Array) -> None:
    if before[node] >= 0:
        after[before[node]] = after[node]
    else:
        head[at[node]] = after[node]
    if after[node] >= 0:
        before[after[node]] = before[node]
    at[node] = -1


@compiled
def _lower(node: int, key: int, label: Array, ring: int, head: Array, after: Array, before: Array, at: Array) -> int:
    """Give a node a better label; 1 if it was not waiting before."""
    label[node] = key
    bucket = ((key >> SHIFT) // WIDTH_CS) % ring
    fresh = 1
    if at[node] >= 0:
        if at[node] == bucket:
            return 0
        fresh = 0
        _unlink(node, head, after, before, at)
    _link(node, bucket, head, after, before, at)
    return fresh


@compiled
def _spread(
    begin: Array, to: Array, key: Array, seed: Array, seed_key: Array, most: int, ring: int,
    label: Array, head: Array, after: Array, before: Array, at: Array,
) -> None:  # fmt: skip
    """Labels of all nodes from seeds; nodes whose label passes `most` are not gone on from."""
    label[:] = NEVER
    waiting = 0
    for k in range(len(seed)):
        if seed_key[k] < NEVER and seed_key[k] < label[seed[k]]:
            waiting += _lower(seed[k], seed_key[k], label, ring, head, after, before, at)
    bucket = 0
    while waiting > 0:
        while head[bucket] >= 0:
            node = head[bucket]
            _unlink(node, head, after, before, at)
            waiting -= 1
            here = label[node]
            if here > most:
                continue
            for arc in range(begin[node], begin[node + 1]):
                step = key[arc]
                if step < NEVER and here + step < label[to[arc]]:
                    waiting += _lower(to[arc], here + step, label, ring, head, after, before, at)
        bucket = (bucket + 1) % ring


@compiled
def many_to_many(
    begin: Array, to: Array, key: Array, seed: Array, seed_key: Array, end: Array, end_key: Array, ring: int
) -> Array:
    """Keys [S, T] from S starts to T ends of a graph with n nodes and A arcs.

    Parameters: begin — [n + 1], to, key — [A]: arcs of node v are begin[v] .. begin[v + 1]; seed, seed_key — [S, 2]
        nodes a start leads to, and the key of getting there; end, end_key — [T, 2] nodes an end is reached from.
    """
    nodes = len(begin) - 1
    found = np.full((len(seed), len(end)), NEVER)
    label = np.empty(nodes, np.int64)
    after, before, at = np.empty(nodes, np.int32), np.empty(nodes, np.int32), np.full(nodes, -1, np.int32)
    head = np.full(ring, -1, np.int32)
    for s in range(len(seed)):
        _spread(begin, to, key, seed[s], seed_key[s], NEVER, ring, label, head, after, before, at)
        for t in range(len(end)):
            for side in range(2):
                there = label[end[t, side]]
                if there < NEVER and end_key[t, side] < NEVER:
                    found[s, t] = min(found[s, t], there + end_key[t, side])
    return found


@compiled
def labels(begin: Array, to: Array, key: Array, seed: Array, seed_key: Array, most: int, ring: int) -> Array:
    """Keys [S, n] of all nodes from S starts, NEVER beyond `most`; parameters as in `many_to_many`."""
    nodes = len(begin) - 1
    found = np.empty((len(seed), nodes), np.int64)
    after, before, at = np.empty(nodes, np.int32), np.empty(nodes, np.int32), np.full(nodes, -1, np.int32)
    head = np.full(ring, -1, np.int32)
    for s in range(len(seed)):
        _spread(begin, to, key, seed[s], seed_key[s], most, ring, found[s], head, after, before, at)
    return found
