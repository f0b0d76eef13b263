"""What a page may load and do: a content policy with a nonce of its own for each answer."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError
from gridward.web.middleware import refusal

_NONCE_BYTES = 16
_SAME_FOR_ALL = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; style-src 'self'; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Their templates are Django's and django-ninja's: all scripts are files of ours, none carries a nonce.
_WITHOUT_NONCE = ("/admin/", "/api/", "/static/")
# NUL, and either half of a pair of surrogates without the other.
_NOT_TEXT_IN_JSON = re.compile(
    rb"\\u0000|\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f]", re.IGNORECASE
)
_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


class Unreadable(AppError):
    """Text with a character that no text can hold."""

    code: ClassVar[str] = "unreadable"
    status: ClassVar[int] = 422
    message: ClassVar[Any] = _("This holds a character that cannot be kept. Type the text anew instead of pasting it.")


class PolicyMiddleware:
    """Gives each request a nonce, and each answer the headers that keep a page to itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request under its own policy."""
        request.nonce = secrets.token_urlsafe(_NONCE_BYTES)  # type: ignore[attr-defined]
        response = self.get_response(request) if request.method in _METHODS else HttpResponseNotAllowed(_METHODS)
        scripts = "'self'" if request.path.startswith(_WITHOUT_NONCE) else f"'nonce-{request.nonce}'"  # type: ignore[attr-defined]
        response.headers.setdefault("Content-Security-Policy", f"{_SAME_FOR_ALL}; script-src {scripts}")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse in one place what no text of the database can hold."""
        return refusal(request, Unreadable()) if holds_what_cannot_be_kept(request) else None


def holds_what_cannot_be_kept(request: HttpRequest) -> bool:
    """Whether something sent holds the character NUL, or half of one that takes two."""
    if request.content_type == "application/json":
        return bool(_NOT_TEXT_IN_JSON.search(request.body)) or _any_nul(request.GET)
    return _any_nul(request.GET) or _any_nul(request.POST)


def _any_nul(sent: QueryDict) -> bool:
    return any("\x00" in name or any("\x00" in value for value in values) for name, values in sent.lists())
