"""The volunteer desk: who waits to be admitted, who serves, one volunteer's record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Level, at_level, parse, span, text
from gridward.kernel.areas.queries import full_names
from gridward.kernel.clock import local_day
from gridward.kernel.errors import AppError, Invalid, NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.journal.queries import story
from gridward.kernel.people.rules import age, masked_name, masked_number
from gridward.kernel.registry import registry
from gridward.lines.forces import access
from gridward.lines.forces.access import CHANGE, SEE
from gridward.lines.forces.actions import admission, invitations, leaving
from gridward.lines.forces.actions.volunteers import change
from gridward.lines.forces.forms.volunteers import IdentityForm, RecordForm
from gridward.lines.forces.models import Volunteer
from gridward.lines.forces.models.joining import named
from gridward.lines.forces.models.words import REASONS
from gridward.lines.forces.queries import attendance, teams, volunteers
from gridward.lines.forces.queries.attendance import posts_near
from gridward.lines.forces.queries.certificates import served
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.rules.volunteers import against_joining, against_serving
from gridward.lines.forces.views.joining import abilities
from gridward.lines.forces.views.places import chosen, communities, district

ROWS = 50
State = Volunteer.State


@require_GET
@needs_capability(SEE)
def desk(request: HttpRequest) -> HttpResponse:
    """The queue of those who wait, or the register of one state; fifty at a time."""
    actor = actor_in(request)
    area, within = chosen(request, SEE)
    words, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    skill, kind = request.GET.get("skill", ""), request.GET.get("kind", "")
    if not (words or state or skill or kind):
        state = State.APPLIED
    rows = volunteers.register(actor, within, words, **_equals(state, skill, kind))
    if after := request.GET.get("after", ""):
        rows = volunteers.behind(rows, after)
    found = list(rows[: ROWS + 1])
    context = {
        "area": area,
        "rows": rows_of(request, found[:ROWS]),
        "after": str(found[ROWS - 1].pk) if len(found) > ROWS else "",
        "counts": _counted(request, within),
        "state": state,
        "kind": kind,
        "kinds": Volunteer.Kind.choices,
        "skill": skill,
        "skills": named(joining().skills),
        "words": words,
        "may_change": actor.may(CHANGE),
        "towns": communities(district()) if state == State.ADMITTED else [],
        "rules": joining(),
    }
    return render(request, "forces/volunteers.html", context)


def _equals(state: str, skill: str, kind: str) -> dict[str, Any]:
    given = {"state": state, "kind": kind}
    found: dict[str, Any] = {name: value for name, value in given.items() if value}
    return {**found, "skills__contains": [skill]} if skill else found


def _counted(request: HttpRequest, within: Any) -> list[dict[str, Any]]:
    found = volunteers.counts(actor_in(request), within)
    return [{"state": key, "name": name, "count": found.get(key, 0)} for key, name in State.choices]


def rows_of(request: HttpRequest, found: list[Volunteer]) -> list[dict[str, Any]]:
    """Volunteers as lists show them: by name where the reader decides about them, else masked."""
    names = full_names({place for one in found for place in (one.address, one.serving_at) if place})
    skills, today, rules = named(joining().skills), local_day(clock.now()), joining().frozen
    return [
        {
            "one": one,
            "name": shown_name(request, one),
            "home": names.get(one.address, ""),
            "serving": names.get(one.serving_at or 0, ""),
            "age": age(one.born_on, today),
            "skills": [skills.get(key, key) for key in one.skills],
            "against": [REASONS[key] for key in against_joining(volunteers.candidate(one, today), rules)],
        }
        for one in found
    ]


def decides(request: HttpRequest, one: Volunteer) -> bool:
    """Whether the reader decides about a volunteer, where they live or where they serve."""
    actor = actor_in(request)
    return actor.may(CHANGE, one.address) or (one.serving_at is not None and actor.may(CHANGE, one.serving_at))


def shown_name(request: HttpRequest, one: Volunteer) -> str:
    """A name in full for who decides about it, else masked."""
    return one.name if decides(request, one) else masked_name(one.name)


@require_GET
@needs_capability(SEE)
def page(request: HttpRequest, volunteer_id: str) -> HttpResponse:
    """One volunteer: who, what, where, what is missing, and what can be done now."""
    return _page(request, access.one(actor_in(request), volunteer_id))


def _page(request: HttpRequest, one: Volunteer, refusal: Any = None, form: RecordForm | None = None) -> HttpResponse:
    form = form or RecordForm(teams=_teams(one))
    today, rules, verbs = local_day(clock.now()), joining(), registry().verbs
    known = volunteers.candidate(one, today)
    admitted = one.state in (State.ADMITTED, State.PAUSED)
    missing = against_serving(known, rules.frozen, today, night=False) if admitted else []
    row = rows_of(request, [one])[0]
    context = {
        **row,
        "skill_names": row["skills"],
        "may_change": decides(request, one),
        "phone": one.phone if decides(request, one) else masked_number(one.phone),
        "missing": [REASONS[key] for key in missing],
        "limit_names": [named(rules.limits).get(key, key) for key in one.limits],
        "story": [{"entry": entry, "words": verbs.get(entry.verb, entry.verb)} for entry in story([str(one.pk)])],
        "asked": volunteers.asked_of(one),
        "stays": attendance.of_volunteer(actor_in(request), one.pk),
        "served": served(one.pk),
        "fresh_id": new_id(),
        "posts": posts_near(one) if decides(request, one) else [],
        "form": form,
        "teams": _teams(one),
        "kinds": Volunteer.Kind.choices,
        "towns": communities(district()),
        "serving_text": text(one.serving_at) if one.serving_at else "",
        "refusal": refusal,
        "rules": rules,
        **abilities(form, one),
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "forces/volunteer.html", context, status=status)


def _teams(one: Volunteer) -> Any:
    return teams.choices(span(at_level(one.serving_at or one.address, Level.TOWN)), local_day(clock.now()))


def _step(request: HttpRequest, volunteer_id: str, do: Any) -> HttpResponse:
    """Do one thing to one volunteer and show their page again, with the refusal where there was one."""
    one = access.one(actor_in(request), volunteer_id)
    try:
        do(one)
    except AppError as refused:
        if refused.status not in (409, 422):
            raise
        return _page(request, access.one(actor_in(request), volunteer_id), refused)
    return redirect("forces:volunteer", one.pk)


@require_POST
@needs_capability(CHANGE)
def admit(request: HttpRequest, volunteer_id: str) -> HttpResponse:
    """Take somebody on, or back from a pause."""
    return _step(request, volunteer_id, lambda one: admission.admit(actor_in(request), one.pk, clock.now()))


@require_POST
@needs_capability(CHANGE)
def refuse(request: HttpRequest, volunteer_id: str) -> HttpResponse:
    """Do not take somebody on, with a reason they will read."""
    reason = request.POST.get("reason", "")
    return _step(request, volunteer_id, lambda one: admission.refuse(actor_in(request), one.pk, reason, clock.now()))


@require_POST
@needs_capability(CHANGE)
def pause(request: HttpRequest, volunteer_id: str) -> HttpResponse:
    """Put somebody off duty for a while."""
    return _step(request, volunteer_id, lambda one: admission.pause(actor_in(request), one.pk, clock.now()))


@require_POST
@needs_capability(CHANGE)
def identity(request: HttpRequest, volunteer_id: str) -> HttpResponse:
    """Note that the desk has seen who it is."""
    form = IdentityForm(request.POST)

    def check(one: Volunteer) -> None:
        if not form.is_valid():
            raise Invalid(field=form.fields["id_number"].label, reason=form.errors["id_number"][0])
        admission.check_identity(actor_in(request), one.pk, clock.now(), form.cleaned_data["id_number"])

    return _step(request, volunteer_id, check)


@require_POST
@needs_capability(CHANGE)
def record(request: HttpRequest, volunteer_id: str) -> HttpResponse:
    """Keep what the desk noted."""
    one = access.one(actor_in(request), volunteer_id)
    form = RecordForm(request.POST, teams=_teams(one))
    if not form.is_valid():
        return _page(request, one, form=form)
    changes = {**form.changes(), "hours": form.hours()}
    seen = form.cleaned_data["version"]
    return _step(request, volunteer_id, lambda one: change(actor_in(request), one.pk, changes, clock.now(), seen))


@require_POST
@needs_capability(CHANGE)
def dismissal(request: HttpRequest, volunteer_id: str) -> HttpResponse:
    """Let somebody go who said so at the desk; their record goes too where they wish it."""
    one = access.one(actor_in(request), volunteer_id)
    forget = request.POST.get("forget") == "yes"
    leaving.dismiss(actor_in(request), one.pk, clock.now(), forget=forget)
    if not forget:
        return redirect("forces:volunteer", one.pk)
    messages.success(request, _("The record of %(badge)s is destroyed.") % {"badge": one.badge})
    return redirect("forces:volunteers")


def _ticked(request: HttpRequest) -> list[UUID]:
    try:
        return [UUID(one) for one in request.POST.getlist("volunteer")]
    except ValueError as malformed:
        raise NotFound from malformed


@require_POST
@needs_capability(CHANGE)
def admit_all(request: HttpRequest) -> HttpResponse:
    """Take on all that were ticked and may be."""
    done, left = admission.admit_all(actor_in(request), _ticked(request), clock.now())
    messages.success(request, _("Admitted: %(done)s. Not yet possible: %(left)s.") % {"done": done, "left": left})
    return redirect("forces:volunteers")


@require_POST
@needs_capability(CHANGE)
def invite(request: HttpRequest) -> HttpResponse:
    """Ask all that were ticked to serve at a place."""
    try:
        address = parse(request.POST.get("place", ""))
    except ValueError as malformed:
        raise NotFound from malformed
    words = request.POST.get("words", "")
    done = invitations.invite(actor_in(request), _ticked(request), address, words, clock.now())
    messages.success(request, _("Asked: %(done)s. Their answers stand on their pages.") % {"done": done})
    return redirect("forces:volunteers")


@require_POST
@needs_capability(CHANGE)
def training(request: HttpRequest) -> HttpResponse:
    """Note that all that were ticked were trained today."""
    done = admission.mark_trained(actor_in(request), _ticked(request), clock.now())
    messages.success(request, _("Trained today: %(done)s.") % {"done": done})
    return redirect("forces:volunteers")
