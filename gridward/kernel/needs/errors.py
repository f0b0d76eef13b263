"""What can be refused about needs and assignments."""

from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError


class NotAllowedNow(AppError):
    """The need or assignment is in a state that does not allow this step."""

    code = "not_allowed_now"
    status = 409
    message = _("This cannot be done while it is “%(state)s”. Look at the newest state and choose again.")


class ResourceBusy(AppError):
    """The resource is already booked for that time."""

    code = "resource_busy"
    status = 409
    message = _("%(resource)s has just been sent elsewhere. Choose another one.")


class ResourceOffDuty(AppError):
    """The resource is not on duty."""

    code = "resource_off_duty"
    status = 409
    message = _("%(resource)s is off duty. Choose another one.")


class UnknownCategory(AppError):
    """No such category in use."""

    code = "unknown_category"
    status = 422
    message = _("There is no category “%(category)s”. Choose one from the list.")


class UnknownPlace(AppError):
    """The address names no known area."""

    code = "unknown_place"
    status = 422
    message = _("No place has the address %(address)s. Choose the place from the list or on the map.")


class IdTaken(AppError):
    """Something else was sent under this id; what, and where, is nobody's business here."""

    code = "id_taken"
    status = 409
    message = _("This form was used before. Open a new one and send it again.")


class ReasonMissing(AppError):
    """A step that must be answered for has no reason."""

    code = "reason_missing"
    status = 422
    message = _("Say why: the one who asked will read it.")


class ProofMissing(AppError):
    """Ending a need takes a photo or words."""

    code = "proof_missing"
    status = 422
    message = _("Add a photo or a few words: what was done, and for whom.")


class CannotJoin(AppError):
    """The two needs are not of the kind that can be one."""

    code = "cannot_join"
    status = 409
    message = _("These two cannot be joined: the other must be open, and not itself joined to a third.")
