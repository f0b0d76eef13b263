"""Putting stops back, one after the other where they cost least, now and then overlooking a place.

Source: Christiaens & Vanden Berghe (2020), slack induction by string removals for vehicle routing problems.
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

from gridward.engine.compiled import kernel, order_by, random
from gridward.engine.delivery.ruin import touch
from gridward.engine.delivery.segments import put, refresh, visit, with_stop, with_trip

BLINK = 0.01
SHUFFLED = 0.1
"""So much of a prize is drawn by lot when stops are ordered by it: those of one priority come in any order."""
TRIED = 100
"""The nearest stops whose vans are tried: beyond a town's own stops, or nothing moves between towns."""


@kernel
def rank(data, work):
    """Order the stops in no route: at random, the largest, farthest, nearest, narrowest, earliest or latest first, or
    where some are left out, the most prized."""
    way = random(work.rng) * (17.0 if work.before_count[0] == 0 else 34.0)
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
        elif way < 17.0:
            key = -float(data.closes[c])
        else:
            key = -float(data.prize[c]) * (1.0 - SHUFFLED * key)
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
def first_in_time(data, state, v, c):
    """The first position of route v from which what follows can still be driven in time after a stop."""
    ready, low, high = data.opens[c] + data.service[c], 0, state.size[v]
    if state.part[v, 0].rest_late >= ready:
        return 0
    while low < high:
        middle = (low + high) // 2
        if state.part[v, middle].rest_late < ready:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def best_in_trips(data, state, work, v, c, best):
    """The price and position of a stop in one of the trips of route v, if below the best so far."""
    profile, at, per_m, best_k = data.profile[v], data.place[c], data.per_m[v], -1
    soonest = first_in_time(data, state, v, c)
    for trip in range(state.driven[v]):
        if not fits(data, state, v, trip, c):
            continue
        first = max(state.begins[v, trip], soonest)
        if first >= state.begins[v, trip + 1]:
            continue
        to = data.way[profile, at, state.leg[v, first - 1].place if first > 0 else data.start[v]]
        for k in range(first, state.begins[v, trip + 1]):
            leg = state.leg[v, k]
            if leg.done > data.closes[c]:
                break
            onward = data.way[profile, at, leg.place]
            more_m = to.back_m + onward.m - leg.m
            if per_m * more_m < best and random(work.rng) >= BLINK:
                price = with_stop(data, state, v, trip, k, c, to, onward) - state.cost[v]
                if price < best:
                    best, best_k = price, k
            to = onward
    return best, best_k


@kernel
def best_new_trip(data, state, v, c, best):
    """The price and yard of a new trip for a stop at the begin (yard as it is) or the end (yard + count) of route v."""
    size, yards, best_y = state.size[v], data.reload.shape[1], -1
    for d in range(data.load.shape[1]):
        if data.load[c, d] > data.capacity[v, d]:
            return best, -1
    for y in range(yards):
        if not data.reload[v, y]:
            continue
        node = data.clients + y
        price = with_trip(data, state, v, 0, c, node) - state.cost[v]
        if price < best:
            best, best_y = price, y
        price = with_trip(data, state, v, size, node, c) - state.cost[v]
        if price < best:
            best, best_y = price, y + yards
    return best, best_y


@kernel
def best_near(data, state, work, c, best):
    """The price, vehicle or -1 and position of a stop in the trips of the nearest stops' vans, if below the best."""
    best_v, best_k = -1, 0
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
def list_free(data, state, work):
    """List the vans that could drive one more trip: one of each type in no route, and those in routes."""
    count, empty = 0, -1
    for v in range(len(state.size)):
        if state.size[v] == 0 and data.kind[v] != empty:
            empty = data.kind[v]
        elif state.size[v] == 0 or state.driven[v] == data.trips[v]:
            continue
        work.free[count] = v
        count += 1
    work.free_count[0] = count


@kernel
def best_place(data, state, work, c, best):
    """Where a stop costs least, if less than `best`: vehicle or -1, position, yard of a new trip or -1."""
    best, best_v, best_k = best_near(data, state, work, c, best)
    best_y, loads_again = -1, data.alone[c] < best
    for a in range(work.free_count[0]):
        v = work.free[a]
        if state.size[v] + 2 > state.stop.shape[1]:
            continue
        if state.size[v] == 0 and data.fixed[v] < best:
            price, k = best_in_trips(data, state, work, v, c, best)
            if k >= 0:
                best, best_v, best_k, best_y = price, v, k, -1
        elif state.size[v] > 0 and loads_again:
            price, y = best_new_trip(data, state, v, c, best)
            if y >= 0:
                best, best_v, best_y = price, v, y
    return best_v, best_k, best_y


@kernel
def put_back(data, state, v, k, y, c):
    """Put a stop into route v at position k, or on a new trip from yard y at its begin or end (yard + count)."""
    yards = data.reload.shape[1]
    if y < 0:
        visit(data, state, v, k, c)
        return
    if y < yards:
        put(state, v, 0, data.clients + y)
        put(state, v, 0, c)
    else:
        put(state, v, state.size[v], data.clients + y - yards)
        put(state, v, state.size[v], c)
    state.route[c] = v
    refresh(data, state, v)


@kernel
def recreate(data, state, saved, work, spent, allowed):
    """Put the stops in no route back one by one; those that fit nowhere stay out.

    Parameters: spent — what the routes cost. Returns: what all costs, if that is allowed; else more than is allowed,
    with the rest not put back.
    """
    rank(data, work)
    list_free(data, state, work)
    count = 0
    for a in range(work.absent_count[0]):
        c = work.absent[a]
        v, k, y = best_place(data, state, work, c, min(data.prize[c], allowed - spent + 1.0))
        if v < 0:
            work.absent[count] = c
            count += 1
            spent += data.prize[c]
        else:
            touch(data, state, saved, work, v)
            before, size = state.cost[v], state.size[v]
            put_back(data, state, v, k, y, c)
            spent += state.cost[v] - before
            if y >= 0 or size == 0:
                list_free(data, state, work)
        if spent > allowed:
            return spent
    work.absent_count[0] = count
    return spent
