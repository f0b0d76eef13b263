"""Bring pairs who wish to stand together to one post or site, by exchanges that cost nobody a shift or a rule."""

import numpy as np

from gridward.engine.roster.arcs import Arcs
from gridward.engine.roster.problem import FREE, Array, Problem


def bring_together(asked: Problem, pairs: Arcs, post: Array) -> Array:
    """A roster in which pairs at work in the same shift of a day stand at one site where an exchange allows it.

    One of the two changes places with somebody of the same shift at the other's site, if both are able and in reach:
    shifts stay as they are, so no rule can break.
    """
    if not len(asked.pairs):
        return post
    post = post.copy()
    reach = set(zip(pairs.person.tolist(), pairs.post.tolist(), strict=True))
    paired = set(asked.pairs.reshape(-1).tolist())
    for one, other in asked.pairs.tolist():
        for day in range(post.shape[1]):
            if not _join(asked, post, day, one, other, reach, paired):
                _join(asked, post, day, other, one, reach, paired)
    return post


def _join(
    asked: Problem, post: Array, day: int, comes: int, stays: int, reach: set[tuple[int, int]], paired: set[int]
) -> bool:
    """Whether `comes` stands with `stays` now."""
    mine, theirs = int(post[comes, day]), int(post[stays, day])
    where = asked.posts
    if mine < 0 or theirs < 0 or where.shift[mine] != where.shift[theirs] or where.site[mine] == where.site[theirs]:
        return bool(mine >= 0 and theirs >= 0 and where.site[mine] == where.site[theirs])
    if asked.held[comes, day] != FREE:
        return False
    for at in np.flatnonzero((where.site == where.site[theirs]) & (where.shift == where.shift[mine])).tolist():
        if (comes, at) not in reach:
            continue
        for person in np.flatnonzero(post[:, day] == at).tolist():
            fits = person not in paired and asked.held[person, day] == FREE and (person, mine) in reach
            if fits:
                post[comes, day], post[person, day] = at, mine
                return True
    return False
