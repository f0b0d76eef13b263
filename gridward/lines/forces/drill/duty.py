"""Posts, rosters, reinforcement and lacks in a drill."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gridward.kernel.address import Level, at_level
from gridward.kernel.drills import Day, Ground, Login, Scene

DEEDS: dict[Any, Any] = {}
EXCUSED: dict[str, str] = {}


def logins(ground: Ground) -> list[Login]:
    """The desk, one community and one department."""
    first = ground.communities[0].address
    district = at_level(first, Level.DISTRICT)
    return [
        Login("forces", "forces.officer", district, "力量下沉专班"),
        Login("posts", "forces.community", first, "社区值守管理员"),
        Login("supplier", "forces.department", district, "区经济信息委物资专员"),
    ]


def furnish(ground: Ground, now: datetime) -> None:
    """Posts and their demand."""


def live(ground: Ground, day: Day, start: datetime, end: datetime) -> None:
    """Rosters planned and approved."""


def settle(scene: Scene) -> dict[str, str]:
    """Nothing yet."""
    return {}
