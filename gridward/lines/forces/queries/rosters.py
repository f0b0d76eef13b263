"""Reading rosters: proposals, who stands where on a day, and everybody's own shifts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from gridward.kernel.access.actor import Actor, inside, one_visible, visible
from gridward.kernel.access.scope import house
from gridward.kernel.address import Span
from gridward.kernel.people.rules import masked_name
from gridward.kernel.plans.models import Plan
from gridward.kernel.secrecy.fields import Secret
from gridward.lines.forces.models import RosterRequest, Volunteer

SEE, PLAN = "rosters.see", "rosters.plan"
KINDS = ("forces.roster", "forces.mending", "forces.reinforcement")
KEPT_SHOWN = 30


def requests(actor: Actor, within: Span) -> list[RosterRequest]:
    """The rosters asked for in a range and not yet proposed, the newest first. Relies on roster_request_address."""
    waiting = (RosterRequest.State.ASKED, RosterRequest.State.PLANNING, RosterRequest.State.FAILED)
    rows = RosterRequest.objects.filter(inside([within]), state__in=waiting)
    return list(visible(rows, actor, PLAN).order_by("-asked_at")[:KEPT_SHOWN])


def one_request(actor: Actor, request_id: Any) -> RosterRequest:
    """One roster asked for.

    Raises: NotFound.
    """
    return one_visible(RosterRequest.objects.all(), actor, PLAN, request_id)


def plans(actor: Actor, within: Span, kinds: Sequence[str] = KINDS) -> QuerySet[Plan]:
    """The plans of a range, the newest first, without what they depend on. Relies on plan_kind_address."""
    rows = Plan.objects.filter(inside([within]), kind__in=kinds)
    return visible(rows, actor, PLAN).defer("inputs").select_related("made_by").order_by("-made_at")


def one_plan(actor: Actor, plan_id: Any, kind: str) -> Plan:
    """One plan of a kind, without what it depends on.

    Raises: NotFound.
    """
    rows = Plan.objects.filter(kind=kind).defer("inputs").select_related("made_by", "decided_by")
    return one_visible(rows, actor, PLAN, plan_id)


def why_unserved(plan: Plan) -> list[tuple[str, int]]:
    """Heads that stay missing by the reason, the most first."""
    found: Counter[str] = Counter()
    for one in plan.unserved:
        found[one["why"]] += one["heads"]
    return found.most_common()


@dataclass(frozen=True)
class OnShift:
    """Somebody on a shift, by badge and masked name."""

    assignment_id: UUID
    volunteer_id: UUID
    badge: str
    name: str
    kind: str
    state: str
    way_m: int | None


@dataclass(frozen=True)
class ShiftRow:
    """One shift of a day at a post, with whoever stands there."""

    need_id: UUID
    address: int
    post: str
    category: str
    shift: str
    starts_at: datetime
    ends_at: datetime
    heads: int
    people: list[OnShift]

    @property
    def lacking(self) -> int:
        """Heads that nobody holds."""
        return max(0, self.heads - len(self.people))


# Relies on post_shift_day and the index of assignments by need.
_DAY = """
    SELECT shift.need_id, shift.address, post.name, shift.category_id, shift.shift_id, shift.starts_at, shift.ends_at,
           shift.heads, one.id, volunteer.id, volunteer.badge, volunteer.name, volunteer.kind, one.state,
           (one.reasons ->> 'way_m')::int
    FROM forces_postshift AS shift
    JOIN forces_post AS post ON post.id = shift.post_id
    LEFT JOIN kernel_assignment AS one ON one.need_id = shift.need_id AND one.state NOT IN ('declined', 'released')
    LEFT JOIN forces_volunteer AS volunteer ON volunteer.resource_id = one.resource_id
    WHERE shift.day = %(day)s AND shift.address >= %(low)s AND shift.address < %(high)s
    ORDER BY shift.starts_at, shift.address, shift.category_id, shift.need_id, volunteer.badge
"""


def day(within: Span, on: date) -> list[ShiftRow]:
    """Who stands where in a small range on a day, by the hour; the caller may see the range."""
    with house(), connection.cursor() as query:
        query.execute(_DAY, {"day": on, "low": within.low, "high": within.high})
        rows = query.fetchall()
    names = Secret.of(Volunteer, "name")
    found: dict[UUID, ShiftRow] = {}
    for need, address, post, category, shift, starts, ends, heads, *who in rows:
        row = found.setdefault(need, ShiftRow(need, address, post, category, shift, starts, ends, heads, []))
        if who[0] is not None:
            sent, volunteer, badge, name, kind, state, way_m = who
            known = masked_name(names.opened(name, volunteer)) if volunteer else ""
            row.people.append(OnShift(sent, volunteer, badge or "", known, kind or "", state, way_m))
    return list(found.values())


@dataclass(frozen=True)
class OwnShift:
    """One shift of somebody's own."""

    assignment_id: UUID
    need_id: UUID
    post: str
    address: int
    starts_at: datetime
    ends_at: datetime
    state: str
    latitude: float | None
    longitude: float | None


# Relies on assignment_resource.
_OWN = """
    SELECT one.id, shift.need_id, post.name, shift.address, shift.starts_at, shift.ends_at, one.state,
           post.latitude, post.longitude
    FROM kernel_assignment AS one
    JOIN forces_postshift AS shift ON shift.need_id = one.need_id
    JOIN forces_post AS post ON post.id = shift.post_id
    WHERE one.resource_id = %(resource)s AND one.state NOT IN ('declined', 'released') AND shift.ends_at > %(since)s
    ORDER BY shift.starts_at
    LIMIT 60
"""


def own_shifts(resource_id: Any, since: datetime) -> list[OwnShift]:
    """Somebody's own shifts that are not over at a moment, the soonest first."""
    with house(), connection.cursor() as query:
        query.execute(_OWN, {"resource": resource_id, "since": since})
        return [OwnShift(*row) for row in query.fetchall()]
