"""What the line brings to the tools that break a house: every deed runs, and every route parameter is told of."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from gridward.kernel.access.actor import SYSTEM, Actor, actor_of
from gridward.kernel.access.models import User
from gridward.kernel.drills import Scene
from gridward.lines.command import drill, urls
from tests.lines.command.conftest import SOUTH_GATE


@pytest.fixture
def scene(incident: Any, account: Callable[..., User], settings: Any, tmp_path: Any) -> Scene:
    settings.MEDIA_ROOT = str(tmp_path)
    user = account("headquarters", SOUTH_GATE)
    return Scene(SOUTH_GATE, incident, user, actor_of(user), SYSTEM, "南门社区", datetime.now(UTC))


def test_everything_the_line_keeps_can_be_settled_and_every_parameter_is_told_of(scene: Scene) -> None:
    told = drill.settle(scene)
    wanted = {name for one in urls.urlpatterns for name in re.findall(r"<\w+:(\w+)>", str(one.pattern))}
    assert wanted - {"address"} <= set(told)
    assert all(told.values())


def test_every_deed_runs(scene: Scene) -> None:
    everything = Actor(scene.user.pk, "first", "chaos", everything=True)
    whole = Scene(scene.place, scene.incident, scene.user, everything, SYSTEM, scene.words, scene.now)
    for action, ready in drill.DEEDS.items():
        for one in (scene, whole):
            with transaction.atomic():
                ready(one)()
                transaction.set_rollback(True)
        assert callable(action)
