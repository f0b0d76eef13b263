"""What the forces line does beside its pages: planning large rosters, making the coming days' shifts."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor, actor_of
from gridward.kernel.access.scope import within
from gridward.kernel.address import EVERYWHERE
from gridward.kernel.clock import local_day
from gridward.kernel.incidents.queries import running
from gridward.lines.forces.actions import posts, rosters
from gridward.lines.forces.actions.attendance import close_forgotten
from gridward.lines.forces.models import RosterRequest

AHEAD_DAYS = 2
"""Shifts are made so many days ahead, so that gaps are seen before they hurt."""


def _whoever_asked(request_id: str) -> Actor:
    request = RosterRequest.objects.select_related("asked_by").get(pk=request_id)
    return actor_of(request.asked_by, "planner", request.incident_id) if request.asked_by else SYSTEM


@app.task(name="forces.plan_roster", queue="forces")
def plan_roster(request_id: str) -> None:
    """Plan a roster that was asked for, as whoever asked."""
    actor = _whoever_asked(request_id)
    with within(actor):
        rosters.work_off(actor, request_id, clock.now())


@app.periodic(cron="40 2 * * *")
@app.task(name="forces.make_days", queueing_lock="forces.make_days")
def make_days(timestamp: int) -> int:
    """Every night: the shifts of the coming days. Returns how many."""
    if running() is None:
        return 0
    now = clock.now()
    days = [local_day(now) + timedelta(days=at) for at in range(AHEAD_DAYS + 1)]
    return sum(posts.make_day(SYSTEM, EVERYWHERE, day, now) for day in days)


@app.periodic(cron="7 * * * *")
@app.task(name="forces.close_stays", queueing_lock="forces.close_stays")
def close_stays(timestamp: int) -> int:
    """Every hour: who forgot to check out is counted until the end of their shift. Returns how many."""
    return close_forgotten(clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="forces.close_over", queueing_lock="forces.close_over")
def close_over(timestamp: int) -> int:
    """Every ten minutes: shifts whose time is over end. Returns how many."""
    return posts.close_over(SYSTEM, clock.now())
