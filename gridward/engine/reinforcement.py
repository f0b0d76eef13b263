"""Who reinforces whom: people that places can spare, sent to places that are short, at the least way.

One transportation problem, solved exactly as a min-cost flow (OR-Tools' cost scaling; Goldberg 1997).
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from gridward.engine.problems import BadInput

Array = np.ndarray


@dataclass(frozen=True)
class Sent:
    """`heads` — [n, m] from each group to each place; `missing` — [m]; `way_m` — the sum of all ways in metres."""

    heads: Array
    missing: Array
    way_m: int


def send(spare: Array, short: Array, price: Array, way_m: Array, far_m: float = 60_000.0) -> Sent:
    """Fill what places are short of from what groups can spare: the dearest places first, then the least way.

    Parameters: spare — [n] people of each group; short — [m] heads each place lacks; price — [m] of one head missing,
    in metres of way; way_m — [n, m]; far_m — nobody is sent farther.
    Returns: whole people; optimal. Ties are broken the same way every time.
    Raises: BadInput for shapes that do not agree, or naming the first item that is below 0 or no number.
    """
    groups, places, prices = (
        _whole(name, values) for name, values in (("spare", spare), ("short", short), ("price", price))
    )
    ways = np.rint(np.asarray(way_m, float))
    if ways.shape != (len(groups), len(places)) or prices.shape != places.shape:
        raise BadInput("way_m", None, f"[{len(groups)}, {len(places)}], and one price for each place")
    if not (ways >= 0).all():
        raise BadInput("way_m", int((~(ways >= 0)).any(axis=1).argmax()), "0 or more, inf = no way")
    source, at = np.nonzero((ways <= far_m) & (ways < prices[None, :]))
    flows = _solved(groups, places, prices, source, at, ways[source, at].astype(np.int64))
    heads = np.zeros(ways.shape, np.int64)
    heads[source, at] = flows
    return Sent(heads, places - heads.sum(axis=0), int((heads * np.where(heads > 0, ways, 0)).sum()))


def _whole(name: str, values: Array) -> Array:
    found = np.asarray(values, float)
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        raise BadInput(name, int(wrong.argmax()), "0 or more")
    return np.rint(found).astype(np.int64)


def _solved(groups: Array, places: Array, prices: Array, source: Array, at: Array, cost: Array) -> Array:
    """Heads on each pair: groups 0 … n-1, places n … n+m-1, and a last node that covers what stays missing."""
    network, last = SimpleMinCostFlow(), len(groups) + len(places)
    room = np.minimum(groups[source], places[at])
    pairs = network.add_arcs_with_capacity_and_unit_cost(source, len(groups) + at, room, cost)
    each = np.arange(len(places)) + len(groups)
    network.add_arcs_with_capacity_and_unit_cost(np.full(len(places), last), each, places, prices)
    network.add_arcs_with_capacity_and_unit_cost(
        np.arange(len(groups)), np.full(len(groups), last), groups, np.zeros(len(groups), np.int64)
    )
    total = int(places.sum())
    supply = np.concatenate([groups, -places, [total - int(groups.sum())]])
    network.set_nodes_supplies(np.arange(last + 1), supply)
    if network.solve() != network.OPTIMAL:
        raise RuntimeError("no flow")
    return np.asarray(network.flows(pairs)) if len(source) else np.zeros(0, np.int64)
