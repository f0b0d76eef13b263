"""What can be refused at the hotline, beyond the kernel's own refusals."""

from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError


class QuietTimes(AppError):
    """No response is running, so nothing can hang off it."""

    code = "no_incident"
    status = 409
    message = _("No response is running now, so the hotline takes no requests here. Call the community office.")


class NoSuchTaker(AppError):
    """A category names a kind of resource the house does not know."""

    code = "unknown_taker"
    status = 422
    message = _("The category “%(category)s” names the taker “%(taker)s”, which is no kind of resource.")


class NotATaker(AppError):
    """This kind of resource may not take this sort of need."""

    code = "not_a_taker"
    status = 422
    message = _("%(resource)s is not of a kind that may take “%(category)s”. Choose another one.")


class UnknownCode(AppError):
    """No need has this tracking code; the same answer for every wrong code."""

    code = "unknown_tracking_code"
    status = 404
    message = _("No request has this code. Check the ten letters and figures, or call the hotline.")
