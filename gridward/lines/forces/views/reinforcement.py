"""The reinforcement board: where posts are short for their risk, who can be spared, and who goes where."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import text
from gridward.kernel.areas.queries import full_names
from gridward.kernel.clock import local_day
from gridward.kernel.errors import AppError
from gridward.kernel.incidents.queries import running
from gridward.kernel.plans.models import Plan
from gridward.lines.forces.actions import reinforcement as actions
from gridward.lines.forces.actions import rosters
from gridward.lines.forces.models import ControlLevel, Volunteer
from gridward.lines.forces.plan import reinforcement as planning
from gridward.lines.forces.queries import reinforcement as queries
from gridward.lines.forces.queries.rosters import PLAN, one_plan, plans
from gridward.lines.forces.views.answering import about, answered
from gridward.lines.forces.views.places import chosen
from gridward.lines.forces.views.posts import chosen_day, place_of

_KINDS = dict(Volunteer.Kind.choices)
_LEVELS = dict(ControlLevel.choices)
SHOWN = 40


@require_GET
@needs_capability(PLAN)
def board(request: HttpRequest) -> HttpResponse:
    """Short communities against people who stand nowhere, for a day."""
    return _board(request)


def _board(request: HttpRequest, refusal: AppError | None = None) -> HttpResponse:
    actor = actor_in(request)
    area, within = chosen(request, PLAN)
    today, day, incident = local_day(clock.now()), chosen_day(request), running()
    lacking = planning.shorts(within, day)
    spare = planning.groups(incident.pk, within, day) if incident else []
    names = full_names([*(one.address for one in lacking), *(one.address for one in spare)])
    by_place: Counter[int] = Counter()
    for one in spare:
        by_place[one.address] += len(one.people)
    context = {
        "area": area,
        "address": text(area.address),
        "day": day,
        "days": [today + timedelta(days=at) for at in range(8)],
        "shorts": [
            {"one": one, "name": names.get(one.address, ""), "level": _LEVELS.get(one.level, one.level)}
            for one in lacking[:SHOWN]
        ],
        "lacking": sum(one.lacking for one in lacking),
        "key_lacking": sum(one.lacking for one in lacking if one.level == "high"),
        "spares": [{"name": names.get(at, ""), "count": count} for at, count in by_place.most_common(SHOWN)],
        "spare": sum(by_place.values()),
        "by_kind": [
            (_KINDS[kind], sum(len(one.people) for one in spare if one.kind == kind)) for kind in planning.MAY_GO
        ],
        "serving": queries.serving(actor, within),
        "plans": list(plans(actor, within, [planning.KIND])[:10]),
        "may_plan": actor.may(PLAN, within.low) and actor.may(PLAN, within.high - 1),
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "forces/reinforcements.html", context, status=refusal.status if refusal else 200)


@require_POST
@needs_capability(PLAN)
def propose(request: HttpRequest) -> HttpResponse:
    """Propose who goes where."""
    place, day = place_of(request), chosen_day(request)
    kinds = [kind for kind in request.POST.getlist("kind") if kind in planning.MAY_GO] or list(planning.MAY_GO)

    def do() -> HttpResponse:
        plan = actions.propose(actor_in(request), place, day, clock.now(), kinds)
        return redirect("forces:reinforcement", plan.pk)

    return answered(do, lambda refusal: _board(about(request, area=text(place), day=day.isoformat()), refusal))


@require_GET
@needs_capability(PLAN)
def page(request: HttpRequest, reinforcement_id: str) -> HttpResponse:
    """One proposal: from where to where, how many of which kind, how far."""
    return _page(request, reinforcement_id)


def _page(request: HttpRequest, reinforcement_id: str, refusal: AppError | None = None) -> HttpResponse:
    actor = actor_in(request)
    plan = one_plan(actor, reinforcement_id, planning.KIND)
    moves = plan.outcome["moves"]
    names = full_names({int(one[end]) for one in moves for end in ("from", "to")})
    heads = sum(one["heads"] for one in moves)
    rows = [
        {**one, "from_name": names.get(int(one["from"]), ""), "to_name": names.get(int(one["to"]), ""),
         "kind_name": _KINDS.get(one["kind"], one["kind"]), "key": one["level"] == "high"}
        for one in sorted(moves, key=lambda one: (one["level"] != "high", one["to"], -one["heads"]))
    ]  # fmt: skip
    context = {
        "plan": plan,
        "rows": rows,
        "heads": heads,
        "by_kind": [
            (_KINDS[kind], sum(one["heads"] for one in moves if one["kind"] == kind)) for kind in planning.MAY_GO
        ],
        "targets": _targets(rows),
        "missing": sum(one["heads"] for one in plan.unserved),
        "way_mean_m": round(plan.cost / heads) if heads else None,
        "open": plan.state == Plan.State.PROPOSED,
        "may_plan": actor.may(PLAN, plan.address),
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "forces/reinforcement.html", context, status=refusal.status if refusal else 200)


def _targets(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    found: Counter[str] = Counter()
    for row in rows:
        found[row["to_name"].split(" ")[0]] += row["heads"]
    return found.most_common()


@require_POST
@needs_capability(PLAN)
def approve(request: HttpRequest, reinforcement_id: str) -> HttpResponse:
    """Send them."""
    actor = actor_in(request)
    plan = one_plan(actor, reinforcement_id, planning.KIND)

    def do() -> HttpResponse:
        done = actions.approve(actor, plan.pk, clock.now())
        words = ngettext("%(n)d person is sent", "%(n)d people are sent", done.sent) % {"n": done.sent}
        shifts = ngettext("%(n)d on a shift of the day", "%(n)d on shifts of the day", done.assigned)
        said = {"sent": words, "shifts": shifts % {"n": done.assigned}}
        messages.success(request, _("%(sent)s, %(shifts)s.") % said)
        return redirect("forces:reinforcement", plan.pk)

    return answered(do, lambda refusal: _page(request, reinforcement_id, refusal))


@require_POST
@needs_capability(PLAN)
def withdraw(request: HttpRequest, reinforcement_id: str) -> HttpResponse:
    """Put a proposal away."""
    actor = actor_in(request)
    plan = one_plan(actor, reinforcement_id, planning.KIND)

    def do() -> HttpResponse:
        rosters.withdraw(actor, plan.pk, clock.now())
        messages.success(request, _("Put away. Nobody was told of it."))
        return redirect("forces:reinforcement", plan.pk)

    return answered(do, lambda refusal: _page(request, reinforcement_id, refusal))


@require_POST
@needs_capability(PLAN)
def send_home(request: HttpRequest) -> HttpResponse:
    """End the support of everybody sent to an area."""
    place, now = place_of(request), clock.now()
    count = actions.send_home(actor_in(request), place, now, local_day(now))
    words = ngettext("%(n)d person goes home.", "%(n)d people go home.", count) % {"n": count}
    messages.success(request, words if count else _("Nobody serves here from elsewhere."))
    return redirect(f"{reverse('forces:reinforcements')}?{urlencode({'area': text(place)})}")
