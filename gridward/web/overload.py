"""Turning requests away while there is too much to do, so that what is urgent is still answered.

Each web process works on as many requests at once as it has threads; more wait in line before it. What a page asks by
itself and what takes long may hold half of the threads, all that is not urgent all but two: whoever comes above that is
told at once to come again, which takes no database and leaves the line short.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError
from gridward.kernel.registry import registry
from gridward.web.config import config
from gridward.web.middleware import turned_away
from gridward.web.signin.gate import UNATTENDED

_TRY_AGAIN_S = 2
_URGENT = ("/sign-in/", "/health", "/static/")
_LONG = ("/bulletin/pdf", "/sheets/", "/journal/", "/admin/", "/figures/")
_KEPT_FREE = 2
"""Threads of a process that only what is urgent may take."""


class Overloaded(AppError):
    """The house has too much to do for what is asked just now."""

    code: ClassVar[str] = "overloaded"
    status: ClassVar[int] = 429
    message: ClassVar[Any] = _(
        "There is too much to do just now. Nothing was changed: try again in %(seconds)s seconds."
    )


class Weight(IntEnum):
    """How soon a request is turned away: the lowest first."""

    CAN_WAIT = 0
    ORDINARY = 1
    URGENT = 2


def weight_of(request: HttpRequest) -> Weight:
    """What kind of request this is, told from its address and headers alone."""
    urgent = tuple(
        f"{root}/{line.key}/" for line in registry().lines.values() if line.urgent for root in ("", "/api/v1")
    )
    if request.headers.get(UNATTENDED) or request.path.startswith(_LONG) or request.path.endswith(".geojson"):
        return Weight.CAN_WAIT
    return Weight.URGENT if request.path.startswith(urgent + _URGENT) else Weight.ORDINARY


class Room:
    """How many requests of each weight a process works on, and how many it may."""

    def __init__(self, threads: int) -> None:
        self._lock = threading.Lock()
        self._most = {Weight.CAN_WAIT: max(threads // 2, 1), Weight.ORDINARY: max(threads - _KEPT_FREE, 1)}
        self._busy = 0

    @contextmanager
    def taken(self, weight: Weight) -> Iterator[bool]:
        """Take a place inside the block; yields whether there was one. What is urgent always has one."""
        with self._lock:
            has_room = self._busy < self._most.get(weight, self._busy + 1)
            self._busy += has_room
        try:
            yield has_room
        finally:
            with self._lock:
                self._busy -= has_room


class OverloadMiddleware:
    """Answers 429 with Retry-After where a process has too much to do for what is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.room = Room(config().web_threads)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request, or say when to come again."""
        with self.room.taken(weight_of(request)) as has_room:
            if has_room:
                return self.get_response(request)
        return turned_away(request, Overloaded(seconds=_TRY_AGAIN_S))
