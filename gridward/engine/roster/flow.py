"""One min-cost flow over one or more days: who stands where, and how many heads stay missing.

Source → people (each further shift dearer, at most `room`) → their days (one shift a day) → posts → sink; a missing
head flows from the source straight to its post at the post's price. Solved exactly by OR-Tools' cost scaling
(Goldberg 1997). With one day the middle layer falls away.
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from gridward.engine.roster.arcs import Arcs
from gridward.engine.roster.problem import Array, Problem


@dataclass(frozen=True)
class Flow:
    """An optimal flow: `post` — [n, days] post or -1; `missing` — [days, m] heads; `cost` — in whole metres."""

    post: Array
    missing: Array
    cost: int


class NoFlow(RuntimeError):
    """The solver gave no optimum; its status is the message."""


def flow(
    asked: Problem, pairs: Arcs, may: Array, room: Array, wanted: Array, more: Array | int = 0, extra: Array | int = 0
) -> Flow:
    """The cheapest way to fill posts.

    Parameters: may — [A, days] bool, which pairs are open on which day; room — [n] shifts each may take in these
    days; wanted — [days, m] heads; more — [n] shifts of other days that count for fairness; extra — [A] added to the
    pairs' cost.
    Raises: NoFlow.
    """
    days, count, posts = may.shape[1], len(room), wanted.shape[1]
    arc, day = np.nonzero(may)
    door = 2 + count + pairs.person[arc] * days + day if days > 1 else 2 + pairs.person[arc]
    first_post = 2 + count + (count * days if days > 1 else 0)
    people_arcs = _people(asked, asked.people.served + more, room, days)
    slot = np.arange(days * posts)
    heads = wanted.reshape(-1)
    price = np.tile(np.rint(asked.posts.price).astype(np.int64), days)
    parts = [
        (door, first_post + day * posts + pairs.post[arc], np.ones(len(arc), np.int64), (pairs.cost + extra)[arc]),
        *people_arcs,
        (np.zeros(len(slot), np.int64), first_post + slot, heads, price),
        (first_post + slot, np.ones(len(slot), np.int64), heads, np.zeros(len(slot), np.int64)),
    ]
    flows, cost = _solved(parts, first_post + len(slot), int(heads.sum()))
    post = np.full((count, days), -1)
    used = flows[: len(arc)] > 0
    post[pairs.person[arc[used]], day[used]] = pairs.post[arc[used]]
    at = sum(len(part[0]) for part in parts[:-2])
    return Flow(post, flows[at : at + len(slot)].reshape(days, posts), cost)


def _people(asked: Problem, served: Array, room: Array, days: int) -> list[tuple[Array, Array, Array, Array]]:
    """Arcs from the source to people, one a shift, each dearer than the one before, and on to their days."""
    person = np.repeat(np.arange(len(room)), np.minimum(room, days))
    starts = np.cumsum(np.minimum(room, days)) - np.minimum(room, days)
    nth = np.arange(len(person)) - starts[person]
    dearer = np.rint(asked.prices.served_m * (served[person] + nth)).astype(np.int64)
    found = [(np.zeros(len(person), np.int64), 2 + person, np.ones(len(person), np.int64), dearer)]
    if days > 1:
        each, nought = np.arange(len(room) * days), np.zeros(len(room) * days, np.int64)
        found.append((2 + each // days, 2 + len(room) + each, nought + 1, nought))
    return found


def _solved(parts: list[tuple[Array, Array, Array, Array]], nodes: int, heads: int) -> tuple[Array, int]:
    network = SimpleMinCostFlow()
    tail, head, capacity, cost = (np.concatenate([part[at] for part in parts]).astype(np.int64) for at in range(4))
    every = network.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, cost)
    supply = np.zeros(nodes, np.int64)
    supply[0], supply[1] = heads, -heads
    network.set_nodes_supplies(np.arange(nodes), supply)
    status = network.solve()
    if status != network.OPTIMAL:
        raise NoFlow(str(status))
    return np.asarray(network.flows(every)), int(network.optimal_cost())
