"""Which stops to take out of a plan: strings of neighbouring ones from trips that come near each other.

Source: Christiaens & Vanden Berghe (2020), slack induction by string removals for vehicle routing problems.
"""

# Numba infers the types of what it compiles.
# pyright: reportMissingParameterType=false

from gridward.engine.compiled import below, kernel, random
from gridward.engine.delivery.segments import copy, drop_empty_trips, refresh

TAKEN = 10.0
LONGEST = 10
KEPT = 0.5
GROWS = 0.01


@kernel
def touch(data, state, saved, work, v):
    """Save route v once in a move."""
    if work.touched[v]:
        return
    work.touched[v] = True
    work.stack[work.stack_count[0]] = v
    work.stack_count[0] += 1
    copy(data, saved, state, v)


@kernel
def take_string(data, state, saved, work, c, longest):
    """Take a string of stops around c out of its route, now and then leaving some inside."""
    v = state.route[c]
    size, at = state.size[v], state.at[c]
    length = 1 + below(work.rng, min(size, longest))
    kept = 0
    if 1 < length < size and random(work.rng) < KEPT:
        kept = 1
        while length + kept < size and random(work.rng) > GROWS:
            kept += 1
            if random(work.rng) < KEPT:
                break
    span = length + kept
    low, high = max(0, at - span + 1), min(at, size - span)
    first = low + below(work.rng, high - low + 1)
    hole = first + 1 + below(work.rng, max(1, length - 1)) if kept else first + span
    touch(data, state, saved, work, v)
    left = first
    for k in range(first, size):
        one = state.stop[v, k]
        if one < data.clients and k < first + span and not hole <= k < hole + kept:
            state.route[one] = -1
            work.absent[work.absent_count[0]] = one
            work.absent_count[0] += 1
        else:
            state.stop[v, left] = one
            left += 1
    state.size[v] = left
    drop_empty_trips(data, state, v)
    refresh(data, state, v)


@kernel
def ruin(data, state, saved, work):
    """Take strings out of the routes nearest to a stop chosen at random."""
    trips = 0
    for v in range(len(state.size)):
        if state.size[v] > 0:
            trips += state.driven[v]
    if trips == 0:
        return
    longest = min(LONGEST, max(1, data.clients // trips))
    most = 4.0 * TAKEN / (1.0 + longest) - 1.0
    strings = int(random(work.rng) * most + 1.0)
    centre = below(work.rng, data.clients)
    for k in range(data.near.shape[1]):
        c = data.near[centre, k]
        v = state.route[c]
        if v >= 0 and not work.touched[v]:
            take_string(data, state, saved, work, c, longest)
            strings -= 1
            if strings == 0:
                return
