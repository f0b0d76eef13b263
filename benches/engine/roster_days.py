"""Made-up districts to roster: people in clusters, posts in three shifts, skills, days off, tight supply."""

from __future__ import annotations

import numpy as np

from gridward.engine.roster import Prices, Problem, Rules, people, posts, problem

SHIFTS = Rules(np.array([0.0, 8.0, 16.0]) * 3600, np.array([8.0, 16.0, 24.0]) * 3600, np.array([True, False, False]))
SKILLS = (0.25, 0.12, 0.06)


def district(seed: int, count: int, sites: int, days: int, tight: float = 1.0) -> Problem:
    """A district of `count` people and `sites` posts in each of three shifts.

    Parameters: tight — heads wanted as a share of the shifts people may take.
    """
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 40_000, (60, 2))
    home = centres[rng.integers(0, 60, count)] + rng.normal(0, 1_500, (count, 2))
    place = centres[rng.integers(0, 60, sites)] + rng.normal(0, 1_500, (sites, 2))
    skills = rng.random((count, len(SKILLS))) < SKILLS
    available = np.ones((count, days, 3), bool)
    available &= (rng.random((count, days)) > 0.1)[:, :, None]
    available[:, :, 0] &= (rng.random(count) > 0.35)[:, None]
    most = np.full(count, days if days == 1 else min(days, 5))
    shift = np.repeat(np.arange(3), sites)
    skill = np.tile(rng.choice([-1, -1, -1, -1, 0, 1, 2], sites, p=[0.2, 0.2, 0.2, 0.2, 0.12, 0.05, 0.03]), 3)
    wanted = np.ones((days, 3 * sites), np.int64)
    spare = tight * most.sum() - wanted.sum()
    extra = rng.multinomial(max(0, int(spare)), np.full(days * 3 * sites, 1 / (days * 3 * sites)))
    wanted += extra.reshape(wanted.shape)
    site = np.tile(np.arange(sites), 3)
    knows = np.where(rng.random(count) < 0.4, rng.integers(0, sites, count), -1)
    who = people(home, available, skills=skills, most=most, served=rng.integers(0, 4, count), knows=knows)
    where = posts(np.tile(place, (3, 1)), shift, wanted, site=site, skill=skill)
    return problem(who, where, SHIFTS, Prices())
