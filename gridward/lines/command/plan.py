"""From communities and inspectors to the engine's day of inspection, and back: whom to visit, in which order, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import cos, radians
from typing import Any

import numpy as np
from django.db import connection

from gridward import __version__
from gridward.engine import inspection
from gridward.kernel import clock
from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import Span
from gridward.lines.command import rules

METRES_PER_DEGREE = 111_320.0
DETOUR, SPEED_MS = 1.35, 9.0
"""Travel is by straight line times a detour at a car's speed in town, until there is a road map; pages say so."""
SERVICE_S = 40 * 60
FIRST, LAST = time(8, 30), time(17, 30)
STEPS = 1500
UNSEEN_NEVER = 30

# The communities of a range with a position: residents, what is open there now, and days since an inspector was there.
# Relies on area_level, need_open_address, finding_open and visit_address.
_PLACES = """
    SELECT area.address, area.latitude, area.longitude, area.residents,
           (SELECT count(*) FROM kernel_need AS need
            WHERE need.address >= area.address AND need.address < area.address_end
              AND need.state IN ('waiting', 'assigned', 'moving') AND need.channel <> 'schedule') AS needs,
           (SELECT count(*) FROM command_finding AS finding
            WHERE finding.address >= area.address AND finding.address < area.address_end
              AND finding.state IN ('open', 'righted')) AS findings,
           (SELECT max(done_at) FROM command_visit AS visit WHERE visit.address = area.address) AS seen_at
    FROM kernel_area AS area
    WHERE area.level = 12 AND area.gone_on IS NULL AND area.latitude IS NOT NULL
      AND area.address >= %(low)s AND area.address < %(high)s
    ORDER BY area.address
"""


@dataclass(frozen=True)
class Stop:
    """One visit of a proposed route."""

    address: int
    position: int
    begins_at: datetime
    risk: float
    days_unseen: int


@dataclass(frozen=True)
class Proposal:
    """A day's routes by inspector, what they are worth, the bound, and how many communities stay unseen."""

    routes: dict[int, list[Stop]]
    score: float
    bound: float
    left: list[int]
    inputs: dict[str, Any]
    engine_version: str


def propose(actor: Actor, within: Span, inspectors: Sequence[int], day: date, seed: int, now: datetime) -> Proposal:
    """Whom each inspector visits on a day: by risk and by how long unseen, within the hours of inspection.

    Everybody sets out from and returns to the middle of the area. The same rows, seed and inspectors give the same day.
    """
    rows = _rows(within)
    middle = (float(np.mean([row[1] for row in rows])), float(np.mean([row[2] for row in rows]))) if rows else (0, 0)
    points = [(row[1], row[2]) for row in rows] + [middle]
    unseen = [_days(row[6], now) for row in rows]
    risks = [rules.risk(residents=row[3], open_needs=row[4], open_findings=row[5]) for row in rows]
    open_s, shut_s = _seconds(FIRST), _seconds(LAST)
    places = inspection.places(
        inspection.worth(risks, unseen, rules.WORTH_BY_DAYS), [SERVICE_S] * len(rows),
        [open_s] * len(rows), [shut_s] * len(rows),
    )  # fmt: skip
    base, count = len(rows), len(inspectors)
    who = inspection.inspectors([base] * count, [base] * count, [open_s] * count, [shut_s] * count)
    found = inspection.plan_day(places, who, _times(points), STEPS, seed)
    midnight = clock.day_bounds(day)[0]
    routes = {
        person: [
            Stop(int(rows[at][0]), number, midnight + timedelta(seconds=float(begin)), risks[at], unseen[at])
            for number, (at, begin) in enumerate(zip(route, begins, strict=True), start=1)
        ]
        for person, route, begins in zip(inspectors, found.routes, found.begins_s, strict=True)
    }
    inputs = {
        "places": [str(row[0]) for row in rows], "risk": [round(one, 4) for one in risks], "days_unseen": unseen,
        "inspectors": list(inspectors), "day": day.isoformat(), "steps": STEPS, "travel": "straight line",
    }  # fmt: skip
    left = [int(rows[one.item][0]) for one in found.unserved]
    return Proposal(routes, found.score, found.bound, left, inputs, __version__)


def _rows(within: Span) -> list[Any]:
    # How risky a place is counts what lies there, whoever asks; the routes name places only.
    with house(), connection.cursor() as query:
        query.execute(_PLACES, {"low": within.low, "high": within.high})
        return query.fetchall()


def _days(seen_at: datetime | None, now: datetime) -> int:
    return UNSEEN_NEVER if seen_at is None else max(0, (clock.local_day(now) - clock.local_day(seen_at)).days)


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60


def _times(points: list[tuple[float, float]]) -> np.ndarray:
    """[m, m] seconds by car: straight line, detour, speed."""
    at = np.array(points, np.float64).reshape(-1, 2)
    north = (at[:, 0][:, None] - at[:, 0]) * METRES_PER_DEGREE
    east = (at[:, 1][:, None] - at[:, 1]) * METRES_PER_DEGREE * cos(radians(float(at[:, 0].mean())))
    return np.hypot(north, east) * DETOUR / SPEED_MS
