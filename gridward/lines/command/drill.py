"""What the command line brings to a drill, and to the tools that break a house on purpose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from gridward.kernel.address import Level, at_level
from gridward.kernel.drills import Ground, Login, Scene
from gridward.kernel.needs.actions import Wanted
from gridward.kernel.needs.models import Category
from gridward.kernel.resources.models import Resource
from gridward.lines.command import actions


def logins(ground: Ground) -> list[Login]:
    """One account for each of the line's roles."""
    district = at_level(ground.communities[0].address, Level.DISTRICT)
    return [Login("command", "command.officer", district, "指挥调度")]


def furnish(ground: Ground, now: datetime) -> None:
    """One team in the first community, on duty."""
    first = ground.communities[0]
    Resource.objects.create(kind="command.team", name=f"{first.name}指挥调度", address=first.address, duty_until=None)


def _asked(scene: Scene) -> Callable[[], Any]:
    category = Category.objects.order_by("key").first()
    assert category is not None
    wanted = Wanted(scene.incident.pk, category.key, scene.place, scene.words, "phone")
    return lambda: actions.ask(scene.officer, wanted, scene.now)


DEEDS = {actions.ask: _asked}
