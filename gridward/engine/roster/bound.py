"""How few heads any roster could leave missing: a bound that knows every rule of a single person.

Let z be 0 to 1 for each place (a post on a day). Every roster leaves at least Σ z × wanted − Σ over people of the most
z that one of their weeks can collect, weeks keeping rest, nights in a row, shifts in all, availability, reach and
promises: the limits on heads are given a price, the rules of people are kept whole. Tried as z: the places that chains
reach from the heads missing in the flow that knows no rest (its own minimum cut), those they reach in the roster, and
all places; then a subgradient is followed from the best of them. Source: Geoffrion (1974), Lagrangean relaxation for
integer programming; Held, Wolfe & Crowder (1974) for the step; the proof stands in docs/engine/roster.md.
"""

import numpy as np
from numba import njit

from gridward.engine.roster.arcs import Arcs
from gridward.engine.roster.chains import reached
from gridward.engine.roster.plan import lacking
from gridward.engine.roster.problem import Array, Problem
from gridward.engine.roster.weeks import Calendar, best_week, calendar, without_rest

STEPS = 30


def least_missing(asked: Problem, pairs: Arcs, post: Array, relaxed: Array, steps: int = STEPS) -> int:
    """Heads that every roster over the pairs leaves missing, at least.

    Parameters: post — [n, D] the best roster known; relaxed — [n, D] the optimal flow without rest; steps — of the
    subgradient. Neither roster is changed.
    Returns: no more than `post` leaves missing.
    """
    rules, wanted, missing = calendar(asked, pairs), asked.posts.wanted, int(lacking(asked, post).sum())
    begin = np.searchsorted(pairs.person, np.arange(len(post) + 1))
    starts = [reached(asked, pairs, relaxed, without_rest(rules)), reached(asked, pairs, post, rules)]
    tries = [start.reshape(wanted.shape).astype(float) for start in starts] + [np.ones(wanted.shape)]
    least, best = 0.0, (tries[0], np.zeros(wanted.shape), 0.0)
    for step in range(len(tries) + steps):
        if least > missing - 1 + 1e-6:
            return missing
        z = tries[step] if step < len(tries) else _climbed(*best, missing)
        taken = np.zeros_like(wanted)
        value = float((z * wanted).sum()) - _collected(rules, begin, pairs.post, asked.posts.shift, z, taken)
        if value > least or step >= len(tries):
            best = z, wanted - taken, value
        least = max(least, value)
    return int(np.ceil(least - 1e-6))


def _climbed(z: Array, slope: Array, value: float, target: int) -> Array:
    """The next z along the subgradient, by Polyak's step towards a value."""
    return np.clip(z + slope * (target - value) / max(1.0, float((slope**2).sum())), 0.0, 1.0)


@njit(cache=True)
def _collected(rules: Calendar, begin: Array, reach: Array, shift_of: Array, z: Array, taken: Array) -> float:
    """The most z that all people can collect, each in their best week; `taken` counts the heads of those weeks."""
    people, days, shifts = rules.may.shape
    value, week = np.zeros((days, shifts + 1)), np.empty(days, np.int64)
    total = 0.0
    best = np.empty((days, shifts), np.int64)
    for person in range(people):
        best[:], value[:] = -1, 0.0
        for day in range(days):
            held = rules.held[person, day]
            if held >= 0:
                best[day, shift_of[held]], value[day, shift_of[held]] = held, z[day, held]
                continue
            for post in reach[begin[person] : begin[person + 1]]:
                shift = shift_of[post]
                if best[day, shift] < 0 or z[day, post] > value[day, shift]:
                    best[day, shift], value[day, shift] = post, z[day, post]
        total += best_week(rules, person, value, 0, week)
        for day in range(days):
            if week[day] >= 0:
                taken[day, best[day, week[day]]] += 1
    return total
