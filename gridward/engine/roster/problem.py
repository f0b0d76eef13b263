"""What the roster planner is asked: people, posts by day, shifts and rules, and what each wish is worth."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from gridward.engine.problems import BadInput

Array = np.ndarray
FREE, OFF = -2, -1
"""In `held`: to be planned; must stay off. Any other value is the post that is already promised."""


@dataclass(frozen=True)
class People:
    """n people, one value a person; built by `people()`."""

    home_m: Array  # [n, 2] metres on a plane
    skills: Array  # [n, S] bool
    available: Array  # [n, D, H] bool, by day and shift
    most: Array  # [n] shifts in these days
    served: Array  # [n] shifts in the days before, for fairness
    knows: Array  # [n] site whose doors they know, -1 = none
    team: Array  # [n] site their team holds, -1 = none


@dataclass(frozen=True)
class Posts:
    """m posts, each of one shift; built by `posts()`."""

    site: Array  # [m] any whole numbers; the posts of one gate in three shifts share it
    place_m: Array  # [m, 2]
    shift: Array  # [m]
    skill: Array  # [m] that each of its people needs, -1 = none
    wanted: Array  # [D, m] heads by day
    price: Array  # [m] of one head missing


@dataclass(frozen=True)
class Rules:
    """What one person may not do; `start_s`, `end_s` — [H] of each shift, end beyond 86,400 = the next morning."""

    start_s: Array
    end_s: Array
    night: Array  # [H] bool
    rest_s: float = 11 * 3600.0
    nights_in_a_row: int = 3
    far_m: float = 20_000.0

    def too_close(self) -> Array:
        """[H, H] bool: shift a on one day leaves too little rest before shift b on the next."""
        return self.start_s[None, :] + 86_400.0 - self.end_s[:, None] < self.rest_s


@dataclass(frozen=True)
class Prices:
    """What each wish is worth, in metres of way; a missing head costs its post's price."""

    served_m: float = 300.0
    stranger_m: float = 400.0
    apart_m: float = 600.0


@dataclass(frozen=True)
class Problem:
    """Some days in a row; built and checked by `problem()`."""

    people: People
    posts: Posts
    rules: Rules
    prices: Prices
    held: Array  # [n, D] FREE, OFF or a post
    before: Array  # [n] shift worked the day before, -1 = none
    pairs: Array  # [P, 2] people who wish to stand together


def people(home_m: Any, available: Any, **given: Any) -> People:
    """People with what is not given filled in: no skills, as many shifts as days, nothing served, no site known.

    Raises: BadInput naming the array and the first item at fault.
    """
    home = np.asarray(home_m, float)
    free = np.asarray(available, bool)
    count = len(home)
    if home.shape != (count, 2) or free.ndim != 3 or len(free) != count:
        raise BadInput("people", None, "home_m is [n, 2] and available [n, days, shifts]")
    _finite("people.home_m", home)
    rest = {
        "skills": np.zeros((count, 0), bool),
        "most": np.full(count, free.shape[1]),
        "served": np.zeros(count, np.int64),
        "knows": np.full(count, -1),
        "team": np.full(count, -1),
    }
    rest.update({name: np.asarray(values) for name, values in given.items()})
    for name, values in rest.items():
        if values.shape[:1] != (count,):
            raise BadInput(f"people.{name}", None, f"one value for each of {count} people")
    for name in ("most", "served"):
        _finite(f"people.{name}", rest[name], least=0)
    return People(home, available=free, **rest)


def posts(place_m: Any, shift: Any, wanted: Any, **given: Any) -> Posts:
    """Posts with what is not given filled in: a site each, no skill, a missing head at 1,000,000.

    Raises: BadInput naming the array and the first item at fault.
    """
    place, shifts, heads = np.asarray(place_m, float), np.asarray(shift), np.atleast_2d(np.asarray(wanted))
    count = len(place)
    if place.shape != (count, 2) or len(shifts) != count or heads.shape[1] != count:
        raise BadInput("posts", None, "place_m is [m, 2], shift [m] and wanted [days, m]")
    _finite("posts.place_m", place)
    _finite("posts.wanted", heads.T, least=0)
    rest = {"site": np.arange(count), "skill": np.full(count, -1), "price": np.full(count, 1_000_000.0)}
    rest.update({name: np.asarray(values) for name, values in given.items()})
    for name, values in rest.items():
        if values.shape[:1] != (count,):
            raise BadInput(f"posts.{name}", None, f"one value for each of {count} posts")
    _finite("posts.price", rest["price"], least=0)
    return Posts(place_m=place, shift=shifts.astype(np.int64), wanted=heads.astype(np.int64, "C"), **rest)


def problem(who: People, where: Posts, rules: Rules, prices: Prices | None = None, **given: Any) -> Problem:
    """A checked problem; nothing is held, nobody worked the day before and nobody is paired unless given.

    Raises: BadInput naming the array and the first item at fault.
    """
    count, days, shifts = who.available.shape
    if where.wanted.shape[0] != days:
        raise BadInput("posts.wanted", None, f"{days} days, as people.available has")
    _within("posts.shift", where.shift, 0, shifts)
    _within("posts.skill", where.skill, -1, who.skills.shape[1])
    for one in fields(Rules)[:3]:
        if len(getattr(rules, one.name)) != shifts:
            raise BadInput(f"rules.{one.name}", None, f"one value for each of {shifts} shifts")
    held = np.asarray(given.get("held", np.full((count, days), FREE)))
    before = np.asarray(given.get("before", np.full(count, -1)))
    pairs = np.asarray(given.get("pairs", np.zeros((0, 2))), np.int64).reshape(-1, 2)
    if held.shape != (count, days) or before.shape != (count,):
        raise BadInput("held", None, f"held is [{count}, {days}] and before [{count}]")
    _within("held", held, FREE, len(where.shift))
    _within("before", before, -1, shifts)
    _within("pairs", pairs, 0, count)
    return Problem(who, where, rules, prices or Prices(), held, before, pairs)


def _finite(name: str, values: Array, least: float | None = None) -> None:
    rows = np.asarray(values, float).reshape(len(values), -1 if len(values) else 1)
    wrong = ~np.isfinite(rows).all(axis=1)
    if least is not None:
        wrong |= ~(rows >= least).all(axis=1)
    if wrong.any():
        raise BadInput(name, int(wrong.argmax()), "a number" if least is None else f"a number of at least {least}")


def _within(name: str, values: Array, low: int, high: int) -> None:
    wrong = (values < low) | (values >= high)
    if wrong.any():
        raise BadInput(name, int(np.flatnonzero(wrong.reshape(len(values), -1).any(axis=1))[0]), f"{low} to {high - 1}")
