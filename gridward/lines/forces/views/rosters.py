"""Planning rosters: pressed, looked at, approved whole or by community; and the roster of a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Level, Span, at_level, parse, span, text
from gridward.kernel.areas.queries import full_names, names_of
from gridward.kernel.clock import local_day
from gridward.kernel.errors import AppError, NotFound
from gridward.kernel.needs.queries import categories
from gridward.kernel.plans.models import Plan
from gridward.lines.forces.actions import mending
from gridward.lines.forces.actions import rosters as actions
from gridward.lines.forces.jobs import plan_roster
from gridward.lines.forces.models import RosterRequest
from gridward.lines.forces.models.words import WHY
from gridward.lines.forces.plan.rosters import KIND
from gridward.lines.forces.queries import posts, rosters
from gridward.lines.forces.views.answering import about, answered
from gridward.lines.forces.views.places import chosen
from gridward.lines.forces.views.posts import chosen_day, mark, place_of

SEE, PLAN, STATE = rosters.SEE, rosters.PLAN, "posts.state"
AT_ONCE_SHIFTS = 400
"""So many open shifts are planned while the desk waits; more are the worker's, with progress."""
UNFILLED_SHOWN = 60


@require_GET
@needs_capability(PLAN)
def board(request: HttpRequest) -> HttpResponse:
    """Plans of an area, and the button that makes one."""
    return _board(request)


def _board(request: HttpRequest, refusal: AppError | None = None) -> HttpResponse:
    actor = actor_in(request)
    area, within = chosen(request, PLAN)
    plans = list(rosters.plans(actor, within)[: rosters.KEPT_SHOWN])
    names = full_names(one.address for one in plans)
    today = local_day(clock.now())
    context = {
        "area": area,
        "address": text(area.address),
        "day": chosen_day(request, today + timedelta(days=1)),
        "days": [today + timedelta(days=at) for at in range(8)],
        "plans": [{"plan": one, "place_name": names.get(one.address, ""), **_summed(one)} for one in plans],
        "requests": rosters.requests(actor, within),
        "may_plan": actor.may(PLAN, within.low) and actor.may(PLAN, within.high - 1),
        "refusal": refusal,
    }
    return render(request, "forces/rosters.html", context, status=refusal.status if refusal else 200)


def _summed(plan: Plan) -> dict[str, Any]:
    parts = plan.outcome.get("parts")
    if parts is None:
        return {"sent": len(plan.outcome.get("sent", [])), "parts": None}
    wanted = sum(one["wanted"] for one in parts.values())
    filled = sum(one["held"] + one["sent"] for one in parts.values())
    share = filled / wanted if wanted else 1.0
    return {
        "wanted": wanted, "filled": filled, "lacking": wanted - filled, "share": share, "mark": mark(share),
        "sent": sum(one["sent"] for one in parts.values()), "approved": len(plan.outcome["approved"]),
        "parts": len(parts), "strangers": sum(one["strangers"] for one in parts.values()),
    }  # fmt: skip


@require_POST
@needs_capability(PLAN)
def ask(request: HttpRequest) -> HttpResponse:
    """Press plan: a small roster is there at once, a large one is planned by the worker."""
    actor, place, first = actor_in(request), place_of(request), chosen_day(request)
    given = request.POST.get("length", "1")
    days = int(given) if given in ("1", "7") else 1
    now = clock.now()

    def do() -> HttpResponse:
        actor.require(PLAN, place)
        if posts.count_shifts(span(place), first, days) <= AT_ONCE_SHIFTS:
            return redirect("forces:roster", actions.propose(actor, place, first, days, now).pk)
        wanted = actions.ask(actor, place, first, days, now)
        key = str(wanted.pk)
        transaction.on_commit(lambda: plan_roster.defer(request_id=key))
        return redirect("forces:roster-request", wanted.pk)

    return answered(do, lambda refusal: _board(about(request, area=text(place)), refusal))


@require_GET
@needs_capability(PLAN)
def progress(request: HttpRequest, roster_request_id: str) -> HttpResponse:
    """How far planning has come; leads to the plan once it is there."""
    one = rosters.one_request(actor_in(request), roster_request_id)
    if one.state == RosterRequest.State.PROPOSED and one.plan_id:
        url = reverse("forces:roster", args=[one.plan_id])
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return redirect(url)
    part = request.headers.get("HX-Request")
    return render(request, "forces/parts/progress.html" if part else "forces/progress.html", {"one": one})


@require_GET
@needs_capability(PLAN)
def roster(request: HttpRequest, roster_id: str) -> HttpResponse:
    """One proposal: filled share, ways, wishes, what stays unfilled and why, by community and on the map."""
    return _roster(request, roster_id)


def _roster(request: HttpRequest, roster_id: str, refusal: AppError | None = None) -> HttpResponse:
    actor = actor_in(request)
    plan = rosters.one_plan(actor, roster_id, KIND)
    parts = _parts(plan)
    ways = sorted(row[4] for row in plan.outcome["sent"])
    context = {
        "plan": plan,
        "plan_area": text(plan.address),
        "place_name": full_names([plan.address]).get(plan.address, ""),
        "rows": parts,
        "total": _summed(plan),
        "way_median_m": ways[len(ways) // 2] if ways else None,
        "why": [(WHY.get(why, why), count) for why, count in rosters.why_unserved(plan)],
        "unfilled": _unfilled(plan),
        "open": plan.state == Plan.State.PROPOSED,
        "left": [row for row in parts if not row["approved"]],
        "may_plan": actor.may(PLAN, plan.address),
        "from_bound": (plan.cost / plan.lower_bound - 1) if plan.lower_bound else None,
        "refusal": refusal,
    }
    return render(request, "forces/roster.html", context, status=refusal.status if refusal else 200)


def _parts(plan: Plan) -> list[dict[str, Any]]:
    given, approved = plan.outcome["parts"], plan.outcome["approved"]
    names = full_names(int(one) for one in given)
    rows = []
    for address, part in given.items():
        filled = part["held"] + part["sent"]
        share = filled / part["wanted"] if part["wanted"] else 1.0
        rows.append(
            {**part, "address": text(int(address)), "name": names.get(int(address), ""), "filled": filled,
             "lacking": part["wanted"] - filled, "share": share, "mark": mark(share),
             "approved": address in approved}
        )  # fmt: skip
    return sorted(rows, key=lambda row: (-row["lacking"], row["address"]))


def _unfilled(plan: Plan) -> list[dict[str, Any]]:
    shifts = {at: str(one) for at, one in enumerate(posts.shift_times())}
    some = sorted(plan.unserved, key=lambda one: -one["heads"])[:UNFILLED_SHOWN]
    names = full_names(int(one["address"]) for one in some)
    first = date.fromisoformat(plan.outcome["first_day"])
    return [
        {"name": names.get(int(one["address"]), ""), "heads": one["heads"], "why": WHY.get(one["why"], one["why"]),
         "shift": shifts.get(one["shift"], ""), "day": first + timedelta(days=one["day"])}
        for one in some
    ]  # fmt: skip


@require_GET
@needs_capability(PLAN)
def points(request: HttpRequest, roster_id: str) -> HttpResponse:
    """The communities of a proposal as points: how full their posts would be."""
    plan = rosters.one_plan(actor_in(request), roster_id, KIND)
    areas = names_of(int(one) for one in plan.outcome["parts"])
    features = []
    for row in _parts(plan):
        area = areas.get(int(row["address"]))
        if area is not None and area.latitude is not None:
            title = _("%(name)s: %(filled)d of %(wanted)d") % {**row, "name": area}
            properties = {"mark": row["mark"], "title": title,
                          "url": f"{reverse('forces:posts')}?{urlencode({'area': row['address']})}"}  # fmt: skip
            point = {"type": "Point", "coordinates": [area.longitude, area.latitude]}
            features.append({"type": "Feature", "geometry": point, "properties": properties})
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@require_POST
@needs_capability(PLAN)
def approve(request: HttpRequest, roster_id: str) -> HttpResponse:
    """Approve a proposal, whole or the communities ticked."""
    actor = actor_in(request)
    plan = rosters.one_plan(actor, roster_id, KIND)
    try:
        chosen_ones = {parse(one) for one in request.POST.getlist("community")}
    except ValueError as malformed:
        raise NotFound from malformed
    which = chosen_ones or None

    def do() -> None:
        done = actions.approve(actor, plan.pk, clock.now(), which)
        said = ngettext("%(n)d person was put on a shift.", "%(n)d people were put on shifts.", done.made)
        words = said % {"n": done.made}
        if done.passed_over:
            words += " " + _("%(n)d were passed over: booked meanwhile, or off duty.") % {"n": done.passed_over}
        messages.success(request, words)

    return _done(do, lambda refusal: _roster(request, roster_id, refusal), "forces:roster", plan.pk)


@require_POST
@needs_capability(PLAN)
def withdraw(request: HttpRequest, roster_id: str) -> HttpResponse:
    """Put a proposal away."""
    actor = actor_in(request)
    plan = rosters.one_plan(actor, roster_id, KIND)

    def do() -> None:
        actions.withdraw(actor, plan.pk, clock.now())
        messages.success(request, _("Put away. Nobody was told of it."))

    return _done(do, lambda refusal: _roster(request, roster_id, refusal), "forces:roster", plan.pk)


@require_GET
@needs_capability(SEE)
def day(request: HttpRequest) -> HttpResponse:
    """Who stands where in a community on a day, and who did not come."""
    return _day(request)


def _day(request: HttpRequest, refusal: AppError | None = None) -> HttpResponse:
    actor = actor_in(request)
    area, within = chosen(request, SEE)
    if area.level < Level.COMMUNITY:
        return redirect(f"{reverse('forces:posts')}?{urlencode({'area': text(area.address)})}")
    on = chosen_day(request)
    rows = rosters.day(within, on)
    names = full_names(one.address for one in rows)
    shifts = {one.key: str(one) for one in posts.shift_times()}
    kinds = {one.pk: str(one) for one in categories()}
    today = local_day(clock.now())
    context = {
        "area": area,
        "address": text(area.address),
        "day": on,
        "days": [today + timedelta(days=at) for at in range(-1, 8)],
        "rows": [
            {"row": one, "place_name": names.get(one.address, ""), "shift": shifts.get(one.shift, ""),
             "kind": kinds.get(one.category, "")}
            for one in rows
        ],
        "wanted": sum(one.heads for one in rows),
        "filled": sum(min(one.heads, len(one.people)) for one in rows),
        "may_state": actor.may(STATE, area.address),
        "may_plan": actor.may(PLAN, area.address),
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "forces/day.html", context, status=refusal.status if refusal else 200)


@require_POST
@needs_capability(STATE)
def absence(request: HttpRequest) -> HttpResponse:
    """Who did not come: taken off their shifts, and replaced from the nearest spare where the desk says so."""
    actor, place, on = actor_in(request), place_of(request), chosen_day(request)
    try:
        gone = [UUID(one) for one in request.POST.getlist("absent")]
    except ValueError as malformed:
        raise NotFound from malformed

    def do() -> None:
        if not request.POST.get("replace"):
            count = mending.report_absent(actor, gone, clock.now())
            said = ngettext("%(n)d place is open again.", "%(n)d places are open again.", count) % {"n": count}
            messages.success(request, said)
            return
        found = mending.mend(actor, _reach(actor.spans(PLAN), place), on, gone, clock.now())
        words = _("%(absent)d did not come; %(sent)d were put in their places, %(moved)d moved over.")
        messages.success(request, words % vars(found))

    shown = {"area": text(place), "day": on.isoformat()}

    def done() -> HttpResponse:
        do()
        return redirect(f"{reverse('forces:day')}?{urlencode(shown)}")

    return answered(done, lambda refusal: _day(about(request, **shown), refusal))


def _reach(spans: tuple[Span, ...], place: int) -> int:
    """The widest area around a place that the desk may plan: spares come from all of it."""
    held = [one for one in spans if one.holds(place)]
    for level in Level:
        around = at_level(place, level) if level else 0
        if level >= Level.DISTRICT and any(one.low <= around and span(around).high <= one.high for one in held):
            return around
    return place


def _done(do: Callable[[], Any], shown: Callable[[AppError], HttpResponse], page: str, key: Any) -> HttpResponse:
    def done() -> HttpResponse:
        do()
        return redirect(page, key)

    return answered(done, shown)
