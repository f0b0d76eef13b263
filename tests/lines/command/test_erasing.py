"""What command keeps dies with its incident: rows, what hangs off them, and files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gridward.kernel.access.actor import SYSTEM, actor_of
from gridward.kernel.access.models import User
from gridward.kernel.drills import Scene
from gridward.kernel.erasing.actions import erase_incident
from gridward.kernel.erasing.tables import holders_of
from gridward.kernel.incidents.actions import close_incident
from gridward.lines.command import drill
from gridward.lines.command.models import Answer, Directive, Finding, LogEntry, PastReceipt, PostHolder, Receipt
from tests.lines.command.conftest import SOUTH_GATE


def test_everything_said_and_shown_is_erased_with_its_incident(
    incident: Any, account: Callable[..., User], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    user, now = account("headquarters", SOUTH_GATE), datetime.now(UTC)
    drill.settle(Scene(SOUTH_GATE, incident, user, actor_of(user), SYSTEM, "南门社区", now))
    assert [path for path in tmp_path.rglob("*") if path.is_file()]
    close_incident(SYSTEM, incident.pk, now)
    erase_incident(SYSTEM, incident.pk, holders_of(incident.pk), now)
    for model in (Directive, Receipt, PastReceipt, Finding, Answer, PostHolder, LogEntry):
        assert not model.objects.exists(), model.__name__
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
