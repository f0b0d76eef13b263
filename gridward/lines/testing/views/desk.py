"""The testing desk: rounds, points, who is visited at home, boxes on their way, recalls, newcomers."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.actor import one_visible
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Level, parse, text
from gridward.kernel.areas.queries import below, full_names
from gridward.kernel.errors import AppError, Invalid, NotFound
from gridward.kernel.people.queries import search
from gridward.kernel.people.rules import masked_name
from gridward.lines.testing import plan
from gridward.lines.testing.actions.laboratories import bind_boxes
from gridward.lines.testing.actions.rounds import WantedRound, close_round, complete_newcomer, open_round
from gridward.lines.testing.models import Recall
from gridward.lines.testing.queries import desk

SEE, PLAN = desk.SEE, "testing.plan"
SHOWN = 200


@require_GET
@needs_capability(SEE)
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds, what the engine advises for the next, and the form that opens one."""
    return _rounds(request)


def _rounds(request: HttpRequest, refusal: AppError | None = None) -> HttpResponse:
    actor, now = actor_in(request), clock.now()
    found = list(desk.rounds(actor)[:SHOWN])
    names = full_names(one.address for one in found)
    places = [area for one in actor.spans(PLAN) for level in _LEVELS for area in below(one, level)]
    context = {
        "rows": [{"round": one, "place_name": names[one.address]} for one in found],
        "rules": desk.rules(),
        "places": [{"address": text(one.address), "name": str(one), "level": one.level} for one in places],
        "today": clock.local_day(now).isoformat(),
        "may_plan": actor.may(PLAN),
        "advice": plan.pool_advice(actor, plan.people_due(found), now),
        "refusal": refusal,
        "given": request.POST,
        "now": now,
    }
    return render(request, "testing/rounds.html", context, status=refusal.status if refusal else 200)


_LEVELS = (Level.DISTRICT, Level.TOWN, Level.COMMUNITY)


@require_POST
@needs_capability(PLAN)
def opening(request: HttpRequest) -> HttpResponse:
    """Open a round; leads to its page."""
    try:
        made = open_round(actor_in(request), _wanted(request), clock.now())
    except AppError as refusal:
        if refusal.status not in (409, 422):
            raise
        return _rounds(request, refusal)
    return redirect("testing:round", testing_round_id=made.pk)


def _wanted(request: HttpRequest) -> WantedRound:
    size = request.POST.get("pool_size", "")
    try:
        return WantedRound(
            parse(request.POST.get("address", "")),
            request.POST.get("rule", ""),
            date.fromisoformat(request.POST.get("day", "")),
            int(size) if size else None,
        )
    except ValueError as wrong:
        raise Invalid(field=_("Round"), reason=_("choose the area, the rule and the day")) from wrong


@require_GET
@needs_capability(SEE)
def round_page(request: HttpRequest, testing_round_id: UUID) -> HttpResponse:
    """One round: how far it is at every point, the points that lag on top."""
    actor = actor_in(request)
    made = desk.one_round(actor, testing_round_id)
    points = desk.progress(actor, made)
    names = full_names([made.address, *(one.point.address for one in points)])
    sampled, due = sum(one.sampled for one in points), sum(one.point.people for one in points)
    rows = [
        {"at": one, "place_name": names[one.point.address], "share": _share(one.sampled, one.point.people)}
        for one in points
    ]
    context = {
        "round": made,
        "place_name": names[made.address],
        "rows": sorted(rows, key=lambda row: row["share"])[:SHOWN],
        "points": len(points),
        "due": due,
        "sampled": sampled,
        "share": _share(sampled, due),
        "tubes": sum(one.tubes for one in points),
        "concluded": sum(one.concluded for one in points),
        "tables": sum(one.point.tables for one in points),
        "samplers": sum(one.point.samplers for one in points),
        "may_plan": actor.may(PLAN, made.address),
        "may_see_people": actor.may("people.see"),
        "now": clock.now(),
    }
    return render(request, "testing/round.html", context)


def _share(part: int, whole: int) -> int:
    return min(100, part * 100 // whole) if whole else 0


@require_POST
@needs_capability(PLAN)
def closing(request: HttpRequest, testing_round_id: UUID) -> HttpResponse:
    """Take a round off the phones."""
    made = close_round(actor_in(request), testing_round_id, clock.now())
    return redirect("testing:round", testing_round_id=made.pk)


@require_GET
@needs_capability(SEE)
def point(request: HttpRequest, sampling_point_id: UUID) -> HttpResponse:
    """One point: whom it calls when, and its newest tubes."""
    found = desk.one_point(actor_in(request), sampling_point_id)
    turns = desk.turns(found)
    names = full_names([found.address, *(one.address for one in turns)])
    context = {
        "point": found,
        "place_name": names[found.address],
        "turns": [{"turn": one, "place_name": names[one.address]} for one in turns],
        "tubes": desk.tubes_of(found, 50),
        "now": clock.now(),
    }
    return render(request, "testing/point.html", context)


@require_GET
@needs_capability("people.see")
def home(request: HttpRequest, testing_round_id: UUID) -> HttpResponse:
    """Who is still to be sampled at home, door by door; names masked."""
    actor = actor_in(request)
    made = desk.one_round(actor, testing_round_id)
    people = desk.at_home(actor, made, SHOWN)
    names = full_names(one.address for one in people)
    rows = [
        {"id": one.pk, "name": masked_name(one.name), "place_name": names[one.address], "room": one.room,
         "traits": one.traits}
        for one in people
    ]  # fmt: skip
    return render(request, "testing/home.html", {"round": made, "rows": rows, "most": SHOWN})


@require_GET
@needs_capability(SEE)
def boxes(request: HttpRequest) -> HttpResponse:
    """Boxes on their way, the oldest sample on top, where the engine would send them; and those taken in."""
    actor, now = actor_in(request), clock.now()
    travelling = desk.travelling(actor)
    bound = {one.box.pk: one for one in plan.allocation(actor, travelling, now)}
    names = full_names(one.box.address for one in travelling)
    context = {
        "rows": [{"at": one, "place_name": names[one.box.address], "bound": bound[one.box.pk]} for one in travelling],
        "received": desk.received(actor),
        "may_plan": actor.may(PLAN),
        "now": now,
    }
    return render(request, "testing/boxes.html", context)


@require_POST
@needs_capability(PLAN)
def binding(request: HttpRequest) -> HttpResponse:
    """Send the boxes where the engine proposes, computed anew from what is true now."""
    actor, now = actor_in(request), clock.now()
    proposed = plan.allocation(actor, desk.travelling(actor), now)
    bound = {one.box.pk: one.laboratory.pk for one in proposed if one.laboratory is not None}
    changed = bind_boxes(actor, bound, now)
    messages.success(request, ngettext("%(n)s box sent.", "%(n)s boxes sent.", changed) % {"n": changed})
    return redirect("testing:boxes")


@require_GET
@needs_capability(SEE)
def box(request: HttpRequest, tube_box_id: UUID) -> HttpResponse:
    """One box: what is in it, who had it when."""
    found = desk.one_box(actor_in(request), tube_box_id)
    chain = desk.custody_of(found)
    names = full_names([found.address, *(one.address for one in chain)])
    context = {
        "box": found,
        "place_name": names[found.address],
        "chain": [{"link": one, "place_name": names[one.address]} for one in chain],
        "packed": list(found.packed.order_by("place", "code")),
    }
    return render(request, "testing/box.html", context)


@require_GET
@needs_capability(SEE)
def recalls(request: HttpRequest) -> HttpResponse:
    """Who was called back, those without a sample of their own on top."""
    found = desk.recalls(actor_in(request))
    names = full_names(one.address for one in found)
    rows = [{"recall": one, "place_name": names[one.address]} for one in found]
    return render(request, "testing/recalls.html", {"rows": rows, "now": clock.now()})


@require_GET
@needs_capability(SEE)
def recall(request: HttpRequest, recall_id: UUID) -> HttpResponse:
    """One recall: its task, or where there is none, its tube."""
    found = one_visible(Recall.objects.all(), actor_in(request), SEE, recall_id)
    if found.need_id and actor_in(request).may("needs.see"):
        return redirect("need", need_id=found.need_id)
    return redirect("testing:tube", tube_id=found.tube_id)


@require_GET
@needs_capability(SEE)
def newcomers(request: HttpRequest) -> HttpResponse:
    """Who was sampled and is not in the register; `?newcomer=` looks one up there."""
    return _newcomers(request)


def _newcomers(request: HttpRequest, refusal: AppError | None = None) -> HttpResponse:
    actor = actor_in(request)
    found = desk.newcomers(actor)
    chosen = next((one for one in found if str(one.pk) == request.GET.get("newcomer")), None)
    words = request.GET.get("q", "") or (chosen.name if chosen else "")
    people = search(actor, words, limit=20) if chosen and actor.may("people.see") else []
    names = full_names([*(one.address for one in found), *(one.address for one in people)])
    context = {
        "rows": [{"newcomer": one, "name": masked_name(one.name), "place_name": names[one.address]} for one in found],
        "chosen": chosen,
        "words": words,
        "people": [
            {"id": one.pk, "name": masked_name(one.name), "place_name": names[one.address], "room": one.room}
            for one in people
        ],
        "may_plan": actor.may(PLAN),
        "refusal": refusal,
    }
    return render(request, "testing/newcomers.html", context)


@require_POST
@needs_capability(PLAN)
def completion(request: HttpRequest, newcomer_id: UUID) -> HttpResponse:
    """Say who of the register a newcomer is."""
    try:
        person_id = UUID(request.POST.get("person", ""))
    except ValueError as malformed:
        raise NotFound from malformed
    complete_newcomer(actor_in(request), newcomer_id, person_id, clock.now())
    return redirect("testing:newcomers")
