"""From the rows of a roster to the engine's columns and back. Pure.

What is frozen is plain JSON, so that a plan can be replayed years later from what it keeps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, radians
from typing import Any

import numpy as np

from gridward.engine.roster import FREE, OFF, People, Posts, Problem, Rules, people, posts, problem
from gridward.kernel.address import Level, at_level
from gridward.kernel.people.rules import age
from gridward.lines.forces.rules.volunteers import Candidate, Joining, against_serving

METRES_PER_DEGREE = 111_320.0
HEAD_M = 1_000_000.0
"""A head missing at an ordinary post, in metres of way: far above any way, so that posts are filled first."""
LEVEL_WORTH = {"high": 1.6, "medium": 1.3, "low": 1.0}
MINOR = "minor"
"""The limit of whoever is not of full age, beside those they named."""
Frozen = dict[str, Any]


@dataclass(frozen=True)
class Shift:
    """One shift of the day in seconds after midnight."""

    key: str
    start_s: int
    end_s: int
    night: bool


def frozen(
    candidates: Sequence[Any], shifts: Sequence[Any], held: Sequence[Any], times: Sequence[Shift], joining: Joining,
    first_day: date, days: int,
) -> Frozen:  # fmt: skip
    """Everything a plan of some days depends on, as plain JSON.

    Parameters: candidates, shifts, held — rows of `queries.duty`. times — the shifts of a day. joining — who may
        serve when, as the district decides it.
    Shifts of one day at one place with the same demands and worth are planned together, as one post.
    """
    origin = _origin(shifts)
    keys = [one.key for one in times]
    asks = sorted({(tuple(sorted(one.skills)), tuple(sorted(one.bars))) for one in shifts})
    sites = {address: at for at, address in enumerate(sorted({site_of(one.address) for one in shifts}))}
    together = _together(shifts, first_day, keys, asks)
    who = _people(candidates, times, asks, sites, joining, first_day, days, origin)
    place = {str(one.resource_id): at for at, one in enumerate(candidates)}
    at_need = {need: (day, at) for at, post in enumerate(together) for day, need, _ in post["heads"]}
    return {
        "first_day": first_day.isoformat(),
        "days": days,
        "origin": origin,
        "shifts": [[one.key, one.start_s, one.end_s, one.night] for one in times],
        "asks": [[list(skills), list(bars)] for skills, bars in asks],
        "people": who,
        "posts": [_post(post, sites, origin) for post in together],
        "held": _held(held, place, at_need, first_day),
    }


def site_of(address: int) -> int:
    """The doors one gets to know: those of the estate, or of the community where a post is of no estate."""
    return at_level(address, Level.ESTATE)


def _origin(shifts: Sequence[Any]) -> list[float]:
    if not shifts:
        return [0.0, 0.0]
    return [round(float(np.mean([getattr(one, name) for one in shifts])), 4) for name in ("latitude", "longitude")]


def metres(latitude: float, longitude: float, origin: Sequence[float]) -> tuple[int, int]:
    """A point on a plane around an origin, in whole metres east and north."""
    east = (longitude - origin[1]) * METRES_PER_DEGREE * cos(radians(origin[0]))
    return round(east), round((latitude - origin[0]) * METRES_PER_DEGREE)


def _together(shifts: Sequence[Any], first_day: date, keys: list[str], asks: list[Any]) -> list[dict[str, Any]]:
    found: dict[Any, dict[str, Any]] = {}
    for one in shifts:
        asked = asks.index((tuple(sorted(one.skills)), tuple(sorted(one.bars))))
        worth = round(HEAD_M * one.weight * LEVEL_WORTH[one.level])
        point = (one.latitude, one.longitude)
        key = (one.address, keys.index(one.shift), asked, worth, point)
        post = found.setdefault(key, {"key": key, "heads": []})
        post["heads"].append(((one.day - first_day).days, str(one.need_id), one.heads))
    return list(found.values())


def _post(post: Mapping[str, Any], sites: Mapping[int, int], origin: Sequence[float]) -> list[Any]:
    address, shift, asked, worth, point = post["key"]
    return [str(address), *metres(*point, origin), shift, asked, worth, sites[site_of(address)], post["heads"]]


def _people(
    candidates: Sequence[Any], times: Sequence[Shift], asks: list[Any], sites: Mapping[int, int], joining: Joining,
    first_day: date, days: int, origin: Sequence[float],
) -> dict[str, list[Any]]:  # fmt: skip
    keys = [one.key for one in times]
    who = [(one, _limits(one, joining, first_day)) for one in candidates]
    points = [metres(one.latitude, one.longitude, origin) for one in candidates]
    return {
        "volunteer": [str(one.volunteer_id) for one in candidates],
        "resource": [str(one.resource_id) for one in candidates],
        "x": [x for x, _ in points],
        "y": [y for _, y in points],
        "able": [_bits(able(one.skills, limits, asked) for asked in asks) for one, limits in who],
        "free": [_bits(free_shifts(one, times, joining, first_day, days)) for one in candidates],
        "most": [max(0, min(days, one.most - one.this_week)) for one in candidates],
        "served": [one.served for one in candidates],
        "knows": [sites.get(site_of(one.last_at), -1) if one.last_at else -1 for one in candidates],
        "team": [sites.get(site_of(one.team_at), -1) if one.team_at else -1 for one in candidates],
        "before": [keys.index(one.last_shift) if one.last_shift in keys else -1 for one in candidates],
    }


def able(skills: Sequence[str], limits: Sequence[str], asked: tuple[Sequence[str], Sequence[str]]) -> bool:
    """Whether somebody has all the skills a post asks for, and none of the limits that bar from it."""
    needed, bars = asked
    return set(needed) <= set(skills) and not set(bars) & set(limits)


def _limits(one: Any, joining: Joining, day: date) -> list[str]:
    years = age(one.born_on, day)
    return [*one.limits, MINOR] if years is not None and years < joining.full_age else one.limits


def free_shifts(one: Any, times: Sequence[Shift], joining: Joining, first_day: date, days: int) -> list[bool]:
    """Whether somebody may and can take each shift of each day, the days one after another."""
    found = []
    for at in range(days):
        day = first_day + timedelta(days=at)
        who = Candidate(
            age(one.born_on, day), one.guardian_agreed, one.checked, one.trained_on, one.insured_until, one.limits
        )
        may = {night: not against_serving(who, joining, day, night=night) for night in (False, True)}
        hours = one.hours.get(str(day.weekday()), []) if one.hours else None
        found += [may[time.night] and (hours is None or time.key in hours) for time in times]
    return found


def _bits(flags: Any) -> int:
    return sum(1 << at for at, flag in enumerate(flags) if flag)


def _held(
    held: Sequence[Any], place: Mapping[str, int], at_need: Mapping[str, tuple[int, int]], first_day: date
) -> list[list[Any]]:
    """Who is bound on these days, here or elsewhere: person, day, post (OFF for elsewhere), need."""
    found: dict[tuple[int, int], tuple[int, str]] = {}
    for one in held:
        person, need = place.get(str(one.resource_id)), str(one.need_id)
        if person is not None:
            found[person, (one.day - first_day).days] = (at_need[need][1], need) if need in at_need else (OFF, "")
    return [[person, day, *what] for (person, day), what in sorted(found.items())]


def problem_of(given: Frozen) -> Problem:
    """The engine's problem from what was frozen; the same every time."""
    who, where, times, days = given["people"], given["posts"], given["shifts"], given["days"]
    count, shifts = len(who["x"]), len(times)
    rules = Rules(
        np.array([one[1] for one in times], float), np.array([one[2] for one in times], float),
        np.array([one[3] for one in times], bool),
    )  # fmt: skip
    held = np.full((count, days), FREE)
    for person, day, post, _need in given["held"]:
        held[person, day] = post
    crowd = _crowd(who, count, days, shifts, len(given["asks"]), held, given.get("standing", []))
    return problem(crowd, _engine_posts(where, days), rules, held=held, before=np.array(who["before"], np.int64))


def _crowd(
    who: Mapping[str, list[Any]], count: int, days: int, shifts: int, asks: int, held: np.ndarray, standing: list[Any]
) -> People:
    free = _unpacked(who["free"], days * shifts).reshape(count, days, shifts)
    # Whoever holds a shift may have more than they wished for; that is theirs to have.
    has = (held >= 0).sum(axis=1)
    np.add.at(has, [one[0] for one in standing], 1)
    most = np.maximum(np.array(who["most"], np.int64), has)
    home = np.column_stack([who["x"], who["y"]]).astype(float).reshape(count, 2)
    given = {name: np.array(who[name], np.int64) for name in ("served", "knows", "team")}
    return people(home, free, skills=_unpacked(who["able"], asks), most=most, **given)


def _unpacked(bits: list[int], width: int) -> np.ndarray:
    return (np.array(bits, np.int64)[:, None] >> np.arange(width)[None, :] & 1).astype(bool)


def _engine_posts(where: list[Any], days: int) -> Posts:
    wanted = np.zeros((days, len(where)), np.int64)
    for at, post in enumerate(where):
        for day, _need, heads in post[7]:
            wanted[day, at] += heads
    columns = list(zip(*where, strict=True)) or [[] for _ in range(8)]
    place = np.array([columns[1], columns[2]], float).T.reshape(len(where), 2)
    return posts(
        place, np.array(columns[3], np.int64), wanted, skill=np.array(columns[4], np.int64),
        price=np.array(columns[5], float), site=np.array(columns[6], np.int64),
    )  # fmt: skip


def with_standing(given: Frozen, standing: Sequence[Any], absent: Sequence[Any], first_day: date) -> Frozen:
    """The same with those who stand somewhere and may be moved, and those who did not come: rows of `queries.duty`."""
    place = {key: at for at, key in enumerate(given["people"]["resource"])}
    at_need = {need: at for at, post in enumerate(given["posts"]) for _day, need, _heads in post[7]}
    rows = [
        [place[str(one.resource_id)], (one.day - first_day).days, at_need[str(one.need_id)], str(one.need_id)]
        for one in standing
        if str(one.resource_id) in place and str(one.need_id) in at_need
    ]
    gone = [place[str(one.resource_id)] for one in absent if str(one.resource_id) in place]
    return {**given, "standing": rows, "absent": sorted(gone)}


def all_alike(given: Frozen) -> Frozen:
    """The same with every head worth the same, so that nobody leaves one post empty to fill another."""
    return {**given, "posts": [[*post[:5], round(HEAD_M), *post[6:]] for post in given["posts"]]}


def roster_before(given: Frozen, asked: Problem) -> np.ndarray:
    """[n, D] who stands where before it is mended: what is held and what may be moved."""
    post = np.where(asked.held >= 0, asked.held, -1)
    for person, day, at, _need in given["standing"]:
        post[person, day] = at
    return post


def without_moved(given: Frozen, post: np.ndarray) -> Frozen:
    """The same, with whoever still stands where they stood counted as held."""
    stays = [one for one in given["standing"] if post[one[0], one[1]] == one[2]]
    return {**given, "held": [*given["held"], *stays], "standing": []}


@dataclass(frozen=True)
class Placed:
    """Somebody put on a shift: indices of the person and of the post, the need, and the way in metres."""

    person: int
    day: int
    post: int
    need_id: str
    way_m: int
    stranger: bool


def placed(given: Frozen, post: np.ndarray) -> list[Placed]:
    """Who is newly put where, [n, D] posts shared out to the needs they stand for: the nearest to the first of them.

    Heads that somebody holds already are counted first.
    """
    held = {(person, day): at for person, day, at, _need in given["held"] if at >= 0}
    who, where = given["people"], given["posts"]
    taken: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for person, day in np.argwhere(post >= 0).tolist():
        at = int(post[person, day])
        if held.get((person, day)) != at:
            way = round(float(np.hypot(who["x"][person] - where[at][1], who["y"][person] - where[at][2])))
            taken.setdefault((day, at), []).append((way, person))
    promised = Counter(need for *_, need in given["held"])
    found = []
    for (day, at), some in taken.items():
        for (way, person), need in zip(sorted(some), _rooms(where[at][7], day, promised), strict=False):
            stranger = who["knows"][person] not in (-1, where[at][6])
            found.append(Placed(person, day, at, need, way, stranger))
    return found


def _rooms(heads: list[Any], day: int, promised: Mapping[str, int]) -> list[str]:
    """The needs of a post on a day, each as often as it still wants heads."""
    return [need for on, need, count in heads if on == day for _ in range(count - promised.get(need, 0))]
