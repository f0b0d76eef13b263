"""The register of needs, the page of one with its whole story, and what can be done to it."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import text
from gridward.kernel.areas.queries import full_names, trail_of
from gridward.kernel.assignments.models import Proof
from gridward.kernel.assignments.proofs import Evidence, opened_file
from gridward.kernel.assignments.queries import of_needs
from gridward.kernel.errors import NotFound
from gridward.kernel.journal.queries import story
from gridward.kernel.needs import actions, queries
from gridward.kernel.needs.models import NEED_STATES, Need
from gridward.kernel.needs.rules import steps_from
from gridward.kernel.registry import facts_of, registry
from gridward.web.paging import page_of
from gridward.web.scope import chosen_area

SEE = queries.SEE
MAP_POINTS = 1000


@needs_capability(SEE)
def register(request: HttpRequest) -> HttpResponse:
    """The needs of an area: open ones by deadline, or any state newest first, or those that answer a search."""
    area, within = chosen_area(request, SEE)
    state, words = request.GET.get("state", "open"), request.GET.get("q", "").strip()
    equals = {"category_id": request.GET["category"]} if request.GET.get("category") else {}
    actor = actor_in(request)
    if words:
        rows = queries.search(actor, words, within)
    elif state == "open":
        rows = queries.queue(actor, within, **equals)
    else:
        rows = queries.register(actor, within, **equals, **({"state": state} if state in dict(NEED_STATES) else {}))
    page = page_of(rows, request.GET.get("after", ""))
    context = {
        "area": area,
        "rows": with_places(page.rows),
        "after": page.after,
        "state": state,
        "words": words,
        "states": NEED_STATES,
        "categories": queries.categories(),
        "category": request.GET.get("category", ""),
        "now": clock.now(),
    }
    return render(request, "needs/list.html", context)


def with_places(needs: list[Need]) -> list[dict[str, Any]]:
    """Needs, each with the full name of its place; one query for all."""
    names = full_names(need.address for need in needs)
    return [{"need": need, "place_name": names.get(need.address, ""), "address": text(need.address)} for need in needs]


@needs_capability(SEE)
def page(request: HttpRequest, need_id: str) -> HttpResponse:
    """One need: facts, story, who was sent, proof, and the steps its state and the reader's role allow."""
    need = queries.one(actor_in(request), need_id)
    assignments = of_needs([need.pk])
    subjects = [str(need.pk), *(str(one.pk) for one in assignments)]
    context = {
        "need": need,
        "place_name": full_names([need.address])[need.address],
        "trail": trail_of(need.address),
        "facts": facts_of(actor_in(request), need),
        "assignments": assignments,
        "proofs": list(need.proofs.select_related("by").order_by("at")),
        "joined": list(need.joined.all()[:20]),
        "story": told(story(subjects)),
        "steps": [str(step) for step in steps_from(need.state)] if not need.joined_to_id else [],
        "may": {
            name.replace(".", "_"): actor_in(request).may(name, need.address)
            for name in ("needs.assign", "needs.refuse", "needs.log")
        },
        "now": clock.now(),
    }
    return render(request, "needs/page.html", context)


def told(entries: Any) -> list[dict[str, Any]]:
    """Journal entries with their verbs in words, oldest first."""
    verbs = registry().verbs
    return [{"entry": entry, "words": verbs.get(entry.verb, entry.verb)} for entry in entries]


@require_POST
@needs_capability(SEE)
def close(request: HttpRequest, need_id: str) -> HttpResponse:
    """Serve at the desk with proof, refuse or withdraw with a reason, as the form's `step` says."""
    actor, now = actor_in(request), clock.now()
    need = queries.one(actor, need_id)
    words = request.POST.get("words", "")
    match request.POST.get("step"):
        case "serve":
            actor.require("needs.assign", need.address)
            photo = request.FILES.get("photo")
            actions.serve(actor, need.pk, Evidence(words, photo.read() if photo else b""), now)
        case "refuse":
            actor.require("needs.refuse", need.address)
            actions.refuse(actor, need.pk, words, now)
        case "withdraw":
            actor.require("needs.log", need.address)
            actions.withdraw(actor, need.pk, words, now)
        case _:
            raise NotFound
    return back(request, need)


@require_POST
@needs_capability("needs.log")
def reopen(request: HttpRequest, need_id: str) -> HttpResponse:
    """Open an ended need again, with a reason."""
    actor = actor_in(request)
    need = queries.one(actor, need_id)
    actor.require("needs.log", need.address)
    actions.reopen(actor, need.pk, request.POST.get("words", ""), clock.now())
    return back(request, need)


def back(request: HttpRequest, need: Need) -> HttpResponse:
    """After a step: the need's page, or the page the form came from."""
    target = request.POST.get("next", "")
    return redirect(target if target.startswith("/") and not target.startswith("//") else _url(need))


def _url(need: Need) -> str:
    return reverse("need", args=[need.pk])


@needs_capability(SEE)
def points(request: HttpRequest, address: str) -> HttpResponse:
    """The open needs of an area as GeoJSON points, the most pressing first, at most `MAP_POINTS`."""
    _, within = chosen_area(request, SEE, address)
    open_needs = queries.queue(actor_in(request), within).exclude(latitude=None).select_related(None)
    columns = ("pk", "longitude", "latitude", "state", "due_at", "urgency", "category_id")
    names = {category.key: str(category) for category in queries.categories()}
    now = clock.now()
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
            "properties": {
                "id": str(pk),
                "state": "overdue" if due_at <= now else state,
                "title": names.get(category, category),
                "urgency": urgency,
                "url": f"/needs/{pk}",
            },
        }
        for pk, longitude, latitude, state, due_at, urgency, category in open_needs.values_list(*columns)[:MAP_POINTS]
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@needs_capability(SEE)
def proof(request: HttpRequest, proof_id: str) -> HttpResponse:
    """The picture of a proof, for those who may see its need."""
    found = Proof.objects.filter(pk=proof_id).first()
    if found is None or not found.file or not actor_in(request).may(SEE, found.address):
        raise NotFound
    return FileResponse(opened_file(found.file))
