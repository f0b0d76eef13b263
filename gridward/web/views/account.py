"""Pages about one's own account: signing in, the devices one is signed in on, one's password."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.views import LoginView, PasswordChangeView
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor
from gridward.kernel.access.guards import needs_account
from gridward.kernel.errors import NotFound
from gridward.web.signin import actions
from gridward.web.signin.devices import device_words
from gridward.web.signin.forms import SignInForm


class SignIn(LoginView):
    """Account and password, or a passkey; a second factor is asked for afterwards."""

    form_class = SignInForm
    template_name = "session/sign_in.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say what was wrong; too many tries are an answer of their own."""
        response = super().form_invalid(form)
        if getattr(self.request, "locked_out", False):
            response.status_code = 429
            response.headers["Retry-After"] = str(settings.SIGN_IN_WAIT_S)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows."""
        locked = getattr(self.request, "locked_out", False)
        return {**super().get_context_data(**kwargs), "locked": locked, "wait_min": settings.SIGN_IN_WAIT_S // 60}


class Password(PasswordChangeView):
    """Change one's password; other sessions of the account end with it."""

    template_name = "session/password.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Accounts without a password have none to change."""
        if not request.user.has_usable_password():
            raise NotFound
        return super().dispatch(request, *args, **kwargs)


def _self(request: HttpRequest) -> Actor:
    # Not the middleware's: a step that waited for a confirmation is taken up again without the middleware.
    return Actor(request.user.pk, str(request.user), "web")


@require_GET
@needs_account
def devices(request: HttpRequest) -> HttpResponse:
    """Where this account is signed in."""
    rows = [
        {"session": one, "words": device_words(one.user_agent), "here": one.session_key == request.session.session_key}
        for one in actions.running(request.user)
    ]
    return render(request, "session/devices.html", {"rows": rows})


@require_POST
@needs_account
@reauthentication_required
def end_device(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of this account's sessions; ending the one in use signs out.

    Raises: NotFound for another account's.
    """
    found = actions.running(request.user).filter(pk=session_id).first()
    if found is None:
        raise NotFound
    if found.session_key == request.session.session_key:
        logout(request)
        return redirect("sign-in")
    actions.end_sessions(_self(request), request.user, [found], clock.now())
    return redirect("devices")


@require_POST
@needs_account
@reauthentication_required
def end_devices(request: HttpRequest) -> HttpResponse:
    """End every session of this account, the one in use too."""
    actions.end_all(_self(request), request.user, clock.now(), but=request.session.session_key or "")
    logout(request)
    return redirect("sign-in")
