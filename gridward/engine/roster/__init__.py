"""Who stands at which post in which shift: a day, a week, the replacement of who did not come, and exchanges."""

from gridward.engine.roster.change import Change, exchange, replace
from gridward.engine.roster.plan import Missing, Roster
from gridward.engine.roster.problem import FREE, OFF, People, Posts, Prices, Problem, Rules, people, posts, problem
from gridward.engine.roster.week import plan

__all__ = [
    "FREE",
    "OFF",
    "Change",
    "Missing",
    "People",
    "Posts",
    "Prices",
    "Problem",
    "Roster",
    "Rules",
    "exchange",
    "people",
    "plan",
    "posts",
    "problem",
    "replace",
]
