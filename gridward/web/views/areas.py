"""The tree of areas: a page of one, its children for the frame, search, and the map's layers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Level, level_of, parse, span, text
from gridward.kernel.areas import queries
from gridward.kernel.areas.models import Area
from gridward.kernel.errors import NotFound
from gridward.kernel.figures.models import FigureValue
from gridward.kernel.figures.queries import by_area, read, trends
from gridward.kernel.needs.queries import queue
from gridward.kernel.registry import registry
from gridward.web.numbers import NOTHING, shown
from gridward.web.scope import chosen_area
from gridward.web.views.needs import with_places

SEE = queries.SEE
QUEUE_SHOWN = 8
FIGURES_SHOWN = 6


@needs_capability(SEE)
def tree(request: HttpRequest) -> HttpResponse:
    """The reader's own area, as the top of the tree."""
    area, _ = chosen_area(request, SEE)
    return page(request, text(area.address))


@needs_capability(SEE)
def page(request: HttpRequest, address: str) -> HttpResponse:
    """One area: its figures today, what is open, and the areas below it with theirs."""
    area, within = chosen_area(request, SEE, address)
    now = clock.now()
    day = clock.local_day(now)
    sections = _sections(area, day, now)
    columns = [section["tiles"][0]["reading"].figure for section in sections]
    context = {
        "area": area,
        "address": text(area.address),
        "day": day,
        "sections": sections,
        "below": _below(area, [figure.key for figure in columns], day),
        "columns": columns,
        "queue": with_places(list(queue(actor_in(request), within)[:QUEUE_SHOWN])),
        "trail": queries.trail_of(area.address)[:-1],
    }
    return render(request, "areas/page.html", context)


def _sections(area: Area, day: date, now: datetime) -> list[dict[str, Any]]:
    """The first figures of each line; the bulletin has them all."""
    lines = [line for line in registry().lines.values() if line.bulletin]
    keys = [key for line in lines for key in line.bulletin[:FIGURES_SHOWN]]
    readings, courses = read(keys, area.address, day, now), trends(keys, area.address, day)
    return [
        {
            "title": line.title,
            "tiles": [{"reading": readings[key], "trend": courses[key]} for key in line.bulletin[:FIGURES_SHOWN]],
            "all": len(line.bulletin),
        }
        for line in lines
    ]


def _below(area: Area, keys: list[str], day: Any) -> list[dict[str, Any]]:
    children = list(queries.children(area.address))
    if not children or level_of(children[0].address) > Level.COMMUNITY:
        return [{"area": child, "address": text(child.address), "values": []} for child in children]
    values = {key: by_area(key, area.address, level_of(children[0].address), day) for key in keys}
    rows = []
    for child in children:
        cells = [_cell(key, values[key].get(child.address)) for key in keys]
        rows.append({"area": child, "address": text(child.address), "values": cells})
    return rows


def _cell(key: str, value: FigureValue | None) -> str:
    return shown(registry().figures[key].unit, value.value) if value else NOTHING


@needs_capability(SEE)
def children(request: HttpRequest, address: str) -> HttpResponse:
    """The areas right below one, as a fragment of the frame's tree or as JSON."""
    try:
        rows = list(queries.children(parse(address)))
    except ValueError as malformed:
        raise NotFound from malformed
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"areas": [_as_json(area) for area in rows]})
    found = [{"area": area, "address": text(area.address), "leaf": area.level >= Level.UNIT} for area in rows]
    return render(request, "areas/children.html", {"rows": found})


@needs_capability(SEE)
def search(request: HttpRequest) -> HttpResponse:
    """Areas by name, pinyin or initials: a fragment of links or options, or JSON."""
    found = queries.search(actor_in(request), request.GET.get("q", ""))
    names = queries.full_names(area.address for area in found)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"areas": [{**_as_json(area), "full_name": names[area.address]} for area in found]})
    rows = [{"area": area, "address": text(area.address), "full_name": names[area.address]} for area in found]
    return render(request, "areas/found.html", {"rows": rows, "words": request.GET.get("q", "")})


def _as_json(area: Area) -> dict[str, Any]:
    return {
        "address": text(area.address),
        "name": str(area),
        "level": area.level,
        "latitude": area.latitude,
        "longitude": area.longitude,
        "leaf": area.level >= Level.UNIT,
    }


@needs_capability(SEE)
def map_page(request: HttpRequest) -> HttpResponse:
    """The map of an area with its needs and resources."""
    area, _ = chosen_area(request, SEE)
    return render(request, "map/page.html", {"area": area, "address": text(area.address)})


@needs_capability(SEE)
def cells(request: HttpRequest, address: str) -> HttpResponse:
    """The outlines of an area's towns or communities as GeoJSON, each with its figure of open needs."""
    area, _ = chosen_area(request, SEE, address)
    level = Level.TOWN if area.level < Level.TOWN else Level.COMMUNITY
    rows = queries.below(span(area.address), level) if area.level < Level.COMMUNITY else Area.objects.filter(pk=area.pk)
    features = [
        {
            "type": "Feature",
            "id": text(one.address),
            "geometry": one.outline or _point(one),
            "properties": {"name": str(one), "address": text(one.address), "level": one.level},
        }
        for one in rows
        if one.outline or one.latitude is not None
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


def _point(area: Area) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [area.longitude, area.latitude]}
