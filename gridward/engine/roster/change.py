"""Changing a roster that is out: replacing people who did not come, and exchanges between two people."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gridward.engine.problems import BadInput
from gridward.engine.roster.arcs import arcs
from gridward.engine.roster.flow import flow
from gridward.engine.roster.plan import lacking
from gridward.engine.roster.problem import FREE, Array, Problem
from gridward.engine.roster.rules import night_too_many, open_shifts, shifts_of, short_rest


class Breaks(StrEnum):
    """The rule an exchange would break."""

    SKILL = "skill"
    AVAILABLE = "availability"
    REST = "rest"
    NIGHTS = "nights in a row"
    MOST = "shifts in all"
    HELD = "promised already"


@dataclass(frozen=True)
class Change:
    """A day mended: `post` — [n, D] the new roster; `moved` — people whose post changed; `missing` — heads lacking."""

    post: Array
    moved: tuple[int, ...]
    missing: int


def replace(asked: Problem, post: Array, day: int, absent: tuple[int, ...], nearest: int | None = 12) -> Change:
    """Fill the places of people who did not come, with the fewest changes and then the least way.

    Spares come first; where no spare reaches, somebody moves over and a spare takes their place. People of other
    posts never leave a head missing to fill one of the same price.
    Parameters: post — [n, D], not changed. absent — people out on that day.
    Raises: BadInput for a day or person that is not in the problem.
    """
    if not 0 <= day < post.shape[1]:
        raise BadInput("day", None, f"0 to {post.shape[1] - 1}")
    gone = np.array(absent, np.int64)
    for at, person in enumerate(absent):
        if not 0 <= person < len(post):
            raise BadInput("absent", at, f"0 to {len(post) - 1}")
    pairs = arcs(asked, nearest)
    others = post.copy()
    others[:, day] = np.where(asked.held[:, day] >= 0, asked.held[:, day], -1)
    others[gone, day] = -1
    count = (others >= 0).sum(axis=1)
    free = (asked.held[:, day] == FREE) & (count < asked.people.most)
    free[gone] = False
    may = open_shifts(asked, shifts_of(asked, others), day)[pairs.person, asked.posts.shift[pairs.post]]
    may &= free[pairs.person]
    stays = post[pairs.person, day] == pairs.post
    # A move costs more than any way saved by it: the sum of all ways bounds what one move could gain.
    move = int(pairs.cost.max(initial=0)) * 2 + 1
    works = post[pairs.person, day] >= 0
    extra = np.where(stays, -pairs.cost - move, np.where(works, move, 0)) + move
    wanted = np.maximum(lacking(asked, others)[day : day + 1], 0)
    wanted = np.minimum(wanted, np.maximum(lacking(asked, post)[day], 0) + _heads(post[:, day], wanted.shape[1]))
    found = flow(asked, pairs, may[:, None], free.astype(np.int64), wanted, more=count, extra=extra)
    mended = others
    mended[:, day] = np.where(found.post[:, 0] >= 0, found.post[:, 0], others[:, day])
    moved = np.flatnonzero(mended[:, day] != post[:, day])
    return Change(mended, tuple(np.setdiff1d(moved, gone).tolist()), int(lacking(asked, mended)[day].sum()))


def _heads(here: Array, posts: int) -> Array:
    return np.bincount(here[here >= 0], minlength=posts)[:posts]


def exchange(asked: Problem, post: Array, day: int, one: int, other: int) -> tuple[tuple[int, Breaks], ...]:
    """What two people's exchange of a day would break: (person, rule) each; none where it is allowed.

    Parameters: post — [n, D], not changed. One of the two may be off: then the other's shift is handed over.
    Raises: BadInput for a day or person that is not in the problem.
    """
    for name, value, most in (("day", day, post.shape[1]), ("one", one, len(post)), ("other", other, len(post))):
        if not 0 <= value < most:
            raise BadInput(name, None, f"0 to {most - 1}")
    after = post.copy()
    after[[one, other], day] = post[[other, one], day]
    found: list[tuple[int, Breaks]] = []
    for person in (one, other):
        if asked.held[person, day] != FREE:
            found.append((person, Breaks.HELD))
        found += [(person, rule) for rule in _breaks(asked, after, day, person)]
    return tuple(found)


def _breaks(asked: Problem, post: Array, day: int, person: int) -> list[Breaks]:
    at, shift = int(post[person, day]), shifts_of(asked, post[[person]])
    if at < 0:
        return []
    skill = int(asked.posts.skill[at])
    mine = {
        Breaks.SKILL: skill >= 0 and not asked.people.skills[person, skill],
        Breaks.AVAILABLE: not asked.people.available[person, day, asked.posts.shift[at]],
        Breaks.MOST: int((post[person] >= 0).sum()) > asked.people.most[person],
    }
    alone = _alone(asked, person)
    mine[Breaks.REST] = bool(short_rest(alone, shift).any())
    mine[Breaks.NIGHTS] = bool(night_too_many(alone, shift).any())
    return [rule for rule, broken in mine.items() if broken]


def _alone(asked: Problem, person: int) -> Problem:
    return Problem(
        asked.people, asked.posts, asked.rules, asked.prices, asked.held[[person]], asked.before[[person]], asked.pairs
    )
