"""When each stop of a route happens: exact feasibility of windows, ride times, duration and breaks.

A route's times are a system of difference constraints. Its least solution (every stop as early as anything allows) is
found by raising times from the window openings until nothing is broken, its greatest by lowering them; if a time passes
its window the route is infeasible. Source: the least-fixpoint view of Cordeau & Laporte (2003), eight-step evaluation.
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

import numpy as np

from gridward.engine.compiled import entry, kernel
from gridward.engine.dial_a_ride.state import copy

EPS = 1e-7


@kernel
def settle_early(first, m, when, gap, last, mate, ride, longest):
    """Raise `when` [m] to the least feasible schedule; False if there is none.

    Parameters: first — what lies before this position (at least 1) already fits together. when — lower bounds on
        entry, changed. gap — least time from a stop to the next. last — latest times.
        mate, ride — at a drop, its pickup's position and the most time since; mate -1 elsewhere. longest — duration.
    """
    for _ in range(m + 2):
        for k in range(first, m):
            t = when[k - 1] + gap[k - 1]
            if t > when[k]:
                when[k] = t
            if when[k] > last[k] + EPS:
                return False
        raised = m
        for k in range(m - 1, first - 1, -1):
            p = mate[k]
            if p >= 0:
                t = when[k] - ride[k]
                if t > when[p] + EPS:
                    when[p] = t
                    raised = min(raised, p)
        t = when[m - 1] - longest
        if t > when[0] + EPS:
            when[0] = t
            raised = 0
        if raised == m:
            return True
        if when[0] > last[0] + EPS:
            return False
        first = max(1, raised)
    return False


@kernel
def settle_late(m, when, gap, mate, ride, longest):
    """Lower `when` [m] to the greatest schedule of a route known to be feasible."""
    for _ in range(m + 2):
        for k in range(m - 2, -1, -1):
            t = when[k + 1] - gap[k]
            if t < when[k]:
                when[k] = t
        lowered = False
        t = when[0] + longest
        if t < when[m - 1] - EPS:
            when[m - 1] = t
            lowered = True
        for k in range(1, m):
            p = mate[k]
            if p >= 0:
                t = when[p] + ride[k]
                if t < when[k] - EPS:
                    when[k] = t
                    lowered = True
        if not lowered:
            return


@kernel
def clean_between(data, before, after):
    """Time to clean down between a stop of level `before` and one of level `after`."""
    if before < 0 or after < 0 or before == after:
        return 0.0
    return data.clean[before, after]


@kernel
def gap_after(data, node, place, group, follower):
    """Least time from the start of the stop `node`, standing at `place`, to the start of the stop `follower`."""
    to = data.place[follower]
    if to < 0:
        return data.service[node]
    return data.service[node] + data.time[place, to] + clean_between(data, group, data.group[follower])


@kernel
def mix(key, value):
    """Fold a number into a 64-bit hash."""
    key = (key ^ value) * np.uint64(0x9E3779B97F4A7C15)
    return key ^ (key >> np.uint64(29))


@kernel
def release_bits(data, state, trip):
    """A whole number for the moment a loose tie was split at, 0 without one."""
    if data.partner[trip] < 0:
        return np.uint64(0)
    release = state.release[trip if data.stay[trip] >= 0 else data.partner[trip]]
    return np.uint64(0) if np.isnan(release) else np.uint64(np.int64(release * 1000.0) + 1)


@kernel
def fold_node(data, state, key, node):
    """The hash of a route, one stop longer."""
    key = mix(key, np.uint64(node + 1))
    if data.loose and node < 2 * data.trips:
        key = mix(key, release_bits(data, state, node % data.trips))
    return key


@kernel
def place_stops(data, state, work, v):
    """Fill place, group, mate, ride, load and aboard of route v from its nodes."""
    n, m, dims = data.trips, state.size[v], data.load.shape[1]
    for k in range(m):
        node = state.node[v, k]
        rest = data.place[node] < 0
        state.place[v, k] = state.place[v, k - 1] if rest else data.place[node]
        state.group[v, k] = state.group[v, k - 1] if rest else data.group[node]
        state.mate[v, k] = -1
        before = state.aboard[v, k - 1] if k > 0 else 0
        for d in range(dims):
            state.load[v, k, d] = state.load[v, k - 1, d] if k > 0 else 0
        if node < n:
            before += 1
            for d in range(dims):
                state.load[v, k, d] += data.load[node, d]
        elif node < 2 * n:
            before -= 1
            trip = node - n
            p = k - 1
            while state.node[v, p] != trip:
                p -= 1
            state.mate[v, k] = p
            state.ride[v, k] = data.ride_limit[trip] + data.service[trip]
            for d in range(dims):
                state.load[v, k, d] -= data.load[trip, d]
        state.aboard[v, k] = before


@kernel
def chain_stops(data, state, v):
    """Fill onward, gap, travel cost and hash of route v from its placed stops."""
    m = state.size[v]
    key = np.uint64(data.kind[v] + 1)
    travel, riders = 0.0, 0
    last = state.place[v, m - 1]
    for k in range(m - 1, -1, -1):
        state.onward[v, k] = last
        state.leg[v, k] = data.cost[state.place[v, k], last]
        if data.place[state.node[v, k]] >= 0:
            last = state.place[v, k]
    for k in range(m):
        node = state.node[v, k]
        key = fold_node(data, state, key, node)
        if node < data.trips:
            riders += 1
        if k + 1 < m:
            follower = state.node[v, k + 1]
            state.gap[v, k] = gap_after(data, node, state.place[v, k], state.group[v, k], follower)
            travel += data.cost[state.place[v, k], state.place[v, k + 1]]
    state.key[v] = key
    state.travel[v] = travel * data.cost_factor[v] + data.fixed_cost[v] if riders > 0 else 0.0


@entry
def refresh(data, state, work, v):
    """Recompute everything kept about route v from its nodes; False if the route is infeasible."""
    place_stops(data, state, work, v)
    chain_stops(data, state, v)
    m = state.size[v]
    early, late = state.early[v], state.late[v]
    for k in range(m):
        early[k] = state.opens[state.node[v, k]]
        late[k] = state.closes[state.node[v, k]]
    longest = data.max_route[v]
    if early[0] > late[0] + EPS or not settle_early(
        1, m, early, state.gap[v], late, state.mate[v], state.ride[v], longest
    ):
        return False
    settle_late(m, late, state.gap[v], state.mate[v], state.ride[v], longest)
    if data.priced:
        copy(early, work.when, m)
        board_late(data, m, work.when, state.gap[v], state.node[v], state.late[v])
        state.extra[v] = price(data, m, work.when, state.node[v], state.mate[v])
    return True


@entry
def refresh_all(data, state, work, stands):
    """Refresh every route, noting in `stands` [V] which are feasible."""
    for v in range(data.vehicles):
        stands[v] = refresh(data, state, work, v)


@entry
def begin_times(data, state, begin):
    """Write to `begin` [V, M] when each stop begins: early, but boarding no sooner than need be."""
    for v in range(data.vehicles):
        m = state.size[v]
        copy(state.early[v], begin[v], m)
        board_late(data, m, begin[v], state.gap[v], state.node[v], state.late[v])


@kernel
def board_late(data, m, when, gap, node, late):
    """From the least schedule, put off the start and each pickup as long as no other stop and no price moves."""
    for k in range(m - 2, -1, -1):
        stop = node[k]
        start = data.trips * 2 <= stop < data.trips * 2 + data.vehicles
        if stop < data.trips or start:
            t = min(when[k + 1] - gap[k], late[k])
            if data.late_price[stop] > 0:
                t = min(t, data.due[stop])
            when[k] = max(when[k], t)


@kernel
def price(data, m, when, node, mate):
    """Money for lateness and for time aboard beyond the direct ride."""
    money = 0.0
    for k in range(m):
        stop = node[k]
        if data.late_price[stop] > 0 and when[k] > data.due[stop]:
            money += data.late_price[stop] * (when[k] - data.due[stop])
        if mate[k] >= 0 and data.ride_price > 0:
            trip = stop - data.trips
            aboard = when[k] - when[mate[k]] - data.service[trip] - data.direct[trip]
            money += data.ride_price * max(0.0, aboard)
    return money


@entry
def reset(data, state, work):
    """Empty every route (breaks at their vehicle's start) and put every trip among the absent."""
    for v in range(data.vehicles):
        rests = data.break_from[v + 1] - data.break_from[v]
        state.node[v, 0] = 2 * data.trips + v
        for b in range(rests):
            state.node[v, 1 + b] = 2 * data.trips + 2 * data.vehicles + data.break_from[v] + b
        state.node[v, 1 + rests] = 2 * data.trips + data.vehicles + v
        state.size[v] = rests + 2
        refresh(data, state, work, v)
    state.count[0] = data.trips
    for i in range(data.trips):
        state.absent[i] = i
        state.route_of[i] = -1
