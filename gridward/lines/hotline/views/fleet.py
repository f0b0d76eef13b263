"""Allotting vehicles: towns give emergency vehicles to their communities, police vehicles are placed ahead."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Level, parse, text
from gridward.kernel.areas.queries import below, full_names
from gridward.kernel.errors import NotFound
from gridward.kernel.registry import registry
from gridward.kernel.resources.actions import allot as give
from gridward.lines.hotline import queries
from gridward.lines.hotline.figures import VEHICLES

CHANGE = "resources.change"
SHOWN = 500


@require_GET
@needs_capability(CHANGE)
def fleet(request: HttpRequest) -> HttpResponse:
    """The vehicles in reach, where each is allotted, and which communities are farthest from one."""
    spans = actor_in(request).spans(CHANGE)
    kind = request.GET.get("kind") if request.GET.get("kind") in VEHICLES else VEHICLES[0]
    vehicles = list(queries.fleet(actor_in(request)).filter(kind=kind)[:SHOWN])
    covers = sorted(
        (cover for one in spans for cover in queries.coverage(str(kind), one)),
        key=lambda cover: -(cover.metres if cover.metres is not None else float("inf")),
    )[:40]
    names = full_names([*(one.address for one in vehicles), *(cover.address for cover in covers)])
    places = [area for one in spans for level in (Level.TOWN, Level.COMMUNITY) for area in below(one, level)]
    kinds = registry().resource_kinds
    context = {
        "rows": [{"vehicle": one, "place_name": names[one.address]} for one in vehicles],
        "covers": [
            {"cover": one, "place_name": names[one.address], "kilometres": round((one.metres or 0) / 1000, 1)}
            for one in covers
        ],
        "places": [{"address": text(area.address), "name": str(area), "level": area.level} for area in places],
        "kinds": [{"key": key, "title": kinds[key].title} for key in VEHICLES],
        "kind": kind,
    }
    return render(request, "hotline/fleet.html", context)


@require_POST
@needs_capability(CHANGE)
def allot(request: HttpRequest) -> HttpResponse:
    """Give the chosen vehicles another area to serve, all or none."""
    try:
        address = parse(request.POST.get("address", ""))
        chosen = [UUID(one) for one in request.POST.getlist("vehicle")]
    except ValueError as malformed:
        raise NotFound from malformed
    vehicles = list(queries.fleet(actor_in(request)).filter(pk__in=chosen))
    if len(vehicles) != len(set(chosen)) or not vehicles:
        raise NotFound
    with transaction.atomic():
        for vehicle in vehicles:
            give(actor_in(request), vehicle.pk, address, clock.now())
    return redirect(f"{reverse('hotline:fleet')}?kind={vehicles[0].kind}")
