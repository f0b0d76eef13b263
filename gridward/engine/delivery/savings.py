"""A start for a large day: trips joined end to end by what that saves, then the vehicles that suit them best.

Source: Clarke & Wright (1964), scheduling of vehicles from a central depot to a number of delivery points.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pyvrp import Activity, ActivityType, ProblemData, Route, Solution
from scipy.optimize import linear_sum_assignment

from gridward.engine.delivery.search import better

Array = np.ndarray
Time = tuple[int, int, int] | None
"""How long a trip takes, begun at its first stop no earlier and no later than; None = it cannot be driven."""

NEAR = 40
SHIFTS = 4
ROOMS_TRIED = 8
"""Sizes of vehicle that trips are filled to, evenly chosen where there are more."""
BROKEN = 10**9
"""What a second or a pack too many counts when trips choose their vehicles."""


@dataclass(frozen=True)
class _Trip:
    """Clients in order, their packs, the time it takes in each of the shifts, and what it counts as (`_counts`)."""

    clients: list[int]
    load: Array
    times: list[Time]
    counts: Array

    def ends_at(self, client: int) -> bool:
        """Whether the client is its first or its last."""
        return client in (self.clients[0], self.clients[-1])


class _Joining:
    """Trips that grow by joining; `trip` — of each client."""

    def __init__(self, data: ProblemData, largest: int) -> None:
        kinds = data.vehicle_types()
        self.data = data
        self.time_s = data.duration_matrix(0)
        self.place = [client.location for client in data.clients()]
        yards = [data.depot(depot).location for kind in kinds for depot in (kind.start_depot, kind.end_depot)]
        self.out_s = self.time_s[np.unique(yards)].min(axis=0)
        self.back_s = self.time_s[:, np.unique(yards)].min(axis=1)
        self.rooms, self.more_room = _rooms(data)
        self.most = self.rooms[largest]
        self.shifts, self.vehicles = _shifts(data)
        self.alone = [self._alone(at) for at in range(data.num_clients)]
        self.trip = list(self.alone)
        self.counted = np.sum([one.counts for one in self.trip], axis=0)
        self.left = np.concatenate([self.more_room, self.vehicles])

    def join(self, one: int, other: int) -> None:
        """Let the trip that ends at one go on to the other, if vehicles are left that can drive that."""
        first, last = self.trip[one], self.trip[other]
        if first is last or not (first.ends_at(one) and last.ends_at(other)):
            return
        if ((load := first.load + last.load) > self.most).any():
            return
        head, tail = self._turned(first, one, -1), self._turned(last, other, 0)
        if head is None or tail is None:
            return
        times = self._after(head.times, tail.times, self.place[one], self.place[other])
        whole = _Trip(head.clients + tail.clients, load, times, self._counts(load, times))
        counted = self.counted + whole.counts - first.counts - last.counts
        if not any(times) or ((counted > self.left) & (counted > self.counted)).any():
            return
        self.counted = counted
        for client in whole.clients:
            self.trip[client] = whole

    def _counts(self, load: Array, times: list[Time]) -> Array:
        """1 for each room that is too little, and for each set of shifts outside which the trip cannot be driven."""
        mask = sum(1 << k for k, time in enumerate(times) if time)
        within = (np.arange(len(self.vehicles)) | mask) == np.arange(len(self.vehicles))
        return np.concatenate([(load > self.rooms).any(axis=1), within]).astype(np.int64)

    def _turned(self, trip: _Trip, client: int, at: int) -> _Trip | None:
        """The trip with the client first (0) or last (-1), turned if need be; None if that is too late."""
        if trip.clients[at] == client:
            return trip
        clients = trip.clients[::-1]
        times = self.alone[clients[0]].times
        for before, after in zip(clients[:-1], clients[1:], strict=True):
            times = self._after(times, self.alone[after].times, self.place[before], self.place[after])
            if not any(times):
                return None
        return _Trip(clients, trip.load, times, trip.counts)

    def _after(self, first: list[Time], last: list[Time], here: int, there: int) -> list[Time]:
        between_s = int(self.time_s[here, there])
        return [_then(between_s, a, b) for a, b in zip(first, last, strict=True)]

    def _alone(self, at: int) -> _Trip:
        client = self.data.client(at)
        out_s, back_s = int(self.out_s[client.location]), int(self.back_s[client.location])
        times: list[Time] = []
        for begins_s, ends_s in self.shifts:
            early_s = max(client.tw_early, max(begins_s, client.release_time) + out_s)
            late_s = min(client.tw_late, ends_s - back_s - client.service_duration)
            times.append((client.service_duration, early_s, late_s) if early_s <= late_s else None)
        load = np.maximum(client.delivery, client.pickup)
        return _Trip([at], load, times, self._counts(load, times))


def _then(between_s: int, first: Time, last: Time) -> Time:
    """One after the other; None if the last would be too late."""
    if first is None or last is None:
        return None
    ahead_s = first[0] + between_s
    if first[1] + ahead_s > last[2]:
        return None
    wait_s = max(last[1] - ahead_s - first[2], 0)
    return ahead_s + last[0] + wait_s, max(last[1] - ahead_s, first[1]) - wait_s, min(last[2] - ahead_s, first[2])


def saved(data: ProblemData) -> Solution:
    """The cheapest of the trips that fill the largest vehicles, or smaller ones, each driven by those that suit it.

    Returns: may break limits, where no vehicle is left that holds them.
    """
    found, smaller = driven(data, trips_joined(data)), len(_rooms(data)[0]) - 1
    for largest in np.linspace(0, smaller - 1, min(smaller, ROOMS_TRIED)).round().astype(int).tolist():
        other = driven(data, trips_joined(data, largest))
        if other.is_feasible() and other.is_complete():
            found = better(data, other, found)
    return found


def trips_joined(data: ProblemData, largest: int = -1) -> list[list[int]]:
    """All clients in trips from a yard and back, by the savings of going on to one of the 40 nearest clients.

    Parameters: largest — which of the capacities there are, from little to much, a joined trip may fill.
    """
    joining = _Joining(data, largest)
    for one, other in _by_saving(data):
        joining.join(one, other)
    return [trip.clients for trip in {id(trip): trip for trip in joining.trip}.values()]


def driven(data: ProblemData, trips: list[list[int]]) -> Solution:
    """Each trip by the vehicle that suits it best where all are driven at once; trips too many are left out.

    Returns: may break limits, where no vehicle is left that holds them.
    """
    visits = [[Activity(ActivityType.CLIENT, client) for client in trip] for trip in trips]
    ways = [[Route(data, inner, kind) for kind in range(data.num_vehicle_types)] for inner in visits]
    price = np.array([[_price(way) for way in row] for row in ways])
    kind = np.repeat(np.arange(data.num_vehicle_types), [one.num_available for one in data.vehicle_types()])
    rows, columns = linear_sum_assignment(price[:, kind])
    return Solution(data, [ways[row][kind[column]] for row, column in zip(rows, columns, strict=True)])


def _price(way: Route) -> float:
    broken = way.time_warp() + sum(way.excess_load()) + way.excess_distance()
    return float(way.distance_cost() + way.duration_cost() + way.fixed_vehicle_cost() + BROKEN * broken)


def _by_saving(data: ProblemData) -> Iterator[tuple[int, int]]:
    """Pairs of clients, those first whose joining saves most."""
    place = np.array([client.location for client in data.clients()])
    kind = data.vehicle_type(0)
    cost = kind.unit_distance_cost * data.distance_matrix(0) + kind.unit_duration_cost * data.duration_matrix(0)
    yards = [depot.location for depot in data.depots()]
    out, back = cost[yards].min(axis=0)[place], cost[:, yards].min(axis=1)[place]
    between = cost[np.ix_(place, place)]
    np.fill_diagonal(between, between.max() + 1)
    count = min(NEAR, len(place) - 1)
    one = np.repeat(np.arange(len(place)), count)
    other = np.argpartition(between, count - 1, axis=1)[:, :count].ravel()
    order = np.argsort(between[one, other] - back[one] - out[other], kind="stable")
    return zip(one[order].tolist(), other[order].tolist(), strict=True)


def _rooms(data: ProblemData) -> tuple[Array, Array]:
    """The capacities there are, from little to much, and how many vehicles hold more than each."""
    held = np.array([kind.capacity for kind in data.vehicle_types()], np.int64)
    count = np.array([kind.num_available for kind in data.vehicle_types()])
    rooms = np.unique(held, axis=0)
    rooms = rooms[np.argsort(rooms.sum(axis=1), kind="stable")]
    return rooms, np.array([count[(held > room).any(axis=1)].sum() for room in rooms])


def _shifts(data: ProblemData) -> tuple[list[tuple[int, int]], Array]:
    """The times vehicles are out, and how many vehicles there are in each set of these, by its bits."""
    times = [(kind.tw_early, kind.tw_late) for kind in data.vehicle_types()]
    shifts = sorted(set(times))
    if len(shifts) > SHIFTS:
        shifts = [(min(begins_s for begins_s, _ in shifts), max(ends_s for _, ends_s in shifts))]
        times = shifts * len(times)
    count = np.zeros(len(shifts), np.int64)
    for time, kind in zip(times, data.vehicle_types(), strict=True):
        count[shifts.index(time)] += kind.num_available
    sets = np.arange(1 << len(shifts))
    return shifts, ((sets[:, None] >> np.arange(len(shifts)) & 1) * count).sum(axis=1)
