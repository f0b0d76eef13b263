"""What nobody takes in time climbs one level, by itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction

_CLIMB = Path(__file__).with_name("climbing.sql").read_text(encoding="utf-8")
BATCH = 2000


@transaction.atomic
def climb_overdue(now: datetime, at_most: int = BATCH) -> list[UUID]:
    """Move every overdue need one desk up, journalled, with a notice to the desk it came to.

    Any number of workers may run it at once; each need climbs once per missed deadline.
    Returns: ids of the needs that climbed; as many as `at_most` means there may be more.
    """
    with connection.cursor() as query:
        query.execute(_CLIMB, {"now": now, "at_most": at_most})
        return [row[0] for row in query.fetchall()]
