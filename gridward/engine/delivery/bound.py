"""What no plan serving the same stops can undercut: three relaxations, the greatest counts.

Sources: the spanning tree (Held & Karp 1970, without multipliers); the radial bound of Haimovich & Rinnooy Kan (1985),
here for several yards and types of packs.
"""

import numpy as np
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

from gridward.engine.delivery.problem import Problem

Array = np.ndarray

NEXT_TO_NOTHING = 1e-9
CLOSED = 1e15


def lower_bound(asked: Problem, served: Array) -> float:
    """A cost that no plan serving exactly these stops stays under.

    Parameters: served — [m] stop indices. Returns: travel by the best of three relaxations, plus service time at the
    lowest price and the vans that the packs need at least, at the lowest fixed cost.
    """
    v = asked.vans
    if not len(served) or not len(v.yard):
        return 0.0
    yards = np.unique(asked.yards.place)
    away = served[~np.isin(asked.stops.place[served], yards)]
    travel = _travel(asked, yards, away) if len(away) else 0.0
    vans = -(-_least_trips(asked, served) // int(v.trips.max()))
    service = float(asked.stops.service_s[served].sum() * v.cost_per_s.min())
    return travel + service + vans * float(v.fixed_cost.min())


def _travel(asked: Problem, yards: Array, served: Array) -> float:
    """The greatest of the relaxations, for stops away from the yards."""
    arc = _cheapest_arcs(asked)
    places = np.unique(asked.stops.place[served])
    spanning = _spanning(arc, yards, places, _least_trips(asked, served))
    return max(_radial(asked, arc, yards, served), spanning, _entering(arc, yards, places))


def _cheapest_arcs(asked: Problem) -> Array:
    """[P, P] the least any van pays from place to place; closed ways are so dear that nothing takes them."""
    v, best = asked.vans, np.full(asked.time_s.shape[1:], CLOSED)
    for road, per_m, per_s in np.unique(np.stack([v.road, v.cost_per_m, v.cost_per_s], axis=1), axis=0):
        time_s, distance_m = asked.time_s[int(road)], asked.distance_m[int(road)]
        open_ = np.isfinite(time_s) & np.isfinite(distance_m)
        best[open_] = np.minimum(best[open_], per_m * distance_m[open_] + per_s * time_s[open_])
    return best


def _least_trips(asked: Problem, served: Array) -> int:
    """Loadings that the packs need at least."""
    packs = asked.stops.packs[served].sum(axis=0)
    most = asked.vans.capacity.max(axis=0)
    needed = packs[most > 0] / most[most > 0]
    return max(1, int(np.ceil(needed.max(initial=0.0) - NEXT_TO_NOTHING)))


def _radial(asked: Problem, arc: Array, yards: Array, served: Array) -> float:
    """Each stop pays its share of the fullest load for the way out to it and back, by the shortest paths."""
    graph = arc + NEXT_TO_NOTHING * (arc == 0)
    out = dijkstra(graph, indices=yards, min_only=True)
    back = dijkstra(graph.T, indices=yards, min_only=True)
    place = asked.stops.place[served]
    most = np.maximum(asked.vans.capacity.max(axis=0), 1)
    share = asked.stops.packs[served] / most
    ways = (out + back)[place] * (1 - NEXT_TO_NOTHING)
    return max(0.0, float((share * ways[:, None]).sum(axis=0).max()) - 1e-6)


def _spanning(arc: Array, yards: Array, places: Array, trips: int) -> float:
    """Stops hang together with the yards, taken as one; each trip needs one way more, to or from a yard."""
    both = np.minimum(arc, arc.T)
    root = both[np.ix_(yards, places)].min(axis=0)
    table = np.zeros((len(places) + 1, len(places) + 1))
    table[1:, 1:] = both[np.ix_(places, places)]
    table[0, 1:] = table[1:, 0] = root
    # The tree of SciPy takes 0 for no edge.
    tree = minimum_spanning_tree(table + NEXT_TO_NOTHING)
    back = float(root.min()) * trips
    return max(0.0, float(tree.sum()) - NEXT_TO_NOTHING * len(places) + back)


def _entering(arc: Array, yards: Array, places: Array) -> float:
    """Every place is entered by some way, and at least one van comes home."""
    from_to = arc[np.ix_(np.union1d(places, yards), places)].copy()
    from_to[np.union1d(places, yards)[:, None] == places] = np.inf
    return float(from_to.min(axis=0).sum() + arc[np.ix_(places, yards)].min())
