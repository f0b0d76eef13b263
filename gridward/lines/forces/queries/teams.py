"""Reading the register of branches and teams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from gridward.kernel.access.actor import Actor, inside, one_visible, visible
from gridward.kernel.access.finding import holding
from gridward.kernel.address import Span
from gridward.kernel.search import query_tokens
from gridward.lines.forces import access
from gridward.lines.forces.models import Team, Volunteer

SEE = "teams.see"
MOST_MEMBERS, MOST_FOUND = 200, 500


def standing(day: date) -> Q:
    """The condition that a team stands on a day: from the day it is founded to the day before it is closed."""
    return Q(founded_on__lte=day) & (Q(closed_on=None) | Q(closed_on__gt=day))


def register(
    actor: Actor, within: Span, day: date, kind: str = "", words: str = "", *, closed: bool = False
) -> QuerySet[Team]:
    """The teams of a range standing on a day, or those closed by then, by place and name.

    Relies on team_address and team_tokens.
    """
    stands = Q(closed_on__lte=day) if closed else standing(day)
    rows = visible(Team.objects.filter(stands, inside([within])), actor, SEE)
    if kind:
        rows = rows.filter(kind=kind)
    if tokens := query_tokens(words):
        rows = rows.filter(holding(Team, [tokens], within, MOST_FOUND))
    return rows.select_related("organisation").order_by("address", "name", "id")


def counts(actor: Actor, within: Span, day: date) -> dict[str, int]:
    """How many teams of each kind stand in a range on a day."""
    rows = visible(Team.objects.filter(standing(day), inside([within])), actor, SEE)
    return dict(rows.values_list("kind").annotate(Count("id")))


def points(actor: Actor, within: Span, day: date, kind: str = "") -> list[tuple[Any, str, str, float, float]]:
    """The standing teams of a range with their positions: key, kind, name, latitude, longitude."""
    rows = register(actor, within, day, kind).exclude(latitude=None)
    return list(rows.values_list("pk", "kind", "name", "latitude", "longitude"))


@dataclass(frozen=True)
class Strength:
    """How many members a team has, and those whom the reader may see."""

    members: list[Volunteer]
    count: int


def one(actor: Actor, team_id: Any) -> Team:
    """One team in an actor's reach.

    Raises: NotFound.
    """
    return one_visible(Team.objects.select_related("organisation"), actor, SEE, team_id)


def strength(actor: Actor, team: Team) -> Strength:
    """A team's members within an actor's reach."""
    rows = visible(Volunteer.objects.filter(team=team), actor, access.SEE).exclude(state=Volunteer.State.LEFT)
    members = list(rows.order_by(F("serving_at").asc(nulls_last=True), "id")[:MOST_MEMBERS])
    return Strength(members, len(members) if len(members) < MOST_MEMBERS else rows.count())


def choices(within: Span, day: date) -> QuerySet[Team]:
    """The teams somebody of a range may be put into, by name."""
    return Team.objects.filter(standing(day), inside([within])).order_by("name", "id")
