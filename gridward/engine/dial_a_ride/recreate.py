"""Putting trips back: one after the other where they cost least, or the one with most to lose first."""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

import numpy as np

from gridward.engine.compiled import entry, kernel, order_by, random
from gridward.engine.dial_a_ride.insertion import best_in_route, insert, unused
from gridward.engine.dial_a_ride.ruin import touch

MANY_ROUTES = 24
BLINK = 100  # one in so many routes is overlooked
MOST_BY_REGRET = 40


@kernel
def rank_pending(data, state, work, count):
    """Give the pending trips an order: random, far first, tight first, early first or heavy first."""
    way = random(work.rng)
    for k in range(count):
        trip = work.pending[k]
        key = random(work.rng)
        if way < 0.35:
            pass
        elif way < 0.55:
            key = -data.direct[trip]
        elif way < 0.75:
            key = data.closes[trip] - data.opens[trip]
        elif way < 0.9:
            key = data.opens[trip]
        else:
            key = -float(data.load[trip, 0]) - 10.0 * data.load[trip, data.load.shape[1] - 1]
        work.rank[k] = key
    order_by(work.rank, work.pending, count)


@kernel
def clear(flags):
    """Set all to False."""
    for v in range(len(flags)):
        flags[v] = False


@kernel
def mark_near(data, state, work, near, trip):
    """Among many routes, mark those worth trying: routes of the nearest trips."""
    clear(work.near_mark)
    found = 0
    for k in range(near.shape[1]):
        v = state.route_of[near[trip, k]]
        if v >= 0 and not work.near_mark[v]:
            work.near_mark[v] = True
            found += 1
            if found >= MANY_ROUTES:
                break


@kernel
def cheapest(data, state, saved, work, near, trip, blink, two):
    """Cheapest (delta, second delta if `two`, v, its v, i, j) over the routes worth trying; v is -1 if none fits."""
    best, second, best_v, second_v, best_i, best_j = np.inf, np.inf, -1, -1, -1, -1
    home, many = saved.route_of[trip], data.vehicles > MANY_ROUTES
    if many:
        mark_near(data, state, work, near, trip)
    clear(work.kind_seen)
    blind = int(random(work.rng) * blink)
    for turn in range(-1, data.vehicles):
        v = home if turn < 0 else turn
        if v < 0 or (turn == home) or not data.fits[trip, v]:
            continue
        if turn >= 0:
            if unused(data, state, v):
                if work.kind_seen[data.kind[v]]:
                    continue
                work.kind_seen[data.kind[v]] = True
            elif many and not work.near_mark[v]:
                continue
        if v % blink == blind:
            continue
        delta, i, j = best_in_route(data, state, work, v, trip, second if two else best)
        if delta < best:
            best, second, best_v, second_v, best_i, best_j = delta, best, v, best_v, i, j
        elif delta < second:
            second, second_v = delta, v
    if best_v < 0 and many:
        return everywhere(data, state, work, trip, two)
    return best, second, best_v, second_v, best_i, best_j


@entry
def everywhere(data, state, work, trip, two):
    """The same over every route, for a trip that fits nowhere near."""
    best, second, best_v, second_v, best_i, best_j = np.inf, np.inf, -1, -1, -1, -1
    for v in range(data.vehicles):
        if data.fits[trip, v]:
            delta, i, j = best_in_route(data, state, work, v, trip, second if two else best)
            if delta < best:
                best, second, best_v, second_v, best_i, best_j = delta, best, v, best_v, i, j
            elif delta < second:
                second, second_v = delta, v
    return best, second, best_v, second_v, best_i, best_j


@kernel
def put(data, state, saved, work, trip, v, i, j):
    """Insert a trip, or list it as absent when v is -1."""
    if v < 0:
        state.absent[state.count[0]] = trip
        state.count[0] += 1
        return
    touch(state, saved, work, v)
    insert(data, state, work, v, trip, i, j)


@kernel
def one_by_one(data, state, saved, work, near, count, blink, spare):
    """Insert the pending trips in their order, each where it costs least; False once that costs more than `spare`."""
    for k in range(count):
        trip = work.pending[k]
        delta, _, v, _, i, j = cheapest(data, state, saved, work, near, trip, blink, False)
        put(data, state, saved, work, trip, v, i, j)
        spare -= delta if v >= 0 else 0.0
        if spare < 0.0:
            return False
    return True


@kernel
def renew_bid(data, state, saved, work, near, k, changed, last, blink):
    """Bring the bids of pending trip k up to date after route `changed` took the trip `last` (-1: try every route).

    A trip tied to the last one has other times now.
    """
    trip, bid = work.pending[k], work.bids[k]
    if changed < 0 or bid.v == changed or bid.w == changed or (last >= 0 and data.partner[trip] == last):
        bid.best, bid.second, bid.v, bid.w, bid.i, bid.j = cheapest(data, state, saved, work, near, trip, blink, True)
    elif data.fits[trip, changed]:
        delta, i, j = best_in_route(data, state, work, changed, trip, bid.second)
        if delta < bid.best:
            bid.second, bid.w = bid.best, bid.v
            bid.best, bid.v, bid.i, bid.j = delta, changed, i, j
        elif delta < bid.second:
            bid.second, bid.w = delta, changed


@kernel
def by_regret(data, state, saved, work, near, count, blink, spare):
    """Insert, time and again, the trip that would lose most by not getting its best route; False beyond `spare`."""
    noise = 0.2 * random(work.rng)
    changed, last = -1, -1
    while count > 0:
        pick, most = 0, -np.inf
        for k in range(count):
            renew_bid(data, state, saved, work, near, k, changed, last, blink)
            bid = work.bids[k]
            if bid.v < 0:
                continue
            regret = 1e12 - bid.best if bid.second == np.inf else bid.second - bid.best
            regret *= 1.0 + noise * random(work.rng)
            if regret > most:
                pick, most = k, regret
        bid, last = work.bids[pick], work.pending[pick]
        changed = bid.v if bid.v < 0 or not unused(data, state, bid.v) else -1
        put(data, state, saved, work, last, bid.v, bid.i, bid.j)
        spare -= bid.best if bid.v >= 0 else 0.0
        if spare < 0.0:
            return False
        count -= 1
        work.pending[pick], work.bids[pick] = work.pending[count], work.bids[count]
    return True


@kernel
def recreate(data, state, saved, work, near, count, regret_share, spare):
    """Put the pending trips back one way or another; False, and unfinished, once that costs more than `spare`."""
    if count <= MOST_BY_REGRET and random(work.rng) < regret_share:
        return by_regret(data, state, saved, work, near, count, BLINK, spare)
    rank_pending(data, state, work, count)
    return one_by_one(data, state, saved, work, near, count, BLINK, spare)
