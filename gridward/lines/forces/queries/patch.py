"""What a phone holds of its own account's shifts, so that checking in needs no network."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import text
from gridward.kernel.areas.queries import full_names
from gridward.lines.forces.models import Attendance, Volunteer
from gridward.lines.forces.queries.attendance import my_shifts, post_code

_BEHIND, _AHEAD = timedelta(hours=12), timedelta(hours=36)


def shifts(actor: Actor, after: str, limit: int) -> tuple[list[dict[str, Any]], str]:
    """The account's own shifts from half a day ago to a day and a half ahead, the earliest first.

    `code_sha` is the SHA-256 of the code on the post's poster: the phone can tell a right poster from a wrong one, and
    cannot make up the code. `came_ms` and `went_ms` are what the house knows of the shift, 0 where it knows nothing.
    """
    if after or actor.user_id is None:
        return [], ""
    with house():
        mine = Volunteer.objects.filter(account_id=actor.user_id, state=Volunteer.State.ADMITTED).first()
    if mine is None or mine.resource_id is None:
        return [], ""
    now = clock.now()
    found = [one for one in my_shifts(mine.resource_id, now - _BEHIND) if one.starts_at < now + _AHEAD][:limit]
    with house():
        mine_of = Attendance.objects.filter(volunteer_id=mine.pk)
        rows = mine_of.filter(assignment_id__in=[one.assignment_id for one in found]).order_by("began_at")
        stays = {key: (came, went) for key, came, went in rows.values_list("assignment_id", "began_at", "ended_at")}
    names = full_names(one.address for one in found)
    return [
        {
            "id": str(one.assignment_id), "post": one.post, "shift": one.shift, "address": text(one.address),
            "place": names.get(one.address, ""), "starts_ms": _ms(one.starts_at), "ends_ms": _ms(one.ends_at),
            "code_sha": _digest(post_code(one.post_id)),
            "came_ms": _ms(stays.get(one.assignment_id, (None, None))[0]),
            "went_ms": _ms(stays.get(one.assignment_id, (None, None))[1]),
        }
        for one in found
    ], ""  # fmt: skip


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _ms(moment: datetime | None) -> int:
    return int(moment.timestamp() * 1000) if moment else 0
