"""Exports of personal data: asking for one, a second person's word, taking the file once."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.areas.queries import full_names
from gridward.kernel.exports import actions, queries
from gridward.kernel.exports.models import ExportRequest
from gridward.kernel.sheets.queries import sheet
from gridward.kernel.sheets.writing import FORMATS
from gridward.web.paging import page_of
from gridward.web.scope import chosen_area

REVEAL = "people.reveal"
State = ExportRequest.State


@require_GET
@needs_capability(REVEAL)
def requests(request: HttpRequest) -> HttpResponse:
    """What was asked for in the reader's areas, and a form to ask."""
    area, _within = chosen_area(request, REVEAL)
    page = page_of(queries.listed(actor_in(request)), request.GET.get("after", ""))
    names = full_names(one.address for one in page.rows)
    context = {
        "area": area,
        "sheets": [sheet(key) for key in queries.personal_sheets()],
        "kinds": list(FORMATS),
        "rows": [_line(request, one, names) for one in page.rows],
        "after": page.after,
    }
    return render(request, "exports/list.html", context)


def _line(request: HttpRequest, one: ExportRequest, names: dict[int, str]) -> dict[str, Any]:
    mine, fresh = one.asked_by_id == request.user.pk, one.expires_at > clock.now()
    return {
        "request": one,
        "title": sheet(one.sheet).title,
        "place_name": names.get(one.address, ""),
        "may_decide": fresh and not mine and one.state == State.WAITING,
        "may_take": fresh and mine and one.state == State.APPROVED,
        "expired": not fresh and one.state in (State.WAITING, State.APPROVED),
    }


@require_POST
@needs_capability(REVEAL)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a sheet of an area, with what it is for."""
    _area, within = chosen_area(request, REVEAL, request.POST.get("area") or None)
    given = request.POST
    actions.ask(
        actor_in(request), given.get("sheet", ""), given.get("kind", ""), within, given.get("purpose", ""), clock.now()
    )
    return redirect("exports")


@require_POST
@needs_capability(REVEAL)
def approval(request: HttpRequest, request_id: Any) -> HttpResponse:
    """A second person says yes."""
    actions.decide(actor_in(request), request_id, clock.now(), approved=True)
    return redirect("exports")


@require_POST
@needs_capability(REVEAL)
def refusal(request: HttpRequest, request_id: Any) -> HttpResponse:
    """A second person says no."""
    actions.decide(actor_in(request), request_id, clock.now(), approved=False)
    return redirect("exports")


@require_POST
@needs_capability(REVEAL)
def file(request: HttpRequest, request_id: Any) -> FileResponse:
    """The file, once, to the one who asked."""
    target = TemporaryFile()  # noqa: SIM115 — the response closes it
    found = actions.take(actor_in(request), request_id, target, clock.now())
    target.seek(0)
    response = FileResponse(target, content_type=FORMATS[found.format])
    name = quote(f"{sheet(found.sheet).title}.{found.format}")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Cache-Control"] = "no-store"
    return response
