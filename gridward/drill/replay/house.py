"""An empty house for a replay: the drill district's areas, an incident, categories, and the accounts that act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from importlib.resources import as_file, files
from uuid import UUID

from django.db import transaction

from gridward.drill.district.forces import logins, make_accounts
from gridward.drill.district.load import DISTRICT, load_areas, settle
from gridward.drill.district.places import divisions
from gridward.drill.replay.ground import Ground
from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor, actor_of
from gridward.kernel.access.models import User
from gridward.kernel.address import Level, level_of
from gridward.kernel.incidents.actions import open_incident
from gridward.kernel.needs.climbing import climb_overdue
from gridward.kernel.needs.models import Category
from gridward.lines.hotline.actions import load_categories

Tell = Callable[[str, int, int], None]
Event = tuple[datetime, Callable[[datetime], None]]
_SMALLEST_SCALE, _SEED = 0.001, 1
_TOGETHER = 250


@dataclass(frozen=True)
class House:
    """What a replay acts in and as."""

    incident_id: UUID
    agent: Actor
    dispatcher: Actor
    crew: Actor


def make_house(began: datetime, extra_categories: str = "") -> House:
    """Fill an empty database with the district's areas and what a replay needs.

    Parameters: extra_categories — a file of this package's mappings whose categories are added to the example's.
    """
    places, settlements = settle(_SMALLEST_SCALE, _SEED)
    load_areas(places, settlements)
    make_accounts(logins(settlements), [], began)
    incident = open_incident(SYSTEM, "回放：外地记录", "Replay of another city's records", "drill", DISTRICT, began)
    load_categories(SYSTEM, now=began)
    if extra_categories:
        with as_file(files(__package__) / "mappings" / extra_categories) as path:
            load_categories(SYSTEM, path, began)
    actors = (actor_of(User.objects.get(username=name), "replay") for name in ("agent", "dispatcher", "crew"))
    return House(incident.pk, *actors)


def ground() -> Ground:
    """The communities of the drill district."""
    return Ground([place.address for place in divisions() if level_of(place.address) is Level.COMMUNITY])


class Climber:
    """The worker's part on the simulated clock: in rounds, what is overdue climbs."""

    every = timedelta(minutes=30)

    def __init__(self, began: datetime) -> None:
        self._next = began + self.every
        self._due: list[datetime] = []
        self._given = {timedelta(seconds=category.climb_s) for category in Category.objects.all()}
        self.climbed = 0

    def note(self, due_at: datetime) -> None:
        """A need is due at this moment; rounds at which none is due are left out."""
        heappush(self._due, due_at)

    def until(self, moment: datetime) -> None:
        """Do the worker's rounds that are due up to a moment."""
        while self._next <= moment:
            if self._due and self._due[0] <= self._next:
                self._round(self._next)
            self._next += self.every

    def _round(self, now: datetime) -> None:
        while self._due and self._due[0] <= now:
            heappop(self._due)
        with clock.simulated(now):
            climbed = 0
            while found := climb_overdue(now):
                climbed += len(found)
        if climbed:
            self.climbed += climbed
            for given in self._given:
                self.note(now + given)


def live_through(events: Sequence[Event], climber: Climber, tell: Callable[[int, int], None]) -> None:
    """Let events happen at their moments, in order, the worker's rounds between them.

    Many share one transaction, as nobody waits for a replay's single answers; each action inside it stays whole.
    """
    for start in range(0, len(events), _TOGETHER):
        with transaction.atomic():
            for moment, happen in events[start : start + _TOGETHER]:
                climber.until(moment)
                with clock.simulated(moment):
                    happen(moment)
        tell(min(start + _TOGETHER, len(events)), len(events))
