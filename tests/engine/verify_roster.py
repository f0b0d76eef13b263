"""The optimum of a small roster by branch and bound (HiGHS), with every rule; written apart from the engine."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from gridward.engine.roster import FREE, Problem


def best_by_branch_and_bound(asked: Problem) -> tuple[int, int]:
    """Fewest heads missing, and the least cost with them; nobody may be held to a post."""
    who, where, rules = asked.people, asked.posts, asked.rules
    people, days, _ = who.available.shape
    columns = [
        (person, day, post)
        for person in range(people)
        for day in range(days)
        for post in range(len(where.shift))
        if _able(asked, person, day, post)
    ]
    nth = [(person, k) for person in range(people) for k in range(min(int(who.most[person]), days))]
    rows, most = [], []
    for person, day in np.ndindex(people, days):
        rows.append({at: 1 for at, one in enumerate(columns) if one[:2] == (person, day)})
        most.append(1)
        for later in range(len(columns)):
            mine = columns[later]
            if mine[:2] == (person, day + 1):
                rows.append({later: 1} | {at: 1 for at, one in enumerate(columns) if _close(asked, one, mine)})
                most.append(1)
        nights = range(day, day + rules.nights_in_a_row + 1)
        if nights[-1] < days:
            of = {
                at: 1 for at, one in enumerate(columns) if one[0] == person and one[1] in nights and _night(asked, one)
            }
            rows.append(of)
            most.append(rules.nights_in_a_row)
    for person in range(people):
        mine = {at: 1 for at, one in enumerate(columns) if one[0] == person}
        rows.append(mine | {len(columns) + at: -1 for at, one in enumerate(nth) if one[0] == person})
        most.append(0)
    for day, post in np.ndindex(*where.wanted.shape):
        rows.append({at: 1 for at, one in enumerate(columns) if one[1:] == (day, post)})
        most.append(int(where.wanted[day, post]))
    matrix = np.zeros((len(rows), len(columns) + len(nth)))
    for at, row in enumerate(rows):
        matrix[at, list(row)] = list(row.values())
    way = [_way(asked, *one) - where.price[one[2]] for one in columns]
    fair = [asked.prices.served_m * (who.served[person] + k) for person, k in nth]
    heads = int(where.wanted.sum())
    filled = _least(np.array([-1.0] * len(columns) + [0.0] * len(nth)), matrix, most)
    gained = _least(np.array(way + fair), matrix, most)
    return heads + round(filled), round(float((where.wanted * where.price).sum()) + gained)


def _least(cost: np.ndarray, matrix: np.ndarray, most: list[int]) -> float:
    if not len(cost):
        return 0.0
    within = LinearConstraint(matrix, -np.inf, most)
    found = milp(cost, constraints=within, integrality=np.ones(len(cost)), bounds=Bounds(0, 1))
    assert found.status == 0, found.message
    return float(found.fun)


def _able(asked: Problem, person: int, day: int, post: int) -> bool:
    who, shift, skill = asked.people, asked.posts.shift[post], asked.posts.skill[post]
    near = np.linalg.norm(who.home_m[person] - asked.posts.place_m[post]) <= asked.rules.far_m
    rested = day > 0 or asked.before[person] < 0 or not asked.rules.too_close()[asked.before[person], shift]
    able = skill < 0 or who.skills[person, skill]
    return bool(near and rested and able and asked.held[person, day] == FREE and who.available[person, day, shift])


def _close(asked: Problem, one: tuple[int, int, int], later: tuple[int, int, int]) -> bool:
    if one[0] != later[0] or one[1] + 1 != later[1]:
        return False
    return bool(asked.rules.too_close()[asked.posts.shift[one[2]], asked.posts.shift[later[2]]])


def _night(asked: Problem, one: tuple[int, int, int]) -> bool:
    return bool(asked.rules.night[asked.posts.shift[one[2]]])


def _way(asked: Problem, person: int, day: int, post: int) -> float:
    return float(np.rint(np.linalg.norm(asked.people.home_m[person] - asked.posts.place_m[post])))
