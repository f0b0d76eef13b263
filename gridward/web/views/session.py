"""Signing in, the inbox, the change feed, the language."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability, open_to_all
from gridward.kernel.journal.queries import news
from gridward.kernel.notices.actions import mark_seen
from gridward.kernel.notices.queries import inbox, words_of
from gridward.kernel.registry import strip_kinds, urgent_rows
from gridward.web.paging import page_of
from gridward.web.pulse import pulse


@needs_capability("areas.see")
def feed(request: HttpRequest) -> HttpResponse:
    """What is new since a cursor, in the reader's areas; 204 when nothing is."""
    actor = actor_in(request)
    spans = actor.spans("needs.see") or actor.spans("areas.see")
    found = news(request.GET.get("since", ""), spans)
    if actor.may("needs.see"):
        pulse.know(request.session.session_key, spans)
    if not found.events:
        return HttpResponse(status=204, headers={"X-Cursor": found.cursor})
    return JsonResponse({"cursor": found.cursor, "events": found.events, "more": found.more})


@needs_capability("areas.see")
def notices(request: HttpRequest) -> HttpResponse:
    """The inbox, newest first."""
    page = page_of(inbox(actor_in(request)).order_by("-made_at", "-id"), request.GET.get("after", ""))
    rows = [{"notice": notice, "words": words_of(notice)} for notice in page.rows]
    return render(request, "inbox/list.html", {"rows": rows, "after": page.after})


@needs_capability("areas.see")
def strip(request: HttpRequest) -> HttpResponse:
    """What stands at the top of every page, asked again when the feed tells of it."""
    frame = {"urgent": urgent_rows(actor_in(request)), "urgent_kinds": strip_kinds()}
    # Without the request, and so without the rest of the frame: only the strip's own query is asked.
    return HttpResponse(render_to_string("parts/strip.html", {"strip": frame}))


@require_POST
@needs_capability("areas.see")
def see_notices(request: HttpRequest) -> HttpResponse:
    """Mark notices seen, and go where one of them leads."""
    mark_seen(actor_in(request), request.POST.getlist("notice"), clock.now())
    target = request.POST.get("link", "")
    return redirect(target if target.startswith("/") and not target.startswith("//") else "inbox")


@open_to_all
def health(request: HttpRequest) -> HttpResponse:
    """Whether this process answers and reaches its database; for supervisors and load balancers."""
    with connection.cursor() as query:
        query.execute("SELECT 1")
    return JsonResponse({"ok": True})
