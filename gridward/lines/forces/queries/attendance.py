"""Reading attendance: the shifts somebody is rostered for, the codes of posts, who is there."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet
from django.utils.translation import get_language

from gridward.kernel.access.actor import Actor, inside, one_visible, visible
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, Span, at_level, span
from gridward.lines.forces.models import Attendance, Mark, Post, Volunteer
from gridward.lines.forces.rules.attendance import Said, Shift

_SIGNED_BYTES = 8
_AROUND = timedelta(hours=36)


def post_code(post_id: UUID) -> str:
    """The code on a post's poster: its key and what only this house can put behind it; thirty-two letters."""
    return base64.urlsafe_b64encode(post_id.bytes + _signature(post_id)).decode()


def _signature(post_id: UUID) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), b"forces post " + post_id.bytes, hashlib.sha256)[:_SIGNED_BYTES]


def post_of(code: str) -> UUID | None:
    """The post a code belongs to; None where this house did not make it."""
    try:
        said = base64.urlsafe_b64decode(code)
    except (binascii.Error, ValueError):
        return None
    if len(said) != 16 + _SIGNED_BYTES:
        return None
    post_id = UUID(bytes=said[:16])
    return post_id if hmac.compare_digest(said[16:], _signature(post_id)) else None


# Relies on assignment_resource and the key of forces_postshift.
_SHIFTS = """
    SELECT one.resource_id, one.id, shift.post_id, shift.address, shift.starts_at, shift.ends_at,
           coalesce(post.latitude, need.latitude), coalesce(post.longitude, need.longitude)
    FROM kernel_assignment AS one
    JOIN forces_postshift AS shift ON shift.need_id = one.need_id
    JOIN forces_post AS post ON post.id = shift.post_id
    JOIN kernel_need AS need ON need.id = one.need_id
    WHERE one.resource_id = ANY (%s) AND one.state NOT IN ('declined', 'released')
      AND shift.starts_at < %s AND shift.ends_at > %s
    ORDER BY shift.starts_at
"""


def shifts_of(resource_ids: Iterable[UUID], start: datetime, end: datetime) -> dict[UUID, list[Shift]]:
    """What some resources are rostered for that touches a stretch of time, by resource, the earliest first."""
    found: dict[UUID, list[Shift]] = {}
    with house(), connection.cursor() as query:
        query.execute(_SHIFTS, [list(resource_ids), end, start])
        for resource_id, *shift in query.fetchall():
            found.setdefault(resource_id, []).append(Shift(*shift))
    return found


# Relies on mark_volunteer_at.
_MARKS = """
    SELECT mark.volunteer_id, mark.id, mark.direction, mark.at, mark.address, mark.post_id, mark.assignment_id,
           shift.ends_at, mark.method
    FROM forces_mark AS mark
    LEFT JOIN kernel_assignment AS one ON one.id = mark.assignment_id
    LEFT JOIN forces_postshift AS shift ON shift.need_id = one.need_id
    WHERE mark.volunteer_id = ANY (%s) AND mark.at >= %s
"""


def marks_of(volunteer_ids: Sequence[UUID], since: datetime) -> dict[UUID, list[Said]]:
    """What some volunteers' devices said since a moment, by volunteer."""
    found: dict[UUID, list[Said]] = {one: [] for one in volunteer_ids}
    with house(), connection.cursor() as query:
        query.execute(_MARKS, [list(volunteer_ids), since])
        for volunteer_id, *mark in query.fetchall():
            found[volunteer_id].append(Said(*mark))
    return found


def window(first: datetime) -> datetime:
    """From when on stays are made anew when something is said of a moment: nobody stays so long."""
    return first - _AROUND


def said_before(ids: Sequence[UUID]) -> set[UUID]:
    """Which of some marks are kept already."""
    with house():
        return set(Mark.objects.filter(pk__in=ids).values_list("pk", flat=True))


@dataclass(frozen=True)
class Presence:
    """Who is at their post now, by kind."""

    kind: str
    people: int


def present(within: Span, now: datetime, longest_h: int) -> list[Presence]:
    """How many are at posts of a range now, by kind. Relies on attendance_open."""
    rows = Attendance.objects.filter(inside([within]), ended_at=None, began_at__gt=now - timedelta(hours=longest_h))
    return [Presence(*row) for row in rows.values_list("kind").annotate(Count("id")).order_by("kind")]


def register(actor: Actor, within: Span, start: datetime, end: datetime) -> QuerySet[Attendance]:
    """The stays in a range that began in a stretch of time, the newest first. Relies on attendance_began."""
    reach = inside(actor.spans("volunteers.see"))
    rows = Attendance.objects.filter(reach, inside([within]), began_at__gte=start, began_at__lt=end)
    return rows.select_related("volunteer", "post").order_by("-began_at", "-id")


def one(actor: Actor, stay_id: Any) -> Attendance:
    """One stay in an actor's reach.

    Raises: NotFound.
    """
    return one_visible(Attendance.objects.select_related("volunteer", "post"), actor, "volunteers.see", stay_id)


def marks_behind(stay: Attendance) -> list[Mark]:
    """What devices said from a stay's beginning to its end, the earliest first; the caller may see the stay."""
    until = stay.ended_at or stay.began_at + _AROUND
    with house():
        rows = Mark.objects.filter(pk=stay.pk)
        if stay.volunteer_id:
            rows = Mark.objects.filter(volunteer_id=stay.volunteer_id, at__gte=stay.began_at, at__lte=until)
        return list(rows.select_related("by").order_by("at", "id"))


def of_volunteer(actor: Actor, volunteer_id: UUID) -> list[Attendance]:
    """The latest stays of one volunteer in an actor's reach. Relies on attendance_volunteer."""
    rows = visible(Attendance.objects.filter(volunteer_id=volunteer_id), actor, "volunteers.see")
    return list(rows.select_related("post").order_by("-began_at")[:20])


def overdue(now: datetime, longest_h: int) -> list[Attendance]:
    """Stays that nobody ended and that have lasted longer than any may. Relies on attendance_open."""
    with house():
        late = Attendance.objects.filter(ended_at=None, began_at__lte=now - timedelta(hours=longest_h))
        return list(late.order_by("began_at")[:5000])


# Relies on the keys of kernel_assignment and forces_postshift.
_ENDS = """
    SELECT one.id, shift.ends_at FROM kernel_assignment AS one
    JOIN forces_postshift AS shift ON shift.need_id = one.need_id WHERE one.id = ANY (%s)
"""


def ends_of(assignment_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When the shifts of some assignments end."""
    with house(), connection.cursor() as query:
        query.execute(_ENDS, [list(assignment_ids)])
        return dict(query.fetchall())


@dataclass(frozen=True)
class MyShift:
    """One shift of somebody's own, as their page and their calendar show it."""

    assignment_id: UUID
    need_id: UUID
    address: int
    post: str
    shift: str
    starts_at: datetime
    ends_at: datetime
    state: str
    latitude: float | None
    longitude: float | None
    post_id: UUID


# Relies on assignment_resource.
_MINE = """
    SELECT one.id, one.need_id, shift.address, post.name,
           CASE WHEN %(english)s THEN times.name_en ELSE times.name END, shift.starts_at, shift.ends_at, one.state,
           coalesce(post.latitude, need.latitude), coalesce(post.longitude, need.longitude), post.id
    FROM kernel_assignment AS one
    JOIN forces_postshift AS shift ON shift.need_id = one.need_id
    JOIN forces_post AS post ON post.id = shift.post_id
    JOIN forces_shifttime AS times ON times.key = shift.shift_id
    JOIN kernel_need AS need ON need.id = one.need_id
    WHERE one.resource_id = %(resource)s AND one.state NOT IN ('declined', 'released') AND shift.ends_at > %(since)s
    ORDER BY shift.starts_at
    LIMIT 60
"""


def my_shifts(resource_id: UUID | None, since: datetime) -> list[MyShift]:
    """What somebody is rostered for that ends after a moment, the earliest first."""
    if resource_id is None:
        return []
    english = (get_language() or "").startswith("en")
    with house(), connection.cursor() as query:
        query.execute(_MINE, {"resource": resource_id, "since": since, "english": english})
        return [MyShift(*row) for row in query.fetchall()]


def posts_near(one: Volunteer) -> list[Post]:
    """The standing posts of the community somebody serves in, for the desk to check them in at."""
    community = span(at_level(one.serving_at or one.address, Level.COMMUNITY))
    return list(Post.objects.filter(inside([community]), active_until=None).order_by("name")[:100])
