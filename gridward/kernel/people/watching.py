"""How often, and how widely, one account looks behind the mask in a day."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connection

from gridward.kernel.access.actor import Actor
from gridward.kernel.address import Level, at_level
from gridward.kernel.clock import day_bounds, local_day
from gridward.kernel.journal.models import Entry
from gridward.kernel.notices.actions import to_desk
from gridward.kernel.people.errors import QuotaReached

WATCH = "people.watch"
_ONE_LOOK_AT_A_TIME = 0x6C6F_6F6B


def count_look(actor: Actor, address: int, now: datetime) -> None:
    """Count one more look before it is journalled; tell those who watch when the last allowed one is taken.

    Relies on entry_actor. The alarm goes with the look that reaches a limit: the refusals after it write nothing.
    Raises: QuotaReached.
    """
    if actor.user_id is None:
        return
    with connection.cursor() as query:
        query.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_ONE_LOOK_AT_A_TIME, actor.user_id])
    start, _end = day_bounds(local_day(now))
    rows = Entry.objects.filter(actor_id=actor.user_id, verb="person.revealed", at__gte=start)
    looked = [at_level(one, Level.COMMUNITY) for one in rows.values_list("address", flat=True)]
    if len(looked) >= settings.REVEALS_PER_DAY:
        raise QuotaReached(most=settings.REVEALS_PER_DAY)
    places, here = set(looked), at_level(address, Level.COMMUNITY)
    told = {"account": actor.name, "account_id": actor.user_id}
    if len(looked) + 1 == settings.REVEALS_PER_DAY:
        to_desk(here, WATCH, "people.quota_reached", now, link="/journal/", count=len(looked) + 1, **told)
    if here not in places and len(places) + 1 == settings.REVEAL_AREAS_PER_DAY:
        to_desk(here, WATCH, "people.looked_widely", now, link="/journal/", count=len(places) + 1, **told)
