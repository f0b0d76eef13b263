"""What the forces line brings to a drill, and to the tools that break a house on purpose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gridward.kernel.drills import Day, Ground, Login, Scene
from gridward.lines.forces.drill import deeds, duty, people


def logins(ground: Ground) -> list[Login]:
    """One account for each of the line's roles."""
    return [*people.logins(ground), *duty.logins(ground)]


def furnish(ground: Ground, now: datetime) -> None:
    """What stands before the day: people first, then their posts."""
    duty.furnish(ground, now)
    people.furnish(ground, now)


def live(ground: Ground, day: Day, start: datetime, end: datetime) -> None:
    """Put the line's own day on the simulated clock."""
    duty.live(ground, day, start, end)
    people.live(ground, day, start, end)


def settle(scene: Scene) -> dict[str, str]:
    """A row of everything the line keeps at a place; the parameters of its routes."""
    return {**people.settle(scene), **deeds.settle(scene)}


stand = deeds.stand
DEEDS: dict[Any, Any] = {**people.DEEDS, **deeds.DEEDS}
EXCUSED: dict[str, str] = {**people.EXCUSED, **deeds.EXCUSED}
