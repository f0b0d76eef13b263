"""Supply meets demand: what communities lack against what departments can give, in one table and map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Level, at_level, span, text
from gridward.kernel.areas.queries import full_names, names_of
from gridward.kernel.errors import AppError, NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.orgs.models import Organisation
from gridward.lines.forces.actions import lacks as actions
from gridward.lines.forces.models import Field
from gridward.lines.forces.queries import lacks as queries
from gridward.lines.forces.views.answering import answered
from gridward.lines.forces.views.places import chosen, communities
from gridward.lines.forces.views.posts import place_of

SEE, STATE, SUPPLY, MATCH = queries.SEE, "lacks.state", "lacks.supply", "lacks.match"
SHOWN = 100


@require_GET
@needs_capability(SEE)
def board(request: HttpRequest) -> HttpResponse:
    """The whole board."""
    return _board(request)


def _board(request: HttpRequest, refusal: AppError | None = None) -> HttpResponse:
    actor = actor_in(request)
    area, within = chosen(request, SEE)
    field = request.GET.get("field", "")
    field = field if field in Field.values else ""
    lacks = list(queries.open_lacks(actor, within, field)[: queries.SHOWN])
    given = queries.supplies(actor, field)
    coming = list(queries.deliveries(actor, within)[:SHOWN])
    senders = queries.givers(coming)
    names = full_names([*(one.address for one in lacks), *(one.address for one in coming)])
    context = {
        "area": area,
        "address": text(area.address),
        "field": field,
        "fields": Field.choices,
        "sums": [{"sum": one, "field": Field(one.field).label} for one in queries.summed(lacks, given)],
        "lacks": [{"lack": one, "place_name": names.get(one.address, "")} for one in lacks],
        "supplies": given,
        "deliveries": [
            {"one": one, "sent": senders.get(one.pk), "place_name": names.get(one.address, ""),
             "may_receive": actor.may(STATE, one.address),
             "may_send": actor.may(MATCH, one.address) or _supplies(actor, senders.get(one.pk))}
            for one in coming
        ],
        "communities": communities(within) if actor.may(STATE) else [],
        "organisations": _offering(actor),
        "may_state": actor.may(STATE),
        "may_supply": actor.may(SUPPLY),
        "may_match": actor.may(MATCH, within.low) and actor.may(MATCH, within.high - 1),
        "new_id": str(new_id()),
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "forces/lacks.html", context, status=refusal.status if refusal else 200)


def _supplies(actor: Any, sent: Any) -> bool:
    return sent is not None and actor.may(SUPPLY, sent.resource.address)


def _offering(actor: Any) -> list[Organisation]:
    if not actor.may(SUPPLY):
        return []
    kinds = (Organisation.Kind.DEPARTMENT, Organisation.Kind.HOSPITAL, Organisation.Kind.TOWN_OFFICE)
    rows = Organisation.objects.filter(kind__in=kinds, closed_on=None).order_by("kind", "name")
    return [one for one in rows if actor.may(SUPPLY, one.address)]


@require_GET
@needs_capability(SEE)
def points(request: HttpRequest) -> HttpResponse:
    """The communities that lack something as points."""
    _area, within = chosen(request, SEE)
    found: dict[int, list[Any]] = {}
    for one in queries.open_lacks(actor_in(request), within)[: queries.SHOWN]:
        found.setdefault(at_level(one.address, Level.COMMUNITY), []).append(one)
    areas = names_of(found)
    features = []
    for address, some in found.items():
        area = areas.get(address)
        if area is None or area.latitude is None:
            continue
        open_ = any(one.promised < one.wanted for one in some)
        title = f"{area}：" + "、".join(f"{one.item} {one.wanted - one.received}{one.unit}" for one in some[:5])
        url = f"{reverse('forces:lacks')}?{urlencode({'area': text(address)})}"
        properties = {"mark": "overdue" if open_ else "moving", "title": title, "url": url}
        point = {"type": "Point", "coordinates": [area.longitude, area.latitude]}
        features.append({"type": "Feature", "geometry": point, "properties": properties})
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@require_POST
@needs_capability(STATE)
def state(request: HttpRequest) -> HttpResponse:
    """A community states what it lacks."""
    place = place_of(request)
    given = {name: request.POST.get(name, "") for name in ("field", "item", "unit", "words")}
    try:
        key = UUID(request.POST["id"]) if request.POST.get("id") else None
    except ValueError as malformed:
        raise NotFound from malformed

    def do() -> None:
        actions.state_lack(
            actor_in(request), actions.Stated(place, quantity=_number(request), id=key, **given), clock.now()
        )
        messages.success(request, _("Stated. The desk sees it now."))

    return _done(request, do, place)


@require_POST
@needs_capability(SUPPLY)
def offer(request: HttpRequest) -> HttpResponse:
    """A department says how much it can give."""
    organisation = request.POST.get("organisation", "")
    try:
        UUID(organisation)
    except ValueError as malformed:
        raise NotFound from malformed
    field, item, unit = (request.POST.get(name, "") for name in ("field", "item", "unit"))

    def do() -> None:
        actions.offer(actor_in(request), organisation, field, item, unit, _number(request), clock.now())
        messages.success(request, _("Kept. It is matched with what communities lack."))

    return _done(request, do)


def _number(request: HttpRequest) -> int:
    given = request.POST.get("quantity", "").strip()
    return int(given) if given.isdigit() and len(given) < 9 else 0


@require_POST
@needs_capability(MATCH)
def match(request: HttpRequest) -> HttpResponse:
    """Send what departments have left to what communities lack."""
    place = place_of(request)

    def do() -> None:
        count = actions.match(actor_in(request), place, span(place), clock.now())
        words = ngettext("%(n)d delivery was arranged.", "%(n)d deliveries were arranged.", count)
        messages.success(request, words % {"n": count})

    return _done(request, do, place)


@require_POST
@needs_capability(SEE)
def send_off(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """It is on its way."""
    return _done(request, lambda: actions.send_off(actor_in(request), delivery_id, clock.now()))


@require_POST
@needs_capability(STATE)
def receive(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """The community has it."""
    words = request.POST.get("words", "")
    return _done(request, lambda: actions.receive(actor_in(request), delivery_id, words, clock.now()))


def _done(request: HttpRequest, do: Callable[[], Any], place: int | None = None) -> HttpResponse:
    def done() -> HttpResponse:
        do()
        shown = {"area": text(place)} if place and actor_in(request).may(SEE, place) else {}
        return redirect(f"{reverse('forces:lacks')}{'?' + urlencode(shown) if shown else ''}")

    return answered(done, lambda refusal: _board(request, refusal))
