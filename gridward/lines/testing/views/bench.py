"""The laboratory's bench: boxes in, plates out, results by file, by two readers or from another laboratory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.actor import one_visible
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.areas.queries import full_names
from gridward.kernel.errors import AppError, Invalid, NotFound
from gridward.kernel.orgs.models import Organisation
from gridward.lines.testing.actions import exchange, laboratories, receiving, results
from gridward.lines.testing.forms import codes_of, fen_of, json_of, rows_of
from gridward.lines.testing.models import Laboratory, Plate, Shift
from gridward.lines.testing.queries import bench, desk, outcome
from gridward.lines.testing.rules.fhir import bundle_of

BENCH, PLAN, SEE = bench.BENCH, "testing.plan", desk.SEE
SHOWN = 60


def _laboratory(request: HttpRequest, given: str) -> Laboratory:
    """The laboratory asked for, else the first the actor works in."""
    actor = actor_in(request)
    if given:
        return receiving.laboratory_of(actor, given)
    found = bench.laboratories(actor)
    if not found:
        raise NotFound
    return found[0]


@require_GET
@needs_capability(BENCH)
def page(request: HttpRequest) -> HttpResponse:
    """The bench of one laboratory: `?laboratory=` chooses it."""
    return _page(request, request.GET.get("laboratory", ""))


def _page(request: HttpRequest, given: str, refusal: AppError | None = None, told: Any = None) -> HttpResponse:
    laboratory, now = _laboratory(request, given), clock.now()
    waiting = bench.waiting(laboratory)
    free = bench.not_on_a_plate(laboratory, waiting)
    machines = bench.instruments(laboratory)
    per_h = sum(one.tubes_per_h for one in machines)
    context = {
        "laboratory": laboratory,
        "laboratories": bench.laboratories(actor_in(request)),
        "waiting": free[:SHOWN],
        "waiting_count": len(waiting),
        "free_count": len(free),
        "oldest": waiting[0] if waiting else None,
        "instruments": machines,
        "per_h": per_h,
        "load_h": round(len(waiting) / per_h, 1) if per_h else None,
        "plates": list(bench.unread(laboratory)),
        "read": bench.read_lately(laboratory),
        "seconded": bench.to_be_seconded(laboratory),
        "on_duty": sum(one.starts_at <= now for one in bench.shifts(laboratory, now)),
        "next_codes": "\n".join(one.code for one in free[:94]),
        "plate_code": f"{clock.local_day(now):%m%d}-{len(bench.read_lately(laboratory, 400)) + 1:03d}",
        "refusal": refusal,
        "told": told,
        "given": request.POST,
        "me": actor_in(request).user_id,
        "now": now,
    }
    return render(request, "testing/bench.html", context, status=refusal.status if refusal else 200)


def _done(request: HttpRequest, laboratory_id: UUID, do: Callable[[], str]) -> HttpResponse:
    """Do something at the bench; a refusal is shown where it was typed, what was done on top of the page."""
    try:
        said = do()
    except AppError as refusal:
        if refusal.status not in (404, 409, 413, 415, 422) or isinstance(refusal, NotFound):
            raise
        return _page(request, str(laboratory_id), refusal)
    messages.success(request, said)
    return redirect(f"{reverse('testing:bench')}?laboratory={laboratory_id}")


@require_POST
@needs_capability(BENCH)
def receive(request: HttpRequest, laboratory_id: UUID) -> HttpResponse:
    """Take a box in: its seal, and every tube found in it."""

    def do() -> str:
        found = receiving.receive_box(
            actor_in(request), laboratory_id, request.POST.get("seal", ""), codes_of(request.POST.get("codes", "")),
            clock.now(), intact=request.POST.get("intact") != "no",
        )  # fmt: skip
        if found.missing or found.surplus:
            said = {"missing": ", ".join(found.missing) or "0", "surplus": ", ".join(found.surplus) or "0"}
            return _("Box taken in with a difference, the desk has it as a task. Missing: %(missing)s. "
                     "Too many: %(surplus)s.") % said  # fmt: skip
        return _("Box %(code)s taken in, all its tubes are there.") % {"code": found.box.code}

    return _done(request, laboratory_id, do)


@require_POST
@needs_capability(BENCH)
def set_plate(request: HttpRequest, laboratory_id: UUID) -> HttpResponse:
    """Set tubes out on a plate."""

    def do() -> str:
        made = receiving.set_plate(
            actor_in(request), laboratory_id, request.POST.get("code", "").strip(),
            codes_of(request.POST.get("codes", "")), clock.now(), _uuid(request.POST.get("instrument", "")),
        )  # fmt: skip
        return _("Plate %(code)s is set out: %(count)s tubes.") % {"code": made.code, "count": len(made.layout)}

    return _done(request, laboratory_id, do)


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError as malformed:
        raise NotFound from malformed


@require_GET
@needs_capability(BENCH)
def plate(request: HttpRequest, plate_id: UUID) -> HttpResponse:
    """One plate: its layout, what was read of it, and where its file goes in."""
    return _plate(request, plate_id)


def _plate(request: HttpRequest, plate_id: UUID, refusal: AppError | None = None) -> HttpResponse:
    rows = Plate.objects.select_related("laboratory", "instrument")
    found = one_visible(rows, actor_in(request), BENCH, plate_id)
    read = {one.well: one for one in found.readings.select_related("tube")}
    wells = [{"well": well, "code": code, "reading": read.get(well)} for well, code in found.layout.items()]
    context = {"plate": found, "wells": wells, "refusal": refusal}
    return render(request, "testing/plate.html", context, status=refusal.status if refusal else 200)


@require_POST
@needs_capability(BENCH)
def plate_results(request: HttpRequest, plate_id: UUID) -> HttpResponse:
    """The instrument's file of a plate."""
    try:
        taken = results.take_file(actor_in(request), plate_id, rows_of(request.FILES.get("file")), clock.now())
    except AppError as refusal:
        if refusal.status not in (409, 413, 415, 422):
            raise
        return _plate(request, plate_id, refusal)
    messages.success(request, _told(taken))
    return redirect("testing:plate", plate_id=plate_id)


def _told(taken: results.Taken) -> str:
    counts = {name: taken.concluded.get(name, 0) for name in ("negative", "positive", "invalid")}
    said = _("%(negative)s negative, %(positive)s positive, %(invalid)s to be repeated.") % counts
    if taken.same:
        said += " " + _("%(same)s had this result already.") % {"same": taken.same}
    if taken.recalled:
        said += " " + _("%(people)s people called back: their communities have the tasks.") % {"people": taken.recalled}
    return said


@require_POST
@needs_capability(BENCH)
def read_by_hand(request: HttpRequest, laboratory_id: UUID) -> HttpResponse:
    """What a first reader sees in a tube."""

    def do() -> str:
        code, verdict = request.POST.get("code", ""), request.POST.get("verdict", "")
        results.read_by_hand(actor_in(request), laboratory_id, code, verdict, clock.now())
        return _("Noted. It counts once a second person has read it.")

    return _done(request, laboratory_id, do)


@require_POST
@needs_capability(BENCH)
def read_again(request: HttpRequest, laboratory_id: UUID, reading_id: UUID) -> HttpResponse:
    """What the second reader sees."""
    return _done(
        request,
        laboratory_id,
        lambda: _told(results.read_again(actor_in(request), reading_id, request.POST.get("verdict", ""), clock.now())),
    )


@require_POST
@needs_capability(BENCH)
def take_list(request: HttpRequest, laboratory_id: UUID) -> HttpResponse:
    """Another laboratory's list of results."""
    return _done(
        request,
        laboratory_id,
        lambda: _told(
            exchange.take_list(actor_in(request), laboratory_id, rows_of(request.FILES.get("file")), clock.now())
        ),
    )


@require_POST
@needs_capability(BENCH)
def take_bundle(request: HttpRequest, laboratory_id: UUID) -> HttpResponse:
    """Another laboratory's results as a FHIR R4 bundle."""
    return _done(
        request,
        laboratory_id,
        lambda: _told(
            exchange.take_bundle(actor_in(request), laboratory_id, json_of(request.FILES.get("file")), clock.now())
        ),
    )


@require_GET
@needs_capability("areas.see")
def tube(request: HttpRequest, tube_id: UUID) -> HttpResponse:
    """One tube: where it is, how old it is, what was read of it, whom it recalled."""
    found = desk.one_tube(actor_in(request), tube_id)
    names = full_names([found.address])
    context = {"tube": found, "place_name": names[found.address], "now": clock.now(), **outcome.story_of(found)}
    return render(request, "testing/tube.html", context)


@require_GET
@needs_capability("areas.see")
def tube_fhir(request: HttpRequest, tube_id: UUID) -> HttpResponse:
    """One tube as a FHIR R4 collection."""
    found = desk.one_tube(actor_in(request), tube_id)
    return JsonResponse(bundle_of(outcome.facts_of(found)), content_type="application/fhir+json")


@require_GET
@needs_capability(BENCH)
def laboratory(request: HttpRequest, laboratory_id: UUID) -> HttpResponse:
    """One laboratory: instruments, who is lent to it and on which shifts, and what was given to it."""
    return _laboratory_page(request, laboratory_id)


def _laboratory_page(request: HttpRequest, laboratory_id: UUID, refusal: AppError | None = None) -> HttpResponse:
    found, now = receiving.laboratory_of(actor_in(request), laboratory_id), clock.now()
    staff = bench.lent(found)
    gifts, worth = bench.gifts(found)
    may_plan = actor_in(request).may(PLAN, found.address)
    context = {
        "laboratory": found,
        "place_name": full_names([found.address])[found.address],
        "instruments": bench.instruments(found),
        "staff": staff,
        "institutions": len({one.institution_id for one in staff}),
        "shifts": bench.shifts(found, now),
        "gifts": [{"gift": one, "yuan": one.worth_fen / 100} for one in gifts],
        "worth_yuan": worth / 100,
        "organisations": list(Organisation.objects.filter(closed_on=None).order_by("name")[:500]) if may_plan else [],
        "today": clock.local_day(now).isoformat(),
        "may_plan": may_plan,
        "refusal": refusal,
        "given": request.POST,
        "now": now,
    }
    return render(request, "testing/laboratory.html", context, status=refusal.status if refusal else 200)


def _kept(request: HttpRequest, laboratory_id: UUID, do: Callable[[], Any]) -> HttpResponse:
    try:
        do()
    except AppError as refusal:
        if refusal.status not in (409, 422):
            raise
        return _laboratory_page(request, laboratory_id, refusal)
    return redirect("testing:laboratory", laboratory_id=laboratory_id)


@require_POST
@needs_capability(BENCH)
def gift(request: HttpRequest, laboratory_id: UUID) -> HttpResponse:
    """Enter a gift."""
    given = request.POST
    return _kept(request, laboratory_id, lambda: laboratories.note_gift(
        actor_in(request), laboratory_id, given.get("giver", ""), given.get("what", ""), fen_of(given.get("worth", "")),
        clock.now(),
    ))  # fmt: skip


@require_POST
@needs_capability(PLAN)
def lend(request: HttpRequest, laboratory_id: UUID) -> HttpResponse:
    """Note somebody an institution lends."""

    def do() -> None:
        today = clock.local_day(clock.now())
        lending = laboratories.Lending(
            _uuid(request.POST.get("institution", "")), request.POST.get("name", ""),
            request.POST.get("task", "")[:32], today, request.POST.get("phone", "")[:32],
        )  # fmt: skip
        laboratories.lend(actor_in(request), laboratory_id, lending, clock.now())

    return _kept(request, laboratory_id, do)


@require_POST
@needs_capability(PLAN)
def set_shift(request: HttpRequest, laboratory_id: UUID) -> HttpResponse:
    """Put one of the lent staff on a shift of so many hours."""

    def do() -> None:
        starts_at = _moment(request.POST.get("day", ""), request.POST.get("from", ""))
        hours = int(request.POST["hours"]) if request.POST.get("hours", "").isdigit() else 0
        staff = _uuid(request.POST.get("staff", ""))
        laboratories.set_shift(actor_in(request), staff, starts_at, starts_at + timedelta(hours=hours), clock.now())

    return _kept(request, laboratory_id, do)


def _moment(day: str, at: str) -> datetime:
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), time.fromisoformat(at), clock.zone())
    except ValueError as wrong:
        raise Invalid(field=_("Shift"), reason=_("choose the day and the hour")) from wrong


@require_GET
@needs_capability(BENCH)
def shift(request: HttpRequest, lab_shift_id: UUID) -> HttpResponse:
    """One shift: leads to its laboratory."""
    found = one_visible(Shift.objects.select_related("staff"), actor_in(request), BENCH, lab_shift_id)
    return redirect("testing:laboratory", laboratory_id=found.staff.laboratory_id)
