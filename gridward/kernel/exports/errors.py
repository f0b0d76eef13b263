"""What somebody can do wrong with an export of personal data."""

from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError


class SecondPersonNeeded(AppError):
    """Personal data leave the house only with a second person's word."""

    code = "second_person_needed"
    status = 403
    message = _("This list holds personal data: ask for it under Exports, and let a second person approve it.")


class OwnRequest(AppError):
    """Nobody approves what they asked for themselves."""

    code = "own_request"
    status = 403
    message = _("You asked for this yourself. Somebody else who may see these people has to decide.")


class RequestOver(AppError):
    """The request was decided, used up or has expired."""

    code = "request_over"
    status = 409
    message = _("This request was decided, its file was taken, or it has expired. Ask anew if you still need it.")
