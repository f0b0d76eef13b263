"""For residents, without an account: ask, follow by code, confirm, reopen or withdraw."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor, public_actor
from gridward.kernel.access.guards import needs_capability, open_to_all
from gridward.kernel.access.origin import network_of
from gridward.kernel.access.scope import open_rows
from gridward.kernel.address import Level, at_level, parse, span, text
from gridward.kernel.areas.queries import below, full_names, one
from gridward.kernel.assignments.models import Proof
from gridward.kernel.assignments.proofs import opened_file
from gridward.kernel.errors import AppError, NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.queries import running
from gridward.kernel.journal.queries import story
from gridward.kernel.needs.actions import Wanted
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import steps_from
from gridward.kernel.registry import registry
from gridward.lines.hotline import actions, queries
from gridward.lines.hotline.access import incident_in_force
from gridward.lines.hotline.errors import UnknownCode
from gridward.lines.hotline.forms import AskForm

HOUR_S = 3600
STRETCH_S = 600
LOOKS = 60
STEPS = 10


def resident(request: HttpRequest) -> Actor:
    """The actor of a resident's page, signed in or not: what they may do hangs on their code."""
    return public_actor("web")


def _from(request: HttpRequest) -> str:
    return network_of(request)


@open_to_all
def ask(request: HttpRequest) -> HttpResponse:
    """The request form; sending it leads to the page of its tracking code."""
    if running() is None:
        return render(request, "hotline/quiet.html", status=200)
    form = AskForm(request.POST or None)
    if request.method == "POST":
        actions.count_visit(f"ask {_from(request)}", settings.ASK_PER_HOUR, HOUR_S, clock.now())
        if form.is_valid():
            need = actions.ask(resident(request), Wanted(**form.wanted(incident_in_force())), clock.now())
            return redirect(f"{reverse('hotline:request', args=[need.tracking_code])}?sent=ask")
    return render(request, "hotline/ask.html", _ask_context(request, form), status=422 if form.errors else 200)


def _ask_context(request: HttpRequest, form: AskForm) -> dict[str, Any]:
    chosen = form.data.get("address") or request.GET.get("area", "")
    return {
        "form": form,
        "fresh_id": form.data.get("id") or str(new_id()),
        "categories": queries.categories(public=True),
        "towns": _towns(),
        "chosen": chosen,
    }


def _towns() -> list[tuple[str, list[tuple[str, str]]]]:
    district = span(queries.district())
    towns = {area.address: (str(area), []) for area in below(district, Level.TOWN)}
    for community in below(district, Level.COMMUNITY):
        town = towns.get(at_level(community.address, Level.TOWN))
        if town is not None:
            town[1].append((text(community.address), str(community)))
    return list(towns.values())


@require_GET
@open_to_all
def tracking(request: HttpRequest) -> HttpResponse:
    """Where a code is typed in."""
    code = request.GET.get("code", "").strip().upper().replace(" ", "").replace("-", "")
    if not code:
        return render(request, "hotline/tracking.html")
    try:
        _need(request, code)
    except UnknownCode as unknown:
        return render(request, "hotline/tracking.html", {"refusal": unknown, "code": code}, status=404)
    return redirect("hotline:request", code=code)


def _need(request: HttpRequest, code: str) -> Need:
    actions.count_visit(f"look {_from(request)}", LOOKS, STRETCH_S, clock.now())
    return actions.by_code(code)


@require_GET
@open_to_all
def page(request: HttpRequest, code: str) -> HttpResponse:
    """How one request stands, in plain words, with proof of what was done."""
    return _page(request, _need(request, code))


def _page(request: HttpRequest, need: Need, refusal: AppError | None = None) -> HttpResponse:
    head = need.joined_to or need
    tasks = list(head.assignments.values_list("pk", flat=True))
    open_rows(*tasks)
    verbs = registry().verbs
    context = {
        "need": need,
        "place_name": full_names([need.address])[need.address],
        "story": [
            {"at": entry.at, "words": verbs.get(entry.verb, entry.verb)}
            for entry in story([str(need.pk), *map(str, tasks)])
            if entry.verb != "assignment.declined"
        ],
        "proofs": list(Proof.objects.filter(need__in={need.pk, head.pk}).order_by("at")),
        "steps": [str(step) for step in steps_from(need.state)],
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "hotline/request.html", context, status=refusal.status if refusal else 200)


@require_POST
@open_to_all
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """It was done."""
    return _step(request, code, lambda: actions.confirm_by_code(resident(request), code, clock.now()))


@require_POST
@open_to_all
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """It was not done, and why."""
    words = request.POST.get("words", "")
    return _step(request, code, lambda: actions.reopen_by_code(resident(request), code, words, clock.now()))


@require_POST
@open_to_all
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """It is no longer needed."""
    words = request.POST.get("words", "")
    return _step(request, code, lambda: actions.withdraw_by_code(resident(request), code, words, clock.now()))


def _step(request: HttpRequest, code: str, do: Any) -> HttpResponse:
    actions.count_visit(f"step {code}", STEPS, STRETCH_S, clock.now())
    need = _need(request, code)
    try:
        do()
    except AppError as refusal:
        if refusal.status not in (409, 422):
            raise
        return _page(request, need, refusal)
    return redirect("hotline:request", code=code)


@require_GET
@open_to_all
def proof(request: HttpRequest, code: str, proof_id: str) -> HttpResponse:
    """A photo of what was done, for the one who asked."""
    need = _need(request, code)
    found = Proof.objects.filter(pk=proof_id, need_id__in=[need.pk, need.joined_to_id]).first()
    if found is None or not found.file:
        raise NotFound
    return FileResponse(opened_file(found.file))


@require_GET
@needs_capability("areas.see")
def poster(request: HttpRequest) -> HttpResponse:
    """A sheet to print and hang at the door: scan, ask, follow."""
    try:
        area = one(parse(request.GET.get("area") or text(queries.district())))
    except ValueError as malformed:
        raise NotFound from malformed
    address = request.build_absolute_uri(f"{reverse('hotline:ask')}?area={text(area.address)}")
    drawing = segno.make(address, error="q").svg_data_uri(scale=8, border=2)
    return render(request, "hotline/poster.html", {"area": area, "link": address, "drawing": drawing})
