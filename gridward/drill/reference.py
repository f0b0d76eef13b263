"""The reference district from nothing to a running response: areas, people, forces, the days before, the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from gridward.drill.day import Day, Tally, callers_of
from gridward.drill.district.forces import logins, make_accounts, make_organisations, make_resources
from gridward.drill.district.households import RESIDENTS
from gridward.drill.district.load import DISTRICT, load_areas, load_people, settle
from gridward.drill.loading import unhurried_commits
from gridward.kernel import clock, drills
from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import Level, at_level
from gridward.kernel.areas.models import Area
from gridward.kernel.drills import Community, Ground, Login
from gridward.kernel.figures.actions import compute
from gridward.kernel.incidents.actions import open_incident
from gridward.kernel.incidents.models import Incident
from gridward.kernel.people.models import Person
from gridward.kernel.sync.actions.forms import install as install_forms
from gridward.lines.hotline.actions import load_categories

Tell = Callable[[str, int, int], None]
RESPONSE_BEFORE_DAYS = 28


@dataclass(frozen=True)
class District:
    """The reference district in the database, and the demo's accounts."""

    ground: Ground
    accounts: list[Login]


def make_district(scale: float, seed: int, now: datetime, tell: Tell) -> District:
    """Fill an empty database with the district, its forces, and what every line stands on."""
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
    load_categories(SYSTEM, now=began)
    install_forms(began)
    ground = ground_here(seed)
    accounts = [*logins(settlements), *(login for part in drills.parts("logins") for login in part(ground))]
    make_accounts(accounts, resources, now)
    tell("forces", 1, 1)
    tell("lines", 0, 1)
    for furnish in drills.parts("furnish"):
        furnish(ground, now)
    tell("lines", 1, 1)
    return District(ground, accounts)


def ground_here(seed: int) -> Ground:
    """The ground of the district in the database, for a day of this seed."""
    estates: dict[int, list[int]] = {}
    for address in Area.objects.filter(level=Level.ESTATE).order_by("address").values_list("address", flat=True):
        estates.setdefault(at_level(address, Level.COMMUNITY), []).append(address)
    columns = ("address", "name", "residents", "latitude", "longitude")
    rows = Area.objects.filter(level=Level.COMMUNITY).order_by("address").values_list(*columns)
    communities = tuple(Community(*row, tuple(estates.get(row[0], ()))) for row in rows)
    scale = sum(one.residents for one in communities) / RESIDENTS
    return Ground(Incident.objects.get(closed_at=None).pk, communities, scale, seed)


def run_day(ground: Ground, now: datetime, a_day: int, tell: Tell) -> Tally:
    """Live through yesterday and today until now, then compute the figures of both days."""
    seed = ground.seed
    today = clock.local_day(now)
    start, _end = clock.day_bounds(today - timedelta(days=1))
    people = Person.objects.count()
    percent = min(100.0, max(1.0, 100 * 40 * a_day / max(people, 1)))
    day = Day(ground.incident_id, callers_of(a_day * 4, percent, seed), np.random.default_rng([seed, 7]))
    for live in drills.parts("live"):
        live(ground, day, start, now)
    with unhurried_commits():
        tally = day.run(start, now, a_day, lambda done, total: tell("day", done, total))
    tell("figures", 0, 1)
    compute([today - timedelta(days=1), today], now)
    tell("figures", 1, 1)
    return tally


def calls_a_day(scale: float) -> int:
    """How many calls a drill's day has: fewer people call less, but a small district's day is not empty."""
    return round(3000 * scale**0.5)
