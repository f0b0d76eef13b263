"""A start where vans load again: each stop given to one share of the vans' time, trips joined within each share."""

from collections import Counter

import numpy as np
from pyvrp import Activity, ActivityType, ProblemData, Route, Solution, VehicleType

from gridward.engine.delivery.clusters import part_of, visited
from gridward.engine.delivery.savings import saved

Array = np.ndarray
MOST_SHARES = 4
"""Shares of a day at most: longer trips start better, and the search opens more."""


def several(data: ProblemData) -> bool:
    """Whether any van may load again."""
    return any(kind.max_reloads and kind.reload_depots for kind in data.vehicle_types())


def begun(data: ProblemData, rng: np.random.Generator) -> Solution:
    """Vans that drive a trip in each share of their time; stops that fit in none are left out.

    Parameters: rng — advanced. Returns: may break limits where no vehicle is left that holds them.
    """
    kinds = data.vehicle_types()
    shares = [_shares(kind) for kind in kinds]
    given = _given(data, shares, rng)
    visits: dict[tuple[int, int], list[Activity]] = {}
    for nth in range(max(map(len, shares))):
        own = [at for at, one in enumerate(shares) if nth < len(one)]
        part = part_of(
            data.replace(vehicle_types=[shares[at][nth] for at in own]), [], _fleet(kinds, own),
            np.flatnonzero(given == nth).tolist(),
        )  # fmt: skip
        if not part.clients:
            continue
        used: Counter[int] = Counter()
        for route in saved(part.data).routes():
            at = own[part.types[route.vehicle_type()]]
            inner = visits.setdefault((at, used[at]), [])
            used[at] += 1
            if inner:
                inner.append(Activity(ActivityType.DEPOT, route.start_depot()))
            inner += [Activity(ActivityType.CLIENT, part.clients[client]) for client in visited(route)]
    return Solution(data, [Route(data, inner, at) for (at, _), inner in visits.items()])


def _fleet(kinds: list[VehicleType], own: list[int]) -> Counter[int]:
    return Counter({k: kinds[at].num_available for k, at in enumerate(own)})


def _shares(kind: VehicleType) -> list[VehicleType]:
    """A vehicle type for each trip that a van could drive, within an equal share of its time."""
    yard, count = kind.start_depot, 1
    if yard == kind.end_depot and yard in kind.reload_depots:
        count = min(kind.max_reloads + 1, MOST_SHARES)
    if count == 1:
        return [kind.replace(reload_depots=[], max_reloads=0)]
    cuts = [kind.tw_early + (kind.tw_late - kind.tw_early) * nth // count for nth in range(count + 1)]
    return [
        kind.replace(
            fixed_cost=kind.fixed_cost // count,
            reload_depots=[],
            max_reloads=0,
            tw_early=early,
            tw_late=late,
            start_late=late,
            max_distance=kind.max_distance // count,
        )
        for early, late in zip(cuts[:-1], cuts[1:], strict=True)
    ]


def _given(data: ProblemData, shares: list[list[VehicleType]], rng: np.random.Generator) -> Array:
    """[n] the share each stop goes to: of those it can be served in, the one with most room left."""
    most = max(map(len, shares))
    room = np.zeros((most, data.num_load_dimensions))
    opens, closes = np.full(most, np.inf), np.zeros(most)
    for one in shares:
        for nth, kind in enumerate(one):
            room[nth] += np.array(kind.capacity, float) * kind.num_available
            opens[nth], closes[nth] = min(opens[nth], kind.tw_early), max(closes[nth], kind.tw_late)
    loads = np.array([np.maximum(client.delivery, client.pickup) for client in data.clients()], float)
    early = np.array([client.tw_early for client in data.clients()])
    late = np.array([client.tw_late for client in data.clients()])
    span = np.minimum(late[:, None], closes) - np.maximum(early[:, None], opens)
    can = span > 0
    given = np.full(data.num_clients, -1)
    filled = np.zeros_like(room)
    for client in sorted(rng.permutation(data.num_clients).tolist(), key=lambda c: int(can[c].sum())):
        full = ((filled + loads[client]) / np.maximum(room, 1.0)).max(axis=1)
        if can[client].any():
            given[client] = int(np.argmin(np.where(can[client], full, np.inf)))
            filled[given[client]] += loads[client]
    return given
