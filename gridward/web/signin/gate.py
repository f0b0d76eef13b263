"""What a signed-in request passes before any page: how long its session may last, and what its account still owes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from gridward.kernel import clock
from gridward.kernel.access.models import Grant, User
from gridward.kernel.errors import AppError
from gridward.web.middleware import refusal, wants_json
from gridward.web.signin import actions

BEGAN, SEEN, ONE_TIME, SECOND_FACTOR = "gate.began", "gate.seen", "gate.one_time", "gate.second_factor"
UNATTENDED = "X-Unattended"
"""The header of requests that a page makes by itself: they keep no session alive."""
_SEEN_EVERY_S = 60
_ALWAYS_OPEN = {
    "sign-in", "sign-out", "account_login", "account_logout", "set_language", "health", "mfa_authenticate",
    "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
}  # fmt: skip
_SECOND_FACTOR_PAGES = {
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
}  # fmt: skip


class PasswordIsOnce(AppError):
    """The account's password was made by somebody else."""

    code: ClassVar[str] = "password_is_once"
    status: ClassVar[int] = 403
    message: ClassVar[Any] = _("Choose your own password first: somebody else knows the one you signed in with.")


class SecondFactorMissing(AppError):
    """The account's role asks for a second factor, and it has none."""

    code: ClassVar[str] = "second_factor_missing"
    status: ClassVar[int] = 403
    message: ClassVar[Any] = _("Your role asks for a second factor. Set one up first.")


class GateMiddleware:
    """Ends sessions that are idle or too old, and leads to what an account has to do before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request, its session ended first where it has lasted long enough."""
        came_signed_in = request.user.is_authenticated
        if came_signed_in:
            now_s = int(clock.now().timestamp())
            if is_over(request.session, now_s):
                logout(request)
            else:
                _keep(request, now_s)
        response = self.get_response(request)
        if came_signed_in and not request.user.is_authenticated:
            # Not "storage": a field device may still hold work that it has not sent.
            response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Answer instead of the page where something comes first."""
        name = request.resolver_match.url_name if request.resolver_match else ""
        if not request.user.is_authenticated or name in _ALWAYS_OPEN:
            return None
        if _owes_password(request) and name != "account_change_password":
            return _lead_to(request, "account_change_password", PasswordIsOnce())
        if name not in _SECOND_FACTOR_PAGES | {"account_change_password"} and _owes_second_factor(request):
            return _lead_to(request, "mfa_index", SecondFactorMissing())
        return None


def is_over(session: SessionBase, now_s: int) -> bool:
    """Whether a session is past its idle or its absolute limit."""
    idle_s, whole_s = settings.SESSION_IDLE_S, settings.SESSION_COOKIE_AGE
    return now_s - session.get(SEEN, now_s) >= idle_s or now_s - session.get(BEGAN, now_s) >= whole_s


def begin(request: HttpRequest, user: User) -> None:
    """Start the clocks of a session at sign-in."""
    request.session[BEGAN] = request.session[SEEN] = int(clock.now().timestamp())
    request.session[ONE_TIME] = actions.is_one_time(user)
    request.session.pop(SECOND_FACTOR, None)


def _keep(request: HttpRequest, now_s: int) -> None:
    session = request.session
    if BEGAN not in session:
        session[BEGAN] = now_s
    if request.headers.get(UNATTENDED) is None and now_s - session.get(SEEN, 0) >= _SEEN_EVERY_S:
        session[SEEN] = now_s
        actions.mark_seen(session.session_key or "", clock.now())


def _owes_password(request: HttpRequest) -> bool:
    return bool(request.session.get(ONE_TIME))


def _owes_second_factor(request: HttpRequest) -> bool:
    if not settings.SECOND_FACTOR_ROLES or request.session.get(SECOND_FACTOR):
        return False
    if is_mfa_enabled(request.user):
        request.session[SECOND_FACTOR] = True
        return False
    roles = settings.SECOND_FACTOR_ROLES
    if request.user.is_superuser and "administrator" in roles:
        return True
    return Grant.objects.filter(user_id=request.user.pk, role__in=roles).exists()


def _lead_to(request: HttpRequest, place: str, reason: AppError) -> HttpResponse:
    if wants_json(request) or request.headers.get("HX-Request") or request.method != "GET":
        return refusal(request, reason)
    return redirect(place)
