"""Reading the register of branches and teams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from gridward.kernel.access.actor import Actor, inside, visible
from gridward.kernel.address import Span
from gridward.kernel.errors import NotFound
from gridward.kernel.search import query_tokens
from gridward.lines.forces.access import SEE
from gridward.lines.forces.models import Team, Volunteer

MOST_MEMBERS = 200


def standing(day: date) -> Q:
    """The condition that a team stands on a day, as `rules.teams` says."""
    return Q(founded_on__lte=day) & (Q(closed_on=None) | Q(closed_on__gt=day))


def register(within: Span, day: date, kind: str = "", words: str = "", *, closed: bool = False) -> QuerySet[Team]:
    """The teams of a range standing on a day, or those closed by then, by place and name; relies on team_address.

    Names and leaders of teams may be read by everybody signed in.
    """
    stands = Q(closed_on__lte=day) if closed else standing(day)
    rows = Team.objects.filter(stands, inside([within]))
    if kind:
        rows = rows.filter(kind=kind)
    if tokens := query_tokens(words):
        rows = rows.filter(tokens__contains=tokens)
    return rows.select_related("organisation").order_by("address", "name", "id")


def counts(within: Span, day: date) -> dict[str, int]:
    """How many teams of each kind stand in a range on a day."""
    rows = Team.objects.filter(standing(day), inside([within]))
    return dict(rows.values_list("kind").annotate(Count("id")))


def points(within: Span, day: date, kind: str = "") -> list[tuple[Any, str, str, float, float]]:
    """The standing teams of a range with their positions: key, kind, name, latitude, longitude."""
    rows = register(within, day, kind).exclude(latitude=None)
    return list(rows.values_list("pk", "kind", "name", "latitude", "longitude"))


@dataclass(frozen=True)
class Strength:
    """How many members a team has, and those whom the reader may see."""

    members: list[Volunteer]
    count: int


def one(team_id: Any) -> Team:
    """One team.

    Raises: NotFound.
    """
    team = Team.objects.select_related("organisation").filter(pk=team_id).first()
    if team is None:
        raise NotFound
    return team


def strength(actor: Actor, team: Team) -> Strength:
    """A team's members within an actor's reach."""
    rows = visible(Volunteer.objects.filter(team=team), actor, SEE).exclude(state=Volunteer.State.LEFT)
    members = list(rows.order_by(F("serving_at").asc(nulls_last=True), "id")[:MOST_MEMBERS])
    return Strength(members, len(members) if len(members) < MOST_MEMBERS else rows.count())


def choices(within: Span, day: date) -> QuerySet[Team]:
    """The teams somebody of a range may be put into, by name."""
    return Team.objects.filter(standing(day), inside([within])).order_by("name", "id")
