"""Making notices, and marking them seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from gridward.kernel.access.actor import Actor
from gridward.kernel.notices.models import Notice
from gridward.kernel.notices.queries import inbox


def to_users(
    user_ids: Iterable[int], template: str, address: int, now: datetime, *, link: str = "", **params: Any
) -> None:
    """One notice to each account, in the inbox and out by their channel, in the running transaction."""
    Notice.objects.bulk_create(
        Notice(
            user_id=user_id,
            address=address,
            template=template,
            params=params,
            link=link,
            made_at=now,
            state=Notice.State.WAITING,
        )
        for user_id in user_ids
    )


def to_desk(address: int, capability: str, template: str, now: datetime, *, link: str = "", **params: Any) -> None:
    """One notice to whoever holds a capability at a desk's area: it stays in their inbox until one has seen it."""
    Notice.objects.create(
        address=address, capability=capability, template=template, params=params, link=link, made_at=now
    )


def to_desks(desks: Iterable[tuple[int, str, dict[str, Any]]], capability: str, template: str, now: datetime) -> None:
    """One notice to each of some desks, as `to_desk`: address, link and fields."""
    Notice.objects.bulk_create(
        Notice(address=address, capability=capability, template=template, params=params, link=link, made_at=now)
        for address, link, params in desks
    )


def mark_link_seen(actor: Actor, link: str, now: datetime) -> int:
    """Mark an account's own notices about one thing seen, once the thing itself was. Relies on notice_user."""
    mine = Notice.objects.filter(user_id=actor.user_id, link=link, seen_at=None)
    return mine.update(seen_at=now, seen_by_id=actor.user_id)


def mark_seen(actor: Actor, notice_ids: Iterable[Any], now: datetime) -> int:
    """Mark an actor's notices seen; others' are left alone.

    Returns: how many were unseen before.
    """
    mine = inbox(actor).filter(pk__in=list(notice_ids), seen_at=None)
    return mine.update(seen_at=now, seen_by_id=actor.user_id)
