"""Exchanging shifts, on one's own page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import open_to_all
from gridward.kernel.areas.queries import full_names
from gridward.kernel.errors import AppError, NotFound
from gridward.lines.forces.actions import swaps as actions
from gridward.lines.forces.models import Volunteer
from gridward.lines.forces.queries import rosters, swaps
from gridward.lines.forces.views.answering import answered
from gridward.lines.forces.views.me import of_code, oneself


@require_GET
@open_to_all
def board(request: HttpRequest, personal_code: str) -> HttpResponse:
    """One's own shifts to offer, one's offers, and what others offer."""
    return _board(request, personal_code)


def _board(request: HttpRequest, personal_code: str, refusal: AppError | None = None) -> HttpResponse:
    one, now = of_code(request, personal_code), clock.now()
    serves = one.state == Volunteer.State.ADMITTED and one.resource_id is not None
    shifts = rosters.own_shifts(one.resource_id, now) if serves else []
    mine, others = swaps.own(one, now), swaps.to_take(one, now) if serves else []
    offered = {swap.need_id for swap in mine}
    names = full_names([*(shift.address for shift in shifts), *(swap.address for swap in [*mine, *others])])
    context = {
        "one": one,
        "code": personal_code,
        "shifts": [
            {"shift": shift, "place_name": names.get(shift.address, "")}
            for shift in shifts
            if shift.starts_at > now and shift.need_id not in offered and shift.state in ("offered", "accepted")
        ],
        "mine": [{"swap": swap, "place_name": names.get(swap.address, "")} for swap in mine],
        "others": [{"swap": swap, "place_name": names.get(swap.address, "")} for swap in others],
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "forces/swaps.html", context, status=refusal.status if refusal else 200)


@require_POST
@open_to_all
def offer(request: HttpRequest, personal_code: str) -> HttpResponse:
    """Offer a shift, to whoever can or to one person by badge."""
    one = of_code(request, personal_code)
    badge = request.POST.get("badge", "").strip()
    try:
        need_id = UUID(request.POST.get("need", ""))
    except ValueError as malformed:
        raise NotFound from malformed

    def do() -> None:
        wanted = swaps.by_badge(badge) if badge else None
        if badge and wanted is None:
            raise NotFound
        actions.offer(oneself(request), one, need_id, clock.now(), wanted)

    return _done(request, personal_code, do)


@require_POST
@open_to_all
def take(request: HttpRequest, personal_code: str, swap_id: str) -> HttpResponse:
    """Take an offered shift over."""
    one = of_code(request, personal_code)
    return _done(request, personal_code, lambda: actions.take(oneself(request), one, swap_id, clock.now()))


@require_POST
@open_to_all
def withdraw(request: HttpRequest, personal_code: str, swap_id: str) -> HttpResponse:
    """Take one's offer back."""
    one = of_code(request, personal_code)
    return _done(request, personal_code, lambda: actions.withdraw(oneself(request), one, swap_id, clock.now()))


def _done(request: HttpRequest, personal_code: str, do: Callable[[], Any]) -> HttpResponse:
    def done() -> HttpResponse:
        do()
        return redirect("forces:swaps", personal_code)

    return answered(done, lambda refusal: _board(request, personal_code, refusal))
