"""What people do in the forces line. The only writer: load, freeze, decide, write, journal, announce."""

from __future__ import annotations

from datetime import datetime

from gridward.kernel.access.actor import Actor
from gridward.kernel.needs import actions
from gridward.kernel.needs.models import Need


def ask(actor: Actor, wanted: actions.Wanted, now: datetime) -> Need:
    """Log a need of this line.

    Raises: Forbidden outside the actor's reach, and what the kernel's `log` raises.
    """
    actor.require("needs.log", wanted.address)
    return actions.log(actor, wanted, now)
