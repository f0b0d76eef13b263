"""What every request passes: who is acting, how refusals look, and the headers that keep pages to themselves."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor, actor_of, public_actor
from gridward.kernel.errors import AppError, Forbidden, NotFound, NotJson
from gridward.kernel.incidents.models import Incident
from gridward.kernel.incidents.queries import running
from gridward.web.walls import come_in, is_broken, stand_at_the_door, start_over, who_came_before

# A body that is too large or no form at all, and the like: Django answers 400 or 403.
_DJANGO_ANSWERS = (PermissionDenied, SuspiciousOperation, BadRequest, MultiPartParserError)
_TRY_AGAIN_S = 2
logger = logging.getLogger("gridward.web")
Handler = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Puts `request.actor` and `request.incident` at hand, and has the database act in the actor's scope."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request with who is acting attached."""
        who_came_before(request)
        request.incident = SimpleLazyObject(running)  # type: ignore[attr-defined]
        request.actor = actor_for(request)  # type: ignore[attr-defined]
        come_in(request, request.actor)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Let signing in look accounts up."""
        stand_at_the_door(request)


def actor_for(request: HttpRequest) -> Actor:
    """The actor behind a request's session; a resident's where nobody is signed in."""
    if not request.user.is_authenticated:
        return public_actor("web")
    incident: Incident | None = request.incident  # type: ignore[attr-defined]
    return actor_of(request.user, "web", incident.pk if incident else None)


class RefusalMiddleware:
    """Renders every `AppError` in one place: a page, a fragment, or JSON, each with the sentence that helps."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; what a signed-in reader gets stays out of every cache."""
        response = self.get_response(request)
        if request.user.is_authenticated if hasattr(request, "user") else False:
            patch_cache_control(response, private=True, no_store=True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a refusal into an answer; anything else gets a reference a user can quote."""
        if is_broken():
            start_over()
        if isinstance(exception, AppError):
            return refusal(request, exception)
        if isinstance(exception, Http404):
            return refusal(request, NotFound())
        if isinstance(exception, RawPostDataException):
            return refusal(request, NotJson())
        if settings.DEBUG or isinstance(exception, _DJANGO_ANSWERS):
            return None
        if isinstance(exception, OperationalError):
            # Gone, full, locked or too slow: it may well work in a moment, and nothing of this was kept.
            return lost(request, exception)
        start_over()
        return unexpected(request, exception)


def _note_forbidden(request: HttpRequest, error: Forbidden) -> None:
    """A line for whoever watches the house's log: who was refused what, never what was sent."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    route = request.resolver_match.route if request.resolver_match else ""
    logger.warning("forbidden: account %s, %s %s, %s", actor.user_id, request.method, route, error.params)


def broken_off(request: HttpRequest) -> HttpResponse:
    """Django's last resort, for what fails before a view is reached: the same answers as everywhere."""
    failed = sys.exc_info()[1]
    if isinstance(failed, OperationalError):
        return lost(request, failed)
    return unexpected(request, failed)


def lost(request: HttpRequest, broken: Exception) -> HttpResponse:
    """The answer where the database does not: nothing was changed, and to try again is right."""
    reference = secrets.token_hex(4)
    logger.error("the database failed, reference %s", reference, exc_info=broken)
    said = _("The database does not answer. Nothing was changed: try again in a moment. Reference: %(reference)s")
    answer = _plainly(request, 503, "unavailable", said % {"reference": reference}, reference)
    answer.headers["Retry-After"] = str(_TRY_AGAIN_S)
    return answer


def turned_away(request: HttpRequest, error: AppError) -> HttpResponse:
    """A refusal for want of room, given before anybody asked who is there."""
    answer = _plainly(request, error.status, error.code, str(error), "")
    answer.headers["Retry-After"] = str(error.params["seconds"])
    return answer


def unexpected(request: HttpRequest, failed: BaseException | None) -> HttpResponse:
    """The answer to what nobody foresaw, with a reference that a user can quote."""
    reference = secrets.token_hex(4)
    logger.error("unexpected error, reference %s", reference, exc_info=failed)
    return _plainly(request, 500, "unexpected", "", reference)


def _plainly(request: HttpRequest, status: int, code: str, message: str, reference: str) -> HttpResponse:
    """An answer that is rendered without asking the database anything, not even who is there."""
    context = {"code": code, "message": message, "reference": reference}
    if wants_json(request):
        return JsonResponse(context, status=status)
    template = "errors/fragment.html" if request.headers.get("HX-Request") else "errors/page.html"
    return HttpResponse(render_to_string(template, {**context, "status": status}), status=status)


def refusal(request: HttpRequest, error: AppError) -> HttpResponse:
    """The answer to one refusal; whoever may not is noted in the house's log."""
    if isinstance(error, Forbidden):
        _note_forbidden(request, error)
    response = _answer(request, error.status, error.code, str(error), error.params)
    if "seconds" in error.params:
        response.headers["Retry-After"] = str(error.params["seconds"])
    return response


def _answer(request: HttpRequest, status: int, code: str, message: str, params: dict[str, Any]) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"code": code, "message": message, **_plain(params)}, status=status)
    context = {"code": code, "message": message, "status": status, **params}
    template = "errors/fragment.html" if request.headers.get("HX-Request") else "errors/page.html"
    return render(request, template, context, status=status)


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a program: an API address, or one that accepts JSON and not pages."""
    accepted = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("application/json" in accepted and "text/html" not in accepted)


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, int | float | bool) else str(value) for key, value in params.items()}
