"""Who could stand where: the sparse pairs of people and posts that the flow may use, and what each costs."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from gridward.engine.roster.problem import Array, Problem


@dataclass(frozen=True)
class Arcs:
    """A pairs of a person and a post within reach and skill, by person then post; whole-number costs in metres."""

    person: Array  # [A]
    post: Array  # [A]
    cost: Array  # [A] way and wishes, without fairness


def arcs(asked: Problem, nearest: int | None = 12) -> Arcs:
    """The pairs worth a look: each person's nearest posts of every shift and skill, each post's nearest people.

    Parameters: nearest — how many of each; None takes all within reach, so that nothing is cut off.
    A post that wants several heads is given as many times more people.
    """
    who, where = asked.people, asked.posts
    pairs = []
    for skill in np.unique(where.skill):
        able = np.arange(len(who.home_m)) if skill < 0 else np.flatnonzero(who.skills[:, skill])
        for shift in np.unique(where.shift[where.skill == skill]):
            of = np.flatnonzero((where.skill == skill) & (where.shift == shift))
            if len(able):
                pairs.append(_near(asked, able, of, nearest))
    code = np.unique(np.concatenate(pairs)) if pairs else np.zeros(0, np.int64)
    person, post = np.divmod(code, max(1, len(where.shift)))
    return Arcs(person, post, _cost(asked, person, post))


def _near(asked: Problem, able: Array, of: Array, nearest: int | None) -> Array:
    """Codes (person × posts + post) of the pairs of some people and some posts."""
    home, place, count = asked.people.home_m[able], asked.posts.place_m[of], len(asked.posts.shift)
    far = asked.rules.far_m
    heads = asked.posts.wanted[:, of].max(axis=0)
    each = len(of) if nearest is None else min(nearest, len(of))
    way, found = cKDTree(place).query(home, k=range(1, each + 1), distance_upper_bound=np.nextafter(far, np.inf))
    row, column = np.nonzero(np.isfinite(way))
    codes = [able[row] * count + of[found[row, column]]]
    if nearest is not None:
        most = int(min(len(able), nearest * max(1, heads.max(initial=0))))
        way, found = cKDTree(home).query(place, k=range(1, most + 1), distance_upper_bound=np.nextafter(far, np.inf))
        wide = np.arange(most) < (nearest * np.maximum(heads, 1))[:, None]
        row, column = np.nonzero(np.isfinite(way) & wide)
        codes.append(able[found[row, column]] * count + of[row])
    return np.concatenate(codes).astype(np.int64)


def _cost(asked: Problem, person: Array, post: Array) -> Array:
    who, where, prices = asked.people, asked.posts, asked.prices
    way = np.linalg.norm(who.home_m[person] - where.place_m[post], axis=1)
    site = where.site[post]
    stranger = (who.knows[person] >= 0) & (who.knows[person] != site)
    apart = (who.team[person] >= 0) & (who.team[person] != site)
    return np.rint(way + prices.stranger_m * stranger + prices.apart_m * apart).astype(np.int64)
