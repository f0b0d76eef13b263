"""What somebody has served, and whether a certificate of it is genuine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from gridward.kernel.access.scope import house
from gridward.kernel.signing import is_genuine, public_key
from gridward.lines.forces.rules.certificates import PURPOSE, Certificate, parts_of, read


@dataclass(frozen=True)
class Served:
    """Seconds and times at posts that came to an end, and the moments of the first and the last."""

    seconds: float
    times: int
    first_at: datetime | None
    last_at: datetime | None

    @property
    def tenths(self) -> int:
        """Tenths of hours, rounded down."""
        return int(self.seconds // 360)

    @property
    def hours(self) -> float:
        """Hours with one digit behind the point, rounded down."""
        return self.tenths / 10


# Relies on attendance_volunteer.
_SERVED = """
    SELECT coalesce(sum(extract(epoch FROM ended_at - began_at)), 0)::float8,
           count(*) FILTER (WHERE ended_at > began_at), min(began_at), max(ended_at)
    FROM forces_attendance WHERE volunteer_id = %s AND ended_at IS NOT NULL
"""


def served(volunteer_id: UUID) -> Served:
    """What one volunteer has served."""
    with house(), connection.cursor() as query:
        query.execute(_SERVED, [volunteer_id])
        return Served(*query.fetchone())


def genuine(code: str) -> Certificate | None:
    """The certificate behind a code, where this house signed it; None otherwise."""
    parts = parts_of(code)
    if parts is None or not is_genuine(PURPOSE, *parts, public_key()):
        return None
    return read(parts[0])
