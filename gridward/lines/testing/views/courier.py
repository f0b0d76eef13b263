"""A courier's boxes, in the order to fetch them; made for a phone."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.areas.queries import full_names
from gridward.lines.testing import plan
from gridward.lines.testing.actions.laboratories import take_box
from gridward.lines.testing.queries import desk
from gridward.lines.testing.rules import Step

CARRY = "testing.carry"
MOST_PLANNED = 60


@require_GET
@needs_capability(CARRY)
def rounds(request: HttpRequest) -> HttpResponse:
    """What to fetch, box by box, and what the courier has."""
    actor, now = actor_in(request), clock.now()
    found = desk.travelling(actor, CARRY)
    mine = [one for one in found if _with(one) == actor.user_id]
    left = [one for one in found if one.box.bound_for_id and not _taken(one) and not one.handed_over][:MOST_PLANNED]
    going = {one.box.bound_for for one in left}
    trips = [
        {"laboratory": laboratory, "trip": trip}
        for laboratory in going
        for trip in plan.fetching(laboratory, [one for one in left if one.box.bound_for == laboratory])
    ]
    names = full_names(one.box.address for one in found)
    context = {
        "mine": [{"at": one, "place_name": names[one.box.address]} for one in mine],
        "trips": [
            {
                "laboratory": one["laboratory"],
                "kilometres": round(one["trip"].distance_m / 1000, 1),
                "minutes": one["trip"].duration_s // 60,
                "stops": [{"at": box, "place_name": names[box.box.address], "after_min": after // 60}
                          for box, after in one["trip"].stops],
            }
            for one in trips
        ],
        "unbound": sum(not one.box.bound_for_id for one in found),
        "now": now,
    }  # fmt: skip
    return render(request, "testing/courier.html", context)


def _with(one: desk.Travelling) -> int | None:
    return one.last.holder_id if _taken(one) and one.last else None


def _taken(one: desk.Travelling) -> bool:
    return one.last is not None and one.last.step == Step.TAKEN


@require_POST
@needs_capability(CARRY)
def taking(request: HttpRequest, tube_box_id: UUID) -> HttpResponse:
    """The courier takes one box; says whether its seal is whole."""
    take_box(actor_in(request), tube_box_id, clock.now(), intact=request.POST.get("intact") != "no")
    return redirect("testing:courier")
