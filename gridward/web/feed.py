"""Answering the change feed without the rest of the house, for a screen that was answered in full a moment ago.

Source: docs/adr/0021-the-feed-is-read-once-for-all-screens.md
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor
from gridward.kernel.address import Span
from gridward.kernel.journal.feed import shared
from gridward.kernel.journal.queries import News
from gridward.kernel.near import cache

PATH = "/feed"
TOO_MUCH = 429
_KEPT_S, _ALIVE_S = 30, 5
_ALIVE = "SELECT FROM django_session WHERE session_key = %s AND expire_date > %s"


@dataclass(frozen=True)
class Screen:
    """Who asks, as the whole house found them, and how many changes of rights had been heard of by then."""

    actor: Actor
    spans: tuple[Span, ...]
    rights: int
    until: float
    """By this process's clock: then the whole house is to be asked again."""


class FeedMiddleware:
    """Stands before sessions and walls: a screen that is known is answered from what this process has heard."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a known screen at once, and everybody else in full."""
        asks = request.path == PATH and request.method == "GET"
        response = _quickly(request, late=False) if asks else None
        if response is None:
            response = self.get_response(request)
            if asks and response.status_code == TOO_MUCH:
                # No room to be looked up anew: better once more by what is known than not at all.
                response = _quickly(request, late=True) or response
        return response


def _quickly(request: HttpRequest, *, late: bool) -> HttpResponse | None:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    screen: Screen | None = cache.get(_place(key)) if key else None
    if screen is None or (screen.until < time.monotonic() and not late):
        return None
    try:
        if screen.rights != shared.rights(screen.actor.user_id) or not _is_alive(key):
            return None
        found = shared.news(request.GET.get("since", ""), screen.actor, screen.spans)
    except DatabaseError:
        return None
    return None if found is None else answer(found)


def _is_alive(key: str) -> bool:
    """Whether a session goes on; asked of the database every few seconds, for one that was ended by hand."""
    place = f"alive-{_place(key)}"
    if cache.get(place):
        return True
    with connection.cursor() as query:
        query.execute(_ALIVE, [key, clock.now()])
        alive = query.fetchone() is not None
    if alive:
        cache.set(place, True, _ALIVE_S)
    return alive


def remember(request: HttpRequest, actor: Actor, spans: tuple[Span, ...]) -> None:
    """Let the next questions of a screen that was answered in full be answered quickly, for some seconds."""
    key = request.session.session_key
    if key:
        # Not all to the second: screens that came at once are not all to be looked up at once again.
        seconds = _KEPT_S * (0.75 + hash(key) % 1024 / 2048)
        screen = Screen(actor, spans, shared.rights(actor.user_id), time.monotonic() + seconds)
        cache.set(_place(key), screen, 2 * _KEPT_S)


def _place(key: str) -> str:
    return f"feed-{hashlib.sha256(key.encode()).hexdigest()}"


def answer(found: News) -> HttpResponse:
    """What a screen is sent: 204 when nothing is new."""
    if not found.events:
        response = HttpResponse(status=204, headers={"X-Cursor": found.cursor})
    else:
        response = JsonResponse({"cursor": found.cursor, "events": found.events, "more": found.more})
    response.headers["Cache-Control"] = "private, no-store"
    return response
