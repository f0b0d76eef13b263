"""The register of people: masked until somebody says why they need to look."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import text
from gridward.kernel.areas.queries import full_names
from gridward.kernel.needs.models import Need
from gridward.kernel.people import actions, queries
from gridward.kernel.people.models import Person
from gridward.kernel.people.rules import age, masked_name, masked_number
from gridward.web.paging import PageOfRows, page_of
from gridward.web.scope import chosen_area
from gridward.web.views.needs import with_places

SEE = queries.SEE


@needs_capability(SEE)
def register(request: HttpRequest) -> HttpResponse:
    """The people of an area door by door, those with special needs, or those who answer a search."""
    area, within = chosen_area(request, SEE)
    actor, words, trait = actor_in(request), request.GET.get("q", "").strip(), request.GET.get("trait", "")
    if words:
        page = PageOfRows(list(queries.search(actor, words, within)), "")
    else:
        special = trait or request.GET.get("special")
        rows = queries.with_traits(actor, within, trait) if special else queries.register(actor, within)
        page = page_of(rows, request.GET.get("after", ""))
    context = {
        "area": area,
        "rows": masked(page.rows),
        "after": page.after,
        "words": words,
        "trait": trait,
        "special": request.GET.get("special", ""),
    }
    return render(request, "people/list.html", context)


def masked(people: list[Person]) -> list[dict[str, Any]]:
    """People as a list shows them: names and numbers masked, places in words; one query for all places."""
    names = full_names(person.address for person in people)
    today = clock.local_day(clock.now())
    return [
        {
            "id": person.pk,
            "name": masked_name(person.name),
            "phone": masked_number(person.phone),
            "sex": person.get_sex_display() if person.sex else "",
            "age": age(person.born_on, today),
            "place_name": names.get(person.address, ""),
            "address": text(person.address),
            "room": person.room,
            "traits": person.traits,
        }
        for person in people
    ]


@needs_capability(SEE)
def page(request: HttpRequest, person_id: str) -> HttpResponse:
    """One person, masked, with the needs logged for them."""
    person = queries.one(actor_in(request), person_id)
    return render(request, "people/page.html", _context(request, person, revealed=False))


@require_POST
@needs_capability("people.reveal")
def reveal(request: HttpRequest, person_id: str) -> HttpResponse:
    """The same page unmasked, for the purpose given; the look is journalled."""
    person = actions.reveal(actor_in(request), person_id, request.POST.get("purpose", ""), clock.now())
    return render(request, "people/page.html", _context(request, person, revealed=True))


def _context(request: HttpRequest, person: Person, *, revealed: bool) -> dict[str, Any]:
    needs = Need.objects.filter(person=person).select_related("category").order_by("-opened_at")[:20]
    return {
        "person": person,
        "shown": masked([person])[0],
        "id_number": masked_number(person.id_number),
        "revealed": revealed,
        "may_reveal": actor_in(request).may("people.reveal", person.address),
        "needs": with_places(list(needs)),
    }
