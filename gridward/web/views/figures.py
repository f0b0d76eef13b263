"""Figures: the board of an area, a definition with the rows behind it, and the daily bulletin."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gridward.kernel import clock
from gridward.kernel.access.guards import needs_capability
from gridward.kernel.address import Level, level_of, text
from gridward.kernel.areas.queries import children, full_names
from gridward.kernel.errors import Invalid
from gridward.kernel.figures import queries
from gridward.kernel.needs.models import NEED_STATES, Category
from gridward.kernel.registry import registry
from gridward.web.bulletin import bulletin_of, bulletin_text
from gridward.web.bulletin import bulletin_pdf as draw_pdf
from gridward.web.scope import chosen_area

SEE = "figures.see"
ROWS_SHOWN = 50


def chosen_day(request: HttpRequest) -> date:
    """The day named by `?day=`, else today.

    Raises: Invalid for anything that is not a date.
    """
    wanted = request.GET.get("day", "")
    try:
        return date.fromisoformat(wanted) if wanted else clock.local_day(clock.now())
    except ValueError as malformed:
        raise Invalid(field=_("day"), reason=_("write it as 2022-12-02")) from malformed


@needs_capability(SEE)
def bulletin(request: HttpRequest) -> HttpResponse:
    """The day of an area in its figures, line by line; every number opens its definition and its rows."""
    return render(request, "bulletin/page.html", _bulletin_context(request))


@needs_capability(SEE)
def bulletin_pdf(request: HttpRequest) -> HttpResponse:
    """The bulletin as a PDF to hand on."""
    area, _within = chosen_area(request, SEE)
    day = chosen_day(request)
    headers = {"Content-Disposition": f'attachment; filename="bulletin-{day}.pdf"'}
    drawn = draw_pdf(bulletin_of(area, day, clock.now()))
    return HttpResponse(drawn, content_type="application/pdf", headers=headers)


@needs_capability(SEE)
def bulletin_plain(request: HttpRequest) -> HttpResponse:
    """The bulletin as plain text, to paste into a message."""
    area, _within = chosen_area(request, SEE)
    plain = bulletin_text(bulletin_of(area, chosen_day(request), clock.now()))
    return HttpResponse(plain, content_type="text/plain; charset=utf-8")


def _bulletin_context(request: HttpRequest) -> dict[str, Any]:
    area, _within = chosen_area(request, SEE)
    day = chosen_day(request)
    return {
        "area": area,
        "address": text(area.address),
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "today": clock.local_day(clock.now()),
        "bulletin": bulletin_of(area, day, clock.now()),
    }


@needs_capability(SEE)
def figure(request: HttpRequest, key: str) -> HttpResponse:
    """One figure: what it means, its trend, its parts, the areas below, and the rows it was computed from."""
    area, within = chosen_area(request, SEE)
    one, day, now = queries.figure(key), chosen_day(request), clock.now()
    rows = queries.rows_behind(one, [within], day, now, after=request.GET.get("after", ""), limit=ROWS_SHOWN + 1)
    names = full_names(row["address"] for row in rows)
    context = {
        "area": area,
        "address": text(area.address),
        "figure": one,
        "day": day,
        "reading": queries.read([key], area.address, day, now)[key],
        "trend": _points(queries.trends([key], area.address, day)[key]),
        "parts": _named_parts(queries.by_part(key, area.address, day)) if one.parts else [],
        "below": _below(key, area.address, day),
        "rows": [
            {**row, "place_name": names.get(row["address"], ""), "url": reverse(one.row_page, args=[row["row_id"]])}
            for row in rows[:ROWS_SHOWN]
        ],
        "after": rows[ROWS_SHOWN - 1]["row_id"] if len(rows) > ROWS_SHOWN else "",
    }
    return render(request, "figures/page.html", context)


def _points(course: list[tuple[date, float | None]]) -> list[dict[str, Any]]:
    return [{"day": at.isoformat(), "value": value} for at, value in course]


def _named_parts(parts: list[tuple[str, float | None]]) -> list[dict[str, Any]]:
    states = {str(state): words for state, words in NEED_STATES}
    names = {category.key: str(category) for category in Category.objects.filter(key__in=[part for part, _v in parts])}
    return [{"name": names.get(part) or states.get(part, part), "value": value} for part, value in parts]


def _below(key: str, address: int, day: date) -> list[dict[str, Any]]:
    areas = list(children(address))
    if not areas or level_of(areas[0].address) > Level.COMMUNITY:
        return []
    values = queries.by_area(key, address, level_of(areas[0].address), day)
    return [
        {"area": area, "address": text(area.address), "value": values[area.address].value}
        for area in areas
        if area.address in values
    ]


@needs_capability(SEE)
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every figure of an area on a day as JSON, for programs and for `gridward bulletin --json`."""
    area, _within = chosen_area(request, SEE)
    day = chosen_day(request)
    readings = queries.read(registry().figures, area.address, day, clock.now())
    figures = {
        key: {"value": one.value, "rows": one.weight, "unit": str(one.figure.unit)} for key, one in readings.items()
    }
    return JsonResponse({"area": text(area.address), "day": day.isoformat(), "figures": figures})
