"""Which area a page is about, and the communities to choose from."""

from __future__ import annotations

from django.http import HttpRequest

from gridward.kernel.access.guards import actor_in
from gridward.kernel.address import Level, Span, at_level, parse, span, text
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import below, one
from gridward.kernel.errors import Forbidden, NotFound
from gridward.kernel.incidents.queries import running


def chosen(request: HttpRequest, capability: str) -> tuple[Area, Span]:
    """The area a page is about, `?area=` or the reader's widest, and its range.

    Raises: NotFound for an unknown area, Forbidden for one that lies outside the reader's reach altogether.
    """
    spans = actor_in(request).spans(capability)
    given = request.GET.get("area", "")
    try:
        number = parse(given) if given else max(spans, key=lambda one: one.high - one.low).low
    except ValueError as malformed:
        raise NotFound from malformed
    area, within = one(number), span(number)
    if not any(held.low < within.high and within.low < held.high for held in spans):
        raise Forbidden(capability=capability)
    return area, within


def communities(within: Span) -> list[tuple[str, list[tuple[str, str]]]]:
    """The towns of a range, each with its communities: addresses and names, for a list to choose from."""
    towns = {area.address: (str(area), []) for area in below(within, Level.TOWN)}
    for community in below(within, Level.COMMUNITY):
        town = at_level(community.address, Level.TOWN)
        towns.setdefault(town, ("", []))[1].append((text(community.address), str(community)))
    return [town for town in towns.values() if town[1]]


def district() -> Span:
    """The district people are recruited in: where the response in force is."""
    incident = running()
    return span(at_level(incident.address, Level.DISTRICT) if incident else 0)
