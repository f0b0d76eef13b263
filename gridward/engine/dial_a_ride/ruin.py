"""Which trips to take out of a plan: strings of neighbouring trips, scattered ones, whole routes.

Source: Christiaens & Vanden Berghe (2020), slack induction by string removals, carried over to pickup-and-drop pairs.
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

import numpy as np
from numba import njit

from gridward.engine.compiled import below, kernel, random
from gridward.engine.dial_a_ride.insertion import remove
from gridward.engine.dial_a_ride.schedule import refresh
from gridward.engine.dial_a_ride.state import copy_route


@kernel
def take(data, state, saved, work, trip, count):
    """Remove a trip (its route saved first) and list it as pending; the new count of pending trips."""
    touch(state, saved, work, state.route_of[trip])
    remove(data, state, state.route_of[trip], trip)
    work.pending[count] = trip
    return count + 1


@kernel
def touch(state, saved, work, v):
    """Save route v once in a step."""
    if not work.touched[v]:
        work.touched[v] = True
        work.stack[work.touched_count[0]] = v
        work.touched_count[0] += 1
        copy_route(state, saved, v)


@kernel
def movable(data, state, v, k):
    """Whether the stop at position k is a pickup that may be taken out."""
    return k >= data.frozen[v] and state.node[v, k] < data.trips


@kernel
def trips_in_order(data, state, work, v, by_drop):
    """Write the movable trips of route v to work.order, by pickup or drop position; how many."""
    n, count = data.trips, 0
    for k in range(1, state.size[v] - 1):
        node = state.node[v, k]
        if by_drop and n <= node < 2 * n and state.mate[v, k] >= data.frozen[v]:
            work.order[count] = node - n
            count += 1
        elif not by_drop and movable(data, state, v, k):
            work.order[count] = node
            count += 1
    return count


@kernel
def remove_string(data, state, saved, work, trip, longest, count):
    """Remove a string of trips of one route around a trip, now and then leaving some inside; the new pending count."""
    v = state.route_of[trip]
    held = trips_in_order(data, state, work, v, random(work.rng) < 0.5)
    at = -1
    for k in range(held):
        if work.order[k] == trip:
            at = k
    if at < 0:
        return count
    length = 1 + below(work.rng, min(longest, held))
    kept = 0
    if length > 1 and length < held and random(work.rng) < 0.5:
        kept = 1
        while length + kept < held and random(work.rng) > 0.01 and random(work.rng) < 0.5:
            kept += 1
    span = length + kept
    first = max(0, at - span + 1)
    first += below(work.rng, min(at, held - span) - first + 1)
    skip = first + below(work.rng, span - kept + 1) if kept > 0 else -1
    for k in range(first, first + span):
        if kept == 0 or k < skip or k >= skip + kept:
            count = take(data, state, saved, work, work.order[k], count)
    return count


@kernel
def remove_strings(data, state, saved, work, near, many):
    """Strings from the routes around a random trip, about `many` trips in all; the count of pending trips."""
    placed = data.trips - state.count[0]
    used = 0
    for v in range(data.vehicles):
        used += 1 if state.size[v] > 2 else 0
    longest = max(1, min(10, placed // max(1, used)))
    most = 4.0 * many / (1.0 + longest) - 1.0
    strings = int(1 + random(work.rng) * max(0.0, most))
    seed, count, ruined = below(work.rng, data.trips), 0, 0
    for k in range(-1, near.shape[1]):
        trip = seed if k < 0 else near[seed, k]
        v = state.route_of[trip]
        if v < 0 or work.touched[v]:
            continue
        before = count
        count = remove_string(data, state, saved, work, trip, longest, count)
        ruined += 1 if count > before else 0
        if ruined >= strings:
            break
    return count


@kernel
def remove_near(data, state, saved, work, near, many):
    """A random trip and some of its nearest, leaving each out now and then; the count of pending trips."""
    seed, count = below(work.rng, data.trips), 0
    wanted = 1 + below(work.rng, 2 * many)
    for k in range(-1, near.shape[1]):
        trip = seed if k < 0 else near[seed, k]
        if count >= wanted:
            break
        if random(work.rng) < 0.7 and can_go(data, state, trip):
            count = take(data, state, saved, work, trip, count)
    return count


@kernel
def can_go(data, state, trip):
    """Whether a trip is in a route, with its pickup not frozen."""
    v = state.route_of[trip]
    if v < 0:
        return False
    for k in range(data.frozen[v]):
        if state.node[v, k] == trip:
            return False
    return True


@kernel
def remove_scattered(data, state, saved, work, many):
    """Random trips; the count of pending trips."""
    count = 0
    for _ in range(1 + below(work.rng, 2 * many)):
        trip = below(work.rng, data.trips)
        if can_go(data, state, trip):
            count = take(data, state, saved, work, trip, count)
    return count


@kernel
def remove_route(data, state, saved, work, most):
    """All trips of a random route, if not more than `most`; the count of pending trips."""
    v = below(work.rng, data.vehicles)
    held = trips_in_order(data, state, work, v, False)
    if held > most:
        return 0
    count = 0
    for k in range(held):
        count = take(data, state, saved, work, work.order[k], count)
    return count


@kernel
def move_break(data, state, work, v):
    """Put a random break of route v behind another stop where nobody is aboard."""
    first = 2 * (data.trips + data.vehicles)
    rest = first + data.break_from[v] + below(work.rng, data.break_from[v + 1] - data.break_from[v])
    m, at = state.size[v], 0
    for k in range(data.frozen[v], m):
        if state.node[v, k] == rest:
            at = k
    if at == 0:
        return
    to = data.frozen[v] + below(work.rng, m - 1 - data.frozen[v])
    step = 1 if to > at else -1
    for k in range(at, to, step):
        state.node[v, k] = state.node[v, k + step]
    state.node[v, to] = rest


@kernel
def breaks_stand(data, state, v):
    """Whether every break of route v has nobody aboard and breaks keep their order."""
    first, before = 2 * (data.trips + data.vehicles), -1
    for k in range(state.size[v]):
        if state.node[v, k] >= first:
            if state.aboard[v, k] > 0 or state.node[v, k] < before:
                return False
            before = state.node[v, k]
    return True


@kernel
def reseat_break(data, state, work, v):
    """Try a random break of route v elsewhere; the route is left as it was if that does not fit."""
    m = state.size[v]
    for k in range(m):
        work.order[k] = state.node[v, k]
    move_break(data, state, work, v)
    if refresh(data, state, work, v) and breaks_stand(data, state, v):
        return
    for k in range(m):
        state.node[v, k] = work.order[k]
    refresh(data, state, work, v)


@kernel
def settle_touched(data, state, work):
    """Recompute the routes that lost trips; False if one cannot be driven without them."""
    for s in range(work.touched_count[0]):
        v = work.stack[s]
        if not refresh(data, state, work, v):
            return False
        if data.break_from[v + 1] > data.break_from[v] and random(work.rng) < 0.5:
            reseat_break(data, state, work, v)
    return True


@kernel
def ruin(data, state, saved, work, near, many):
    """Take some trips out, one way or another; the count of pending trips, or -1 if the step must be given up."""
    way = random(work.rng)
    if way < 0.70:
        count = remove_strings(data, state, saved, work, near, many)
    elif way < 0.85:
        count = remove_near(data, state, saved, work, near, many)
    elif way < 0.97:
        count = remove_scattered(data, state, saved, work, many)
    else:
        count = remove_route(data, state, saved, work, 3 * many)
    if not settle_touched(data, state, work):
        return -1
    return count


@kernel
def pend_absent(state, work, count):
    """Add every absent trip to the pending ones; the new count."""
    for k in range(state.count[0]):
        work.pending[count] = state.absent[k]
        count += 1
    state.count[0] = 0
    return count


@njit(cache=True)
def nearest(data, width):
    """[n, width] for each trip the others most easily served beside it, nearest first."""
    n = data.trips
    near = np.empty((n, width), np.int32)
    apart = np.empty(n)
    for i in range(n):
        for j in range(n):
            apart[j] = np.inf if i == j else apartness(data, i, j)
        near[i] = np.argsort(apart)[:width]
    return near


@kernel
def apartness(data, i, j):
    """How ill two trips go together: travel, idle time and lateness between their pickups and between their drops."""
    n = data.trips
    pick = min(hop(data, i, j), hop(data, j, i))
    drop = min(hop(data, n + i, n + j), hop(data, n + j, n + i))
    cross = min(hop(data, n + i, j), hop(data, n + j, i))
    return min(pick + drop, 2.0 * cross)


@kernel
def hop(data, a, b):
    """Travel from stop a to stop b, with idle time and lateness that cannot be avoided."""
    t = data.time[data.place[a], data.place[b]]
    leave = data.service[a] + t
    idle = max(0.0, data.opens[b] - data.closes[a] - leave)
    late = max(0.0, data.opens[a] + leave - data.closes[b])
    return t + 0.2 * idle + late
