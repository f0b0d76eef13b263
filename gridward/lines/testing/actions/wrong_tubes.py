"""A tube whose code already belongs to other people: a task for the testing desk, which climbs if nobody takes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor
from gridward.kernel.needs.actions import Wanted, log
from gridward.kernel.sync.records import Item
from gridward.lines.testing.rules.bodies import TubeBody

CATEGORY = "testing_wrong_tube"


def note_wrong_tubes(actor: Actor, clashing: Sequence[tuple[Item, TubeBody, UUID, int]], now: datetime) -> None:
    """Log a need for each tube that could not be kept; its people stand in the private details.

    Raises: UnknownCategory where the line's categories are not loaded.
    """
    for item, body, incident_id, address in clashing:
        people = [one.person or one.name for one in body.samples]
        wanted = Wanted(
            incident_id,
            CATEGORY,
            address,
            _("Tube %(code)s was scanned for other people before. Keep it apart and give it a new code.")
            % {"code": body.code},
            "field",
            details={"tube": body.code, "people": len(people), "closed_at": body.closed_at},
            private={"people": json.dumps(people, ensure_ascii=False)},
            id=item.id,
        )
        log(actor, wanted, now)
