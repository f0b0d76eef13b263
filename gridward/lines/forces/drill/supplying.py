"""Supply meets demand in a drill: departments offer, communities state what they lack, the desk matches, it arrives."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import numpy as np

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import span
from gridward.kernel.drills import Day, Ground
from gridward.kernel.orgs.models import Organisation
from gridward.lines.forces.actions import lacks
from gridward.lines.forces.errors import NothingToMatch
from gridward.lines.forces.models import Delivery

_ITEMS = (
    ("control", "水马围挡", "个", 20, "区公安局"),
    ("control", "执勤民警", "人", 4, "区公安局"),
    ("health", "抗原试剂", "盒", 200, "区卫生健康委"),
    ("health", "随访医生", "人", 2, "区卫生健康委"),
    ("testing", "防护服", "套", 40, "区经济信息委"),
    ("testing", "采样管", "支", 300, "区卫生健康委"),
    ("delivery", "配送车", "辆", 2, "区交通局"),
    ("delivery", "保温箱", "个", 10, "区商务委"),
)
LACKING = 0.15
"""So many communities lack something on a day."""


def offer(ground: Ground, now: datetime) -> None:
    """What departments say they can give: about what the communities will lack."""
    known = {one.name: one for one in Organisation.objects.filter(kind=Organisation.Kind.DEPARTMENT)}
    count = max(1, round(len(ground.communities) * LACKING))
    for field, item, unit, each, name in _ITEMS:
        if name in known:
            lacks.offer(SYSTEM, known[name].pk, field, item, unit, max(each, each * count // 4), now)


def meet(ground: Ground, day: Day, district: int, start: datetime, until: datetime) -> None:
    """Put one day of it on the clock."""
    rng = np.random.default_rng([ground.seed, 53, start.toordinal()])
    for community in ground.communities:
        if rng.random() < LACKING:
            field, item, unit, each, _name = _ITEMS[int(rng.integers(len(_ITEMS)))]
            wanted = lacks.Stated(community.address, field, item, unit, max(1, round(each * rng.uniform(0.4, 1.6))))
            moment = start + timedelta(hours=float(rng.uniform(7, 10)))
            if moment < until:
                day.at(moment, lambda now, wanted=wanted: lacks.state_lack(SYSTEM, wanted, now))
    for hour, step in ((11, _match), (12, _send), (16, _receive)):
        moment = start + timedelta(hours=hour)
        if moment < until:
            day.at(moment, lambda now, step=step: step(district, now))


def _match(district: int, now: datetime) -> None:
    with suppress(NothingToMatch):
        lacks.match(SYSTEM, district, span(district), now)


def _send(district: int, now: datetime) -> None:
    for key in Delivery.objects.filter(received_at=None).values_list("pk", flat=True):
        lacks.send_off(SYSTEM, key, now)


def _receive(district: int, now: datetime) -> None:
    for key in Delivery.objects.filter(received_at=None).values_list("pk", flat=True):
        lacks.receive(SYSTEM, key, "社区仓库签收", now)
