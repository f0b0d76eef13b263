"""Putting stops back, one after the other where they cost least, now and then overlooking a place.

Source: Christiaens & Vanden Berghe (2020), slack induction by string removals for vehicle routing problems.
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

from gridward.engine.compiled import kernel, order_by, random
from gridward.engine.delivery.ruin import touch
from gridward.engine.delivery.segments import put, refresh, with_nodes

BLINK = 0.01
TRIED = 100
"""The nearest stops whose vans are tried: beyond a town's own stops, or nothing moves between towns."""


@kernel
def rank(data, work):
    """Order the stops in no route: at random, the largest, farthest, nearest, narrowest, earliest or latest first."""
    way = random(work.rng) * 17.0
    count = work.absent_count[0]
    for k in range(count):
        c = work.absent[k]
        key = random(work.rng)
        if way < 4.0:
            pass
        elif way < 8.0:
            key = 0.0
            for d in range(data.load.shape[1]):
                key -= data.load[c, d]
        elif way < 10.0:
            key = -float(data.away[c])
        elif way < 11.0:
            key = float(data.away[c])
        elif way < 13.0:
            key = float(data.closes[c] - data.opens[c])
        elif way < 15.0:
            key = float(data.opens[c])
        else:
            key = -float(data.closes[c])
        work.key[k] = key
    order_by(work.key, work.absent, count)


@kernel
def fits(data, state, v, trip, c):
    """Whether a trip of route v has room for a stop."""
    for d in range(data.load.shape[1]):
        if state.load[v, trip, d] + data.load[c, d] > data.capacity[v, d]:
            return False
    return True


@kernel
def best_in_trips(data, state, work, v, c, best):
    """The price and position of a stop in one of the trips of route v, if below the best so far."""
    size, trip, best_k = state.size[v], 0, -1
    way, here, at, per_m = data.profile[v], data.start[v], data.place[c], data.per_m[v]
    room = fits(data, state, v, 0, c)
    for k in range(size + 1):
        one = state.stop[v, k] if k < size else -1
        there = data.place[one] if k < size else data.end[v]
        if room:
            more_m = data.metres_to[way, at, here] + data.metres[way, at, there]
            if k < size:
                more_m -= state.lead_m[v, k + 1] - state.lead_m[v, k]
            elif size > 0:
                more_m -= state.rest_m[v, size - 1]
            if per_m * more_m < best and random(work.rng) >= BLINK:
                price = with_nodes(data, state, v, k, c, -1, here, there) - state.cost[v]
                if price < best:
                    best, best_k = price, k
        if one >= data.clients:
            trip += 1
            room = fits(data, state, v, trip, c)
        here = there
    return best, best_k


@kernel
def best_new_trip(data, state, v, c, best):
    """The price and yard of a new trip for a stop at the begin (yard as it is) or the end (yard + count) of route v."""
    size, yards, best_y = state.size[v], data.reload.shape[1], -1
    for d in range(data.load.shape[1]):
        if data.load[c, d] > data.capacity[v, d]:
            return best, -1
    first, last = data.place[state.stop[v, 0]], data.place[state.stop[v, size - 1]]
    for y in range(yards):
        if not data.reload[v, y]:
            continue
        node = data.clients + y
        price = with_nodes(data, state, v, 0, c, node, data.start[v], first) - state.cost[v]
        if price < best:
            best, best_y = price, y
        price = with_nodes(data, state, v, size, node, c, last, data.end[v]) - state.cost[v]
        if price < best:
            best, best_y = price, y + yards
    return best, best_y


@kernel
def best_near(data, state, work, c):
    """The price, vehicle and position of a stop in the trips of the nearest stops' vans, the nearest first."""
    best, best_v, best_k = float(data.prize[c]), -1, 0
    work.marked[0] += 1
    for near in range(min(TRIED, data.near.shape[1])):
        v = state.route[data.near[c, near]]
        if v < 0 or work.mark[v] == work.marked[0] or state.size[v] + 2 > state.stop.shape[1]:
            continue
        work.mark[v] = work.marked[0]
        price, k = best_in_trips(data, state, work, v, c, best)
        if k >= 0:
            best, best_v, best_k = price, v, k
    return best, best_v, best_k


@kernel
def best_place(data, state, work, c):
    """Where a stop costs least: vehicle, position, yard of a new trip or -1; vehicle -1 if nowhere for its prize."""
    best, best_v, best_k = best_near(data, state, work, c)
    best_y, empty = -1, -1
    for v in range(len(state.size)):
        if state.size[v] + 2 > state.stop.shape[1]:
            continue
        if state.size[v] == 0 and data.kind[v] != empty:
            empty = data.kind[v]
            price, k = best_in_trips(data, state, work, v, c, best)
            if k >= 0:
                best, best_v, best_k, best_y = price, v, k, -1
        elif state.size[v] > 0 and state.driven[v] < data.trips[v]:
            price, y = best_new_trip(data, state, v, c, best)
            if y >= 0:
                best, best_v, best_y = price, v, y
    return best_v, best_k, best_y


@kernel
def recreate(data, state, work):
    """Put the stops in no route back one by one; those that fit nowhere stay out."""
    rank(data, work)
    count, yards = 0, data.reload.shape[1]
    for a in range(work.absent_count[0]):
        c = work.absent[a]
        v, k, y = best_place(data, state, work, c)
        if v < 0:
            work.absent[count] = c
            count += 1
            continue
        touch(state, work, v)
        if y < 0:
            put(state, v, k, c)
        elif y < yards:
            put(state, v, 0, data.clients + y)
            put(state, v, 0, c)
        else:
            put(state, v, state.size[v], data.clients + y - yards)
            put(state, v, state.size[v], c)
        state.route[c] = v
        refresh(data, state, v)
    work.absent_count[0] = count
