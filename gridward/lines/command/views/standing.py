"""Pages of whose task is what, of a community's posts and its card, of areas of action, and of the duty log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.actor import one_visible
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Level, level_of, parse, span, text
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import below, full_names
from gridward.kernel.errors import AppError, Forbidden, NotFound
from gridward.kernel.registry import registry
from gridward.lines.command.actions import standing as actions
from gridward.lines.command.errors import NoPdf
from gridward.lines.command.models import PostHolder
from gridward.lines.command.queries import standing as queries

SHIFT_HOURS = (8, 12, 24)
_FORM_REFUSALS = (409, 422)


@require_GET
@needs_capability("areas.see")
def tasks(request: HttpRequest) -> HttpResponse:
    """The tasks of the response by department: who leads, who supports; and who answers for what somebody asks."""
    actor, words = actor_in(request), request.GET.get("q", "").strip()
    every = queries.tasks(actor)
    departments = sorted({name for task in every for name in (task.lead, *task.supports)})
    shown = queries.who_answers(actor, words) if words else every
    rows = [
        {
            "task": task,
            "cells": [
                "lead" if name == task.lead else "support" if name in task.supports else "" for name in departments
            ],
        }
        for task in shown
    ]
    context = {"rows": rows, "departments": departments, "words": words, "any": bool(every)}
    return render(request, "command/tasks.html", context)


@require_GET
@needs_capability("areas.see")
def task(request: HttpRequest, task_id: str) -> HttpResponse:
    """One task: who leads, who supports, what it covers, by when, and whom to call."""
    found = next((one for one in queries.tasks(actor_in(request)) if str(one.pk) == str(task_id)), None)
    if found is None:
        raise NotFound
    return render(request, "command/task.html", {"task": found})


def _desk(request: HttpRequest, capability: str) -> int:
    spans = actor_in(request).spans(capability)
    if not spans:
        raise Forbidden(capability=capability)
    return int(max(spans, key=lambda one: one.high - one.low).low)


def _community(request: HttpRequest, address: str) -> int:
    """A community's address from a page's address, in the reader's reach; anything else is absent."""
    try:
        number = parse(address)
    except ValueError as malformed:
        raise NotFound from malformed
    known = level_of(number) is Level.COMMUNITY and Area.objects.filter(pk=number).exists()
    if not known or not actor_in(request).may("posts.see", number):
        raise NotFound
    return number


@require_GET
@needs_capability("posts.see")
def posts(request: HttpRequest) -> HttpResponse:
    """The communities of my area by vacancies, who is posted twice, and which communities act as one."""
    return _posts(request)


def _posts(request: HttpRequest, refusal: AppError | None = None) -> HttpResponse:
    actor, desk = actor_in(request), _desk(request, "posts.see")
    if level_of(desk) >= Level.COMMUNITY and refusal is None:
        return redirect("command:community", text(desk))
    doubles = [queries_named(rows) for rows in queries.double_postings(actor, span(desk))]
    context = {
        "desk": Area.objects.filter(pk=desk).first(),
        "rows": [{**row, "key": text(row["address"])} for row in queries.vacancies(span(desk))],
        "doubles": doubles,
        "action_areas": queries.action_areas(actor, span(desk)),
        "may_change": actor.may(actions.POSTS, desk),
        "communities": [{"area": one, "key": text(one.address)} for one in below(span(desk), Level.COMMUNITY)],
        "refusal": refusal,
    }
    return render(request, "command/posts.html", context, status=refusal.status if refusal else 200)


def queries_named(rows: list[Any]) -> list[dict[str, Any]]:
    """Holders with the names of their communities."""
    names = queries.names_of(rows)
    return [{"holder": one, "place_name": names[one.address]} for one in rows]


@require_GET
@needs_capability("posts.see")
def community(request: HttpRequest, address: str) -> HttpResponse:
    """A community's office and groups: who holds each post, what is vacant."""
    return _page_of(request, _community(request, address))


def _page_of(request: HttpRequest, number: int, refusal: AppError | None = None) -> HttpResponse:
    actor = actor_in(request)
    context = {**_card(actor, number), "may_change": actor.may(actions.POSTS, number), "refusal": refusal}
    return render(request, "command/community.html", context, status=refusal.status if refusal else 200)


def _card(actor: Any, number: int) -> dict[str, Any]:
    cells = queries.post_of(actor, number)
    return {
        "place_name": full_names([number])[number],
        "address": text(number),
        "cells": cells,
        "vacant": sum(cell.vacant for cell in cells),
        "areas": queries.area_of_action(number),
        "now": clock.now(),
    }


@require_POST
@needs_capability("posts.change")
def fill(request: HttpRequest, address: str) -> HttpResponse:
    """Put somebody on a post."""
    number, given = _community(request, address), request.POST
    try:
        actions.fill_post(
            actor_in(request), number, given.get("post", ""), given.get("name", ""), given.get("phone", ""),
            given.get("organisation", ""), clock.now(), given.get("account", ""),
        )  # fmt: skip
    except AppError as refusal:
        if refusal.status not in _FORM_REFUSALS:
            raise
        return _page_of(request, number, refusal)
    return redirect("command:community", address)


@require_GET
@needs_capability("posts.see")
def holder(request: HttpRequest, post_holder_id: str) -> HttpResponse:
    """Where a row of a figure leads: the community whose post somebody holds."""
    found = one_visible(PostHolder.objects.all(), actor_in(request), "posts.see", post_holder_id)
    return redirect("command:community", text(found.address))


@require_POST
@needs_capability("posts.change")
def vacate(request: HttpRequest, post_holder_id: str) -> HttpResponse:
    """Take somebody off a post."""
    actions.vacate_post(actor_in(request), post_holder_id, clock.now())
    back = request.POST.get("address", "")
    return redirect("command:community", back) if len(back) == 19 and back.isdigit() else redirect("command:posts")


@require_GET
@needs_capability("posts.see")
def card(request: HttpRequest, address: str) -> HttpResponse:
    """A community's contact card: one page to print."""
    return render(request, "command/card.html", _card(actor_in(request), _community(request, address)))


@require_GET
@needs_capability("posts.see")
def card_pdf(request: HttpRequest, address: str) -> HttpResponse:
    """The contact card as a PDF. Raises: NoPdf where the machine cannot draw one."""
    context = _card(actor_in(request), _community(request, address))
    try:
        from weasyprint import HTML
    except OSError as missing:
        raise NoPdf from missing
    drawn = HTML(string=render_to_string("command/card.html", context)).write_pdf()
    headers = {"Content-Disposition": f'attachment; filename="card-{address}.pdf"'}
    return HttpResponse(bytes(drawn), content_type="application/pdf", headers=headers)


@require_POST
@needs_capability("posts.change")
def join(request: HttpRequest) -> HttpResponse:
    """Let neighbouring communities act as one."""
    try:
        members = [parse(one) for one in request.POST.getlist("members")]
    except ValueError as malformed:
        raise NotFound from malformed
    try:
        actions.join_areas(
            actor_in(request), _desk(request, "posts.change"), request.POST.get("name", ""), members, clock.now()
        )
    except AppError as refusal:
        if refusal.status not in _FORM_REFUSALS:
            raise
        return _posts(request, refusal)
    return redirect("command:posts")


@require_POST
@needs_capability("posts.change")
def part(request: HttpRequest, action_area_id: str) -> HttpResponse:
    """Let communities act on their own again."""
    actions.part_areas(actor_in(request), action_area_id, clock.now())
    return redirect("command:posts")


@needs_capability("log.keep")
def log(request: HttpRequest) -> HttpResponse:
    """The duty log of my desk: a line, and what is to be handed over."""
    actor, desk, refusal = actor_in(request), _desk(request, "log.keep"), None
    if request.method == "POST":
        try:
            actions.write_log(actor, desk, request.POST.get("words", ""), "hand_over" in request.POST, clock.now())
            return redirect("command:log")
        except AppError as refused:
            if refused.status not in _FORM_REFUSALS:
                raise
            refusal = refused
    rows = queries.log(actor, span(desk))
    context = {
        "rows": list(rows[:80]),
        "open_items": list(rows.filter(to_hand_over=True, closed_at=None)[:50]),
        "given": request.POST,
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "command/log.html", context, status=refusal.status if refusal else 200)


@require_POST
@needs_capability("log.keep")
def close(request: HttpRequest, log_entry_id: str) -> HttpResponse:
    """Close what was to be handed over."""
    actions.close_item(actor_in(request), log_entry_id, request.POST.get("words", ""), clock.now())
    messages.success(request, _("Closed; it is no longer handed over."))
    return redirect("command:log")


@require_GET
@needs_capability("log.keep")
def handover(request: HttpRequest) -> HttpResponse:
    """The handover of a shift, which writes itself from the rows of this moment."""
    actor, now, desk = actor_in(request), clock.now(), _desk(request, "log.keep")
    given = request.GET.get("hours", "")
    hours = int(given) if given.isdigit() and int(given) in SHIFT_HOURS else SHIFT_HOURS[0]
    since: datetime = now - timedelta(hours=hours)
    found = queries.handover(actor, span(desk), since, now)
    verbs = registry().verbs
    context = {
        "desk": full_names([desk])[desk],
        "hours": hours,
        "choices": SHIFT_HOURS,
        "since": since,
        "handover": found,
        "done": [{"words": verbs.get(verb, verb), "count": count} for verb, count in found.done],
        "late": queries_of_needs(found.overdue),
        "now": now,
    }
    return render(request, "command/handover.html", context)


def queries_of_needs(rows: list[Any]) -> list[dict[str, Any]]:
    """Needs as the queue part takes them."""
    names = queries.names_of(rows)
    return [{"need": one, "place_name": names[one.address]} for one in rows]
