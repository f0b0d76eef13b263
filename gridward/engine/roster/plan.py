"""A roster: who stands where on which day, what it costs, and which heads stay missing and why."""

from dataclasses import dataclass

import numpy as np

from gridward.engine.problems import Why
from gridward.engine.roster.arcs import Arcs
from gridward.engine.roster.problem import FREE, Array, Problem
from gridward.engine.roster.rules import shifts_of


@dataclass(frozen=True)
class Missing:
    """Heads that a post lacks on a day, and why."""

    day: int
    post: int
    heads: int
    why: Why


@dataclass(frozen=True)
class Roster:
    """Some days planned.

    `post` — [n, D] post or -1; `cost_m` — wishes and way in metres, missing heads at their price; `bound_m` — no
    roster over the same pairs costs less; `missing_bound` — no roster over the same pairs leaves fewer heads missing;
    `apart` — pairs of people who wished to stand together and do not, by day.
    """

    post: Array
    cost_m: int
    bound_m: int
    missing: tuple[Missing, ...]
    missing_bound: int
    apart: tuple[tuple[int, int, int], ...]

    @property
    def missing_heads(self) -> int:
        """Heads that stay missing on all days together."""
        return sum(one.heads for one in self.missing)


def lacking(asked: Problem, post: Array) -> Array:
    """[D, m] heads that stay missing."""
    days, posts = asked.posts.wanted.shape
    taken = np.zeros((days, posts), np.int64)
    for day in range(days):
        here = post[:, day]
        taken[day] = np.bincount(here[here >= 0], minlength=posts)[:posts]
    return np.maximum(asked.posts.wanted - taken, 0)


def cost_of(asked: Problem, pairs: Arcs, post: Array) -> int:
    """What a roster costs in whole metres; people held to a post cost their fairness only."""
    way = int(_way(asked, pairs, post).sum())
    count = (post >= 0).sum(axis=1)
    fair = asked.prices.served_m * (asked.people.served * count + count * (count - 1) / 2)
    heads = (lacking(asked, post) * np.rint(asked.posts.price)).sum()
    return way + int(np.rint(fair).sum()) + int(heads)


def _way(asked: Problem, pairs: Arcs, post: Array) -> Array:
    """The cost of each shift whose pair was looked at; a held one outside reach has none."""
    who, day = np.nonzero(post >= 0)
    if not len(pairs.person) or not len(who):
        return np.zeros(0, np.int64)
    posts = np.int64(len(asked.posts.shift))
    code, wanted = pairs.person * posts + pairs.post, who * posts + post[who, day]
    at = np.minimum(np.searchsorted(code, wanted), len(code) - 1)
    return pairs.cost[at[code[at] == wanted]]


def finished(asked: Problem, pairs: Arcs, post: Array, bound_m: int, missing_bound: int) -> Roster:
    """A roster with its cost and the reasons for what is missing."""
    return Roster(
        post, cost_of(asked, pairs, post), bound_m, _reasons(asked, pairs, post), missing_bound, _apart(asked, post)
    )


def _reasons(asked: Problem, pairs: Arcs, post: Array) -> tuple[Missing, ...]:
    found = []
    lack = lacking(asked, post)
    near = np.bincount(pairs.post, minlength=lack.shape[1])
    for day, at in np.argwhere(lack > 0).tolist():
        skill, shift = asked.posts.skill[at], asked.posts.shift[at]
        able = np.ones(len(post), bool) if skill < 0 else asked.people.skills[:, skill]
        free = able & asked.people.available[:, day, shift] & (asked.held[:, day] == FREE)
        if not able.any():
            why = Why.NO_RESOURCE_FITS
        elif not free.any():
            why = Why.NO_TIME
        else:
            why = Why.TAKEN if near[at] else Why.NO_WAY
        found.append(Missing(day, at, int(lack[day, at]), why))
    return tuple(found)


def _apart(asked: Problem, post: Array) -> tuple[tuple[int, int, int], ...]:
    shift, found = shifts_of(asked, post), []
    site = np.append(asked.posts.site, -1)[post]
    for one, other in asked.pairs.tolist():
        both = (post[one] >= 0) & (post[other] >= 0)
        together = (site[one] == site[other]) & (shift[one] == shift[other])
        found += [(one, other, int(day)) for day in np.flatnonzero(both & ~together)]
    return tuple(found)
