"""Plan days in a row: one flow over all of them, chains that fill what is missing under the rules, then flows again.

The flow over all days knows skills, availability, way, fairness and how many shifts each may take, but neither rest
nor nights in a row; its optimum is the bound on the cost. Who breaks one of these is kept to one shift and the flow
solved again; what still breaks is taken away, and chains of people fill heads that are missing. Then three moves by
turns, none of which can lose: all days to optimality with each person's shifts fixed to a pattern that breaks no rule;
each day to optimality with the others fixed; chains.
"""

import numpy as np

from gridward.engine.roster.arcs import Arcs, arcs
from gridward.engine.roster.bound import least_missing
from gridward.engine.roster.chains import filled_by_chains
from gridward.engine.roster.flow import flow
from gridward.engine.roster.plan import Roster, cost_of, finished, lacking
from gridward.engine.roster.problem import FREE, Array, Problem
from gridward.engine.roster.rules import night_too_many, open_shifts, pattern, shifts_of, short_rest
from gridward.engine.roster.together import bring_together

FLOWS = 1
ROUNDS = 3


def plan(asked: Problem, nearest: int | None = 12, flows: int = FLOWS, rounds: int = ROUNDS) -> Roster:
    """A roster for the days of a problem that breaks no rule.

    Parameters: asked — not changed. nearest — how many pairs to look at, see `arcs`; None for all. flows, rounds —
    most flows that keep people to a shift, and most rounds of the two moves.
    Returns: least price of missing heads first in effect (their price is far above any way), then least cost. One
    day is optimal over the pairs looked at.
    """
    pairs = arcs(asked, nearest)
    bars = np.ones((len(pairs.person), asked.posts.wanted.shape[0]), bool)
    relaxed, bound_m = _all_days(asked, pairs, bars)
    post = relaxed
    for _ in range(flows if asked.posts.wanted.shape[0] > 1 else 0):
        if not _bar(asked, pairs, post, bars):
            break
        post, _ = _all_days(asked, pairs, bars)
    post = _without_breaks(asked, post)
    floor = least_missing(asked, pairs, post, relaxed, steps=0)
    post = bring_together(asked, pairs, _mended(asked, pairs, post, rounds, floor))
    if lacking(asked, post).sum() > floor:
        floor = least_missing(asked, pairs, post, relaxed)
    return finished(asked, pairs, post, bound_m, floor)


def _all_days(asked: Problem, pairs: Arcs, bars: Array) -> tuple[Array, int]:
    """The flow over every day: posts, and the cost with what is held."""
    free = asked.held == FREE
    may = bars & free[pairs.person]
    may &= asked.people.available[pairs.person, :, asked.posts.shift[pairs.post]]
    if len(asked.before):
        close = asked.rules.too_close()[asked.before[pairs.person], asked.posts.shift[pairs.post]]
        may[:, 0] &= ~((asked.before[pairs.person] >= 0) & close)
    held = np.where(asked.held >= 0, asked.held, -1)
    room = np.maximum(asked.people.most - (held >= 0).sum(axis=1), 0)
    found = flow(asked, pairs, may, room, lacking(asked, held))
    post = np.where(found.post >= 0, found.post, held)
    return post, found.cost + _held_cost(asked, pairs, held)


def _held_cost(asked: Problem, pairs: Arcs, held: Array) -> int:
    """What the held shifts cost beside the flow: their way, and their fairness counted first."""
    if (held < 0).all():
        return 0
    heads = int((lacking(asked, held) * np.rint(asked.posts.price)).sum())
    return cost_of(asked, pairs, held) - heads


def _bar(asked: Problem, pairs: Arcs, post: Array, bars: Array) -> bool:
    """Keep who breaks a rule to the shift they have most, and bar the night too many; whether anybody broke one."""
    shift = shifts_of(asked, post)
    tired, nights = short_rest(asked, shift), night_too_many(asked, shift)
    if not (tired.any() or nights.any()):
        return False
    shifts = len(asked.rules.start_s)
    barred = np.zeros((*asked.held.shape, shifts), bool)
    who = np.flatnonzero(tired.any(axis=1))
    most = np.array([(shift[who] == one).sum(axis=1) for one in range(shifts)]).argmax(axis=0)
    barred[who] = True
    barred[who, :, most] = False
    person, day = np.nonzero(nights)
    barred[person, day, shift[person, day]] = True
    bars &= ~barred[pairs.person, :, asked.posts.shift[pairs.post]]
    return True


def _without_breaks(asked: Problem, post: Array) -> Array:
    """The same roster with every shift taken away that breaks a rule with the ones before it, or with a held one."""
    post, free = post.copy(), asked.held == FREE
    for _ in range(2 * post.shape[1] + 1):
        shift = shifts_of(asked, post)
        tired = short_rest(asked, shift)
        broken = (tired | night_too_many(asked, shift)) & free
        broken[:, :-1] |= (tired & ~free)[:, 1:] & free[:, :-1]
        if not broken.any():
            break
        post[broken] = -1
    return post


def _mended(asked: Problem, pairs: Arcs, post: Array, rounds: int, floor: int) -> Array:
    """Chains, all days within patterns and days one by one, until a round gains nothing."""
    days = list(range(post.shape[1]))
    cost = cost_of(asked, pairs, post)
    for turn in range(rounds if len(days) > 1 else 0):
        chained = filled_by_chains(asked, pairs, post, floor)
        if cost_of(asked, pairs, chained) < cost:
            post = chained
        post = _in_patterns(asked, pairs, post, backward=turn % 2 == 1)
        for day in days if turn % 2 else days[::-1]:
            post = _one_day(asked, pairs, post, day)
        reached = cost_of(asked, pairs, post)
        if reached >= cost:
            break
        cost = reached
    return post


def _in_patterns(asked: Problem, pairs: Arcs, post: Array, backward: bool) -> Array:
    """All days' optimum with each person at work only in the shifts of a pattern around what they have."""
    allowed = pattern(asked, shifts_of(asked, post), backward)
    found, _ = _all_days(asked, pairs, allowed[pairs.person] == asked.posts.shift[pairs.post][:, None])
    return found


def _one_day(asked: Problem, pairs: Arcs, post: Array, day: int) -> Array:
    """One day's optimum, the other days as they are."""
    others = post.copy()
    others[:, day] = np.where(asked.held[:, day] >= 0, asked.held[:, day], -1)
    count = (others >= 0).sum(axis=1)
    free = (asked.held[:, day] == FREE) & (count < asked.people.most)
    open_to = open_shifts(asked, shifts_of(asked, others), day) & free[:, None]
    may = open_to[pairs.person, asked.posts.shift[pairs.post]][:, None]
    found = flow(asked, pairs, may, free.astype(np.int64), lacking(asked, others)[day : day + 1], more=count)
    others[:, day] = np.where(found.post[:, 0] >= 0, found.post[:, 0], others[:, day])
    return others
