"""A van's day as it stands: what leads to each node, what follows it, and what the day would cost with more.

Source: Vidal, Crainic, Gendreau & Prins (2014), a unified solution framework for multi-attribute vehicle routing.
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

from gridward.engine.compiled import kernel

NEVER = 1e18


@kernel
def joined(first_s, first_early, first_late, between_s, last_s, last_early, last_late):
    """Seconds, earliest and latest begin of one part of a route after another; seconds -1 if that cannot be driven."""
    ahead_s = first_s + between_s
    if first_s < 0 or last_s < 0 or first_early + ahead_s > last_late:
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
def lead(data, state, v):
    """Reckon anew the trips' loads of route v, and what leads to each of its nodes."""
    way, trip, here = data.profile[v], 0, data.start[v]
    for d in range(data.load.shape[1]):
        state.load[v, 0, d] = 0
    state.lead_m[v, 0], state.lead_s[v, 0] = 0, data.loading[v]
    state.lead_early[v, 0], state.lead_late[v, 0] = data.start_opens[v], data.start_closes[v]
    for k in range(state.size[v]):
        node = state.stop[v, k]
        there = data.place[node]
        if node >= data.clients:
            trip += 1
        for d in range(data.load.shape[1]):
            before = 0 if node >= data.clients else state.load[v, trip, d]
            state.load[v, trip, d] = before + data.load[node, d]
        state.lead_m[v, k + 1] = state.lead_m[v, k] + data.metres[way, here, there]
        s, early, late = joined(
            state.lead_s[v, k], state.lead_early[v, k], state.lead_late[v, k], data.seconds[way, here, there],
            data.service[node], data.opens[node], data.closes[node],
        )  # fmt: skip
        state.lead_s[v, k + 1], state.lead_early[v, k + 1], state.lead_late[v, k + 1] = s, early, late
        here = there
    state.driven[v] = trip + 1


@kernel
def rest(data, state, v):
    """Reckon anew what follows each node of route v."""
    size, way, there = state.size[v], data.profile[v], data.end[v]
    state.rest_m[v, size], state.rest_s[v, size] = 0, 0
    state.rest_early[v, size], state.rest_late[v, size] = data.end_opens[v], data.end_closes[v]
    for k in range(size - 1, -1, -1):
        node = state.stop[v, k]
        here = data.place[node]
        state.rest_m[v, k] = state.rest_m[v, k + 1] + data.metres[way, here, there]
        s, early, late = joined(
            data.service[node], data.opens[node], data.closes[node], data.seconds[way, here, there],
            state.rest_s[v, k + 1], state.rest_early[v, k + 1], state.rest_late[v, k + 1],
        )  # fmt: skip
        state.rest_s[v, k], state.rest_early[v, k], state.rest_late[v, k] = s, early, late
        there = here


@kernel
def refresh(data, state, v):
    """Reckon anew all that is kept of route v."""
    lead(data, state, v)
    rest(data, state, v)
    size, way = state.size[v], data.profile[v]
    state.cost[v] = 0.0
    if size > 0:
        last = data.place[state.stop[v, size - 1]]
        s, _, _ = joined(
            state.lead_s[v, size], state.lead_early[v, size], state.lead_late[v, size],
            data.seconds[way, last, data.end[v]], 0, data.end_opens[v], data.end_closes[v],
        )  # fmt: skip
        state.cost[v] = priced(data, v, state.lead_m[v, size] + data.metres[way, last, data.end[v]], s)


@kernel
def with_nodes(data, state, v, k, first, second, here, there):
    """What route v costs with one node or two (second -1 = none) at position k; NEVER if that breaks a limit."""
    way, at = data.profile[v], data.place[first]
    s, early, late = joined(
        state.lead_s[v, k], state.lead_early[v, k], state.lead_late[v, k], data.seconds[way, here, at],
        data.service[first], data.opens[first], data.closes[first],
    )  # fmt: skip
    metres = state.lead_m[v, k] + data.metres[way, here, at] + state.rest_m[v, k]
    if second >= 0:
        here, at = at, data.place[second]
        metres += data.metres[way, here, at]
        s, early, late = joined(
            s, early, late, data.seconds[way, here, at], data.service[second], data.opens[second], data.closes[second]
        )
    s, early, late = joined(
        s, early, late, data.seconds[way, at, there], state.rest_s[v, k], state.rest_early[v, k], state.rest_late[v, k]
    )
    return priced(data, v, metres + data.metres[way, at, there], s)


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
