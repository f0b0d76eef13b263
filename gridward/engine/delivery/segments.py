"""A van's day as it stands: what leads to each node, what follows it, and what the day would cost with more.

Source: Vidal, Crainic, Gendreau & Prins (2014), a unified solution framework for multi-attribute vehicle routing.
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

from gridward.engine.compiled import kernel

NEVER = 1e15
"""Beyond any cost, and small enough for whole numbers to be exact beside it."""
LATEST = (1 << 31) - 1
"""The latest time that a leg holds; what is later counts as then."""


@kernel
def joined(first_s, first_early, first_late, between_s, last_s, last_early, last_late):
    """Seconds, earliest and latest begin of one part of a route after another; seconds -1 if that cannot be driven."""
    ahead_s = first_s + between_s
    if first_s < 0 or last_s < 0 or last_early > last_late or first_early + ahead_s > last_late:
        return -1, 0, 0
    wait_s = max(last_early - ahead_s - first_late, 0)
    return (
        ahead_s + last_s + wait_s, max(last_early - ahead_s, first_early) - wait_s,
        min(last_late - ahead_s, first_late),
    )  # fmt: skip


@kernel
def priced(data, v, metres, seconds):
    """What a route of vehicle v costs; NEVER if too long, or if it cannot be driven (seconds -1)."""
    if seconds < 0 or metres > data.longest_m[v] or seconds > data.longest_s[v]:
        return NEVER
    over_s = max(0, seconds - data.fair_s[v])
    return float(data.fixed[v] + data.per_m[v] * metres + data.per_s[v] * seconds + data.per_over[v] * over_s)


@kernel
def loaded(data, v, ready):
    """Seconds, earliest and latest begin of vehicle v's first loading, of packs ready then; seconds -1 if too late."""
    opens, closes = max(data.start_opens[v], ready), data.start_closes[v]
    if opens > closes:
        return -1, 0, 0
    return data.loading[v], opens, closes


@kernel
def ahead(data, state, v, trip, k, ready):
    """Seconds, earliest and latest begin of what leads to the first k nodes of route v, were this trip ready then."""
    first = state.begins[v, trip]
    part = state.part[v, k]
    if ready == state.ready[v, trip]:
        return part.lead_s, part.lead_early, part.lead_late
    if trip == 0:
        s, early, late = loaded(data, v, ready)
    else:
        node, part = state.stop[v, first - 1], state.part[v, first - 1]
        s, early, late = joined(
            part.lead_s, part.lead_early, part.lead_late, state.leg[v, first - 1].s, data.service[node],
            max(data.opens[node], ready), data.closes[node],
        )  # fmt: skip
    for b in range(first, k):
        node = state.stop[v, b]
        s, early, late = joined(
            s, early, late, state.leg[v, b].s, data.service[node], data.opens[node], data.closes[node]
        )
    return s, early, late


@kernel
def trip_at(state, v, k):
    """The trip of route v that position k is in."""
    trip = 0
    while state.begins[v, trip + 1] <= k:
        trip += 1
    return trip


@kernel
def done_s(s, early):
    """The earliest time by which all that takes so long and begins so early is done."""
    return min(s + early, LATEST) if s >= 0 else LATEST


@kernel
def link(data, state, v, k):
    """Look up the way to position k of route v, or to its end."""
    size, here = state.size[v], state.leg[v, k - 1].place if k > 0 else data.start[v]
    there = data.place[state.stop[v, k]] if k < size else data.end[v]
    leg, way = state.leg[v, k], data.way[data.profile[v], here, there]
    leg.place, leg.m, leg.s = there, way.m if size > 0 else 0, way.s


@kernel
def lead(data, state, v, k, trip):
    """Reckon anew what leads to the nodes of route v from position k on, which is in this trip."""
    size, part = state.size[v], state.part[v, k]
    m, s, early, late = part.lead_m, part.lead_s, part.lead_early, part.lead_late
    for b in range(k, size):
        node = state.stop[v, b]
        opens = data.opens[node]
        if node >= data.clients:
            trip += 1
            state.begins[v, trip] = b + 1
            opens = max(opens, state.ready[v, trip])
        state.at[node] = b
        leg = state.leg[v, b]
        leg.done = done_s(s, early)
        m += leg.m
        s, early, late = joined(s, early, late, leg.s, data.service[node], opens, data.closes[node])
        part = state.part[v, b + 1]
        part.lead_m, part.lead_s, part.lead_early, part.lead_late = m, s, early, late
    state.leg[v, size].done = done_s(s, early)
    state.driven[v] = trip + 1
    state.begins[v, trip + 1] = size + 1


@kernel
def rest(data, state, v, k, trip):
    """Reckon anew what follows the first k nodes of route v and the first fewer, from what follows one more.

    Parameters: trip — the one that node k is of, or that begins with it.
    """
    part = state.part[v, k + 1]
    m, s, early, late = part.rest_m, part.rest_s, part.rest_early, part.rest_late
    for b in range(k, -1, -1):
        node = state.stop[v, b]
        m += state.leg[v, b + 1].m
        opens = data.opens[node]
        if node >= data.clients:
            opens = max(opens, state.ready[v, trip])
            trip -= 1
        s, early, late = joined(data.service[node], opens, data.closes[node], state.leg[v, b + 1].s, s, early, late)
        part = state.part[v, b]
        part.rest_m, part.rest_s, part.rest_early, part.rest_late = m, s, early, late


@kernel
def loads(data, state, v):
    """Reckon anew what each trip of route v carries, and when that is ready."""
    trip = 0
    state.ready[v, 0] = 0
    for d in range(data.load.shape[1]):
        state.load[v, 0, d] = 0
    for k in range(state.size[v]):
        node = state.stop[v, k]
        if node >= data.clients:
            trip += 1
            state.ready[v, trip] = 0
            for d in range(data.load.shape[1]):
                state.load[v, trip, d] = 0
        state.ready[v, trip] = max(state.ready[v, trip], data.ready[node])
        for d in range(data.load.shape[1]):
            state.load[v, trip, d] += data.load[node, d]


@kernel
def cost_of(data, state, v):
    """What route v costs; NEVER if it breaks a limit."""
    size = state.size[v]
    if size == 0:
        return 0.0
    part = state.part[v, size]
    s, _, _ = joined(
        part.lead_s, part.lead_early, part.lead_late, state.leg[v, size].s, 0, data.end_opens[v], data.end_closes[v]
    )
    return priced(data, v, part.lead_m + state.leg[v, size].m, s)


@kernel
def refresh(data, state, v):
    """Reckon anew all that is kept of route v."""
    size = state.size[v]
    loads(data, state, v)
    part = state.part[v, 0]
    part.lead_m = 0
    part.lead_s, part.lead_early, part.lead_late = loaded(data, v, state.ready[v, 0])
    part = state.part[v, size]
    part.rest_m, part.rest_s, part.rest_early, part.rest_late = 0, 0, data.end_opens[v], data.end_closes[v]
    for k in range(size + 1):
        link(data, state, v, k)
    lead(data, state, v, 0, 0)
    rest(data, state, v, size - 1, state.driven[v] - 1)
    state.cost[v] = cost_of(data, state, v)


@kernel
def with_stop(data, state, v, trip, k, c, to, onward):
    """What route v costs with a stop at position k of this trip by these ways; NEVER if that breaks a limit."""
    part = state.part[v, k]
    s, early, late = ahead(data, state, v, trip, k, max(data.ready[c], state.ready[v, trip]))
    s, early, late = joined(s, early, late, to.back_s, data.service[c], data.opens[c], data.closes[c])
    s, early, late = joined(s, early, late, onward.s, part.rest_s, part.rest_early, part.rest_late)
    return priced(data, v, part.lead_m + to.back_m + onward.m + part.rest_m, s)


@kernel
def with_trip(data, state, v, k, first, second):
    """What route v costs with a yard and then a stop at its end k, or a stop and then a yard at its begin (k = 0)."""
    profile, part = data.profile[v], state.part[v, k]
    here = state.leg[v, k - 1].place if k > 0 else data.start[v]
    to = data.way[profile, here, data.place[first]]
    between = data.way[profile, data.place[first], data.place[second]]
    onward = data.way[profile, data.place[second], state.leg[v, k].place]
    s, early, late = part.lead_s, part.lead_early, part.lead_late
    first_opens, second_opens = data.opens[first], data.opens[second]
    if first >= data.clients:
        first_opens = max(first_opens, data.ready[second])
    else:
        second_opens = max(second_opens, state.ready[v, 0])
        s, early, late = loaded(data, v, data.ready[first])
    s, early, late = joined(s, early, late, to.s, data.service[first], first_opens, data.closes[first])
    s, early, late = joined(s, early, late, between.s, data.service[second], second_opens, data.closes[second])
    s, early, late = joined(s, early, late, onward.s, part.rest_s, part.rest_early, part.rest_late)
    return priced(data, v, part.lead_m + to.m + between.m + onward.m + part.rest_m, s)


@kernel
def visit(data, state, v, k, c):
    """Put a stop into route v at position k, within a trip that has room for it."""
    trip = trip_at(state, v, k)
    state.route[c] = v
    if data.ready[c] > state.ready[v, trip]:
        put(state, v, k, c)
        refresh(data, state, v)
        return
    for b in range(state.size[v], k - 1, -1):
        one, after = state.part[v, b], state.part[v, b + 1]
        after.rest_m, after.rest_s = one.rest_m, one.rest_s
        after.rest_early, after.rest_late = one.rest_early, one.rest_late
        state.leg[v, b + 1] = state.leg[v, b]
    put(state, v, k, c)
    link(data, state, v, k)
    link(data, state, v, k + 1)
    for d in range(data.load.shape[1]):
        state.load[v, trip, d] += data.load[c, d]
    lead(data, state, v, k, trip)
    rest(data, state, v, k, trip)
    state.cost[v] = cost_of(data, state, v)


@kernel
def copy(data, state, other, v):
    """Make all that is kept of route v what it is in another state, but for where each client is."""
    size = other.size[v]
    state.size[v], state.driven[v], state.cost[v] = size, other.driven[v], other.cost[v]
    for k in range(size + 1):
        state.part[v, k] = other.part[v, k]
        state.leg[v, k] = other.leg[v, k]
    for k in range(size):
        state.stop[v, k] = other.stop[v, k]
    for trip in range(other.driven[v]):
        state.begins[v, trip + 1] = other.begins[v, trip + 1]
        state.ready[v, trip] = other.ready[v, trip]
        for d in range(data.load.shape[1]):
            state.load[v, trip, d] = other.load[v, trip, d]


@kernel
def put(state, v, k, node):
    """Put a node into route v at position k."""
    for b in range(state.size[v], k, -1):
        state.stop[v, b] = state.stop[v, b - 1]
    state.stop[v, k] = node
    state.size[v] += 1


@kernel
def drop_empty_trips(data, state, v):
    """Take yards out of route v between which nothing is left to deliver."""
    left = 0
    for k in range(state.size[v]):
        one = state.stop[v, k]
        if one < data.clients or (left > 0 and state.stop[v, left - 1] < data.clients):
            state.stop[v, left] = one
            left += 1
    if left > 0 and state.stop[v, left - 1] >= data.clients:
        left -= 1
    state.size[v] = left
