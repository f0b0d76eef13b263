"""Where devices of the field come in: by a token of their own, past everything a browser's session needs.

No session, cookie, form token or page is part of these requests, so none of their middleware runs: that is three
quarters of what a request costs outside the database. The walls, the headers and the overload's limits stand before.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from gridward.kernel.access.scope import enter
from gridward.kernel.errors import AppError
from gridward.kernel.sync.access import door_of
from gridward.kernel.sync.errors import UnknownDevice, Wiped
from gridward.web.middleware import lost, unexpected
from gridward.web.walls import is_broken, start_over

PREFIX = "/sync/"
_BEARER = "Bearer "
_BASIC = "Basic "
View = Callable[..., HttpResponse]
Refusing = Callable[[AppError], HttpResponse]


def by_device(view: View) -> View:
    """Guard an address of the protocol: only a device with its token comes in, and acts as its account."""
    return _guarded(view, _of_bearer, refused)


def by_collect(refusing: Refusing) -> Callable[[View], View]:
    """Guard an address of ODK Collect, which gives the device's token as the password of HTTP Basic.

    Parameters: refusing — how a refusal is written down for it.
    """
    return lambda view: _guarded(view, _of_basic, refusing)


def _of_bearer(given: str) -> str:
    return given[len(_BEARER) :] if given.startswith(_BEARER) else ""


def _of_basic(given: str) -> str:
    """The password; the name beside it says nothing that the token does not."""
    try:
        said = base64.b64decode(given[len(_BASIC) :], validate=True).decode() if given.startswith(_BASIC) else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return said.partition(":")[2]


def _guarded(view: View, token_in: Callable[[str], str], refusing: Refusing) -> View:
    @csrf_exempt  # nosemgrep: no-forms-without-a-mark # devices bring a token
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            token = token_in(request.headers.get("Authorization", ""))
            if not token:
                raise UnknownDevice
            door = door_of(token)
            if door.wipe and not may_be_wiped:
                raise Wiped
            enter(door.actor)
            return view(request, door, *args, **kwargs)
        except AppError as refusal:
            return refusing(refusal)

    may_be_wiped = getattr(view, "may_be_wiped", False)
    guarded.capability = ""  # type: ignore[attr-defined]
    guarded.by_device = True  # type: ignore[attr-defined]
    return guarded


def also_wiped(view: View) -> View:
    """Mark an address that a device reported lost may still use."""
    view.may_be_wiped = True  # type: ignore[attr-defined]
    return view


def answer(content: Any, status: int = 200) -> HttpResponse:
    """JSON that no cache keeps."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Cache-Control": "private, no-store", "Content-Length": str(len(body))}
    return HttpResponse(body, "application/json", status, headers=headers)


def refused(error: AppError) -> HttpResponse:
    """A refusal as the app reads it."""
    response = answer({"code": error.code, "message": str(error)}, error.status)
    if "seconds" in error.params:
        response.headers["Retry-After"] = str(error.params["seconds"])
    return response


class DoorMiddleware:
    """Answers devices here; everybody else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request that carries a device's token."""
        if not request.path_info.startswith(PREFIX) or "HTTP_AUTHORIZATION" not in request.META:
            return self.get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        if not getattr(match.func, "by_device", False):
            return self.get_response(request)
        request.resolver_match = match
        with translation.override(translation.get_language_from_request(request)):
            return _answered(request, match.func, match.args, match.kwargs)


def _answered(request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse:
    try:
        response = view(request, *args, **kwargs)
    except OperationalError as broken:
        response = lost(request, broken)
    except Exception as failed:
        response = unexpected(request, failed)
    if is_broken():
        start_over()
    return response
