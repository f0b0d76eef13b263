"""What an inspector's phone sends, made ready to fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor
from gridward.kernel.address import span, text
from gridward.kernel.drills import Scene
from gridward.kernel.ids import new_id
from gridward.kernel.sync.canonical import digest_of
from gridward.kernel.sync.records import Item
from gridward.lines.command.actions import field
from gridward.lines.command.models import Visit


def item(kind: str, body: dict[str, Any], scene: Scene) -> Item:
    """A record of a made-up phone."""
    return Item(new_id(scene.now), kind, body, new_id(scene.now), 1, None, scene.now, 0.0, digest_of(body))


def _inspector(scene: Scene) -> Actor:
    held = (span(scene.place),)
    return Actor(scene.user.pk, "", "chaos", {"inspections.see": held, "inspections.inspect": held})


def _visited(scene: Scene) -> Callable[[], Any]:
    visit = Visit.objects.create(
        incident=scene.incident, inspector=scene.user, address=scene.place, day=clock.local_day(scene.now),
        position=Visit.objects.count() + 1, planned_at=scene.now, risk=1.0, days_unseen=3,
    )  # fmt: skip
    said = item("command.visit", {"visit": str(visit.pk), "results": {"gate": True}}, scene)
    return lambda: field.store_visits(_inspector(scene), [said], scene.now)


def _found(scene: Scene) -> Callable[[], Any]:
    body = {"address": text(scene.place), "sort": "individual", "words": scene.words}
    said = item("command.finding", body, scene)
    return lambda: field.store_findings(_inspector(scene), [said], scene.now)


DEEDS = {field.store_visits: _visited, field.store_findings: _found}
