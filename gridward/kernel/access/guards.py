"""Guards of pages, for the house and for every line: who may open what."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from gridward.kernel.access.actor import Actor

View = Callable[..., HttpResponse]


def needs_capability(capability: str) -> Callable[[View], View]:
    """Guard a page: nobody signed in is sent to sign in; who lacks the capability everywhere is refused."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            actor_in(request).require(capability)
            return view(request, *args, **kwargs)

        guarded.capability = capability  # type: ignore[attr-defined]
        return guarded

    return guard


def needs_account(view: View) -> View:
    """Guard a page about one's own account: any account that is signed in may open it, and sees only its own."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if request.user.is_authenticated else to_sign_in(request)

    guarded.capability = ""  # type: ignore[attr-defined]
    return guarded


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The answer to somebody who has to sign in first; leads back here afterwards."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}")


def open_to_all(view: View) -> View:
    """Mark a page that residents may open without an account; the invariant tests look for the mark."""
    view.capability = ""  # type: ignore[attr-defined]
    return view


def actor_in(request: HttpRequest) -> Actor:
    """The actor that the middleware attached."""
    return request.actor  # type: ignore[attr-defined, no-any-return]
