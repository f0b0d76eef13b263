"""Addresses of signing in and of one's own account; allauth's views under our guards, words and looks."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.contrib.auth import views as auth
from django.urls import path

from gridward.kernel.access.guards import needs_account, open_to_all
from gridward.web.views.account import Password, SignIn, devices, end_device, end_devices

_sign_in = open_to_all(SignIn.as_view())
_sign_out = open_to_all(auth.LogoutView.as_view(next_page="sign-in"))

urlpatterns = [
    # Under both names: the house says sign-in, allauth looks for its own.
    path("sign-in/", _sign_in, name="account_login"),
    path("sign-in/", _sign_in, name="sign-in"),
    path("sign-in/second-factor", open_to_all(factor.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey", open_to_all(keys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-out/", _sign_out, name="account_logout"),
    path("sign-out/", _sign_out, name="sign-out"),
    path("account/devices", devices, name="devices"),
    path("account/devices/ending", end_devices, name="devices-ending"),
    path("account/devices/<int:session_id>/ending", end_device, name="device-ending"),
    path("account/password", needs_account(Password.as_view()), name="account_change_password"),
    path("account/confirmation", needs_account(account.reauthenticate), name="account_reauthenticate"),
    path("account/confirmation/code", needs_account(factor.reauthenticate), name="mfa_reauthenticate"),
    path("account/confirmation/passkey", needs_account(keys.reauthenticate_webauthn),
         name="mfa_reauthenticate_webauthn"),
    path("account/second-factor", needs_account(factor.index), name="mfa_index"),
    path("account/second-factor/app", needs_account(totp.activate_totp), name="mfa_activate_totp"),
    path("account/second-factor/app/removal", needs_account(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/second-factor/codes", needs_account(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/second-factor/codes/new", needs_account(codes.generate_recovery_codes),
         name="mfa_generate_recovery_codes"),
    path("account/second-factor/codes/file", needs_account(codes.download_recovery_codes),
         name="mfa_download_recovery_codes"),
    path("account/second-factor/passkeys", needs_account(keys.list_webauthn), name="mfa_list_webauthn"),
    path("account/second-factor/passkeys/new", needs_account(keys.add_webauthn), name="mfa_add_webauthn"),
    path("account/second-factor/passkeys/<int:pk>/name", needs_account(keys.edit_webauthn), name="mfa_edit_webauthn"),
    path("account/second-factor/passkeys/<int:pk>/removal", needs_account(keys.remove_webauthn),
         name="mfa_remove_webauthn"),
]  # fmt: skip
