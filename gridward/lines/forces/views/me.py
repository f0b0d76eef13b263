"""Somebody's own page, by their personal code: shifts, attendance, certificate, what they can, and the way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor, public_actor
from gridward.kernel.access.guards import open_to_all
from gridward.kernel.access.origin import network_of
from gridward.kernel.areas.queries import full_names
from gridward.kernel.clock import local_day
from gridward.lines.forces import access
from gridward.lines.forces.actions.invitations import answer
from gridward.lines.forces.actions.leaving import leave
from gridward.lines.forces.actions.volunteers import change_own, count_visit
from gridward.lines.forces.errors import UnknownPersonalCode
from gridward.lines.forces.forms.volunteers import SelfForm
from gridward.lines.forces.models import Volunteer
from gridward.lines.forces.models.words import REASONS
from gridward.lines.forces.queries import attendance
from gridward.lines.forces.queries.certificates import served
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.queries.volunteers import asked_of, candidate
from gridward.lines.forces.rules.calendars import Entry, written
from gridward.lines.forces.rules.volunteers import against_serving
from gridward.lines.forces.views.joining import abilities

STRETCH_S = 600
LOOKS = 120


def oneself(request: HttpRequest) -> Actor:
    """Who acts on a personal page: nobody with a grant; what they may do hangs on their code."""
    return public_actor("web")


def of_code(request: HttpRequest, personal_code: str) -> Volunteer:
    """Whose page it is; wrong codes are counted, so that nobody tries them all.

    Raises: UnknownPersonalCode, TooMany.
    """
    try:
        return access.by_code(personal_code)
    except UnknownPersonalCode:
        count_visit(f"me {network_of(request)}", LOOKS, STRETCH_S, clock.now())
        raise


@require_GET
@open_to_all
def me(request: HttpRequest, personal_code: str) -> HttpResponse:
    """The whole page."""
    one = of_code(request, personal_code)
    today = local_day(clock.now())
    serves = one.state == Volunteer.State.ADMITTED
    missing = against_serving(candidate(one, today), joining().frozen, today, night=False) if serves else []
    context = {
        "one": one,
        "code": personal_code,
        "serves": serves,
        **(_service(one) if serves else {}),
        "home": full_names([one.address])[one.address],
        "serving": full_names([one.serving_at])[one.serving_at] if one.serving_at else "",
        "asked": asked_of(one) if serves else [],
        "missing": [REASONS[key] for key in missing],
        "now": clock.now(),
        "today": today,
        **abilities(SelfForm(), one),
    }
    return render(request, "forces/me.html", context)


def _service(one: Volunteer) -> dict[str, Any]:
    """Shifts ahead, and what was served."""
    shifts = attendance.my_shifts(one.resource_id, clock.now() - timedelta(hours=12))
    names, done = full_names(shift.address for shift in shifts), served(one.pk)
    rows = [
        {
            "shift": shift,
            "place_name": names.get(shift.address, ""),
            "day": date_format(shift.starts_at.astimezone(clock.zone()), "m-d D"),
            "from": shift.starts_at.astimezone(clock.zone()).strftime("%H:%M"),
            "until": shift.ends_at.astimezone(clock.zone()).strftime("%H:%M"),
        }
        for shift in shifts
    ]
    return {"my_shifts": rows, "hours": done.hours, "times": done.times, "script_words": script_words()}


def script_words() -> dict[str, str]:
    """What the script of these pages says."""
    return {
        "stored_in": _("You are checked in. Thank you for coming."),
        "stored_out": _("You are checked out. Thank you."),
        "kept_in": _("Noted on this phone: checked in."),
        "kept_out": _("Noted on this phone: checked out."),
        "waiting": _("%s waiting to be sent"),
        "all_sent": _("Everything is sent"),
        "no_position": _("Your phone does not say where you are. Allow it, or scan the code at the post."),
        "unknown": _("This phone belongs to nobody on the list any more. Open your personal page again."),
    }


@require_GET
@open_to_all
def calendar(request: HttpRequest, personal_code: str) -> HttpResponse:
    """One's own shifts as iCalendar; its address can be subscribed to."""
    one = of_code(request, personal_code)
    shifts = attendance.my_shifts(one.resource_id, clock.now() - timedelta(days=7))
    names = full_names(shift.address for shift in shifts)
    entries = [Entry(shift.assignment_id, shift.starts_at, shift.ends_at, f"{shift.post} {shift.shift}",
                     names.get(shift.address, "")) for shift in shifts]  # fmt: skip
    body = written(entries, clock.now(), _("My service"))
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="shifts.ics"'},
    )


@require_POST
@open_to_all
def profile(request: HttpRequest, personal_code: str) -> HttpResponse:
    """Change what one can and when."""
    one = of_code(request, personal_code)
    form = SelfForm(request.POST)
    if not form.is_valid():
        context = {"one": one, "code": personal_code, "form": form, **abilities(form, one)}
        return render(request, "forces/me_profile.html", context, status=422)
    changes: dict[str, Any] = {**form.cleaned_data, "hours": form.hours()}
    change_own(oneself(request), personal_code, changes, clock.now())
    return redirect(f"{reverse('forces:me', args=[personal_code])}#profile")


@require_POST
@open_to_all
def invitation(request: HttpRequest, personal_code: str, invitation_id: str) -> HttpResponse:
    """Answer what one was asked."""
    of_code(request, personal_code)
    comes = request.POST.get("answer") == "yes"
    answer(oneself(request), personal_code, invitation_id, clock.now(), comes=comes)
    return redirect("forces:me", personal_code)


@require_POST
@open_to_all
def departure(request: HttpRequest, personal_code: str) -> HttpResponse:
    """Leave at once, and be forgotten where so wished; done again it says the same."""
    try:
        of_code(request, personal_code)
        leave(oneself(request), personal_code, clock.now(), forget=request.POST.get("forget") == "yes")
    except UnknownPersonalCode:
        pass
    return render(request, "forces/left.html", {"forgotten": request.POST.get("forget") == "yes"})
