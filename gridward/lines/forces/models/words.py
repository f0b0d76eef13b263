"""Reasons of the rules, in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

REASONS = {
    "birthday_missing": _("the date of birth is not known"),
    "too_young": _("under the youngest age"),
    "too_old": _("over the oldest age"),
    "consent_missing": _("a minor without their guardian's consent"),
    "identity_unchecked": _("identity not checked"),
    "untrained": _("not trained yet"),
    "training_old": _("the training is too long ago"),
    "uninsured": _("not insured on that day"),
    "minor_at_night": _("minors do not serve at night"),
    "no_night": _("serves no nights"),
}
"""Each reason that `rules.volunteers` gives."""

WHY = {
    "no resource fits": _("nobody has the skill or is allowed to"),
    "no time": _("nobody who can is free in that shift"),
    "no way there": _("nobody who can lives near enough"),
    "all that fit are taken": _("all who can are at other posts"),
}
"""Each reason that the roster planner gives for a head that stays missing."""

BREAKS = {
    "skill": _("the skill for the post is missing"),
    "availability": _("somebody cannot serve in that shift"),
    "rest": _("the rest between two shifts would be too short"),
    "nights in a row": _("too many nights in a row"),
    "shifts in all": _("too many shifts in the week"),
    "promised already": _("the shift is promised already"),
}
"""Each rule that the roster engine says an exchange would break."""


def said_of(words: Mapping[str, Any], keys: Iterable[str]) -> str:
    """Some keys in the words of a table, as one sentence part."""
    return str(_("; ")).join(str(words.get(one, one)) for one in keys)


def said(reasons: Iterable[str]) -> str:
    """Reasons as one sentence part."""
    return said_of(REASONS, reasons)
