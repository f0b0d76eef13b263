"""The reference district from nothing to a running response: areas, people, forces, the days before, the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np

from gridward.drill.day import Day, Tally, callers_of
from gridward.drill.district.forces import Login, logins, make_accounts, make_organisations, make_resources
from gridward.drill.district.load import DISTRICT, load_areas, load_people, settle
from gridward.drill.loading import unhurried_commits
from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.figures.actions import compute
from gridward.kernel.incidents.actions import open_incident
from gridward.kernel.incidents.models import Incident
from gridward.kernel.people.models import Person
from gridward.lines.hotline.actions import load_categories

Tell = Callable[[str, int, int], None]
RESPONSE_BEFORE_DAYS = 28


def make_district(scale: float, seed: int, now: datetime, tell: Tell) -> list[Login]:
    """Fill an empty database with the district and its forces. Returns the demo's accounts."""
    places, settlements = settle(scale, seed)
    tell("areas", 0, 1)
    load_areas(places, settlements)
    tell("areas", 1, 1)
    began = now - timedelta(days=RESPONSE_BEFORE_DAYS)
    name = "疫情防控应急响应（演练）"
    incident = open_incident(SYSTEM, name, "Epidemic response (drill)", "epidemic", DISTRICT, began)
    load_people(settlements, scale, seed, now, tell, incident.pk)
    tell("forces", 0, 1)
    organisations = make_organisations(settlements, places)
    resources = make_resources(settlements, organisations, seed)
    accounts = logins(settlements)
    make_accounts(accounts, resources, now)
    load_categories(SYSTEM, now=began)
    tell("forces", 1, 1)
    return accounts


def run_day(seed: int, now: datetime, a_day: int, tell: Tell) -> Tally:
    """Live through yesterday and today until now, then compute the figures of both days."""
    incident = Incident.objects.get(closed_at=None)
    today = clock.local_day(now)
    start, _end = clock.day_bounds(today - timedelta(days=1))
    people = Person.objects.count()
    percent = min(100.0, max(1.0, 100 * 40 * a_day / max(people, 1)))
    day = Day(incident.pk, callers_of(a_day * 4, percent, seed), np.random.default_rng([seed, 7]))
    with unhurried_commits():
        tally = day.run(start, now, a_day, lambda done, total: tell("day", done, total))
    tell("figures", 0, 1)
    compute([today - timedelta(days=1), today], now)
    tell("figures", 1, 1)
    return tally


def calls_a_day(scale: float) -> int:
    """How many calls a drill's day has: fewer people call less, but a small district's day is not empty."""
    return round(3000 * scale**0.5)
