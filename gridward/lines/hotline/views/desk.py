"""The call-taker's desk: from the ring to a tracking code, without leaving the keyboard."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Level, parse, text
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import children, full_names, search
from gridward.kernel.ids import new_id
from gridward.kernel.needs import queries as kernel_needs
from gridward.kernel.needs.actions import Wanted
from gridward.kernel.needs.models import HOLDER, Urgency
from gridward.kernel.people.rules import masked_name
from gridward.kernel.people.traits import TRAITS
from gridward.kernel.search import text_tokens
from gridward.kernel.secrecy.keyring import search_key
from gridward.lines.hotline import actions, queries, rules
from gridward.lines.hotline.access import incident_in_force
from gridward.lines.hotline.forms import CallForm

LOG = "needs.log"
PLACES_SHOWN = 9
DRAFT = "call"
"""The name the form is kept under in the browser until it is logged."""


@needs_capability(LOG)
def desk(request: HttpRequest) -> HttpResponse:
    """The form of one call; logging it leads to its tracking code."""
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = Wanted(**form.wanted(incident_in_force()))
        need = actions.take(actor_in(request), wanted, clock.now(), form.cleaned_data["join_into"])
        return redirect(f"{reverse('hotline:logged', args=[need.pk])}?sent={DRAFT}")
    return render(request, "hotline/desk.html", _desk_context(form), status=422 if form.errors else 200)


def _desk_context(form: CallForm) -> dict[str, Any]:
    address = form.data.get("address", "") if form.is_bound else ""
    known = address.isdigit() and len(address) == 19
    return {
        "form": form,
        "fresh_id": form.data.get("id") or str(new_id()),
        "categories": list(enumerate(queries.categories(), start=1)),
        "urgencies": Urgency.choices,
        "place_name": full_names([int(address)])[int(address)] if known else "",
    }


@require_GET
@needs_capability(LOG)
def logged(request: HttpRequest, need_id: str) -> HttpResponse:
    """What to read to the caller; the next call is one key away."""
    need = kernel_needs.one(actor_in(request), need_id)
    context = {"need": need, "place_name": full_names([need.address])[need.address], "now": clock.now()}
    return render(request, "hotline/logged.html", context)


@require_GET
@needs_capability(LOG)
def caller(request: HttpRequest) -> HttpResponse:
    """Who is calling, by the number: people of the register, and the needs this number asked for."""
    found = queries.caller(actor_in(request), request.GET.get("caller_phone", ""))
    people = [
        {
            "id": person.pk,
            "name": masked_name(person.name),
            "address": text(person.address),
            "room": person.room,
            "place_name": found.places.get(person.address, ""),
            "traits": [TRAITS.get(trait, trait) for trait in person.traits],
        }
        for person in found.people
    ]
    recent = [{"need": need, "place_name": found.places.get(need.address, "")} for need in found.recent]
    return render(request, "hotline/parts/caller.html", {"people": people, "recent": recent, "now": clock.now()})


@require_GET
@needs_capability(LOG)
def places(request: HttpRequest) -> HttpResponse:
    """Places that answer a search, or those right below one."""
    under, words = request.GET.get("under", ""), request.GET.get("q", "").strip()
    found = list(children(_address(under))[:300]) if under else search(actor_in(request), words, limit=PLACES_SHOWN)
    return render(request, "hotline/parts/places.html", {"places": _named(found), "words": words, "under": under})


def _address(given: str) -> int:
    try:
        return parse(given)
    except ValueError:
        return -1


def _named(areas: list[Area]) -> list[dict[str, Any]]:
    names = full_names(area.address for area in areas)
    return [
        {
            "address": text(area.address),
            "name": str(area),
            "full_name": names[area.address],
            "deeper": area.level < Level.UNIT,
        }
        for area in areas
    ]


@require_GET
@needs_capability(LOG)
def nearest(request: HttpRequest) -> HttpResponse:
    """The place nearest to a point picked on the map."""
    try:
        latitude, longitude = float(request.GET["latitude"]), float(request.GET["longitude"])
    except (KeyError, ValueError):
        return JsonResponse({"address": None})
    address = queries.nearest_area(latitude, longitude)
    if address is None:
        return JsonResponse({"address": None})
    return JsonResponse({"address": text(address), "name": full_names([address])[address]})


@require_GET
@needs_capability(LOG)
def hints(request: HttpRequest) -> HttpResponse:
    """What the words so far point to: categories, and open needs at the same place that this may be."""
    words, address = request.GET.get("words", ""), _address(request.GET.get("address", ""))
    suggested = rules.suggest(words, queries.pointers())
    category = request.GET.get("category") or (suggested[0].category if suggested else "")
    same = []
    if address >= 0:
        said = text_tokens(words, search_key(incident_in_force(), HOLDER))
        same = queries.duplicates(category, address, said, clock.now())
    mine = [one for one in same if actor_in(request).may(kernel_needs.SEE, one.need.address)]
    by_key = {one.key: one for one in queries.categories()}
    names = full_names(one.need.address for one in mine)
    context = {
        "suggested": [
            {"category": by_key[one.category], "found": one.found, "urgency": one.urgency}
            for one in suggested
            if one.category in by_key
        ],
        "duplicates": [{"need": one.need, "place_name": names[one.need.address]} for one in mine],
        "chosen": by_key.get(category),
        "now": clock.now(),
    }
    return render(request, "hotline/parts/hints.html", context)
