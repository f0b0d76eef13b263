"""What a page may load and do: a content policy with a nonce of its own for each answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

_NONCE_BYTES = 16
_SAME_FOR_ALL = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; style-src 'self'; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Their templates are Django's and django-ninja's: all scripts are files of ours, none carries a nonce.
_WITHOUT_NONCE = ("/admin/", "/api/", "/static/")
_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


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
