"""Reading who serves, and who waits at the volunteer desk."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from gridward.kernel.access.actor import Actor, inside, visible
from gridward.kernel.access.finding import holding
from gridward.kernel.address import Span
from gridward.kernel.areas.queries import full_names
from gridward.kernel.errors import NotFound
from gridward.kernel.people.rules import age
from gridward.kernel.search import answering
from gridward.kernel.secrecy.keyring import search_keys
from gridward.lines.forces.access import HOLDER, SEE, open_serving
from gridward.lines.forces.models import Invitation, Volunteer
from gridward.lines.forces.queries.posts import shift_times
from gridward.lines.forces.rules.volunteers import Candidate

MOST_FOUND = 200


def candidate(one: Volunteer, day: date) -> Candidate:
    """What the rules need to know of a volunteer on a day."""
    return Candidate(
        age=age(one.born_on, day),
        guardian_agreed=one.guardian_agreed_on is not None,
        identity_checked=one.checked_at is not None,
        trained_on=one.trained_on,
        insured_until=one.insured_until,
        limits=tuple(one.limits),
    )


def register(actor: Actor, within: Span | None = None, words: str = "", **equals: Any) -> QuerySet[Volunteer]:
    """Those who live or serve where an actor may see them, by when they signed up.

    Relies on volunteer_address, volunteer_serving and volunteer_tokens.
    """
    open_serving(actor)
    spans = actor.spans(SEE)
    rows = Volunteer.objects.filter(inside(spans) | inside(spans, "serving_at"), **equals)
    if within is not None:
        rows = rows.filter(inside([within]) | inside([within], "serving_at"))
    if words:
        alternatives = answering(words.lower(), search_keys(HOLDER))
        rows = rows.filter(holding(Volunteer, alternatives, within, MOST_FOUND)) if alternatives else rows.none()
    return rows.select_related("team", "organisation").order_by("id")


def counts(actor: Actor, within: Span | None) -> dict[str, int]:
    """How many are in each state, within an actor's reach."""
    rows = visible(Volunteer.objects.all(), actor, SEE)
    if within is not None:
        rows = rows.filter(inside([within]))
    return dict(rows.values_list("state").annotate(Count("id")))


def asked_of(one: Volunteer) -> list[dict[str, Any]]:
    """What one volunteer was asked, the latest first, with the names of the places."""
    found = list(Invitation.objects.filter(volunteer=one).select_related("asked_by").order_by("-asked_at")[:20])
    names = full_names(asked.address for asked in found)
    return [{"asked": asked, "place_name": names[asked.address]} for asked in found]


def shift_names() -> dict[str, str]:
    """The shifts of a day by key, the earliest first."""
    return {one.key: str(one) for one in shift_times()}


def behind(rows: QuerySet[Volunteer], mark: str) -> QuerySet[Volunteer]:
    """The rows behind the last one of the page before, in a register.

    Raises: NotFound for a mark that is none.
    """
    try:
        return rows.filter(pk__gt=UUID(mark))
    except ValueError as malformed:
        raise NotFound from malformed
