"""The routes a search holds, with what it keeps about each stop to judge an insertion fast."""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from gridward.engine.compiled import entry, kernel
from gridward.engine.dial_a_ride.arrays import Data

Array = np.ndarray

BID = np.dtype(
    [(name, np.float64) for name in ("best", "second")] + [(name, np.int32) for name in ("v", "w", "i", "j")],
    align=True,
)
MEMO = np.dtype([("key", np.uint64), ("delta", np.float64), ("i", np.int32), ("j", np.int32)], align=True)


class State(NamedTuple):
    """Routes [V, M]: position 0 is the start depot, position size-1 the end depot; the rest of a row is stale."""

    node: Array
    size: Array  # [V]
    place: Array  # where the stop is; a break is where the vehicle was before
    onward: Array  # the next place that is not a break's
    leg: Array  # cost from the stop's place to the next place
    group: Array  # control level of the stop; a break keeps the one before
    gap: Array  # least time from a stop's start to the next stop's start
    early: Array  # least feasible schedule (componentwise)
    late: Array  # greatest feasible schedule
    mate: Array  # at a drop, the position of its pickup; else -1
    ride: Array  # at a drop, most time since its pickup began (service included)
    load: Array  # [V, M, K] aboard when leaving the stop
    aboard: Array  # riders aboard when leaving the stop
    key: Array  # [V] hash of the route, its vehicle kind and its releases
    travel: Array  # [V] travel and fixed cost
    extra: Array  # [V] price of lateness and riding
    route_of: Array  # [n] vehicle of a trip, -1 unserved
    opens: Array  # [N] windows, with the releases of loose ties folded in
    closes: Array  # [N]
    release: Array  # [n] on an outbound trip with a loose tie: when its return may leave
    absent: Array  # [n] unserved trips, the first `count` hold
    count: Array  # [1]


class Work(NamedTuple):
    """Scratch of one search."""

    rng: Array  # [1] uint64
    node: Array  # [M] a route being tried
    gap: Array
    when: Array
    last: Array
    pushed: Array  # [M] times of the stops an insertion delays
    mate: Array
    ride: Array
    memo: Array  # [S] what was found for a route and a trip: key, delta, i, j
    latest: Array  # [T] the same for the last such route of each vehicle, near at hand
    bids: Array  # [n] the best and second route of a pending trip
    touched: Array  # [V] already saved in this step
    stack: Array  # [V] vehicles saved in this step
    touched_count: Array  # [1]
    pending: Array  # [n] trips to be inserted
    rank: Array  # [n] sort key of pending
    mark: Array  # [n] scratch flags
    order: Array  # [M] scratch
    kind_seen: Array  # [V]
    near_mark: Array  # [V]


def most_stops(data: Data) -> int:
    """How many stops one route may have, depots and breaks included."""
    rests = int(np.diff(data.break_from).max(initial=0))
    per_vehicle = -(-data.trips // max(1, data.vehicles))
    return 2 + rests + 2 * min(data.trips, max(60, 6 * per_vehicle))


def new_state(data: Data, stops: int) -> State:
    """Empty rows; `schedule.reset` fills them."""
    shape, dims = (data.vehicles, stops), data.load.shape[1]
    ints = lambda: np.zeros(shape, np.int32)  # noqa: E731
    floats = lambda: np.zeros(shape)  # noqa: E731
    n = data.trips
    return State(
        ints(), np.zeros(data.vehicles, np.int32), ints(), ints(), floats(), ints(), floats(), floats(), floats(),
        ints(), floats(), np.zeros((*shape, dims), np.int32), ints(), np.zeros(data.vehicles, np.uint64),
        np.zeros(data.vehicles), np.zeros(data.vehicles), np.full(n, -1, np.int32), data.opens.copy(),
        data.closes.copy(), np.full(n, np.nan), np.arange(n, dtype=np.int32), np.array([n], np.int64),
    )  # fmt: skip


def new_work(data: Data, stops: int, seed: int) -> Work:
    """Scratch with its own random stream."""
    n, vehicles = max(1, data.trips), max(1, data.vehicles)
    slots = 1 << min(20, (24 * n * min(vehicles, 24)).bit_length())
    at_hand = 1 << min(15, (n * vehicles).bit_length())
    ints, floats = (lambda: np.zeros(stops + 2, np.int32)), (lambda: np.zeros(stops + 2))
    flags = lambda: np.zeros(vehicles, np.bool_)  # noqa: E731
    return Work(
        np.array([(seed * 2_654_435_761 + 88_172_645_463_325_252) % (1 << 64) or 1], np.uint64), ints(), floats(),
        floats(), floats(), floats(), ints(), floats(), np.zeros(slots, MEMO),
        np.zeros(at_hand, MEMO), np.zeros(n, BID), flags(), np.zeros(vehicles, np.int32),
        np.zeros(1, np.int64), np.zeros(n, np.int32), np.zeros(n), np.zeros(n, np.bool_), ints(), flags(), flags(),
    )  # fmt: skip


@kernel
def copy(source, target, count):
    """Copy the first `count` values (slices would allocate)."""
    for k in range(count):
        target[k] = source[k]


@entry
def copy_route(source, target, v):
    """Copy all that is kept about route v."""
    m = source.size[v]
    target.size[v] = m
    for k in range(m):
        target.node[v, k] = source.node[v, k]
        target.place[v, k] = source.place[v, k]
        target.onward[v, k] = source.onward[v, k]
        target.leg[v, k] = source.leg[v, k]
        target.group[v, k] = source.group[v, k]
        target.gap[v, k] = source.gap[v, k]
        target.early[v, k] = source.early[v, k]
        target.late[v, k] = source.late[v, k]
        target.mate[v, k] = source.mate[v, k]
        target.ride[v, k] = source.ride[v, k]
        target.aboard[v, k] = source.aboard[v, k]
        for d in range(source.load.shape[2]):
            target.load[v, k, d] = source.load[v, k, d]
    target.key[v] = source.key[v]
    target.travel[v] = source.travel[v]
    target.extra[v] = source.extra[v]


@entry
def copy_state(source, target):
    """Copy every route and what goes with it."""
    for v in range(len(source.size)):
        copy_route(source, target, v)
    copy_rest(source, target)


@kernel
def copy_rest(source, target):
    """Copy what is kept outside the routes."""
    trips, nodes = len(source.route_of), len(source.opens)
    copy(source.route_of, target.route_of, trips)
    copy(source.opens, target.opens, nodes)
    copy(source.closes, target.closes, nodes)
    copy(source.release, target.release, trips)
    copy(source.absent, target.absent, trips)
    target.count[0] = source.count[0]


@entry
def total_cost(state):
    """Travel, fixed cost, lateness and riding of all routes."""
    money = 0.0
    for v in range(len(state.travel)):
        money += state.travel[v] + state.extra[v]
    return money
