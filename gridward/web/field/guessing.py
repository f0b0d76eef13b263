"""How often codes may be tried from one network: a code has 2^50 values and lives ten minutes."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache

from gridward.kernel.errors import TooMany

TRIES_PER_MIN = 120
"""Three hundred people may begin a shift behind one address."""


def count_try(network: str, now: datetime) -> None:
    """Count one try; the count is shared by all processes.

    Raises: TooMany.
    """
    minute = int(now.timestamp()) // 60
    place = f"field-enrolment-{network}-{minute}"
    cache.add(place, 0, 120)
    if cache.incr(place) > TRIES_PER_MIN:
        raise TooMany(seconds=60 - int(now.timestamp()) % 60)
