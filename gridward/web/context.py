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
from gridward.kernel.manifest import Page
from gridward.kernel.notices.queries import unseen_count
from gridward.kernel.registry import registry, strip_kinds, urgent_rows

FEW_PAGES = 8
MAIN_PAGES = 4
"""As many as stand at the bottom of a phone."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor behind `frame.html`; empty for a resident's pages."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"frame": None}
    actor: Actor = request.actor  # type: ignore[attr-defined]
    groups = _groups(request, actor)
    return {
        "frame": {
            "user": user,
            "pages": _every_page(groups)[:MAIN_PAGES],
            "groups": groups,
            "area": getattr(request, "area", None) or _home_area(actor),
            "incident": request.incident,  # type: ignore[attr-defined]
            "inbox_count": unseen_count(actor),
            "cursor": cursor(),
            "urgent": urgent_rows(actor),
            "urgent_kinds": strip_kinds(),
        }
    }


def _groups(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """The pages the actor may open, by line in the order of their first page; few make one group without a name."""
    groups = []
    for line in registry().lines.values():
        pages = [_page(page) for page in line.pages if actor.may(page.capability)]
        if pages:
            groups.append({"key": line.key, "title": line.title, "pages": _in_order(pages)})
    groups.sort(key=lambda group: group["pages"][0]["order"])
    every = _every_page(groups)
    if 0 < len(every) <= FEW_PAGES:
        groups = [{"key": "", "title": "", "pages": every}]
    _mark_here(groups, request.path)
    return groups


def _page(page: Page) -> dict[str, Any]:
    url = reverse(page.url_name)
    return {"key": page.key, "title": page.title, "url": url, "icon": page.icon, "order": page.order}


def _mark_here(groups: list[dict[str, Any]], path: str) -> None:
    """Mark the page whose address goes farthest along the path, and its group.

    Where none does, the group of the line whose pages stand under that address, else the first.
    """
    every = [(page, group) for group in groups for page in group["pages"]]
    along = [one for one in every if path == one[0]["url"] or (one[0]["url"] != "/" and path.startswith(one[0]["url"]))]
    if along:
        page, group = max(along, key=lambda one: len(one[0]["url"]))
        page["active"] = group["active"] = True
    elif groups:
        line = path.split("/")[1]
        next((group for group in groups if group["key"] == line), groups[0])["active"] = True


def _every_page(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return _in_order([page for group in groups for page in group["pages"]])


def _in_order(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(pages, key=lambda page: page["order"])


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
