"""Pages of the testing line."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.areas.queries import full_names
from gridward.lines.testing.queries import open_needs

ROWS = 50


@needs_capability("needs.see")
def queue(request: HttpRequest) -> HttpResponse:
    """The line's queue."""
    needs = list(open_needs(actor_in(request))[:ROWS])
    names = full_names(need.address for need in needs)
    rows = [{"need": need, "place_name": names.get(need.address, "")} for need in needs]
    return render(request, "testing/queue.html", {"rows": rows})
