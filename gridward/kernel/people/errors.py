"""What somebody can do wrong with the register of people."""

from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError


class QuotaReached(AppError):
    """An account has looked behind the mask as often as it may today."""

    code = "quota_reached"
    status = 429
    message = _(
        "You have looked at personal data %(most)s times today, as often as one account may. "
        "Ask a colleague, or your administrator to raise the limit."
    )
