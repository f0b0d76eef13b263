"""What the house does when Django or allauth says that something happened to an account."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import authentication_step_completed, password_changed
from allauth.account.signals import user_logged_in as allauth_signed_in
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor, public_actor
from gridward.web.signin import actions, gate
from gridward.web.walls import come_in, go_out


def connect() -> None:
    """Start hearing."""
    user_logged_in.connect(_begun, dispatch_uid="gridward-begun")
    user_logged_out.connect(_signed_out, dispatch_uid="gridward-signed-out")
    allauth_signed_in.connect(_signed_in, dispatch_uid="gridward-signed-in")
    authentication_failed.connect(_wrong_code, dispatch_uid="gridward-wrong-code")
    authentication_step_completed.connect(_proven_again, dispatch_uid="gridward-proven-again")
    password_changed.connect(_password_changed, dispatch_uid="gridward-password-changed")
    # Not allauth's own signals: one of them is sent after the transaction, the journal is written in it.
    post_save.connect(_factor_saved, sender=Authenticator, dispatch_uid="gridward-factor-saved")
    post_delete.connect(_factor_gone, sender=Authenticator, dispatch_uid="gridward-factor-gone")


def _begun(request: HttpRequest, user: Any, **_more: Any) -> None:
    come_in(request, Actor(user.pk, str(user), "web"))
    gate.begin(request, user)


def _signed_in(request: HttpRequest, user: Any, **_more: Any) -> None:
    methods = [str(one.get("type") or one["method"]) for one in get_authentication_records(request, user)]
    actions.note(request, "account.signed_in", user, methods=methods)


def _signed_out(request: HttpRequest, user: Any, **_more: Any) -> None:
    if user is not None:
        actions.note(request, "account.signed_out", user)
    go_out(request)


def _wrong_code(request: HttpRequest, user: Any, authenticator: Authenticator, **_more: Any) -> None:
    actions.note(request, "account.second_factor_failed", user, public_actor("web"), kind=authenticator.type)


def _proven_again(request: HttpRequest, user: Any, **more: Any) -> None:
    if more.get("reauthenticated"):
        actions.rotate(request)


def _password_changed(request: HttpRequest, user: Any, **_more: Any) -> None:
    actions.settle_password(user)
    request.session.pop(gate.ONE_TIME, None)
    actions.note(request, "account.password_changed", user)
    actions.end_all(Actor(user.pk, str(user), "web"), user, clock.now(), but=request.session.session_key or "")


def _factor_saved(instance: Authenticator, created: bool, **_more: Any) -> None:
    if created and context.request is not None:
        actions.note(context.request, "account.second_factor_added", instance.user, kind=instance.type)


def _factor_gone(instance: Authenticator, **_more: Any) -> None:
    if context.request is not None:
        context.request.session.pop(gate.SECOND_FACTOR, None)
        actions.note(context.request, "account.second_factor_removed", instance.user, kind=instance.type)
