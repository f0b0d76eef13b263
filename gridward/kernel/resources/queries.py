"""Reading who and what can help."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from gridward.kernel.access.actor import Actor, inside, one_visible, visible
from gridward.kernel.address import Span
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.needs.rules import LIVE
from gridward.kernel.resources.models import Resource
from gridward.kernel.search import query_tokens

SEE = "resources.see"


def register(actor: Actor, within: Span | None = None, words: str = "", **equals: Any) -> QuerySet[Resource]:
    """The resources an actor may see, with `busy` set for those under way. Relies on resource_address."""
    rows = visible(Resource.objects.filter(**equals), actor, SEE)
    if within is not None:
        rows = rows.filter(inside([within]))
    if tokens := query_tokens(words):
        rows = rows.filter(tokens__contains=tokens)
    return with_busy(rows).select_related("organisation").order_by("address", "name", "id")


def with_busy(rows: QuerySet[Resource]) -> QuerySet[Resource]:
    """Resources, each with `busy`: whether it holds a live assignment."""
    live = Assignment.objects.filter(resource=OuterRef("pk"), state__in=LIVE)
    return rows.annotate(busy=Exists(live))


def one(actor: Actor, resource_id: Any) -> Resource:
    """One resource an actor may see.

    Raises: NotFound.
    """
    return one_visible(with_busy(Resource.objects.select_related("organisation")), actor, SEE, resource_id)
