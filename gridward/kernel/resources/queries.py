"""Reading who and what can help."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet

from gridward.kernel.access.actor import Actor, inside, one_visible, visible
from gridward.kernel.access.finding import holding
from gridward.kernel.access.scope import open_rows
from gridward.kernel.address import Span
from gridward.kernel.resources.models import CrewMember, Resource
from gridward.kernel.search import query_tokens

SEE = "resources.see"
MOST_SEARCHED = 1000


def register(actor: Actor, within: Span | None = None, words: str = "", **equals: Any) -> QuerySet[Resource]:
    """The resources an actor may see, with `busy` set for those under way. Relies on resource_address."""
    rows = visible(Resource.objects.filter(**equals), actor, SEE)
    if within is not None:
        rows = rows.filter(inside([within]))
    if tokens := query_tokens(words):
        rows = rows.filter(holding(Resource, [tokens], within, MOST_SEARCHED))
    return with_busy(rows).select_related("organisation").order_by("address", "name", "id")


def with_busy(rows: QuerySet[Resource]) -> QuerySet[Resource]:
    """Resources, each with `busy`: whether it holds a live assignment."""
    # Asked of the house: whoever may see a resource may know that it is on a task, also in an area they do not see.
    return rows.annotate(busy=Func(F("pk"), function="gridward_busy", output_field=BooleanField()))


def open_crewed(actor: Actor) -> None:
    """Open to an account the resources it crews, wherever they are allotted."""
    open_rows(*CrewMember.objects.filter(user_id=actor.user_id).values_list("resource_id", flat=True))


def one(actor: Actor, resource_id: Any) -> Resource:
    """One resource an actor may see.

    Raises: NotFound.
    """
    return one_visible(with_busy(Resource.objects.select_related("organisation")), actor, SEE, resource_id)
