"""What signing in changes: sessions ended, one-time passwords, and what the journal says. Never a secret in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor, public_actor
from gridward.kernel.access.models import Grant, User
from gridward.kernel.access.origin import origin_of
from gridward.kernel.journal.actions import Event, record
from gridward.web.models import OneTimePassword, Shared

ONE_TIME_KEPT = timedelta(days=3)
_ONE_TIME_BYTES = 12


def note(request: HttpRequest, verb: str, user: User | None, by: Actor | None = None, **data: Any) -> None:
    """Journal what happened to an account, from where; `user` is None where nobody has the name that was typed."""
    actor = by or (Actor(user.pk, str(user), "web") if user else public_actor("web"))
    write(actor, verb, user, clock.now(), origin=origin_of(request), **data)


def write(actor: Actor, verb: str, user: User | None, now: datetime, **data: Any) -> None:
    """Journal what happened to an account, in the area of its widest grant."""
    widest = Grant.objects.filter(user=user).order_by("address").values_list("address", flat=True).first()
    record(actor, [Event(verb, "account", str(user.pk) if user else "", widest or 0, now, None, data)])


def note_failure(request: HttpRequest, username: str, key: str) -> None:
    """Journal a failed sign-in, and the lockout if no further try is left under `key`; what was typed is not kept."""
    user = User.objects.filter(username=username).first()
    stranger = public_actor("web")
    note(request, "account.sign_in_failed", user, stranger)
    if not ratelimit.consume(request, action="login_failed", key=key, dry_run=True):
        note(request, "account.locked_out", user, stranger)


@transaction.atomic
def end_sessions(actor: Actor, user: User, sessions: Iterable[UserSession], now: datetime, **data: Any) -> int:
    """End sessions of one account at once, on the server.

    Returns: how many were ended.
    """
    ended = 0
    for session in sessions:
        session.end()
        ended += 1
    if ended:
        write(actor, "account.sessions_ended", user, now, count=ended, **data)
    return ended


def end_all(actor: Actor, user: User, now: datetime, but: str = "", **data: Any) -> int:
    """End every session of an account.

    Parameters: but — the key of a session that goes on; empty for none.
    Returns: how many were ended.
    """
    return end_sessions(actor, user, running(user).exclude(session_key=but or "-"), now, **data)


def running(user: User) -> QuerySet[UserSession]:
    """The sessions of an account that have not ended, the one last used first."""
    kept = Session.objects.filter(expire_date__gt=clock.now()).values("session_key")
    return UserSession.objects.filter(user=user, session_key__in=kept).order_by("-last_seen_at", "-id")


@transaction.atomic
def issue_one_time(user: User, now: datetime) -> str:
    """Give an account a random password that must be changed at its first use, within three days.

    Returns: the password, which is kept nowhere.
    """
    password = secrets.token_urlsafe(_ONE_TIME_BYTES)
    user.set_password(password)
    user.save(update_fields=["password"])
    mark_one_time(user, now)
    return password


def mark_one_time(user: User, now: datetime) -> None:
    """Make an account choose its own password at the next sign-in, because somebody else knows this one."""
    OneTimePassword.objects.update_or_create(user=user, defaults={"ends_at": now + ONE_TIME_KEPT})


def is_one_time(user: User) -> bool:
    """Whether an account has yet to choose its own password."""
    return OneTimePassword.objects.filter(user=user).exists()


def has_run_out(user: User, now: datetime) -> bool:
    """Whether an account's one-time password may no longer be used."""
    return OneTimePassword.objects.filter(user=user, ends_at__lte=now).exists()


def settle_password(user: User) -> None:
    """The account has chosen its own password."""
    OneTimePassword.objects.filter(user=user).delete()


def sweep(now: datetime) -> int:
    """Remove sessions that have run out, what is known of their devices, and shared entries of the past.

    Returns: how many sessions went.
    """
    gone, _ = Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    Shared.objects.filter(expires__lt=now).delete()
    return gone


def mark_seen(session_key: str, now: datetime) -> None:
    """Remember when somebody last did something in a session; called at most once a minute."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=now)


def rotate(request: HttpRequest) -> None:
    """Give a session a new key, keeping what it holds: an older key that somebody saw is worth nothing afterwards."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)
