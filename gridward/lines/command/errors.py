"""What can be refused in the command line, beyond the kernel's own refusals."""

from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError


class QuietTimes(AppError):
    """No response is running, so nothing can hang off it."""

    code = "no_incident"
    status = 409
    message = _("No response is running now. Open one first; what you wrote stays in the form.")


class NotedOtherwise(AppError):
    """A visit that was noted on a phone, and meanwhile otherwise elsewhere."""

    code = "visit_known_otherwise"
    status = 409
    message = _("This visit was noted otherwise meanwhile. What you noted is kept for the headquarters to look at.")


class NobodyChosen(AppError):
    """A directive that would reach nobody."""

    code = "nobody_chosen"
    status = 422
    message = _("Choose whom this is for: areas, organisations, roles or posts. As it stands nobody would receive it.")


class OutOfReach(AppError):
    """A directive for a place that is not below whoever sends it."""

    code = "out_of_reach"
    status = 403
    message = _("%(place)s is not below your desk. Take it off the list, or ask the desk above to send this.")


class StepTaken(AppError):
    """The recipient is past this step, or not there yet."""

    code = "not_allowed_now"
    status = 409
    message = _("This cannot be done while it is “%(state)s”. Look at the newest state and choose again.")


class OldVersion(AppError):
    """Somebody answers to a wording that was amended since."""

    code = "old_version"
    status = 409
    message = _("This directive was amended a moment ago. Read the new version first, then confirm it.")


class PhotoMissing(AppError):
    """The directive asks for a photo."""

    code = "photo_missing"
    status = 422
    message = _("This directive asks for a photo of what was done. Take one and send it again.")


class WordsMissing(AppError):
    """Something that must be said was left empty."""

    code = "words_missing"
    status = 422
    message = _("%(field)s is empty. Write it, then send this again.")


class NotAnAttachment(AppError):
    """A file of a sort that is not handed on."""

    code = "not_an_attachment"
    status = 422
    message = _("“%(name)s” cannot be attached: a PDF, Word or Excel file or a picture of at most 8 MB can.")


class NothingChanged(AppError):
    """An amendment that changes nothing."""

    code = "nothing_changed"
    status = 422
    message = _("Nothing differs from the version in force. Change the words, or leave it as it is.")


class NoInspectors(AppError):
    """A day's route without anybody to go."""

    code = "no_inspectors"
    status = 422
    message = _("Choose at least one inspector who works in this area.")


class PlannedAlready(AppError):
    """The inspectors of that day are on their routes."""

    code = "planned_already"
    status = 409
    message = _("This day's routes were approved already. Look at them, or plan another day.")


class NotThisStep(AppError):
    """A finding is not in a state that allows this."""

    code = "not_allowed_now"
    status = 409
    message = _("This finding is “%(state)s”, so this cannot be done now. Look at its newest state.")


class AnsweredAlready(AppError):
    """The problem has its one reply."""

    code = "answered_already"
    status = 409
    message = _("This problem has its reply already; it is in the answer book.")


class InAnotherArea(AppError):
    """A community acts with others already."""

    code = "in_another_area"
    status = 409
    message = _("Some of these act together as “%(area)s” already. Part that area first.")


class NoPdf(AppError):
    """The machine lacks the libraries that draw PDF."""

    code = "no_pdf"
    status = 501
    message = _("This server cannot draw PDF: libpango is missing. Print the page from the browser.")
