"""Two vans exchange what they still have ahead of them; one may be idle, so that a round is split, joined or handed on.

Source: Potvin & Rousseau (1995), an exchange heuristic for routeing problems with time windows (2-opt*); Vidal,
Crainic, Gendreau & Prins (2014), a unified solution framework, for reckoning it by parts.
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

from gridward.engine.compiled import below, kernel
from gridward.engine.delivery.recreate import list_free
from gridward.engine.delivery.segments import NEVER, ahead, drop_empty_trips, joined, priced, refresh, trip_at


@kernel
def alike(data, v, w):
    """Whether two vehicles drive alike ways to the same end, so that what follows a stop is the same for both."""
    if data.profile[v] != data.profile[w] or data.end[v] != data.end[w]:
        return False
    if data.end_opens[v] != data.end_opens[w] or data.end_closes[v] != data.end_closes[w]:
        return False
    for y in range(data.reload.shape[1]):
        if data.reload[v, y] != data.reload[w, y]:
            return False
    return True


@kernel
def last_ready(data, state, v, first, beyond):
    """When the last packs of the nodes of route v from one position up to another are ready."""
    ready = 0
    for k in range(first, beyond):
        ready = max(ready, data.ready[state.stop[v, k]])
    return ready


@kernel
def ready_after(data, state, w, cut):
    """When the last packs of what follows position `cut` in its trip of route w are ready."""
    return last_ready(data, state, w, cut, state.begins[w, trip_at(state, w, cut) + 1] - 1)


@kernel
def with_tail(data, state, v, k, w, cut):
    """What vehicle v costs with its first k nodes and what follows the first `cut` of route w; NEVER if it may not."""
    size = k + state.size[w] - cut
    if size == 0:
        return 0.0
    if size > state.stop.shape[1]:
        return NEVER
    head, tail = state.part[v, k], state.part[w, cut]
    way = data.way[data.profile[v], state.leg[v, k - 1].place if k > 0 else data.start[v], state.leg[w, cut].place]
    s, early, late = head.lead_s, head.lead_early, head.lead_late
    if data.gated:
        trip = trip_at(state, v, k)
        ready = max(last_ready(data, state, v, state.begins[v, trip], k), ready_after(data, state, w, cut))
        s, early, late = ahead(data, state, v, trip, k, ready)
    s, _, _ = joined(s, early, late, way.s, tail.rest_s, tail.rest_early, tail.rest_late)
    return priced(data, v, head.lead_m + way.m + tail.rest_m, s)


@kernel
def carried(data, state, v, trip, k, d):
    """What a trip of route v carries for the stops before position k."""
    load = 0
    for b in range(state.begins[v, trip], k):
        load += data.load[state.stop[v, b], d]
    return load


@kernel
def holds(data, state, v, k, w, cut):
    """Whether vehicle v has trips and room for its first k nodes and what follows the first `cut` of route w."""
    here, there = trip_at(state, v, k), trip_at(state, w, cut)
    if here + state.driven[w] - there > data.trips[v]:
        return False
    for d in range(data.load.shape[1]):
        room = data.capacity[v, d]
        load = carried(data, state, v, here, k, d) + state.load[w, there, d] - carried(data, state, w, there, cut, d)
        if load > room:
            return False
        for trip in range(there + 1, state.driven[w]):
            if state.load[w, trip, d] > room:
                return False
    return True


@kernel
def more_for(data, state, v, k, w, cut, least):
    """What exchanging what follows costs more, if below `least` and within all limits; else `least`."""
    if not alike(data, v, w):
        return least
    before = state.cost[v] + state.cost[w]
    more = with_tail(data, state, v, k, w, cut) - before
    if more >= least:
        return least
    more += with_tail(data, state, w, cut, v, k)
    if more < least and holds(data, state, v, k, w, cut) and holds(data, state, w, cut, v, k):
        return more
    return least


@kernel
def exchange(data, state, v, k, w, cut):
    """Exchange what follows the first k nodes of route v and the first `cut` of route w."""
    ours, theirs = state.size[v] - k, state.size[w] - cut
    for b in range(max(ours, theirs)):
        mine = state.stop[v, k + b] if b < ours else -1
        if b < theirs:
            state.stop[v, k + b] = state.stop[w, cut + b]
            if state.stop[v, k + b] < data.clients:
                state.route[state.stop[v, k + b]] = v
        if mine >= 0:
            state.stop[w, cut + b] = mine
            if mine < data.clients:
                state.route[mine] = w
    state.size[v], state.size[w] = k + theirs, cut + ours
    drop_empty_trips(data, state, v)
    refresh(data, state, v)
    drop_empty_trips(data, state, w)
    refresh(data, state, w)


@kernel
def exchange_tails(data, state, work, most):
    """After a stop chosen at random, the cheapest exchange with a near stop's van or an idle one, if below `most` more.

    Returns: what all costs more.
    """
    c = below(work.rng, data.clients)
    v = state.route[c]
    if v < 0:
        return 0.0
    k, best, best_w, best_k, best_cut = state.at[c] + 1, most, -1, 0, 0
    for a in range(data.near.shape[1]):
        d = data.near[c, a]
        w = state.route[d]
        if w >= 0 and w != v:
            more = more_for(data, state, v, k, w, state.at[d], best)
            if more < best:
                best, best_w, best_k, best_cut = more, w, k, state.at[d]
    list_free(data, state, work)
    for a in range(work.free_count[0]):
        w = work.free[a]
        if state.size[w] > 0:
            continue
        for first in range(k if k > 1 else 0, k + 1):
            more = more_for(data, state, v, first, w, 0, best)
            if more < best:
                best, best_w, best_k, best_cut = more, w, first, 0
    if best_w < 0:
        return 0.0
    before = state.cost[v] + state.cost[best_w]
    exchange(data, state, v, best_k, best_w, best_cut)
    return state.cost[v] + state.cost[best_w] - before
