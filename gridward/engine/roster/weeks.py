"""One person's days in a row: which shifts may follow each other, and the best week under all rules of a person."""

from typing import NamedTuple

import numpy as np
from numba import njit

from gridward.engine.roster.arcs import Arcs
from gridward.engine.roster.problem import FREE, Array, Problem
from gridward.engine.roster.rules import shifts_of


class Calendar(NamedTuple):
    """The rules of single people as arrays; H stands for off where shifts are numbered."""

    may: Array  # [n, D, H] bool: free, available, rested, a head wanted in reach
    free: Array  # [n, D] bool: nothing held
    held: Array  # [n, D] the post held, -1 = off or nothing
    held_shift: Array  # [n, D] its shift
    most: Array  # [n] shifts, no fewer than are held
    before: Array  # [n] shift of the day before, -1 = none
    close: Array  # [H, H] bool: too little rest
    night: Array  # [H] bool
    nights: int  # in a row


def calendar(asked: Problem, pairs: Arcs) -> Calendar:
    """The calendar of a problem's people over some pairs."""
    (count, days), shifts = asked.held.shape, len(asked.rules.start_s)
    some = np.zeros((count, days, shifts), bool)
    for day in range(days):
        wanted = asked.posts.wanted[day, pairs.post] > 0
        some[pairs.person[wanted], day, asked.posts.shift[pairs.post[wanted]]] = True
    close, before = asked.rules.too_close(), asked.before
    some[:, 0] &= ~((before >= 0)[:, None] & close[before])
    free = asked.held == FREE
    held = np.where(asked.held >= 0, asked.held, -1)
    return Calendar(
        may=asked.people.available & free[:, :, None] & some,
        free=free,
        held=held,
        held_shift=shifts_of(asked, held),
        most=np.maximum(asked.people.most, (held >= 0).sum(axis=1)).astype(np.int64),
        before=before.astype(np.int64),
        close=close,
        night=np.asarray(asked.rules.night, bool),
        nights=min(int(asked.rules.nights_in_a_row), held.shape[1]),
    )


def without_rest(rules: Calendar) -> Calendar:
    """The same calendar with neither rest nor nights in a row, except after the day before the first."""
    return rules._replace(close=np.zeros_like(rules.close), nights=rules.may.shape[1])


@njit(cache=True)
def allowed(rules: Calendar, person: int, week: Array) -> bool:
    """Whether a person's shifts ([D], -1 = off) leave enough rest and hold no night too many."""
    before, run = rules.before[person], 0
    for shift in week:
        if shift < 0:
            run = 0
        else:
            if before >= 0 and rules.close[before, shift]:
                return False
            run = run + 1 if rules.night[shift] else 0
            if run > rules.nights:
                return False
        before = shift
    return True


@njit(cache=True)
def best_week(rules: Calendar, person: int, value: Array, least: int, week: Array) -> float:
    """The greatest value of a week that keeps every rule of one person, -inf where there is none.

    Parameters: value — [D, H + 1] of each shift and of being off on each day; least — shifts at least; week — [D],
    overwritten with the shifts, -1 = off.
    Returns: ties go to the lower-numbered shift on the last day, then the day before. What is held is kept, and what
    is held on two days in a row is asked no rest. Dynamic programme over days, last shift, nights in a row and
    shifts so far.
    """
    days, off = value.shape[0], value.shape[1] - 1
    runs, most = rules.nights + 1, rules.most[person]
    best = np.full((days + 1, off + 1, runs, most + 1), -np.inf)
    came = np.full((days + 1, off + 1, runs, most + 1), -1, np.int64)
    before = rules.before[person]
    best[0, before if before >= 0 else off, 0, 0] = 0.0
    for day in range(days):
        _one_day(rules, person, day, value[day], best, came)
    found, at = -np.inf, -1
    for state in range(best[days].size):
        if state % (most + 1) >= least and best[days].flat[state] > found:
            found, at = best[days].flat[state], state
    for day in range(days - 1, -1, -1):
        if at < 0:
            break
        shift = at // (runs * (most + 1))
        week[day] = -1 if shift == off else shift
        at = came[day + 1].flat[at]
    return found


@njit(cache=True)
def _one_day(rules: Calendar, person: int, day: int, value: Array, best: Array, came: Array) -> None:
    """Carry the dynamic programme over one day."""
    off, runs, counts = len(value) - 1, best.shape[2], best.shape[3]
    held = rules.held_shift[person, day]
    bound = held >= 0 and (day == 0 or rules.held_shift[person, day - 1] >= 0)
    for shift in range(off + 1):
        if shift == off:
            if held >= 0:
                continue
        elif held != shift and not rules.may[person, day, shift]:
            continue
        night = shift < off and rules.night[shift]
        works = 1 if shift < off else 0
        for before in range(off + 1):
            if not bound and shift < off and before < off and rules.close[before, shift]:
                continue
            for run in range(runs):
                now = run + 1 if night else 0
                if now >= runs:
                    if held < 0:
                        continue
                    now = 0
                for count in range(counts - works):
                    here = best[day, before, run, count] + value[shift]
                    if here > best[day + 1, shift, now, count + works]:
                        best[day + 1, shift, now, count + works] = here
                        came[day + 1, shift, now, count + works] = (before * runs + run) * counts + count
