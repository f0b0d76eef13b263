"""What the frame of every page shows: where I am, what I may open, what waits for me."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from gridward.kernel.access.actor import Actor
from gridward.kernel.address import text
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import trail_of
from gridward.kernel.journal.queries import cursor
from gridward.kernel.notices.queries import unseen_count
from gridward.kernel.registry import registry, strip_kinds, urgent_rows


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor behind `frame.html`; empty for a resident's pages."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"frame": None}
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return {
        "frame": {
            "user": user,
            "pages": _pages(request, actor),
            "area": getattr(request, "area", None) or _home_area(actor),
            "incident": request.incident,  # type: ignore[attr-defined]
            "inbox_count": unseen_count(actor),
            "cursor": cursor(),
            "urgent": urgent_rows(actor),
            "urgent_kinds": strip_kinds(),
        }
    }


def _pages(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    found = []
    for page in registry().pages:
        if actor.may(page.capability):
            url = reverse(page.url_name)
            active = request.path == url if url == "/" else request.path.startswith(url)
            found.append({"key": page.key, "title": page.title, "url": url, "icon": page.icon, "active": active})
    return found


def home_address(actor: Actor) -> int:
    """The area a page starts on when none is named: the widest one the actor may see; 0 for none."""
    spans = actor.spans("areas.see") or actor.spans("needs.see")
    return max(spans, key=lambda one: one.high - one.low).low if spans else 0


def area_context(area: Area) -> dict[str, Any]:
    """An area as the frame shows it: name, address, and the way down to it."""
    steps = [{"name": str(step), "address": text(step.address), "level": step.level} for step in trail_of(area.address)]
    return {"name": str(area), "address": text(area.address), "level": area.level, "trail": steps}


def _home_area(actor: Actor) -> dict[str, Any] | None:
    area = Area.objects.filter(pk=home_address(actor)).first()
    return area_context(area) if area else None
