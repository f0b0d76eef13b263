"""Fill missing heads by chains of people: one takes the head and leaves another, whose place the next one takes.

A search from each missing head over the places people could leave for it (breadth first, so chains are short): a
person moves within a day, or takes the head on a day off and gives up another day of theirs. It ends with somebody
who may work once more. Whoever may work once more but rest forbids it as their week stands is given another week
first: fewest days changed, each changed day a chain of its own. Rules hold all the way; nobody is in a chain twice.
Compiled by Numba.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from gridward.engine.roster.arcs import Arcs
from gridward.engine.roster.plan import lacking
from gridward.engine.roster.problem import Array, Problem
from gridward.engine.roster.rules import shifts_of
from gridward.engine.roster.weeks import Calendar, allowed, best_week, calendar

TRIES = 3


class Board(NamedTuple):
    """A roster being changed. A place is day × m + post; a chain is a path in the tree of places."""

    begin: Array  # [m + 1] into near
    near: Array  # [A] people of each post's pairs
    reach_from: Array  # [n + 1] into reach
    reach: Array  # [A] posts of each person's pairs
    shift_of: Array  # [m]
    price: Array  # [m]
    post: Array  # [n, D]
    shift: Array  # [n, D]
    works: Array  # [n] shifts of each person
    lack: Array  # [D × m] heads missing at each place
    queue: Array  # [D × m] places in the order found
    parent: Array  # [D × m] the place that whoever left this one took; -1 = the root
    person: Array  # [D × m] who left it
    seen: Array  # [D × m] bool
    known: Array  # [D × m] bool, what chains from the missing heads come to, as last looked at
    tried: Array  # [n, D, H] the search that last asked a person for a day and shift
    search: Array  # [1] number of this search
    left: Array  # [D] places one person could leave
    trial: Array  # [D] their week as it would be


def filled_by_chains(asked: Problem, pairs: Arcs, post: Array, floor: int = 0) -> Array:
    """A roster with fewer missing heads where chains find a way; way and fairness are not looked at.

    Parameters: post — [n, D] a roster that breaks no rule, not changed. floor — heads known to stay missing: with no
    more than these the search ends.
    """
    board, rules = _board(asked, pairs, post), calendar(asked, pairs)
    order = np.argsort(-board.price[np.arange(len(board.lack)) % len(board.price)], kind="stable")
    while True:
        found = _fill(board, rules, order)
        _reach(board, rules)
        for person in np.flatnonzero(board.works < rules.most):
            if board.lack.sum() > floor and _reshape(board, rules, person):
                found += 1
                _reach(board, rules)
        if not found or board.lack.sum() <= floor:
            return board.post


def reached(asked: Problem, pairs: Arcs, post: Array, rules: Calendar) -> Array:
    """[D × m] bool: the places that chains from the missing heads come to, under the rules given."""
    board = _board(asked, pairs, post)
    _reach(board, rules)
    return board.known


def _board(asked: Problem, pairs: Arcs, post: Array) -> Board:
    by_post = np.argsort(pairs.post, kind="stable")
    days, posts = asked.posts.wanted.shape
    places = days * posts
    post = post.astype(np.int64)
    return Board(
        begin=np.concatenate([[0], np.cumsum(np.bincount(pairs.post, minlength=posts))]),
        near=pairs.person[by_post],
        reach_from=np.searchsorted(pairs.person, np.arange(len(post) + 1)),
        reach=pairs.post,
        shift_of=asked.posts.shift,
        price=asked.posts.price,
        post=post,
        shift=shifts_of(asked, post),
        works=(post >= 0).sum(axis=1),
        lack=lacking(asked, post).reshape(-1),
        queue=np.empty(places, np.int64),
        parent=np.empty(places, np.int64),
        person=np.empty(places, np.int64),
        seen=np.zeros(places, bool),
        known=np.zeros(places, bool),
        tried=np.zeros((*post.shape, len(asked.rules.start_s)), np.int64),
        search=np.ones(1, np.int64),
        left=np.empty(days, np.int64),
        trial=np.empty(days, np.int64),
    )


@njit(cache=True)
def _fill(board: Board, rules: Calendar, order: Array) -> int:
    """Fill what can be filled, dearest first; how many heads were."""
    nowhere = np.zeros(0, np.bool_)
    found = 0
    board.seen[:] = False
    board.search[0] += 1
    for root in order:
        while board.lack[root] > 0 and not board.seen[root]:
            _plant(board, root, 0)
            end, last, tail = _search(board, rules, 1, -1, nowhere)
            if end < 0:
                break
            _move_up(board, end, last)
            found += 1
            board.seen[board.queue[:tail]] = False
            board.search[0] += 1
    return found


@njit(cache=True)
def _reach(board: Board, rules: Calendar) -> None:
    """Mark as known every place that a chain from a missing head comes to."""
    board.seen[:] = False
    board.search[0] += 1
    tail = 0
    for place in np.flatnonzero(board.lack > 0):
        tail = _plant(board, place, tail)
    _search(board, rules, tail, -1, np.zeros(len(board.lack), np.bool_))
    board.known[:] = board.seen


@njit(cache=True)
def _reshape(board: Board, rules: Calendar, person: int) -> int:
    """Give a person a week with one shift more, by a chain for each changed day; 1, or 0 where nothing changed."""
    days, shifts = board.post.shape[1], rules.may.shape[2]
    value, week = np.zeros((days, shifts + 1)), np.empty(days, np.int64)
    for day in range(days):
        value[day, board.shift[person, day]] = 1.0
    kept = board.post.copy(), board.shift.copy(), board.works.copy(), board.lack.copy()
    for _ in range(TRIES):
        if best_week(rules, person, value, board.works[person] + 1, week) == -np.inf:
            return 0
        failed = _change(board, rules, person, week)
        if failed < 0 and _price(board, board.lack) < _price(board, kept[3]):
            return 1
        board.post[:], board.shift[:], board.works[:], board.lack[:] = kept
        if failed < 0:
            return 0
        value[failed, week[failed]] = -days
    return 0


@njit(cache=True)
def _change(board: Board, rules: Calendar, person: int, week: Array) -> int:
    """Lead a person from the week they have to another; the day it fails on, -1 = none."""
    changed = week != board.shift[person]
    for day in np.flatnonzero(changed):
        if board.post[person, day] >= 0:
            board.lack[day * len(board.price) + board.post[person, day]] += 1
            _leave(board, person, day)
    for day in np.flatnonzero(changed & (week >= 0)):
        if not _give(board, rules, person, day, week[day]):
            return int(day)
    return -1


@njit(cache=True)
def _give(board: Board, rules: Calendar, person: int, day: int, shift: int) -> bool:
    """Give a person some place of a shift on a day, by a chain from any missing head.

    Where none of these places is known to be in reach, only what their own last week left behind is looked at.
    """
    goal = np.zeros(len(board.lack), np.bool_)
    for at in range(board.reach_from[person], board.reach_from[person + 1]):
        if board.shift_of[board.reach[at]] == shift:
            goal[day * len(board.price) + board.reach[at]] = True
    near = (goal & board.known).any()
    board.seen[:] = board.known & (not near)
    board.search[0] += 1
    tail = 0
    for place in np.flatnonzero((board.lack > 0) & ~board.seen):
        tail = _plant(board, place, tail)
    end, last, _ = _search(board, rules, tail, person, goal)
    if end >= 0:
        _move_up(board, end, last)
    return end >= 0


@njit(cache=True)
def _price(board: Board, lack: Array) -> float:
    total = 0.0
    for place in np.flatnonzero(lack):
        total += lack[place] * board.price[place % len(board.price)]
    return total


@njit(cache=True)
def _plant(board: Board, place: int, tail: int) -> int:
    """Make a place a root of the next search; how many roots there are."""
    board.queue[tail], board.parent[place], board.seen[place] = place, -1, True
    return tail + 1


@njit(cache=True)
def _search(board: Board, rules: Calendar, tail: int, barred: int, goal: Array) -> tuple[int, int, int]:
    """The place and person that end a chain from one of the roots, or -1; and how many places were seen.

    Parameters: tail — roots in the queue; goal — [D × m] places to end at (the person is then `barred`, who takes no
    part in the chain); empty to end at anybody who may work once more.
    """
    head = 0
    while head < tail:
        place = board.queue[head]
        head += 1
        if len(goal) and goal[place]:
            return place, barred, tail
        day, post = place // len(board.price), place % len(board.price)
        for at in range(board.begin[post], board.begin[post + 1]):
            person, shift = board.near[at], board.shift_of[post]
            if board.tried[person, day, shift] == board.search[0] or person == barred:
                continue
            if _in_chain(board, place, person):
                continue
            board.tried[person, day, shift] = board.search[0]
            count = _leaves(board, rules, place, person)
            if count < 0:
                if not len(goal):
                    return place, person, tail
                continue
            for one in board.left[:count]:
                if not board.seen[one]:
                    board.seen[one], board.parent[one], board.person[one] = True, place, person
                    board.queue[tail] = one
                    tail += 1
    return -1, -1, tail


@njit(cache=True)
def _leaves(board: Board, rules: Calendar, place: int, person: int) -> int:
    """How many places a person could leave to take this one (in `left`); -1 = they need not leave any."""
    posts = len(board.price)
    day, post = place // posts, place % posts
    shift, now = board.shift_of[post], board.post[person, day]
    if not rules.may[person, day, shift] or now == post:
        return 0
    board.trial[:] = board.shift[person]
    board.trial[day] = shift
    fits = allowed(rules, person, board.trial)
    if now >= 0:
        board.left[0] = day * posts + now
        return 1 if fits else 0
    if fits and board.works[person] < rules.most[person]:
        return -1
    count = 0
    for other in range(len(board.trial)):
        if other != day and board.post[person, other] >= 0 and rules.free[person, other]:
            kept = board.trial[other]
            board.trial[other] = -1
            if fits or allowed(rules, person, board.trial):
                board.left[count] = other * posts + board.post[person, other]
                count += 1
            board.trial[other] = kept
    return count


@njit(cache=True)
def _in_chain(board: Board, place: int, person: int) -> bool:
    while board.parent[place] >= 0:
        if board.person[place] == person:
            return True
        place = board.parent[place]
    return False


@njit(cache=True)
def _move_up(board: Board, place: int, person: int) -> None:
    """Everybody on the chain moves up: `person` takes its last place; one head less is missing at its root."""
    posts = len(board.price)
    while True:
        day, post = place // posts, place % posts
        board.post[person, day], board.shift[person, day] = post, board.shift_of[post]
        board.works[person] += 1
        if board.parent[place] < 0:
            break
        person = board.person[place]
        _leave(board, person, day)
        place = board.parent[place]
    board.lack[place] -= 1


@njit(cache=True)
def _leave(board: Board, person: int, day: int) -> None:
    board.post[person, day] = board.shift[person, day] = -1
    board.works[person] -= 1
