"""What of a week of shifts breaks a rule: rest, nights in a row, shifts in all."""

import numpy as np

from gridward.engine.roster.problem import Array, Problem


def shifts_of(asked: Problem, post: Array) -> Array:
    """[n, D] shift of each person's post, -1 = off."""
    return np.append(asked.posts.shift, -1)[post]


def short_rest(asked: Problem, shift: Array) -> Array:
    """[n, D] bool: the shift of this day begins too soon after that of the day before."""
    close = asked.rules.too_close()
    earlier = np.column_stack([asked.before, shift[:, :-1]])
    return (earlier >= 0) & (shift >= 0) & close[earlier, shift]


def night_too_many(asked: Problem, shift: Array) -> Array:
    """[n, D] bool: this night follows as many nights in a row as are allowed, counted within these days."""
    night = (shift >= 0) & asked.rules.night[shift]
    run = np.zeros(len(shift), np.int64)
    found = np.zeros(shift.shape, bool)
    for day in range(shift.shape[1]):
        run = np.where(night[:, day], run + 1, 0)
        found[:, day] = run > asked.rules.nights_in_a_row
        run = np.where(found[:, day], 0, run)
    return found


def open_shifts(asked: Problem, shift: Array, day: int) -> Array:
    """[n, H] bool: the shifts each person may take on a day, the other days as they are; shifts are not counted."""
    rules, count = asked.rules, len(shift)
    close = rules.too_close()
    may = asked.people.available[:, day, :].copy()
    before = shift[:, day - 1] if day else asked.before
    may &= ~np.where((before >= 0)[:, None], close[before], False)
    if day + 1 < shift.shape[1]:
        after = shift[:, day + 1]
        may &= ~np.where((after >= 0)[:, None], close[:, after].T, False)
    night = (shift >= 0) & rules.night[shift]
    run = np.zeros(count, np.int64)
    for step in (-1, 1):
        going = np.ones(count, bool)
        at = day + step
        while 0 <= at < shift.shape[1]:
            going &= night[:, at]
            run += going
            at += step
    full = run + 1 > rules.nights_in_a_row
    may[np.ix_(full, np.flatnonzero(rules.night))] = False
    return may


def pattern(asked: Problem, shift: Array, backward: bool) -> Array:
    """[n, D] one shift a day such that working any of these days breaks no rule; -1 where none may be added.

    Parameters: shift — [n, D] a roster that breaks no rule; its shifts are kept. backward — days off take the shift
    of the next day rather than that of the day before, where both could be.
    """
    days = shift.shape[1]
    found = shift.copy()
    for day in range(1, days) if not backward else range(days - 2, -1, -1):
        _fill(asked, found, day, day + (1 if backward else -1))
    for day in range(days - 2, -1, -1) if not backward else range(1, days):
        _fill(asked, found, day, day + (-1 if backward else 1))
    return found


def _fill(asked: Problem, found: Array, day: int, like: int) -> None:
    """Give people off on a day the shift of another day where no rule breaks by it."""
    like_that = found[:, like]
    tried = np.where((found[:, day] < 0) & (like_that >= 0), like_that, -1)
    open_to = open_shifts(asked, found, day)
    fits = (tried >= 0) & open_to[np.arange(len(found)), tried]
    found[fits, day] = tried[fits]
