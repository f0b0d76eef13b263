"""What stands in the way of forgetting."""

from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError


class IncidentOpen(AppError):
    """Nothing of a running incident is erased."""

    code = "incident_open"
    status = 409
    message = _("This incident is still open. Close it first: its retention runs from then on.")
