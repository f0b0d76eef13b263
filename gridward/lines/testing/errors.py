"""What can be refused in the testing line, beyond the kernel's own refusals."""

from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError


class QuietTimes(AppError):
    """No response is running, so no round can be opened."""

    code = "no_incident"
    status = 409
    message = _("No response is running now, so no round can be opened.")


class NobodyDue(AppError):
    """The rule calls nobody in the area."""

    code = "nobody_due"
    status = 422
    message = _("Nobody registered in this area is due under this rule. Import the register of people first.")


class UnknownSeal(AppError):
    """No box of this seal is known."""

    code = "unknown_seal"
    status = 404
    message = _("No box with the seal %(seal)s is known here. Check the seal; the point's phone may still be offline.")


class TubeNotHere(AppError):
    """A tube is not in the laboratory's hands."""

    code = "tube_not_here"
    status = 422
    message = _("Row %(row)s: tube %(code)s was not received by this laboratory. Scan its box in first.")


class TubeConcluded(AppError):
    """A tube has its result already."""

    code = "tube_concluded"
    status = 409
    message = _("Row %(row)s: tube %(code)s already has a result, and it is another one. Ask the testing desk.")


class PlateTaken(AppError):
    """A plate of that code holds other tubes."""

    code = "plate_taken"
    status = 409
    message = _("Plate %(code)s already holds other tubes. Give this one another code.")


class BadRow(AppError):
    """A row of a file breaks a rule; nothing of the file was taken."""

    code = "bad_row"
    status = 422
    message = _("Row %(row)s, %(field)s: %(reason)s Nothing of the file was taken.")


class SamePerson(AppError):
    """The second reader is the first."""

    code = "same_reader"
    status = 409
    message = _("A result read by hand counts once a second person has read it. Ask a colleague.")


class UnknownReceipt(AppError):
    """No sample has this code; the same answer for every wrong one."""

    code = "unknown_receipt"
    status = 404
    message = _("No sample was found for what you wrote. Check it letter by letter, or ask your community.")
