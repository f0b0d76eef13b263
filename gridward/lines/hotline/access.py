"""Which rows of the hotline a grant shows, and who a key of another system acts for."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja.security import HttpBearer

from gridward.kernel.access.actor import Actor, actor_of
from gridward.kernel.access.scope import enter, house, open_rows
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.errors import NotFound
from gridward.kernel.incidents.queries import running
from gridward.kernel.near import cache
from gridward.lines.hotline.errors import QuietTimes
from gridward.lines.hotline.models import SystemKey

_KEPT_S = 5
TASKS = 200


def digest_of(key: str) -> str:
    """What the database keeps of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def key_in_use(key: str) -> SystemKey | None:
    """The record behind a key another system sent; None for a wrong or withdrawn one."""
    with house():
        return SystemKey.objects.select_related("account").filter(digest=digest_of(key), in_use=True).first()


def actor_of_key(key: str) -> Actor | None:
    """The actor behind a bearer key that has an account; kept in memory for five seconds."""
    place = f"hotline-key-{digest_of(key)}"
    actor: Actor | None = cache.get(place)
    if actor is None:
        found = key_in_use(key)
        if found is None or found.account is None or not found.account.is_active:
            return None
        incident = running()
        with house():
            actor = actor_of(found.account, f"api:{found.name}", incident.pk if incident else None)
        cache.set(place, actor, _KEPT_S)
    return actor


class BearerKey(HttpBearer):
    """`Authorization: Bearer KEY` for other systems; the request's actor becomes the key's."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The key's actor; None refuses."""
        actor = actor_of_key(token)
        if actor is not None:
            request.actor = actor  # type: ignore[attr-defined]
            enter(actor)
        return actor


def incident_in_force() -> UUID:
    """The incident that a new need hangs off; kept in memory for five seconds.

    Raises: QuietTimes.
    """
    found: UUID | None = cache.get("hotline-incident")
    if found is None:
        incident = running()
        if incident is None:
            raise QuietTimes
        found = incident.pk
        cache.set("hotline-incident", found, _KEPT_S)
    return found


def tasks_of(actor: Actor, which: Q, limit: int = TASKS) -> QuerySet[Assignment]:
    """Some assignments of the resources an actor crews, the newest; opened to them with their needs and resources."""
    actor.require("crew.act")
    with house():
        rows = Assignment.objects.filter(which, resource__crew__user_id=actor.user_id).order_by("-offered_at")
        found = list(rows.values_list("pk", "need_id", "resource_id")[:limit])
    open_rows(*(one for row in found for one in row))
    mine = Assignment.objects.filter(pk__in=[row[0] for row in found])
    return mine.select_related("need__category", "resource")


def one_task(actor: Actor, assignment_id: Any) -> Assignment:
    """One assignment of the actor's own crew; another crew's is absent.

    Raises: NotFound.
    """
    found = tasks_of(actor, Q(pk=assignment_id)).first()
    if found is None:
        raise NotFound
    return found
