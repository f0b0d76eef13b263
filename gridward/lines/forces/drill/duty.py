"""Posts, rosters, reinforcement and lacks in a drill."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import EVERYWHERE, Level, at_level, span
from gridward.kernel.clock import day_bounds, local_day, zone
from gridward.kernel.drills import Day, Ground, Login
from gridward.lines.forces.actions import lacks, posts, reinforcement, rosters
from gridward.lines.forces.drill.attending import attend
from gridward.lines.forces.drill.inviting import ask_for_support
from gridward.lines.forces.drill.pool import KEY_TOWNS, make_pool
from gridward.lines.forces.drill.supplying import meet, offer
from gridward.lines.forces.errors import NobodyToSend
from gridward.lines.forces.queries.posts import standing_demand


def logins(ground: Ground) -> list[Login]:
    """The desk, one community and one department."""
    first = ground.communities[0].address
    district = at_level(first, Level.DISTRICT)
    return [
        Login("forces", "forces.officer", district, "力量下沉专班"),
        Login("posts", "forces.community", first, "社区值守管理员"),
        Login("supplier", "forces.department", district, "区经济信息委物资专员"),
    ]


def furnish(ground: Ground, now: datetime) -> None:
    """The example configuration, the control levels, the standing posts, people, and some asked to support."""
    began = now - timedelta(days=3)
    posts.load_configuration(SYSTEM, now=began)
    here = {at_level(one.address, Level.TOWN) for one in ground.communities}
    for town in KEY_TOWNS:
        if town in here:
            posts.set_control(SYSTEM, town, "high", began)
    posts.restate(SYSTEM, EVERYWHERE, began)
    heads = heads_of(ground)
    make_pool(ground, heads, now)
    yesterday = day_bounds(local_day(now) - timedelta(days=1))[0]
    ask_for_support(ground, heads, yesterday - timedelta(hours=5))
    lacks.load_fields(SYSTEM, now=began)
    offer(ground, began)


def heads_of(ground: Ground) -> dict[int, int]:
    """The heads that the rules ask for in a day, by community."""
    found: dict[int, int] = {}
    for one in standing_demand(ground.incident_id, EVERYWHERE):
        at = at_level(one.address, Level.COMMUNITY)
        found[at] = found.get(at, 0) + sum(one.heads.values())
    return found


def live(ground: Ground, day: Day, start: datetime, end: datetime) -> None:
    """Yesterday's and today's rosters planned and approved before they begin, key areas reinforced, and the posts held.

    The roster is planned at midnight; who is sent to the key towns is on their shifts the same day.
    """
    district = at_level(ground.communities[0].address, Level.DISTRICT)

    def roster(now: datetime) -> None:
        on = local_day(now)
        posts.make_day(SYSTEM, span(district), on, now)
        plan = rosters.propose(SYSTEM, district, on, 1, now)
        rosters.approve(SYSTEM, plan.pk, now)
        with suppress(NobodyToSend):
            sent = reinforcement.propose(SYSTEM, district, on, now)
            reinforcement.approve(SYSTEM, sent.pk, now)

    for moment in (start, start + timedelta(days=1)):
        if moment < end:
            day.at(moment, roster)
            attend(day, district, local_day(moment), zone(), ground.seed, end)
            meet(ground, day, district, moment, end)
