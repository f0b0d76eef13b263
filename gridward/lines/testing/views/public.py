"""A resident's result, by the tube's number and the letters on the receipt."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gridward.kernel import clock
from gridward.kernel.access.guards import open_to_all
from gridward.kernel.access.origin import network_of
from gridward.lines.testing.access import count_look
from gridward.lines.testing.errors import UnknownReceipt
from gridward.lines.testing.queries.outcome import by_receipt


@require_GET
@open_to_all
def result(request: HttpRequest) -> HttpResponse:
    """Where a receipt is typed in, and what it leads to."""
    tube, receipt = request.GET.get("tube", "").strip(), request.GET.get("receipt", "").strip()
    context = {"tube": tube, "receipt": receipt, "outcome": None, "refusal": None, "now": clock.now()}
    if not tube or not receipt:
        return render(request, "testing/result.html", context)
    count_look(network_of(request), clock.now())
    try:
        outcome = by_receipt(tube, receipt)
    except UnknownReceipt as refusal:
        return render(request, "testing/result.html", {**context, "refusal": refusal}, status=refusal.status)
    return render(request, "testing/result.html", {**context, "outcome": outcome})
