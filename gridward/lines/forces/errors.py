"""What the forces line refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError


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
