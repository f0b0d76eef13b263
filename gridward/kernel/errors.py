"""Everything a user can do wrong, each with a stable code and a sentence that says what to do."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _


class AppError(Exception):
    """A refusal a user can understand; rendered in one place (`web/middleware.py`, `web/api.py`).

    Subclasses set `code` (stable, snake_case), `status` (HTTP) and `message` (a %-format on `params`).
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    message: ClassVar[Any] = _("The request could not be carried out.")

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message) % self.params


class NotFound(AppError):
    """The thing is absent, or hidden from this user: the same answer for both."""

    code = "not_found"
    status = 404
    message = _("Nothing was found at this address. Check it, or go back to the list.")


class Forbidden(AppError):
    """The user may see the thing but may not do this to it."""

    code = "forbidden"
    status = 403
    message = _("Your role does not allow you to %(capability)s here. Ask the officer of your area for it.")

    def __str__(self) -> str:
        # Read late: the manifests use what refuses.
        from gridward.kernel.registry import registry

        capability = self.params["capability"]
        return str(self.message) % {"capability": registry().capability_words.get(capability, capability)}


class Invalid(AppError):
    """Input that breaks a rule of one field."""

    code = "invalid"
    status = 422
    message = _("%(field)s: %(reason)s")


class Stale(AppError):
    """Somebody changed the thing since it was read."""

    code = "stale"
    status = 409
    message = _("Somebody else changed this a moment ago. Look at the new state and try again.")


class TooMany(AppError):
    """More requests than the limit allows."""

    code = "too_many"
    status = 429
    message = _("Too many requests from here. Please wait %(seconds)s seconds and try again.")


class NotJson(AppError):
    """A form was sent where a program should speak JSON."""

    code = "not_json"
    status = 415
    message = _("Send this as JSON, with Content-Type: application/json.")
