"""For everybody: signing up on a phone, and the poster that leads there."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from gridward.kernel import clock
from gridward.kernel.access.actor import public_actor
from gridward.kernel.access.guards import needs_capability, open_to_all
from gridward.kernel.access.origin import network_of
from gridward.kernel.address import text
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.queries import running
from gridward.lines.forces.actions.volunteers import apply, count_visit
from gridward.lines.forces.forms.volunteers import DAYS, JoinForm
from gridward.lines.forces.models import Volunteer
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.queries.volunteers import shift_names
from gridward.lines.forces.views.places import chosen, communities, district

HOUR_S = 3600
PATH = "forces:join"


@open_to_all
def join(request: HttpRequest) -> HttpResponse:
    """The form; sending it leads to the personal page."""
    incident = running()
    if incident is None:
        return render(request, "forces/quiet.html")
    form = JoinForm(request.POST or None)
    if request.method == "POST":
        count_visit(f"join {network_of(request)}", settings.ASK_PER_HOUR, HOUR_S, clock.now())
        if form.is_valid():
            made = apply(public_actor("web"), form.application(incident.pk), clock.now())
            return redirect(f"{reverse('forces:me', args=[made.code])}?sent=join")
    return render(request, "forces/join.html", _context(request, form), status=422 if form.errors else 200)


def _context(request: HttpRequest, form: JoinForm) -> dict[str, Any]:
    return {
        "form": form,
        "fresh_id": form.data.get("id") or str(new_id()),
        "towns": communities(district()),
        "chosen": form.data.get("address") or request.GET.get("area", ""),
        "rules": joining(),
        **abilities(form),
    }


def abilities(form: Any, known: Volunteer | None = None) -> dict[str, Any]:
    """What the boxes of skills, limits, transport and hours show: as sent, else as known."""
    sent = form.is_bound
    hours = known.hours if known and not sent else {}
    ticked = set(form.data.getlist("hours")) if sent else {f"{day}-{key}" for day in hours for key in hours[day]}
    shifts = shift_names()
    return {
        "skills": form.fields["skills"].choices,
        "limits": form.fields["limits"].choices,
        "transports": Volunteer.Transport.choices,
        "chosen_skills": form.data.getlist("skills") if sent else known.skills if known else [],
        "chosen_limits": form.data.getlist("limits") if sent else known.limits if known else [],
        "chosen_transport": form.data.get("transport") if sent else known.transport if known else "foot",
        "most": form.data.get("max_shifts_week") if sent else known.max_shifts_week if known else 5,
        "shifts": list(shifts.values()),
        "week": [
            {"name": name, "boxes": [{"value": f"{day}-{key}", "on": f"{day}-{key}" in ticked} for key in shifts]}
            for day, name in enumerate(DAYS)
        ],
        "whenever": not ticked,
    }


@require_GET
@needs_capability("volunteers.see")
def poster(request: HttpRequest) -> HttpResponse:
    """A sheet to print and hang at the door: scan, sign up, serve."""
    area, _within = chosen(request, "volunteers.see")
    address = request.build_absolute_uri(f"{reverse(PATH)}?area={text(area.address)}")
    drawing = segno.make(address, error="q").svg_data_uri(scale=8, border=2)
    return render(request, "forces/join_poster.html", {"area": area, "link": address, "drawing": drawing})
