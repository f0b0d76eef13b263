"""A resident's result, by the tube's number with the letters on the receipt, or by ID number and name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from gridward.kernel import clock
from gridward.kernel.access.guards import open_to_all
from gridward.kernel.access.origin import network_of
from gridward.lines.testing.access import count_look
from gridward.lines.testing.errors import UnknownReceipt
from gridward.lines.testing.queries.outcome import by_number, by_receipt


@require_http_methods(["GET", "POST"])
@open_to_all
def result(request: HttpRequest) -> HttpResponse:
    """Where a receipt or an ID number is typed in, and what it leads to; a number never stands in an address."""
    asked = request.POST if request.method == "POST" else request.GET
    given = {name: asked.get(name, "").strip() for name in ("tube", "receipt", "id_number", "name")}
    context = {**given, "outcome": None, "refusal": None, "now": clock.now()}
    by_id = request.method == "POST" and given["id_number"] and given["name"]
    if not by_id and not (given["tube"] and given["receipt"]):
        return render(request, "testing/result.html", context)
    count_look(network_of(request), clock.now())
    try:
        outcome = by_number(given["id_number"], given["name"]) if by_id else by_receipt(given["tube"], given["receipt"])
    except UnknownReceipt as refusal:
        return render(request, "testing/result.html", {**context, "refusal": refusal}, status=refusal.status)
    return render(request, "testing/result.html", {**context, "outcome": outcome})
