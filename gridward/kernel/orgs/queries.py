"""Reading the register of organisations."""

from __future__ import annotations

from django.db.models import QuerySet

from gridward.kernel.access.actor import inside
from gridward.kernel.address import Span
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.search import name_tokens, query_tokens


def register(within: Span | None = None, words: str = "", kind: str = "") -> QuerySet[Organisation]:
    """Organisations of a range, by place and name; not personal, so anybody signed in may read them."""
    rows = Organisation.objects.filter(closed_on=None)
    if within is not None:
        rows = rows.filter(inside([within]))
    if kind:
        rows = rows.filter(kind=kind)
    if tokens := query_tokens(words):
        rows = rows.filter(tokens__contains=tokens)
    return rows.order_by("address", "name", "id")


def tokens_of(name: str) -> list[int]:
    """The search tokens of an organisation."""
    return list(name_tokens(name))
