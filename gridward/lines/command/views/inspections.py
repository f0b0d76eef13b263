"""An inspector's phone: today's route, the checklist, findings with photos; and how findings are put right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.actor import inside
from gridward.kernel.access.guards import actor_in, needs_account, needs_capability
from gridward.kernel.address import Level, level_of, parse, text
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import full_names
from gridward.kernel.assignments.proofs import MAX_PHOTO_BYTES, opened_file
from gridward.kernel.errors import AppError, NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.journal.queries import story
from gridward.kernel.registry import registry
from gridward.lines.command.access import findings, one_finding, one_visit, visits_of
from gridward.lines.command.actions import inspections as actions
from gridward.lines.command.models import Finding
from gridward.lines.command.models.inspections import INSPECT, RIGHT, SEE
from gridward.lines.command.queries import inspections as queries

DRAFT = "finding"
LISTED = 60


@require_GET
@needs_capability(INSPECT)
def route(request: HttpRequest) -> HttpResponse:
    """My route of today: where, when, why there; and what has to be looked at again."""
    actor, now = actor_in(request), clock.now()
    rows = list(visits_of(actor, clock.local_day(now)))
    again = findings(actor).filter(state="righted").order_by("righted_at")[:30]
    context = {"visits": queries.places_of(rows), "again": queries.places_of(list(again)), "now": now}
    return render(request, "command/route.html", context)


@needs_capability(INSPECT)
def visit(request: HttpRequest, visit_id: str) -> HttpResponse:
    """One community of my route: the checklist on the phone, and what was found there."""
    actor, now = actor_in(request), clock.now()
    if request.method == "POST":
        given = {item.key: request.POST[item.key] == "yes" for item in queries.checklist() if item.key in request.POST}
        actions.finish_visit(actor, visit_id, given, now)
        messages.success(request, _("The visit is kept. The next one is below."))
        return redirect("command:route")
    return render(request, "command/visit.html", _visit_context(request, visit_id))


def _visit_context(request: HttpRequest, visit_id: str) -> dict[str, Any]:
    actor = actor_in(request)
    found = one_visit(actor, visit_id)
    return {
        "visit": found,
        "place_name": full_names([found.address])[found.address],
        "address": text(found.address),
        "items": [{"item": item, "value": found.results.get(item.key)} for item in queries.checklist()],
        "findings": list(found.findings.order_by("raised_at")),
        "mine": found.inspector_id == actor.user_id,
        "now": clock.now(),
    }


@require_GET
@needs_capability(SEE)
def seen(request: HttpRequest, visit_id: str) -> HttpResponse:
    """One visit as the desk reads it: what was in order, and what was found."""
    return render(request, "command/visit.html", _visit_context(request, visit_id))


@require_GET
@needs_capability(SEE)
def register(request: HttpRequest) -> HttpResponse:
    """Findings of my areas: what is to be put right first, and every state."""
    actor = actor_in(request)
    state = request.GET.get("state", "open")
    rows = list(queries.listed(findings(actor), state, None)[:LISTED])
    context = {
        "rows": queries.places_of(rows),
        "state": state,
        "states": Finding.State.choices,
        "may_raise": actor.may(INSPECT) or actor.may(RIGHT),
        "now": clock.now(),
    }
    return render(request, "command/findings.html", context)


def _address(given: str) -> int | None:
    try:
        return parse(given)
    except ValueError:
        return None


def _photo(request: HttpRequest) -> bytes:
    photo = request.FILES.get("photo")
    # One byte over the limit is enough for the kernel to refuse it.
    return photo.read(MAX_PHOTO_BYTES + 1) if isinstance(photo, UploadedFile) else b""


@needs_capability(SEE)
def new(request: HttpRequest) -> HttpResponse:
    """Write a finding; while it is written, answers that may already do are shown."""
    refusal: AppError | None = None
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            made = actions.raise_finding(actor_in(request), _raised(request), clock.now())
        except AppError as refused:
            if refused.status not in (409, 422):
                raise
            refusal = refused
        else:
            common = made.sort == Finding.Sort.COMMON
            messages.success(request, _("It is with the headquarters.") if common else _("The finding is kept."))
            return redirect("command:finding", made.pk)
    return render(request, "command/finding_new.html", {**_form_context(request, given), "refusal": refusal},
                  status=refusal.status if refusal else 200)  # fmt: skip


def _raised(request: HttpRequest) -> actions.Raised:
    given = request.POST
    address = _address(given.get("address", ""))
    if address is None:
        raise NotFound
    try:
        key = UUID(given["id"]) if given.get("id") else None
    except ValueError as malformed:
        raise NotFound from malformed
    return actions.Raised(
        address, given.get("words", ""), given.get("sort", ""), _photo(request), given.get("item", "")[:48],
        given.get("visit") or None, key,
    )  # fmt: skip


def _form_context(request: HttpRequest, given: Any) -> dict[str, Any]:
    actor = actor_in(request)
    places = _places(actor)
    address = given.get("address", "") or (text(places[0].address) if places else "")
    return {
        "given": given,
        "fresh_id": given.get("id") or str(new_id()),
        "address": address,
        "places": [{"area": one, "address": text(one.address)} for one in places],
        "items": queries.checklist(),
        "sorts": Finding.Sort.choices,
        "visit": given.get("visit", ""),
    }


def _places(actor: Any) -> list[Area]:
    """The communities and estates somebody may raise something at; the first few hundred."""
    spans = actor.spans(RIGHT) or actor.spans(INSPECT)
    level = Level.ESTATE if spans and level_of(spans[0].low) >= Level.COMMUNITY else Level.COMMUNITY
    rows = Area.objects.filter(inside(spans), gone_on=None, level__lte=level, level__gte=Level.COMMUNITY)
    return list(rows.order_by("address")[:500])


@require_POST
@needs_capability(SEE)
def hints(request: HttpRequest) -> HttpResponse:
    """Answers that fit the words so far: the reply is offered before anything is raised."""
    words = request.POST.get("words", "")
    found = queries.answer_book(actor_in(request), words, 3) if len(words.strip()) > 3 else []
    address = request.POST.get("address", "")
    return render(
        request, "command/parts/hints.html", {"found": [one for one in found if one.score], "address": address}
    )


@require_GET
@needs_capability(SEE)
def page(request: HttpRequest, finding_id: str) -> HttpResponse:
    """One finding: before and after, who put it right, and the next step."""
    return _page(request, finding_id)


def _page(request: HttpRequest, finding_id: str, refusal: AppError | None = None) -> HttpResponse:
    actor = actor_in(request)
    finding = one_finding(actor, finding_id)
    inspects = actor.may(INSPECT, finding.address)
    answer = _reply_to(actor, finding)
    verbs = registry().verbs
    context = {
        "finding": finding,
        "place_name": full_names([finding.address])[finding.address],
        "may_right": finding.state == "open" and (inspects or actor.may(RIGHT, finding.address)),
        "may_check": finding.state == "righted" and inspects,
        "answer": answer,
        "story": [{"entry": one, "words": verbs.get(one.verb, one.verb)} for one in story([str(finding.pk)])],
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "command/finding.html", context, status=refusal.status if refusal else 200)


def _reply_to(actor: Any, finding: Finding) -> Any:
    if finding.state != "answered":
        return None
    every = (one.answer for one in queries.answer_book(actor, "", 2000))
    return next((one for one in every if one.problem_id == finding.problem_id), None)


def _step(act: Any) -> Any:
    @require_POST
    @needs_capability(SEE)
    def step(request: HttpRequest, finding_id: str) -> HttpResponse:
        """Take a finding one step on."""
        try:
            act(request, finding_id)
        except AppError as refusal:
            if refusal.status not in (409, 422):
                raise
            return _page(request, finding_id, refusal)
        return redirect("command:finding", finding_id)

    return step


right = _step(
    lambda request, key: actions.right(
        actor_in(request), key, request.POST.get("words", ""), _photo(request), clock.now()
    )
)
recheck = _step(
    lambda request, key: actions.recheck(
        actor_in(request), key, request.POST.get("in_order") == "yes", request.POST.get("words", ""), clock.now()
    )
)


@require_GET
@needs_capability(SEE)
def photo(request: HttpRequest, finding_id: str, side: str) -> HttpResponse:
    """The picture of a finding, before or after."""
    finding = one_finding(actor_in(request), finding_id)
    name = {"before": finding.before, "after": finding.after}.get(side, "")
    if not name:
        raise NotFound
    return FileResponse(opened_file(name))


@require_GET
@needs_account
def answers(request: HttpRequest) -> HttpResponse:
    """The answer book: what was judged once and holds for everybody below; found by anybody's words."""
    words = request.GET.get("q", "").strip()
    found = queries.answer_book(actor_in(request), words)
    return render(request, "command/answers.html", {"found": found, "words": words, "now": clock.now()})


@require_GET
@needs_account
def answer(request: HttpRequest, answer_id: str) -> HttpResponse:
    """One answer of the book."""
    every = queries.answer_book(actor_in(request), "", 2000)
    found = next((one.answer for one in every if str(one.answer.pk) == str(answer_id)), None)
    if found is None:
        raise NotFound
    return render(request, "command/answer.html", {"answer": found, "now": clock.now()})


@require_POST
@needs_capability(SEE)
def use_answer(request: HttpRequest, answer_id: str) -> HttpResponse:
    """This answer does: nothing has to be raised."""
    address = _address(request.POST.get("address", ""))
    if address is None:
        raise NotFound
    actions.use_answer(actor_in(request), answer_id, address, clock.now())
    messages.success(request, _("Good: nothing has to be raised. That this answer did is noted."))
    return redirect("command:answer", answer_id)
