"""What the testing line keeps at hand for every upload: the rounds and their points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import cache as shared

from gridward.kernel.access.scope import house
from gridward.kernel.errors import TooMany
from gridward.kernel.near import cache
from gridward.lines.testing.models import Laboratory, Point, Round

KEPT_S = 5
POINT_KEPT_S = 60
"""Points do not change once a round is open; at hundreds of tubes a second each is asked for all the time."""
_ROUNDS, _POINTS, _LABORATORIES = "testing-round", "testing-point", "testing-laboratories"


@dataclass(frozen=True)
class KnownRound:
    """A round as an upload needs it."""

    id: UUID
    incident_id: UUID
    pool_size: int


@dataclass(frozen=True)
class KnownPoint:
    """A point as an upload needs it."""

    id: UUID
    round_id: UUID
    address: int


def known_round(key: str) -> KnownRound | None:
    """A round by its id; None for an unknown one. Kept in memory for seconds, the unknown too."""
    place = f"{_ROUNDS}-{key}"
    found = cache.get(place)
    if found is None:
        with house():
            row = Round.objects.filter(pk=key).values_list("pk", "incident_id", "pool_size").first()
        found = KnownRound(*row) if row else False
        cache.set(place, found, KEPT_S)
    return found or None


def known_point(key: str) -> KnownPoint | None:
    """A sampling point by its id; None for an unknown one. Kept in memory for seconds, the unknown too."""
    place = f"{_POINTS}-{key}"
    found = cache.get(place)
    if found is None:
        with house():
            row = Point.objects.filter(pk=key).values_list("pk", "round_id", "address").first()
        found = KnownPoint(*row) if row else False
        cache.set(place, found, POINT_KEPT_S if found else KEPT_S)
    return found or None


def is_laboratory(address: int) -> bool:
    """Whether a laboratory in use stands at an address. Kept in memory for seconds."""
    found = cache.get(_LABORATORIES)
    if found is None:
        with house():
            found = frozenset(Laboratory.objects.filter(in_use=True).values_list("address", flat=True))
        cache.set(_LABORATORIES, found, KEPT_S)
    return address in found


LOOKS, LOOK_STRETCH_S = 60, 600
"""A place on the network may look at so many results in so many seconds: receipts cannot be guessed through."""


def count_look(origin: str, now: datetime) -> None:
    """Count one more look at a result from a place on the network; the count is shared by all processes.

    Raises: TooMany.
    """
    stretch = int(now.timestamp()) // LOOK_STRETCH_S
    place = f"testing-look-{stretch}-{origin}"
    if not shared.add(place, 1, LOOK_STRETCH_S) and shared.incr(place) > LOOKS:
        raise TooMany(seconds=(stretch + 1) * LOOK_STRETCH_S - int(now.timestamp()))
