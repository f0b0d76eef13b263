"""The dispatch board: the queue by deadline, one need with the best that can be sent, one key to send it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Span, parse, span, text
from gridward.kernel.areas.queries import full_names
from gridward.kernel.errors import AppError, NotFound
from gridward.kernel.needs import queries as kernel_needs
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import ENDED, steps_from
from gridward.kernel.resources import queries as resources
from gridward.lines.hotline import actions, plan, queries

ASSIGN = "needs.assign"
QUEUE_ROWS = 60


@require_GET
@needs_capability(ASSIGN)
def board(request: HttpRequest) -> HttpResponse:
    """The whole board; `?need=` opens one need beside the queue."""
    return _board(request, request.GET.get("need", ""))


def _board(request: HttpRequest, need_id: str, refusal: AppError | None = None) -> HttpResponse:
    need = kernel_needs.one(actor_in(request), need_id) if need_id else None
    context = {**_queue_context(request), "refusal": refusal, "map_area": text(_home(request))}
    if need is not None:
        context.update(_panel_context(request, need))
    return render(request, "hotline/dispatch.html", context, status=refusal.status if refusal else 200)


def _home(request: HttpRequest) -> int:
    within = _within(request)
    spans = [within] if within else actor_in(request).spans(ASSIGN)
    return max(spans, key=lambda one: one.high - one.low).low if spans else 0


def _within(request: HttpRequest) -> Span | None:
    given = request.GET.get("area", "")
    try:
        return span(parse(given)) if given else None
    except ValueError as malformed:
        raise NotFound from malformed


def _queue_context(request: HttpRequest) -> dict[str, Any]:
    actor, within, state = actor_in(request), _within(request), request.GET.get("state", "")
    now = clock.now()
    needs = queries.board(actor, within, state, QUEUE_ROWS)
    names = full_names(need.address for need in needs)
    sent = queries.sent_to([need.pk for need in needs])
    rows = [
        {
            "need": need,
            "place_name": names.get(need.address, ""),
            "sent": sent.get(need.pk, []),
            "overdue": need.due_at <= now,
        }
        for need in needs
    ]
    counts = queries.counts(actor, within, now)
    return {
        "rows": rows,
        "counts": counts,
        "state": state,
        "now": now,
        "chosen_id": request.GET.get("need", ""),
        "area_filter": request.GET.get("area", ""),
    }


@require_GET
@needs_capability(ASSIGN)
def queue(request: HttpRequest) -> HttpResponse:
    """The queue alone, for the live board."""
    return render(request, "hotline/parts/queue.html", _queue_context(request))


@require_GET
@needs_capability(ASSIGN)
def panel(request: HttpRequest, need_id: str) -> HttpResponse:
    """One need beside the queue: facts, who is on the way, who could be sent and why."""
    need = kernel_needs.one(actor_in(request), need_id)
    return render(request, "hotline/parts/panel.html", _panel_context(request, need))


def _panel_context(request: HttpRequest, need: Need) -> dict[str, Any]:
    actor, now = actor_in(request), clock.now()
    may_assign = actor.may(ASSIGN, need.address)
    open_ = need.state not in ENDED and need.joined_to_id is None
    same = queries.duplicates(need.category_id, need.address, need.tokens, now, limit=6) if open_ else []
    return {
        "chosen": need,
        "chosen_id": str(need.pk),
        "place_name": full_names([need.address])[need.address],
        "choices": plan.choices(actor, need, now) if may_assign and open_ else [],
        "sent": queries.sent_to([need.pk]).get(need.pk, []),
        "duplicates": [one.need for one in same if one.need.pk != need.pk and actor.may("needs.see", one.need.address)],
        "steps": [str(step) for step in steps_from(need.state)] if open_ else [],
        "may_assign": may_assign,
        "may_refuse": actor.may("needs.refuse", need.address),
        "now": now,
    }


@require_POST
@needs_capability(ASSIGN)
def assign(request: HttpRequest, need_id: str) -> HttpResponse:
    """Send a resource; a decision on an old picture comes back with the new one."""
    actor, resource_id = actor_in(request), request.POST.get("resource_id", "")
    version = request.POST.get("version", "")

    def send() -> None:
        need = kernel_needs.one(actor, need_id)
        resources.one(actor, resource_id)
        reasons = next(
            (one.reasons for one in plan.choices(actor, need, clock.now()) if one.resource_id == resource_id), {}
        )
        seen = int(version) if version.isdigit() else None
        actions.assign(actor, need_id, resource_id, clock.now(), seen_version=seen, reasons=reasons)

    return _done(request, need_id, send)


@require_POST
@needs_capability("needs.refuse")
def refuse(request: HttpRequest, need_id: str) -> HttpResponse:
    """Refuse a need with a reason."""
    actor = actor_in(request)
    return _done(request, need_id, lambda: actions.refuse(actor, need_id, request.POST.get("words", ""), clock.now()))


@require_POST
@needs_capability("needs.log")
def answer(request: HttpRequest, need_id: str) -> HttpResponse:
    """End a need at the desk with what was said."""
    actor = actor_in(request)
    return _done(request, need_id, lambda: actions.answer(actor, need_id, request.POST.get("words", ""), clock.now()))


@require_POST
@needs_capability(ASSIGN)
def join(request: HttpRequest, need_id: str) -> HttpResponse:
    """Join a waiting need to another about the same trouble."""
    actor, into = actor_in(request), request.POST.get("into", "")
    return _done(request, need_id, lambda: actions.join(actor, need_id, into, clock.now()))


@require_POST
@needs_capability(ASSIGN)
def release(request: HttpRequest, need_id: str, assignment_id: str) -> HttpResponse:
    """Call a resource back, with a reason."""
    actor, reason = actor_in(request), request.POST.get("words", "")
    return _done(request, need_id, lambda: actions.release(actor, assignment_id, reason, clock.now()))


def _done(request: HttpRequest, need_id: str, do: Callable[[], Any]) -> HttpResponse:
    try:
        do()
    except AppError as refusal:
        if refusal.status not in (409, 422):
            raise
        return _board(request, need_id, refusal)
    return redirect(f"{reverse('hotline:dispatch')}?need={need_id}")
