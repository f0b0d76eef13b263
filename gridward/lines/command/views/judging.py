"""The headquarters' side of inspections: planning a day's routes, and judging common problems once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Level, level_of, parse, span
from gridward.kernel.areas.queries import full_names
from gridward.kernel.errors import AppError, Forbidden, Invalid
from gridward.lines.command.access import one_problem
from gridward.lines.command.actions import inspections as actions
from gridward.lines.command.actions.directives import Audience
from gridward.lines.command.forms import LEVELS
from gridward.lines.command.models import Finding
from gridward.lines.command.models.inspections import JUDGE, PLAN
from gridward.lines.command.queries import inspections as queries

_FORM_REFUSALS = (403, 409, 422)


def _desk(request: HttpRequest, capability: str) -> int:
    spans = actor_in(request).spans(capability)
    if not spans:
        raise Forbidden(capability=capability)
    return int(max(spans, key=lambda one: one.high - one.low).low)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given) if given else clock.local_day(clock.now())
    except ValueError as malformed:
        raise Invalid(field=_("day"), reason=_("write it as 2022-12-02")) from malformed


@needs_capability(PLAN)
def planning(request: HttpRequest) -> HttpResponse:
    """A day's routes: the proposal with its worth and bound, approved by a person; and how far the day has come."""
    actor, now, desk = actor_in(request), clock.now(), _desk(request, PLAN)
    day = _day(request.POST.get("day", "") or request.GET.get("day", ""))
    people = queries.inspectors(span(desk))
    refusal: AppError | None = None
    if request.method == "POST":
        known = {str(one.pk): one.pk for one in people}
        chosen = [known[key] for key in request.POST.getlist("inspectors") if key in known]
        try:
            actions.propose(actor, span(desk), chosen, day, seed=day.toordinal(), now=now)
            return redirect(f"{request.path}?day={day.isoformat()}")
        except AppError as refused:
            if refused.status not in _FORM_REFUSALS:
                raise
            refusal = refused
    plans = queries.proposals(actor, day)
    context = {
        "day": day,
        "before": day - timedelta(days=1),
        "later": day + timedelta(days=1),
        "people": people,
        "plan": plans[0] if plans else None,
        "routes": _routes(plans[0], people) if plans else [],
        "worth": -plans[0].cost if plans else 0,
        "share": plans[0].cost / plans[0].lower_bound if plans and plans[0].lower_bound else None,
        "visits": queries.places_of(queries.visits_on(actor, day)),
        "refusal": refusal,
        "now": now,
    }
    return render(request, "command/planning.html", context, status=refusal.status if refusal else 200)


def _routes(plan: Any, people: list[Any]) -> list[dict[str, Any]]:
    routes = plan.outcome["routes"]
    names = full_names(int(stop["address"]) for stops in routes.values() for stop in stops)
    by_key = {str(one.pk): one for one in people}
    return [
        {
            "inspector": by_key.get(key, key),
            "stops": [
                {**stop, "name": names.get(int(stop["address"]), ""), "time": _time(stop["at"])} for stop in stops
            ],
        }
        for key, stops in routes.items()
    ]


def _time(at: str) -> Any:
    return datetime.fromisoformat(at)


@require_POST
@needs_capability(PLAN)
def approve(request: HttpRequest, route_plan_id: str) -> HttpResponse:
    """Put a proposal in force."""
    plan = actions.approve(actor_in(request), route_plan_id, clock.now())
    messages.success(request, _("Every inspector has the route on the phone now."))
    return redirect(f"/command/inspections?day={plan.inputs['day']}")


@require_GET
@needs_capability(JUDGE)
def problems(request: HttpRequest) -> HttpResponse:
    """Common problems: findings that wait to be judged, each with what it is like; and problems without a reply."""
    return _problems(request)


def _problems(request: HttpRequest, refusal: AppError | None = None) -> HttpResponse:
    actor = actor_in(request)
    waiting = list(queries.ungrouped(actor)[:100])
    offered = queries.suggestions(actor, waiting)
    rows = [
        {**row, "offered": offered[row["row"].pk], "alike": queries.alike(row["row"], waiting)}
        for row in queries.places_of(waiting)
    ]
    context = {"rows": rows, "problems": queries.open_problems(actor), "refusal": refusal, "now": clock.now()}
    return render(request, "command/problems.html", context, status=refusal.status if refusal else 200)


@require_POST
@needs_capability(JUDGE)
def group(request: HttpRequest) -> HttpResponse:
    """Confirm which problem some findings belong to."""
    given = request.POST
    try:
        made = actions.group(
            actor_in(request), given.getlist("findings"), given.get("problem", ""), given.get("title", ""), clock.now()
        )
    except AppError as refusal:
        if refusal.status not in (409, 422):
            raise
        return _problems(request, refusal)
    return redirect("command:problem", made.pk)


@require_GET
@needs_capability(JUDGE)
def problem(request: HttpRequest, problem_id: str) -> HttpResponse:
    """One common problem: who raised it, in which words, and the form of its one reply."""
    return _problem(request, problem_id)


def _problem(request: HttpRequest, problem_id: str, refusal: AppError | None = None) -> HttpResponse:
    found = one_problem(actor_in(request), problem_id)
    raised = list(Finding.objects.filter(problem=found).select_related("raised_by").order_by("raised_at"))
    level = level_of(found.address)
    context = {
        "problem": found,
        "rows": queries.places_of(raised),
        "answer": getattr(found, "answer", None) if found.answered_at else None,
        "levels": [(int(key), words) for key, words in LEVELS if key > level],
        "community": int(Level.COMMUNITY),
        "given": request.POST,
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "command/problem.html", context, status=refusal.status if refusal else 200)


@require_POST
@needs_capability(JUDGE)
def reply(request: HttpRequest, problem_id: str) -> HttpResponse:
    """Give a problem its one reply."""
    given = request.POST
    levels = tuple(int(one) for one in given.getlist("levels") if one.isdigit())
    areas = []
    for one in given.getlist("areas"):
        try:
            areas.append(parse(one))
        except ValueError as malformed:
            raise Invalid(field=_("Places"), reason=_("choose them from the list")) from malformed
    try:
        made = actions.answer(
            actor_in(request), problem_id, given.get("words", ""), Audience(levels, tuple(areas)), clock.now()
        )
    except AppError as refusal:
        if refusal.status not in _FORM_REFUSALS:
            raise
        return _problem(request, problem_id, refusal)
    messages.success(request, _("The reply is on every screen chosen, and in the answer book."))
    return redirect("command:answer", made.pk)
