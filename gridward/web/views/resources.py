"""The registers of resources and organisations."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Level, parse, text
from gridward.kernel.areas.queries import below, full_names
from gridward.kernel.errors import NotFound
from gridward.kernel.journal.queries import story
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.orgs.queries import register as organisation_register
from gridward.kernel.registry import registry
from gridward.kernel.resources import actions, queries
from gridward.kernel.resources.models import Resource
from gridward.web.paging import page_of
from gridward.web.scope import chosen_area
from gridward.web.views.needs import told

SEE = queries.SEE


@needs_capability(SEE)
def register(request: HttpRequest) -> HttpResponse:
    """Who and what can help in an area: on duty, busy, off duty."""
    area, within = chosen_area(request, SEE)
    kind, duty = request.GET.get("kind", ""), request.GET.get("duty", "")
    equals = {**({"kind": kind} if kind else {}), **({"duty": duty} if duty else {})}
    words = request.GET.get("q", "").strip()
    page = page_of(queries.register(actor_in(request), within, words, **equals), request.GET.get("after", ""))
    context = {
        "area": area,
        "rows": with_kinds(page.rows),
        "after": page.after,
        "kinds": list(registry().resource_kinds.values()),
        "kind": kind,
        "duty": duty,
        "words": words,
    }
    return render(request, "resources/list.html", context)


def with_kinds(resources: list[Resource]) -> list[dict[str, Any]]:
    """Resources, each with its kind in words and the name of the area it serves."""
    names = full_names(one.address for one in resources)
    kinds = registry().resource_kinds
    return [
        {
            "resource": one,
            "kind": kinds[one.kind].title if one.kind in kinds else one.kind,
            "place_name": names.get(one.address, ""),
            "address": text(one.address),
        }
        for one in resources
    ]


@needs_capability(SEE)
def page(request: HttpRequest, resource_id: str) -> HttpResponse:
    """One resource: what it can do, where it serves, what it did, and where else it could be allotted."""
    actor = actor_in(request)
    resource = queries.one(actor, resource_id)
    recent = resource.assignments.select_related("need__category").order_by("-offered_at")[:20]
    may_change = actor.may("resources.change", resource.address)
    context = {
        **with_kinds([resource])[0],
        "assignments": list(recent),
        "crew": [str(member.user) for member in resource.crew.select_related("user")],
        "story": told(story([str(resource.pk)])),
        "may_change": may_change,
        "places": _places(request) if may_change else [],
    }
    return render(request, "resources/page.html", context)


def _places(request: HttpRequest) -> list[dict[str, str]]:
    spans = actor_in(request).spans("resources.change")
    areas = [area for one in spans for level in (Level.TOWN, Level.COMMUNITY) for area in below(one, level)]
    return [{"address": text(area.address), "name": str(area)} for area in areas]


@require_POST
@needs_capability("resources.change")
def allot(request: HttpRequest, resource_id: str) -> HttpResponse:
    """Give a resource another area to serve."""
    try:
        address = parse(request.POST.get("address", ""))
    except ValueError as malformed:
        raise NotFound from malformed
    resource = queries.one(actor_in(request), resource_id)
    actions.allot(actor_in(request), resource.pk, address, clock.now())
    return redirect(reverse("resource", args=[resource.pk]))


@require_POST
@needs_capability("resources.change")
def duty(request: HttpRequest, resource_id: str) -> HttpResponse:
    """Put a resource on or off duty."""
    resource = queries.one(actor_in(request), resource_id)
    wanted = Resource.Duty.ON if request.POST.get("duty") == "on" else Resource.Duty.OFF
    actions.set_duty(actor_in(request), resource.pk, wanted, clock.now())
    return redirect(reverse("resource", args=[resource.pk]))


@needs_capability(SEE)
def points(request: HttpRequest, address: str) -> HttpResponse:
    """The resources on duty in an area as GeoJSON points."""
    _, within = chosen_area(request, SEE, address)
    rows = queries.register(actor_in(request), within, duty="on").exclude(latitude=None)
    kinds = registry().resource_kinds
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [one.longitude, one.latitude]},
            "properties": {
                "id": str(one.pk),
                "title": one.name,
                "symbol": kinds[one.kind].symbol if one.kind in kinds else "vehicle",
                "busy": one.busy,  # type: ignore[attr-defined]
                "url": reverse("resource", args=[one.pk]),
            },
        }
        for one in rows
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@needs_capability("areas.see")
def organisations(request: HttpRequest) -> HttpResponse:
    """Offices, committees, hospitals, companies and teams of an area."""
    area, within = chosen_area(request, "areas.see")
    kind, words = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    page_rows = page_of(organisation_register(within, words, kind), request.GET.get("after", ""))
    names = full_names(one.address for one in page_rows.rows)
    context = {
        "area": area,
        "rows": [{"organisation": one, "place_name": names.get(one.address, "")} for one in page_rows.rows],
        "after": page_rows.after,
        "kinds": Organisation.Kind.choices,
        "kind": kind,
        "words": words,
    }
    return render(request, "organisations/list.html", context)


@needs_capability("areas.see")
def organisation(request: HttpRequest, organisation_id: str) -> HttpResponse:
    """One organisation with its parts, its resources and its people on the line."""
    found = Organisation.objects.select_related("parent").filter(pk=organisation_id).first()
    if found is None:
        raise NotFound
    context = {
        "organisation": found,
        "place_name": full_names([found.address])[found.address],
        "parts": list(found.parts.filter(closed_on=None).order_by("name")[:200]),
        "resources": with_kinds(list(queries.register(actor_in(request), organisation=found)[:100])),
    }
    return render(request, "organisations/page.html", context)
