"""The rules for joining: the example's in a new house, an administrator's afterwards."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.near import cache
from gridward.lines.forces.models import JoiningRules
from gridward.lines.forces.queries.joining import EXAMPLE, example


def install_rules(now: datetime) -> None:
    """Load the example's rules into a house that has none yet."""
    if not JoiningRules.objects.exists():
        load_rules(SYSTEM, now)


@transaction.atomic
def load_rules(actor: Actor, now: datetime, path: Path = EXAMPLE) -> JoiningRules:
    """Make a file's rules the district's; the same file again changes nothing.

    Raises: Forbidden unless the actor may configure the house.
    """
    actor.require("configure")
    wanted = example(path)
    known = JoiningRules.objects.select_for_update().filter(pk=1).first()
    if known is not None and all(getattr(known, name) == value for name, value in wanted.items()):
        return known
    kept, _made = JoiningRules.objects.update_or_create(pk=1, defaults=wanted)
    record(actor, [Event("forces.rules_loaded", "configuration", "joining", 0, now)])
    cache.delete("forces-joining")
    return kept
