"""Which area a page is about: the one named in its address, or the reader's own."""

from __future__ import annotations

from django.http import HttpRequest

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.guards import actor_in
from gridward.kernel.address import Span, parse, span
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import one
from gridward.kernel.errors import Forbidden, NotFound
from gridward.web.context import area_context, home_address


def chosen_area(request: HttpRequest, capability: str, address: str | None = None) -> tuple[Area, Span]:
    """The area a page is about and its range, and tell the frame.

    Parameters: address — nineteen digits from the page's address; else `?area=`, else the reader's widest area.
    Raises: NotFound for an unknown area, Forbidden for one outside the reader's reach.
    """
    actor = actor_in(request)
    wanted = address or request.GET.get("area", "")
    try:
        number = parse(wanted) if wanted else home_address(actor)
    except ValueError as malformed:
        raise NotFound from malformed
    area = one(number)
    if not overlaps(actor, capability, span(number)):
        raise Forbidden(capability=capability)
    request.area = area_context(area)  # type: ignore[attr-defined]
    return area, span(number)


def overlaps(actor: Actor, capability: str, within: Span) -> bool:
    """Whether any of an actor's reach lies in a range."""
    return any(one.low < within.high and within.low < one.high for one in actor.spans(capability))
