"""What django-allauth asks of the house: where a guess is counted, what is sealed, what is said."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from gridward.kernel import clock
from gridward.kernel.access.origin import network_of, origin_of
from gridward.web.signin import actions
from gridward.web.signin.sealing import sealed, unsealed


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are given, never taken; a lockout is of one account from one network."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a request came from."""
        return origin_of(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Both together: a whole estate shares one address, and nobody elsewhere can lock an officer out.
        return f"{str(credentials.get('username', '')).lower()} {network_of(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Stop before the password is looked at when this account was guessed at too often from this network.

        Raises: ValidationError, with the request marked as locked out.
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            request.locked_out = True  # type: ignore[attr-defined]
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Journal a wrong password, and the lockout when it was the last one allowed."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        actions.note_failure(request, str(credentials.get("username", "")), key)

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Turn back a one-time password that has run out; whoever holds it has to ask for another."""
        if actions.has_run_out(user, clock.now()):
            messages.error(request, _("This one-time password has run out. Ask your administrator for a new one."))
            return redirect("sign-in")
        return super().pre_login(request, user, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """The same answer as to a wrong password: who is here is nobody's business."""
        return redirect("sign-in")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Where a changed password leads."""
        return str(settings.LOGIN_REDIRECT_URL)

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None,
                    message_context: Any = None, extra_tags: str = "", message: str | None = None) -> None:  # fmt: skip
        """Say errors only: of what went well the page itself tells."""
        if message is not None:
            super().add_message(request, level, extra_tags=extra_tags, message=message)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seals the secrets of second factors, and names the house in authenticator apps."""

    def encrypt(self, text: str) -> str:
        """A secret as it is kept."""
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        """A kept secret as it is used."""
        return unsealed(encrypted_text)

    def get_totp_label(self, user: Any) -> str:
        """What the app lists the account under."""
        return str(user.get_username())

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.get_username())

    def _get_site_name(self) -> str:
        return str(settings.HOUSE_NAME)
