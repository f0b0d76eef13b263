"""The administration's door, and what an administrator does to the sign-in of others."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in
from gridward.kernel.access.models import User
from gridward.kernel.admin import AccountAdmin
from gridward.web.signin.actions import end_all, mark_one_time, note


def _sign_in(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """The house has one door: with its lockout, second factor and journal."""
    wanted = request.GET.get("next") or request.get_full_path()
    return redirect(f"{reverse('sign-in')}?{urlencode({'next': wanted})}")


# allauth's own pages would let an administrator write second factors and read what devices say of themselves.
for _module in ("account", "mfa", "usersessions"):
    import_module(f"allauth.{_module}.admin")
for _model in (EmailAddress, EmailConfirmation, Authenticator, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)

admin.site.login = _sign_in  # type: ignore[method-assign]
admin.site.unregister(User)


@admin.register(User)
class SignInAdmin(AccountAdmin):
    """Accounts with their grants; a password given here works once, and sessions can be ended."""

    actions = ("sign_out_everywhere",)

    @admin.action(description=gettext_lazy("Sign the chosen accounts out everywhere"))
    def sign_out_everywhere(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """End all sessions of some accounts."""
        ended = sum(end_all(actor_in(request), user, clock.now()) for user in chosen)
        messages.success(request, _("%(n)s sessions were ended.") % {"n": ended})

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        """Write an account; the password of a new one is the administrator's choice, so it works once."""
        super().save_model(request, obj, form, change)
        if not change:
            self._give(request, obj)

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Give an account another password: it works once, and the account's sessions end."""
        user = self.get_object(request, unquote(id))
        before = user.password if user else ""
        response = super().user_change_password(request, id, form_url)
        if user is not None and user != request.user:
            user.refresh_from_db()
            if user.password != before:
                self._give(request, user)
                end_all(actor_in(request), user, clock.now())
        return response

    def _give(self, request: HttpRequest, user: User) -> None:
        if user.has_usable_password():
            mark_one_time(user, clock.now())
            note(request, "account.password_issued", user, actor_in(request))
