"""Shortest ways over a graph in CSR form: label setting from each start with a heap of four, compiled.

A key is one int64: hundredths of a second shifted left by 24, plus tenths of a metre, so that among the quickest ways
the shortest is taken and answers do not depend on order. Source: Dijkstra (1959); Johnson (1975) for heaps of
more than two.
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
NODE_BITS = 28
NODE_MASK = (1 << NODE_BITS) - 1


def packed(time_s: Array, distance_m: Array) -> Array:
    """Keys of times and distances; NEVER where the time is inf. A passable arc takes at least 0.01 s."""
    way = np.isfinite(time_s)
    time_cs = np.maximum(np.rint(np.where(way, time_s, 0.0) * 100.0), 1).astype(np.int64)
    distance_dm = np.rint(np.where(way, distance_m, 0.0) * 10.0).astype(np.int64)
    return np.where(way, (time_cs << SHIFT) + distance_dm, NEVER)


def share(key: Array, time_part: Array, distance_part: Array) -> Array:
    """Keys of parts (0 to 1) of arcs."""
    time_cs = np.rint((key >> SHIFT) * time_part).astype(np.int64)
    distance_dm = np.rint((key & METRES) * distance_part).astype(np.int64)
    return np.where(key >= NEVER, NEVER, (time_cs << SHIFT) + distance_dm)


def unpacked(key: Array) -> tuple[Array, Array]:
    """Times in seconds and distances in metres of keys, inf for NEVER."""
    way = key < NEVER
    return np.where(way, (key >> SHIFT) / 100.0, np.inf), np.where(way, (key & METRES) / 10.0, np.inf)


@compiled
def _push(entry: int, waiting: int, heap: Array) -> int:
    """Put an entry, time in hundredths of a second and node, into the heap; how many wait then."""
    at = waiting
    while at > 0 and heap[(at - 1) >> 2] > entry:
        heap[at] = heap[(at - 1) >> 2]
        at = (at - 1) >> 2
    heap[at] = entry
    return waiting + 1


@compiled
def _pop(waiting: int, heap: Array) -> int:
    """Take the first out of the heap; how many wait then."""
    waiting -= 1
    entry = heap[waiting]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= waiting:
            break
        least = child
        for other in range(child + 1, min(child + 4, waiting)):
            if heap[other] < heap[least]:
                least = other
        if heap[least] >= entry:
            break
        heap[at] = heap[least]
        at = least
    heap[at] = entry
    return waiting


@compiled
def _spread(
    begin: Array, to: Array, key: Array, seed: Array, seed_key: Array, most: int, label: Array, heap: Array
) -> None:
    """Labels of all nodes from seeds; nodes whose label passes `most` are not gone on from.

    The heap orders by time alone: every arc takes some, so all ways to a node are known before its time comes.
    """
    label[:] = NEVER
    waiting = 0
    for k in range(len(seed)):
        if seed_key[k] < label[seed[k]]:
            label[seed[k]] = seed_key[k]
            waiting = _push((seed_key[k] >> SHIFT << NODE_BITS) + seed[k], waiting, heap)
    while waiting > 0:
        entry = heap[0]
        waiting = _pop(waiting, heap)
        node = entry & NODE_MASK
        here = label[node]
        if here > most:
            break
        if entry >> NODE_BITS > here >> SHIFT:
            continue
        for arc in range(begin[node], begin[node + 1]):
            there = here + key[arc]
            if there < label[to[arc]]:
                label[to[arc]] = there
                waiting = _push((there >> SHIFT << NODE_BITS) + to[arc], waiting, heap)


@compiled
def many_to_many(
    begin: Array, to: Array, key: Array, seed: Array, seed_key: Array, end: Array, end_key: Array
) -> Array:
    """Keys [S, T] from S starts to T ends of a graph with n nodes and A arcs.

    Parameters: begin — [n + 1], to, key — [A]: arcs of node v are begin[v] .. begin[v + 1]; seed, seed_key — [S, .]
        nodes a start leads to, and the key of getting there; end, end_key — [T, .] nodes an end is reached from, those
        with NEVER last.
    """
    found = np.full((len(seed), len(end)), NEVER)
    label = np.empty(len(begin) - 1, np.int64)
    room = len(to) + seed.shape[1]
    heap = np.empty(room, np.int64)
    for s in range(len(seed)):
        _spread(begin, to, key, seed[s], seed_key[s], NEVER, label, heap)
        for t in range(len(end)):
            for side in range(end.shape[1]):
                if end_key[t, side] >= NEVER:
                    break
                if label[end[t, side]] < NEVER:
                    found[s, t] = min(found[s, t], label[end[t, side]] + end_key[t, side])
    return found


@compiled
def labels(begin: Array, to: Array, key: Array, seed: Array, seed_key: Array, most: int) -> Array:
    """Keys [S, n] of all nodes from S starts, right up to `most`; parameters as in `many_to_many`."""
    found = np.empty((len(seed), len(begin) - 1), np.int64)
    room = len(to) + seed.shape[1]
    heap = np.empty(room, np.int64)
    for s in range(len(seed)):
        _spread(begin, to, key, seed[s], seed_key[s], most, found[s], heap)
    return found
