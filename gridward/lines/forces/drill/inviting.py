"""The volunteer desk asks volunteers of the towns that can spare them to serve in communities that will be short.

As on the page: 800 and more person-times of volunteers' support to key communities.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import numpy as np

from gridward.kernel.access.actor import SYSTEM, public_actor
from gridward.kernel.address import Level, at_level, span
from gridward.kernel.drills import Ground
from gridward.lines.forces.actions import invitations
from gridward.lines.forces.drill.pool import KEY_TOWNS, SPARE_TOWNS
from gridward.lines.forces.models import Invitation, Volunteer

ASKED, YES = 0.28, 0.7
"""How many are asked for each head that a key community needs in a day, and the share of them that says yes."""


def ask_for_support(ground: Ground, heads: dict[int, int], now: datetime) -> None:
    """Ask on an evening, and let everybody answer on their own page."""
    rng = np.random.default_rng([ground.seed, 54])
    spare = _spare(rng)
    for one in ground.communities:
        if at_level(one.address, Level.TOWN) in KEY_TOWNS:
            count = round(ASKED * heads.get(one.address, 0))
            asked, spare = spare[:count], spare[count:]
            if asked:
                invitations.invite(SYSTEM, asked, one.address, f"支援{one.name}卡口和上门服务", now)
    for one in Invitation.objects.filter(answer="").select_related("volunteer").order_by("pk"):
        comes = bool(rng.random() < YES)
        invitations.answer(public_actor("web"), one.volunteer.code, one.pk, now, comes=comes)


def _spare(rng: np.random.Generator) -> list[UUID]:
    found: list[UUID] = []
    for town in SPARE_TOWNS:
        low, high = span(town)
        rows = Volunteer.objects.filter(address__gte=low, address__lt=high, kind=Volunteer.Kind.VOLUNTEER)
        found += rows.filter(state=Volunteer.State.ADMITTED).order_by("pk").values_list("pk", flat=True)
    rng.shuffle(found)
    return found
