"""What phones hold of the command line: an inspector's route of today, the checklist, the community's contact card."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, Span, level_of, span, text, trail
from gridward.kernel.areas.queries import full_names
from gridward.lines.command.access import visits_of
from gridward.lines.command.models import PostHolder
from gridward.lines.command.models.inspections import INSPECT
from gridward.lines.command.queries.inspections import checklist as items

Rows = tuple[list[dict[str, Any]], str]
_MOST_COMMUNITIES = 40


def route(actor: Actor, after: str, limit: int) -> Rows:
    """The inspector's own route of today, in its order, with what is known of each visit."""
    if after:
        return [], ""
    rows = visits_of(actor, clock.local_day(clock.now())).annotate(found=Count("findings"))
    found = list(rows[:limit])
    names = full_names(one.address for one in found)
    return [
        {
            "id": str(one.pk), "address": text(one.address), "place": names.get(one.address, ""),
            "position": one.position, "planned_ms": int(one.planned_at.timestamp() * 1000), "state": one.state,
            "results": one.results, "findings": one.found, "days_unseen": one.days_unseen,
        }
        for one in found
    ], ""  # fmt: skip


def checklist(actor: Actor, after: str, limit: int) -> Rows:
    """What is looked at, in its order."""
    if after:
        return [], ""
    return [{"key": one.key, "part": one.part, "name": one.name, "name_en": one.name_en} for one in items()[:limit]], ""


def card(actor: Actor, after: str, limit: int) -> Rows:
    """Who holds the posts of the phone's own community, with their phones: whom to ring in an emergency.

    A phone of one community holds that one's card; one of an estate or a building the card of the community above it;
    an inspector's those of today's route. A phone of a town or a district holds no card. Read as the house: whoever
    works at the door has to be able to ring, whether or not they may read the posts of other places.
    """
    if after:
        return [], ""
    places = sorted(_communities(actor))[:_MOST_COMMUNITIES]
    with house():
        rows = PostHolder.objects.filter(address__in=places).select_related("post")
        found = list(rows.order_by("address", "post__order", "post_id", "since", "id")[:limit])
    names = full_names(places)
    return [
        {
            "address": text(one.address), "place": names.get(one.address, ""), "group": one.post.group,
            "post": one.post.name, "post_en": one.post.name_en or one.post.name, "name": one.name,
            "phone": one.phone, "organisation": one.organisation,
        }
        for one in found if one.phone
    ], ""  # fmt: skip


def _communities(actor: Actor) -> set[int]:
    found = {place for held in actor.spans("areas.see") if _small(held) for place in trail(held.low)}
    if actor.may(INSPECT):
        found |= {one.address for one in visits_of(actor, clock.local_day(clock.now()))}
    return {one for one in found if level_of(one) == Level.COMMUNITY}


def _small(held: Span) -> bool:
    return held.high - held.low <= span(held.low).high - span(held.low).low and level_of(held.low) >= Level.COMMUNITY
