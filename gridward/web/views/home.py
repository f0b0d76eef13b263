"""Where a role starts, and the journal for those who answer for it."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from gridward.kernel import clock
from gridward.kernel.access.guards import needs_capability
from gridward.kernel.access.models import Grant
from gridward.kernel.areas.queries import full_names
from gridward.kernel.journal.queries import between
from gridward.kernel.registry import registry
from gridward.web.paging import page_of
from gridward.web.scope import chosen_area
from gridward.web.views import areas
from gridward.web.views.figures import chosen_day
from gridward.web.views.needs import told


def home(request: HttpRequest) -> HttpResponse:
    """The page a role starts on: its own where the manifest names one, else the board of its area."""
    if request.user.is_authenticated:
        roles = registry().roles
        held = Grant.objects.filter(user_id=request.user.pk).values_list("role", flat=True).distinct()
        starts = {roles[role].home for role in held if role in roles}
        if starts and "home" not in starts:
            return redirect(reverse(sorted(starts)[0]))
    return areas.tree(request)


home.capability = areas.SEE  # type: ignore[attr-defined]


@needs_capability("journal.see")
def journal(request: HttpRequest) -> HttpResponse:
    """Who did what on a day in an area, newest first."""
    area, within = chosen_area(request, "journal.see")
    day = chosen_day(request)
    page = page_of(between(*clock.day_bounds(day), [within]), request.GET.get("after", ""))
    names = full_names(entry.address for entry in page.rows)
    rows = [{**row, "place_name": names.get(row["entry"].address, "")} for row in told(page.rows)]
    context = {
        "area": area,
        "rows": rows,
        "after": page.after,
        "day": day,
        "before": day - timedelta(days=1),
        "later": day + timedelta(days=1),
    }
    return render(request, "journal/list.html", context)
