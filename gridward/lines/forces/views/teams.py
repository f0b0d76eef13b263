"""Branches and teams: the register with its map, one team, founding and closing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import text
from gridward.kernel.areas.queries import full_names
from gridward.kernel.clock import local_day
from gridward.kernel.errors import AppError
from gridward.kernel.ids import new_id
from gridward.kernel.journal.queries import story
from gridward.kernel.registry import registry
from gridward.lines.forces.actions import teams as actions
from gridward.lines.forces.actions.teams import CHANGE
from gridward.lines.forces.forms.teams import ClosingForm, TeamForm
from gridward.lines.forces.models import Team
from gridward.lines.forces.queries import teams
from gridward.lines.forces.views.places import chosen, communities
from gridward.lines.forces.views.volunteers import rows_of

SEE = teams.SEE
ROWS = 50
CLOSED = "closed"


@require_GET
@needs_capability(SEE)
def register(request: HttpRequest) -> HttpResponse:
    """The teams that stand in an area, by place; those that were closed behind a switch."""
    area, within = chosen(request, SEE)
    kind, words, today = request.GET.get("kind", ""), request.GET.get("q", "").strip(), local_day(clock.now())
    closed = request.GET.get("state") == CLOSED
    rows = teams.register(actor_in(request), within, today, kind, words, closed=closed)
    after = request.GET.get("after", "")
    start = int(after) if after.isdigit() else 0
    found = list(rows[start : start + ROWS + 1])
    names = full_names(team.address for team in found)
    counted = teams.counts(actor_in(request), within, today)
    context = {
        "area": area,
        "rows": [{"team": team, "place_name": names.get(team.address, "")} for team in found[:ROWS]],
        "after": str(start + ROWS) if len(found) > ROWS else "",
        "kinds": [{"key": key, "name": name, "count": counted.get(key, 0)} for key, name in Team.Kind.choices],
        "kind": kind,
        "words": words,
        "closed": closed,
        "may_change": actor_in(request).may(CHANGE),
    }
    return render(request, "forces/teams.html", context)


@require_GET
@needs_capability(SEE)
def points(request: HttpRequest) -> JsonResponse:
    """The standing teams of an area as GeoJSON points."""
    _area, within = chosen(request, SEE)
    kinds = dict(Team.Kind.choices)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
            "properties": {"id": str(key), "title": f"{name} · {kinds[kind]}", "mark": "standing",
                           "url": reverse("forces:team", args=[key])},
        }
        for key, kind, name, latitude, longitude in teams.points(
            actor_in(request), within, local_day(clock.now()), request.GET.get("kind", "")
        )
    ]  # fmt: skip
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@require_GET
@needs_capability(SEE)
def page(request: HttpRequest, team_id: str) -> HttpResponse:
    """One team: where, under whom, since when, who is in it."""
    return _page(request, teams.one(actor_in(request), team_id))


def _page(request: HttpRequest, team: Team, refusal: AppError | None = None, form: Any = None) -> HttpResponse:
    actor, verbs = actor_in(request), registry().verbs
    strength = teams.strength(actor, team)
    context = {
        "team": team,
        "place": text(team.address),
        "place_name": full_names([team.address])[team.address],
        "members": rows_of(request, strength.members),
        "count": strength.count,
        "may_change": actor.may(CHANGE, team.address) and team.closed_on is None,
        "story": [{"entry": entry, "words": verbs.get(entry.verb, entry.verb)} for entry in story([str(team.pk)])],
        "refusal": refusal,
        "form": form,
    }
    status = refusal.status if refusal else 422 if form is not None and form.errors else 200
    return render(request, "forces/team.html", context, status=status)


@needs_capability(CHANGE)
def found(request: HttpRequest) -> HttpResponse:
    """Found a team."""
    form = TeamForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            team = actions.found(actor_in(request), form.founding(), clock.now())
            return redirect("forces:team", team.pk)
        except AppError as refused:
            if refused.status not in (409, 422):
                raise
            refusal = refused
    _area, within = chosen(request, CHANGE)
    context = {
        "form": form,
        "fresh_id": form.data.get("id") or str(new_id()),
        "kinds": Team.Kind.choices,
        "towns": communities(within),
        "refusal": refusal,
        "today": local_day(clock.now()),
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "forces/team_form.html", context, status=status)


@require_POST
@needs_capability(CHANGE)
def change(request: HttpRequest, team_id: str) -> HttpResponse:
    """Correct a team's record."""
    team = teams.one(actor_in(request), team_id)
    form = TeamForm({**request.POST.dict(), "kind": team.kind, "address": text(team.address)})
    if not form.is_valid():
        return _page(request, team, form=form)
    return _step(request, team, lambda: actions.change(actor_in(request), team.pk, form.changes(), clock.now()))


@require_POST
@needs_capability(CHANGE)
def close(request: HttpRequest, team_id: str) -> HttpResponse:
    """Close a team."""
    team = teams.one(actor_in(request), team_id)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        return _page(request, team, form=form)
    reason, on = form.cleaned_data["reason"], form.cleaned_data["on"]
    return _step(request, team, lambda: actions.close(actor_in(request), team.pk, reason, clock.now(), on))


def _step(request: HttpRequest, team: Team, do: Any) -> HttpResponse:
    try:
        do()
    except AppError as refused:
        if refused.status not in (409, 422):
            raise
        return _page(request, teams.one(actor_in(request), team.pk), refused)
    return redirect("forces:team", team.pk)
