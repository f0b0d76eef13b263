"""Made-up people who serve: a pool in proportion to the demand, written in one go.

As on the page: of 14,000 on duty a day 7,000 are volunteers and 3,000 cadres; teachers and cadres are at hand in the
towns that can spare them, and the key towns are short.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from gridward.kernel.address import Level, at_level, from_code
from gridward.kernel.clock import local_day
from gridward.kernel.drills import Community, Ground
from gridward.kernel.ids import new_id, tracking_code
from gridward.kernel.search import name_tokens
from gridward.kernel.secrecy.fields import Sealer
from gridward.kernel.walls.owner import as_owner
from gridward.lines.forces.models import RESOURCE_KINDS, Volunteer

KEY_TOWNS = tuple(from_code(code) for code in ("500116002", "500116004", "500116117"))
"""Degan, Shuangfu and Luohuang: where the page sends reinforcement to."""
SPARE_TOWNS = tuple(from_code(code) for code in ("500116001", "500116005"))
"""Jijiang and Dingshan: where cadres and teachers are at hand."""


@dataclass(frozen=True)
class Sort:
    """One kind of people: how many for each head of the day's demand, and how they live and can serve."""

    kind: str
    share: float
    days_off: int
    night: float
    elsewhere: float
    """The share of them that lives in the towns that can spare people, whatever the demand."""


SORTS = (
    Sort(Volunteer.Kind.VOLUNTEER, 0.72, 1, 0.5, 0.0),
    Sort(Volunteer.Kind.CADRE, 0.28, 1, 0.8, 0.3),
    Sort(Volunteer.Kind.RESIDENT_HELPER, 0.24, 2, 0.5, 0.0),
    Sort(Volunteer.Kind.TEACHER, 0.075, 0, 0.2, 0.9),
    Sort(Volunteer.Kind.MEDICAL, 0.07, 1, 0.3, 0.0),
)
_SHORT = 0.45
"""Of the people the demand of a key town would have, so many live there."""
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉萍红建国文林云海波宁欣怡佳雪晨"
_LIMITS = ("no_lifting", "no_stairs")
_COLUMNS = (
    "id", "incident_id", "resource_id", "kind", "source", "state", "badge", "name", "phone", "id_number", "code",
    "code_hash", "address", "serving_at", "latitude", "longitude", "skills", "transport", "hours", "max_shifts_week",
    "limits", "born_on", "guardian", "trained_on", "insured_until", "checked_at", "applied_at", "decided_at", "reason",
    "version", "tokens",
)  # fmt: skip
_RESOURCE_COLUMNS = (
    "id", "kind", "name", "address", "phone", "skills", "capacity", "exclusive", "duty", "latitude", "longitude",
    "tokens",
)  # fmt: skip


def make_pool(ground: Ground, heads: dict[int, int], now: datetime) -> int:
    """Write the pool for a day's demand by community. Returns how many people."""
    rng = np.random.default_rng([ground.seed, 50])
    sealer = _sealer(ground.incident_id)
    people = [
        _made(ground, sort, home, rng, now)
        for sort in SORTS
        for home in _homes(ground.communities, heads, sort, rng)
    ]  # fmt: skip
    with as_owner():
        _copy("kernel_resource", _RESOURCE_COLUMNS, (_resource_row(one) for one in people))
        _copy("forces_volunteer", _COLUMNS, (_row(one, sealer, ground.incident_id, now) for one in people))
        with connection.cursor() as query:
            query.execute("ANALYZE kernel_resource, forces_volunteer")
    return len(people)


def _homes(
    communities: Sequence[Community], heads: dict[int, int], sort: Sort, rng: np.random.Generator
) -> list[Community]:
    demand = np.array([heads.get(one.address, 0) for one in communities], float)
    count = round(sort.share * demand.sum())
    towns = np.array([at_level(one.address, Level.TOWN) for one in communities])
    local = demand * np.where(np.isin(towns, KEY_TOWNS), _SHORT, 1.0)
    spare = demand * np.isin(towns, SPARE_TOWNS)
    weight = (1 - sort.elsewhere) * local / max(local.sum(), 1.0)
    weight += sort.elsewhere * spare / max(spare.sum(), 1.0)
    if not weight.sum():
        return []
    return [communities[at] for at in rng.choice(len(communities), count, p=weight / weight.sum()).tolist()]


def _made(ground: Ground, sort: Sort, home: Community, rng: np.random.Generator, now: datetime) -> dict[str, Any]:
    address = home.estates[int(rng.integers(len(home.estates)))] if home.estates else home.address
    given = rng.integers(len(_GIVEN), size=2)
    medical = sort.kind == Volunteer.Kind.MEDICAL
    limits = [limit for limit in _LIMITS if rng.random() < 0.08 and not medical]
    return {
        "id": new_id(now),
        "resource": new_id(now),
        "kind": sort.kind,
        "name": _FAMILY[int(rng.integers(len(_FAMILY)))] + _GIVEN[given[0]] + _GIVEN[given[1]],
        "phone": f"1990000{int(rng.integers(10000)):04d}",
        "badge": tracking_code()[:8],
        "address": address,
        "serving_at": home.address if sort.kind == Volunteer.Kind.CADRE else None,
        "latitude": round(home.latitude + float(rng.normal(0, 0.004)), 5),
        "longitude": round(home.longitude + float(rng.normal(0, 0.004)), 5),
        "skills": ["sampling", "register"] if medical else ["register"] if rng.random() < 0.4 else [],
        "transport": str(rng.choice(["foot", "bicycle", "car"], p=[0.5, 0.2, 0.3])),
        "hours": _hours(sort, rng),
        "limits": limits,
        "born_on": local_day(now) - timedelta(days=int(rng.integers(19 * 366, 62 * 365))),
    }


def _hours(sort: Sort, rng: np.random.Generator) -> dict[str, list[str]]:
    off = set(rng.choice(7, sort.days_off, replace=False).tolist())
    kept = ["early", "late"] + (["night"] if rng.random() < sort.night else [])
    if rng.random() < 0.15:
        kept.remove(str(rng.choice(["early", "late"])))
    return {str(day): kept for day in range(7) if day not in off}


def _sealer(incident_id: UUID) -> Sealer:
    """One that has its keys already: COPY needs the connection to itself."""
    sealer = Sealer(Volunteer)
    for name in ("name", "phone", "code"):
        sealer.sealed(name, "-", new_id(), incident_id)
    sealer.hashed("code", "-", incident_id)
    return sealer


def _row(one: dict[str, Any], sealer: Sealer, incident_id: UUID, now: datetime) -> tuple[Any, ...]:
    code = (tracking_code() + tracking_code()).lower()
    sealed = [sealer.sealed(name, text, one["id"], incident_id)
              for name, text in (("name", one["name"]), ("phone", one["phone"]), ("code", code))]  # fmt: skip
    day: date = local_day(now)
    ready = now - timedelta(days=20)
    tokens = sorted(name_tokens(one["name"], sealer.search_key(incident_id)))
    return (
        one["id"], incident_id, one["resource"], one["kind"], "organisation", "admitted", one["badge"], sealed[0],
        sealed[1], b"", sealed[2], sealer.hashed("code", code, incident_id), one["address"],
        one["serving_at"], one["latitude"],
        one["longitude"], one["skills"], one["transport"], json.dumps(one["hours"]), 6, one["limits"],
        one["born_on"], b"", day - timedelta(days=18), day + timedelta(days=180), ready, ready, ready, b"", 1, tokens,
    )  # fmt: skip


def _resource_row(one: dict[str, Any]) -> tuple[Any, ...]:
    """As `admission` makes one: no position, since where somebody lives is not for the map."""
    kind = RESOURCE_KINDS[one["kind"]]
    return (
        one["resource"], kind, one["badge"], one["address"], b"", one["skills"], "{}", True, "on", None, None,
        sorted(name_tokens(one["badge"].lower())),
    )  # fmt: skip


def _copy(table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as query, query.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
