"""Reading needs: the queue, the search, one need with its story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from gridward.kernel.access.actor import Actor, inside, one_visible, visible
from gridward.kernel.access.finding import found_by
from gridward.kernel.access.scope import house, open_rows
from gridward.kernel.address import Span
from gridward.kernel.near import cache
from gridward.kernel.needs.models import ASKED_FOR, HOLDER, Category, Need
from gridward.kernel.needs.rules import OPEN
from gridward.kernel.search import answering
from gridward.kernel.secrecy.keyring import search_keys

SEE = "needs.see"
NEWEST_SEARCHED = 1000
CATEGORIES_KEPT_S = 5


def categories(kind: str | None = None) -> list[Category]:
    """The categories in use, in their order; kept in memory for five seconds."""
    found: list[Category] | None = cache.get("categories")
    if found is None:
        found = list(Category.objects.filter(in_use=True))
        cache.set("categories", found, CATEGORIES_KEPT_S)
    return [category for category in found if kind in (None, category.kind)]


def category_by_key(key: str) -> Category | None:
    """A category in use; None for an unknown key. Kept one by one: logging a need does not unpack them all."""
    place = f"category:{key}"
    found: Category | None = cache.get(place)
    if found is None:
        found = next((category for category in categories() if category.key == key), None)
        cache.set(place, found, CATEGORIES_KEPT_S)
    return found


def queue(actor: Actor, within: Span | None = None, **equals: Any) -> QuerySet[Need]:
    """The open needs an actor may see, the one due first on top; joined ones stand behind the one they joined.

    What a schedule asks for is left out.

    Parameters: within — narrows to a range; equals — columns and their values.
    Relies on need_open_due (wide scopes) and need_open_address (narrow ones).
    """
    rows = visible(Need.objects.filter(ASKED_FOR, joined_to=None, **equals), actor, SEE)
    if within is not None:
        rows = rows.filter(inside([within]))
    return rows.select_related("category").order_by("due_at", "id")


def register(actor: Actor, within: Span | None = None, **equals: Any) -> QuerySet[Need]:
    """All needs an actor may see, newest first. Relies on need_opened and need_address."""
    rows = visible(Need.objects.filter(**equals), actor, SEE)
    if within is not None:
        rows = rows.filter(inside([within]))
    return rows.select_related("category").order_by("-opened_at", "-id")


def search(actor: Actor, words: str, within: Span | None = None) -> QuerySet[Need]:
    """The newest needs whose words, caller or tracking code answer a query. Relies on need_tokens."""
    alternatives, code = answering(words, search_keys(HOLDER)), words.strip().upper()
    if not alternatives:
        return register(actor, within).filter(tracking_code=code)
    by_words, params = found_by(Need, alternatives, within, NEWEST_SEARCHED)
    either = RawSQL(  # noqa: S611 # nosec B611 # nosemgrep: no-extra-sql # names of ours only
        f"{by_words} UNION SELECT id FROM kernel_need WHERE tracking_code = %s", [*params, code]
    )
    return register(actor, within).filter(pk__in=either)


def one(actor: Actor, need_id: Any) -> Need:
    """One need an actor may see.

    Raises: NotFound.
    """
    rows = Need.objects.select_related("category", "person", "logged_by", "closed_by", "joined_to", "incident")
    return one_visible(rows, actor, SEE, need_id)


def by_code(tracking_code: str) -> Need | None:
    """The need of a tracking code, opened to the resident who holds it; None if there is none."""
    with house():
        rows = Need.objects.filter(tracking_code=tracking_code.strip().upper())
        found = rows.values_list("pk", "joined_to_id").first()
    if found is None:
        return None
    open_rows(*found)
    return Need.objects.select_related("category", "incident").get(pk=found[0])


def near_duplicates(kind: str, address_span: Span, since: datetime, limit: int = 50) -> Sequence[Need]:
    """Open needs at one place since a moment, newest first: what a new call may be the same as."""
    rows = Need.objects.filter(ASKED_FOR, inside([address_span]), kind=kind, joined_to=None, opened_at__gte=since)
    return list(rows.select_related("category").order_by("-opened_at")[:limit])


def soon_overdue(now: datetime, ahead: timedelta) -> Q:
    """The condition that a need's next step is due within a time from now."""
    return Q(state__in=OPEN, due_at__lte=now + ahead)
