"""The cheapest feasible way to take one more trip into a route.

Every pair of positions is screened by what is kept about the route (least and greatest schedule, loads, control levels)
in constant time; only pairs that pass and would be the cheapest so far are settled exactly.
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

import numpy as np

from gridward.engine.compiled import entry, kernel
from gridward.engine.dial_a_ride.schedule import (
    EPS,
    board_late,
    clean_between,
    gap_after,
    mix,
    price,
    refresh,
    release_bits,
    settle_early,
)
from gridward.engine.dial_a_ride.state import copy

FITS_NOT, FITS, UNSURE = 0, 1, 2


@kernel
def splice(data, state, work, v, trip, i, j):
    """Write route v with the trip's pickup after position i and drop after (old) position j to work; its length."""
    m, n = state.size[v], data.trips
    node, gap, mate, ride = state.node[v], state.gap[v], state.mate[v], state.ride[v]
    at = 0
    for k in range(m):
        work.node[at] = node[k]
        work.gap[at] = gap[k]
        work.when[at] = state.early[v, k]
        work.last[at] = state.late[v, k]
        p = mate[k]
        work.mate[at] = -1 if p < 0 else p + (1 if p > i else 0) + (1 if p > j else 0)
        work.ride[at] = ride[k]
        at += 1
        if k == i:
            place_new(state, work, at, trip, -1)
            at += 1
        if k == j:
            place_new(state, work, at, n + trip, i + 1)
            work.ride[at] = data.ride_limit[trip] + data.service[trip]
            at += 1
    return at


@kernel
def place_new(state, work, at, stop, mate):
    """Put a stop that the route does not have yet at position `at` of work."""
    work.node[at] = stop
    work.when[at] = state.opens[stop]
    work.last[at] = state.closes[stop]
    work.mate[at] = mate


@kernel
def bridge(data, state, work, v, trip, i, j):
    """Recompute in work the gaps an insertion changes; later breaks stand where the new drop is."""
    n = data.trips
    p, d = trip, n + trip
    level = data.group[trip]
    work.gap[i] = gap_after(data, state.node[v, i], state.place[v, i], state.group[v, i], p)
    work.gap[i + 1] = gap_after(data, p, data.place[p], level, work.node[i + 2])
    if j > i:
        work.gap[j + 1] = gap_after(data, state.node[v, j], state.place[v, j], state.group[v, j], d)
    at = j + 2
    work.gap[at] = gap_after(data, d, data.place[d], level, work.node[at + 1])
    while data.place[work.node[at + 1]] < 0:
        at += 1
        rest = work.node[at]
        work.last[at] = state.closes[rest]
        work.when[at] = state.opens[rest]
        work.gap[at] = gap_after(data, rest, data.place[d], level, work.node[at + 1])


@kernel
def try_pair(data, state, work, v, trip, i, j):
    """What lateness and riding would rise by if the trip went in after positions i and j; inf if infeasible."""
    m = splice(data, state, work, v, trip, i, j)
    bridge(data, state, work, v, trip, i, j)
    if not settle_early(i + 1, m, work.when, work.gap, work.last, work.mate, work.ride, data.max_route[v]):
        return np.inf
    if not data.priced:
        return 0.0
    board_late(data, m, work.when, work.gap, work.node, work.last)
    return price(data, m, work.when, work.node, work.mate) - state.extra[v]


@kernel
def rides_long(state, work, v, k, i, when):
    """Whether stop k, starting `when`, sets down a rider who then rode too long (boarded later, it might do)."""
    p = state.mate[v, k]
    if p < 0:
        return False
    boarded = work.pushed[p] if p > i else state.early[v, p]
    return when - boarded > state.ride[v, k] + EPS


@kernel
def follow(data, state, work, v, trip, i, j, reach, done):
    """Push back the stops behind the new drop: FITS, FITS_NOT, or UNSURE if somebody then rides too long."""
    d = data.trips + trip
    if done - reach > data.ride_limit[trip] + data.service[trip] + EPS:
        return UNSURE
    m, when, wait, bridged = state.size[v], done, data.service[d], False
    for k in range(j + 1, m):
        node = state.node[v, k]
        if bridged:
            when = max(state.early[v, k], when + state.gap[v, k - 1])
        elif data.place[node] < 0:
            when = max(state.opens[node], when + wait)
            wait = data.service[node]
            if when > state.closes[node] + EPS:
                return FITS_NOT
            work.pushed[k] = when
            continue
        else:
            bridged = True
            gap = wait + data.time[data.place[d], data.place[node]]
            when = max(state.early[v, k], when + gap + clean_between(data, data.group[trip], data.group[node]))
        if when <= state.early[v, k]:
            return FITS
        if when > state.late[v, k] + EPS:
            return FITS_NOT
        work.pushed[k] = when
        if rides_long(state, work, v, k, i, when):
            return UNSURE
    return FITS if when - state.early[v, 0] <= data.max_route[v] + EPS else UNSURE


@kernel
def surcharge(data, state, work, v, trip, i, j, reach, done, unsure):
    """What lateness and riding would rise by, the trip boarding at `reach` and down at `done`; inf if infeasible."""
    verdict = follow(data, state, work, v, trip, i, j, reach, done)
    if verdict == FITS_NOT:
        return np.inf
    if verdict == FITS and not unsure and not data.priced:
        return 0.0
    return try_pair(data, state, work, v, trip, i, j)


@kernel
def first_position(data, state, v, trip):
    """The first position after which the pickup may go in: nothing behind it is over before the window opens."""
    i = data.frozen[v] - 1
    while i + 2 < state.size[v] and state.late[v, i + 1] < state.opens[trip] - EPS:
        i += 1
    while i >= data.frozen[v] and data.place[state.node[v, i]] < 0:
        i -= 1
    return i


@kernel
def room_for(data, state, v, k, trip):
    """Whether the trip's load fits on top of what is aboard when leaving position k."""
    for d in range(data.load.shape[1]):
        if state.load[v, k, d] + data.load[trip, d] > data.capacity[v, d]:
            return False
    return True


@kernel
def search_pairs(data, state, work, v, trip, limit):
    """Cheapest feasible (delta, i, j) of the trip in route v below `limit`; i is -1 if there is none."""
    m, n = state.size[v], data.trips
    best, best_i, best_j = limit, -1, -1
    p, d = trip, n + trip
    to_p, from_p = data.time_to[data.place[p]], data.time[data.place[p]]
    cost_to_p, cost_from_p = data.cost_to[data.place[p]], data.cost[data.place[p]]
    factor, level = data.cost_factor[v], data.group[trip]
    empty = data.cost[state.place[v, 0], state.place[v, m - 1]] * factor + data.fixed_cost[v]
    base = empty if state.travel[v] == 0.0 and unused(data, state, v) else 0.0
    for i in range(first_position(data, state, v, trip), m - 1):
        if state.early[v, i] > state.closes[p] + EPS:
            break
        a, b = state.place[v, i], state.onward[v, i]
        if not room_for(data, state, v, i, trip) or (state.aboard[v, i] > 0 and state.group[v, i] != level):
            continue
        reach = state.early[v, i] + data.service[state.node[v, i]] + to_p[a]
        reach = max(state.opens[p], reach + clean_between(data, state.group[v, i], level))
        if reach > state.closes[p] + EPS:
            continue
        start = reach + data.service[p] + from_p[b]
        onboard = data.place[state.node[v, i + 1]] >= 0
        if onboard and start > state.late[v, i + 1] + EPS:
            continue
        detour = base + (cost_to_p[a] - state.leg[v, i]) * factor
        delta = detour + (cost_from_p[data.place[d]] + data.cost[data.place[d], b]) * factor
        if delta < best and adjacent_may_fit(data, state, v, trip, i, reach):
            done = max(state.opens[d], reach + data.service[p] + from_p[data.place[d]])
            delta += surcharge(data, state, work, v, trip, i, i, reach, done, False)
            if delta < best:
                best, best_i, best_j = delta, i, i
        if not onboard:
            continue
        detour += cost_from_p[b] * factor
        if detour >= best:  # a drop elsewhere only adds, as far as travel obeys the triangle inequality
            continue
        best, best_i, best_j = carry_on(data, state, work, v, trip, i, reach, start, detour, best, best_i, best_j)
    return best, best_i, best_j


@kernel
def unused(data, state, v):
    """Whether the route carries nobody."""
    return state.size[v] == 2 + data.break_from[v + 1] - data.break_from[v]


@kernel
def adjacent_may_fit(data, state, v, trip, i, reach):
    """Constant-time screen of pickup and drop both straight after position i."""
    p, d = trip, data.trips + trip
    done = max(state.opens[d], reach + data.service[p] + data.time[data.place[p], data.place[d]])
    if done > state.closes[d] + EPS:
        return False
    follower = state.node[v, i + 1]
    if data.place[follower] < 0:
        return True
    gap = gap_after(data, d, data.place[d], data.group[trip], follower)
    return done + gap <= state.late[v, i + 1] + EPS


@kernel
def carry_on(data, state, work, v, trip, i, reach, start, detour, best, best_i, best_j):
    """Try every drop position after i+1 on, with the pickup after i; the best of these and what came in."""
    m, d = state.size[v], data.trips + trip
    drop, level = data.place[d], data.group[trip]
    to_d, from_d = data.time_to[drop], data.time[drop]
    cost_to_d, cost_from_d = data.cost_to[drop], data.cost[drop]
    closes, factor = state.closes[d], data.cost_factor[v]
    when = max(state.early[v, i + 1], start)
    riding = data.time[data.place[trip], state.place[v, i + 1]]
    unsure = False
    for j in range(i + 1, m - 1):
        if when > state.late[v, j] + EPS or state.group[v, j] != level or data.place[state.node[v, j]] < 0:
            break
        if not room_for(data, state, v, j, trip):
            break
        work.pushed[j] = when
        unsure = unsure or rides_long(state, work, v, j, i, when)
        a, b = state.place[v, j], state.onward[v, j]
        leave = when + data.service[state.node[v, j]]
        if leave > closes + EPS or riding > data.ride_limit[trip] + EPS:
            break
        delta = detour + (cost_to_d[a] + cost_from_d[b] - state.leg[v, j]) * factor
        done = max(state.opens[d], leave + to_d[a])
        if delta < best and done <= closes + EPS:
            follower = state.node[v, j + 1]
            gap = data.service[d] + from_d[b] + clean_between(data, level, data.group[follower])
            if data.place[follower] < 0 or done + gap <= state.late[v, j + 1] + EPS:
                delta += surcharge(data, state, work, v, trip, i, j, reach, done, unsure)
                if delta < best:
                    best, best_i, best_j = delta, i, j
        riding += state.gap[v, j]
        when = max(state.early[v, j + 1], when + state.gap[v, j])
    return best, best_i, best_j


@kernel
def best_in_route(data, state, work, v, trip, limit):
    """Cheapest feasible (delta, i, j) below `limit`, else (inf, -1, -1); remembered by content of route and trip."""
    if state.size[v] + 2 > state.node.shape[1]:
        return np.inf, -1, -1
    key = mix(state.key[v], np.uint64(trip + 1))
    if data.loose:
        key = mix(key, release_bits(data, state, trip))
    latest = work.latest[(trip * data.vehicles + v) & (len(work.latest) - 1)]
    if latest.key != key:
        found = work.memo[np.int64((key >> np.uint64(20)) & np.uint64(len(work.memo) - 1))]
        if found.key != key:
            found.key, found.delta, found.i = key, -np.inf, -1
        latest.key, latest.delta, latest.i, latest.j = key, found.delta, found.i, found.j
    if latest.i < 0:
        if latest.delta >= limit:
            return np.inf, -1, -1
        found = work.memo[np.int64((key >> np.uint64(20)) & np.uint64(len(work.memo) - 1))]
        delta, i, j = search_pairs(data, state, work, v, trip, limit)
        latest.delta, latest.i, latest.j = delta, i, j
        found.key, found.delta, found.i, found.j = key, delta, i, j
        if i < 0:
            return np.inf, -1, -1
    return latest.delta, latest.i, latest.j


@entry
def cheapest_place(data, state, work, v, trip):
    """`best_in_route`, for callers in Python."""
    return best_in_route(data, state, work, v, trip, np.inf)


@entry
def insert(data, state, work, v, trip, i, j):
    """Put the trip into route v after positions i and j, which are known to be feasible, and refresh the route."""
    m = splice(data, state, work, v, trip, i, j)
    copy(work.node, state.node[v], m)
    state.size[v] = m
    state.route_of[trip] = v
    refresh(data, state, work, v)
    if data.loose:
        tie(data, state, work, v, trip)


@kernel
def tie(data, state, work, v, trip):
    """Fix when the stay between two tied trips ends, once the first of them has its place."""
    other = data.partner[trip]
    if other < 0 or state.route_of[other] >= 0:
        return
    n = data.trips
    out, back = (trip, other) if data.stay[trip] >= 0 else (other, trip)
    if data.stay[out] < 0:
        return
    stop = n + out if trip == out else back
    k = 1
    while state.node[v, k] != stop:
        k += 1
    when = state.early[v, k] + (data.stay[out] if trip == out else 0.0)
    set_release(data, state, out, max(data.opens[back], when))
    refresh(data, state, work, v)


@entry
def set_release(data, state, out, release):
    """Split a tie at `release`: the outbound drop at least the stay before it, the return not before it; nan undoes."""
    n, back = data.trips, data.partner[out]
    state.release[out] = release
    if np.isnan(release):
        state.closes[n + out] = data.closes[n + out]
        state.closes[out] = data.closes[out]
        state.opens[back] = data.opens[back]
        state.opens[n + back] = data.opens[n + back]
        return
    state.closes[n + out] = min(data.closes[n + out], release - data.stay[out])
    state.opens[back] = max(data.opens[back], release)


@entry
def remove(data, state, v, trip):
    """Take a trip's two stops out of route v; the caller refreshes the route and lists the trip as absent."""
    n, at = data.trips, 0
    for k in range(state.size[v]):
        node = state.node[v, k]
        if node != trip and node != n + trip:
            state.node[v, at] = node
            at += 1
    state.size[v] = at
    state.route_of[trip] = -1
    other = data.partner[trip]
    if data.loose and other >= 0 and state.route_of[other] < 0:
        out = trip if data.stay[trip] >= 0 else other
        if data.stay[out] >= 0:
            set_release(data, state, out, np.nan)
