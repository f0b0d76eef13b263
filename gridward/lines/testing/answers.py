"""What a device is told of a command that was not simply stored: a stable code, and words that say what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from gridward.kernel.sync.records import Answer, Outcome

WORDS: dict[str, Any] = {
    "malformed": _("The record cannot be read at “%(field)s”. Update the app and tell the testing desk."),
    "no_people": _("The tube holds nobody. Open a new one."),
    "too_many_people": _("The tube holds more than twenty people. No tube may. Tell the testing desk."),
    "closed_before_opened": _("The tube was closed before it was opened. Check the phone's clock."),
    "unknown_round": _("This round of testing does not exist. Load today's list again."),
    "unknown_point": _("This sampling point does not belong to the round. Load today's list again."),
    "unknown_person": _("Somebody in the tube is no longer in the register. Enter them by name and building."),
    "outside_patch": _("The sampling point is not in your area. Ask the testing desk to add you there."),
    "tube_bound": _("Tube %(code)s already belongs to other people. Keep it apart: the testing desk has it as a task."),
    "id_taken": _("Something else was sent under this number. The testing desk looks at it."),
    "second_sample": _("%(count)s of the tube's people had been sampled in this round already: counted once."),
    "over_pool": _("The tube holds %(people)s people; the rule allows %(most)s. It is tested as it is."),
    "no_tubes": _("The box holds no tube. Scan the tubes first."),
    "too_many_tubes": _("The box holds more than five hundred tubes. Use a second box."),
    "tube_twice": _("A tube is in the box's list twice. Scan the box again."),
    "seal_used": _("Seal %(seal)s closes another box. Put a new seal on, and pack again."),
    "taken_by_other": _("Another courier has box %(seal)s and did not hand it over. Ring the testing desk."),
    "box_received": _("A laboratory had taken box %(seal)s in before. The testing desk looks at it."),
    "tube_in_other_box": _(
        "%(count)s tubes are in another box's list as well: %(codes)s. The testing desk looks at it."
    ),
}


def rejected(reason: str, **params: Any) -> Answer:
    """A record that will never be taken as it is."""
    return Answer(Outcome.REJECTED, reason, str(WORDS[reason]) % params)


def conflict(reason: str, **params: Any) -> Answer:
    """A record that clashes with another: somebody decides."""
    return Answer(Outcome.CONFLICT, reason, str(WORDS[reason]) % params)


def stored(reason: str = "", **params: Any) -> Answer:
    """A record that is kept; a reason says what to know of it."""
    return Answer(Outcome.STORED, reason, str(WORDS[reason]) % params if reason else "")
