"""What can be refused to and about people who serve, beyond the kernel's own refusals."""

from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError


class QuietTimes(AppError):
    """No response is running, so nobody is recruited."""

    code = "no_incident"
    status = 409
    message = _("No response is running now, so nobody is being recruited here. Thank you for asking.")


class UnknownPersonalCode(AppError):
    """No volunteer has this code; the same answer for every wrong one."""

    code = "unknown_personal_code"
    status = 404
    message = _("This personal address is not valid, or no longer. Ask the volunteer desk of your community for yours.")


class AlreadyRegistered(AppError):
    """Somebody with this ID number serves already."""

    code = "already_registered"
    status = 409
    message = _("Somebody with this ID number is registered already. Ask the volunteer desk for your personal page.")


class NotYet(AppError):
    """The rules stand against it; names each reason."""

    code = "rules_against_it"
    status = 422
    message = _("Not possible yet: %(reasons)s")


class WrongState(AppError):
    """What was asked does not follow from the state the volunteer is in."""

    code = "wrong_volunteer_state"
    status = 409
    message = _("This cannot be done: the volunteer's state is “%(state)s”.")


class TeamClosed(AppError):
    """A closed team takes nobody."""

    code = "team_closed"
    status = 409
    message = _("%(team)s is closed and takes nobody any more.")


class NotFoundedYet(AppError):
    """A team cannot end before it began."""

    code = "closed_before_founded"
    status = 422
    message = _("%(team)s was founded on %(day)s and cannot be closed before that day.")


class TeamExists(AppError):
    """The same team stands at this place already."""

    code = "team_exists"
    status = 409
    message = _("A team of this kind and name stands at this place already.")


class UnknownPostKind(AppError):
    """A kind of post that is not configured."""

    code = "unknown_post_kind"
    status = 422
    message = _("There is no kind of post “%(kind)s”. Choose one of the list.")


class BadHeads(AppError):
    """Heads of no shift, of a shift that is not, or too many."""

    code = "bad_heads"
    status = 422
    message = _("Say for at least one shift how many people are needed: a whole number from 1 to %(most)s.")


class PostNameTaken(AppError):
    """A post of that kind and name stands at the place already, with other numbers."""

    code = "post_name_taken"
    status = 409
    message = _("“%(name)s” stands here already. Change its numbers, or give this post another name.")


class NothingToPlan(AppError):
    """No shift of the area is open on the days asked for."""

    code = "nothing_to_plan"
    status = 409
    message = _("No shift is open here from %(day)s on. Make the shifts of the day first.")


class PlanOver(AppError):
    """A plan that was withdrawn, or approved in whole."""

    code = "plan_over"
    status = 409
    message = _("This plan was decided already. Make a new one.")


class NobodyToSend(AppError):
    """Nobody is lacking, or nobody can be spared."""

    code = "nobody_to_send"
    status = 409
    message = _("Either no head is lacking on that day, or nobody who could go is free. Plan the roster first.")


class NothingServed(AppError):
    """There are no hours to certify."""

    code = "nothing_served"
    status = 409
    message = _("There is no finished shift yet, so there are no hours to certify.")


class NoPdf(AppError):
    """The machine lacks what draws PDFs."""

    code = "no_pdf"
    status = 503
    message = _("This server cannot draw PDFs. Its administrator finds out why with: gridward doctor")


class UnknownField(AppError):
    """A field of supply and demand that is not configured."""

    code = "unknown_field"
    status = 422
    message = _("There is no field “%(field)s”. Choose one of the list.")


class BadQuantity(AppError):
    """No item, no unit, no whole number, or less than was promised already."""

    code = "bad_quantity"
    status = 422
    message = _("Give the item, its unit, and a whole number from 1 to %(most)s that covers what is promised already.")


class NothingToMatch(AppError):
    """No open lack can be met by what departments have left."""

    code = "nothing_to_match"
    status = 409
    message = _("Nothing that is lacking can be met by what departments have left. Ask a department to offer it.")


class SwapOver(AppError):
    """The shift has begun, or the offer is gone."""

    code = "swap_over"
    status = 409
    message = _("This exchange is over: the shift has begun, or somebody was quicker. Look at the list again.")


class SwapBreaks(AppError):
    """The exchange would break a rule."""

    code = "swap_breaks"
    status = 409
    message = _("This exchange cannot be made: %(reasons)s.")
