"""Directives as their desk sees them: the list, a new one, how far each has come, amending, withdrawing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.actor import inside
from gridward.kernel.access.guards import actor_in, needs_account, needs_capability
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, level_of, span, text
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import full_names, names_of
from gridward.kernel.assignments.proofs import opened_file
from gridward.kernel.errors import AppError, Forbidden, Invalid, NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.journal.queries import story
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.registry import registry
from gridward.lines.command.access import issued, one_directive, received
from gridward.lines.command.actions import directives as actions
from gridward.lines.command.forms import LEVELS, OrderForm, WordingForm
from gridward.lines.command.models import Attachment, Directive, PostTemplate, Receipt, Urgency
from gridward.lines.command.models.directives import SEE, SEND
from gridward.lines.command.queries import directives as queries
from gridward.lines.command.queries.standing import task_of_directive

DRAFT = "directive"
LISTED = 60
ROWS = 100


@require_GET
@needs_account
def mine(request: HttpRequest) -> HttpResponse:
    """What reached me: to do first, then what is over."""
    actor, now = actor_in(request), clock.now()
    context = {
        "todo": queries.named(queries.open_received(actor)),
        "over": queries.named(queries.ended_received(actor)),
        "may_send": actor.may(SEND),
        "may_see": actor.may(SEE),
        "now": now,
    }
    return render(request, "command/received.html", context)


@require_GET
@needs_capability(SEE)
def sent(request: HttpRequest) -> HttpResponse:
    """The directives of my desks, newest first, each with how far it has come."""
    actor, now = actor_in(request), clock.now()
    rows = list(issued(actor)[:LISTED])
    progress = queries.progress_of(rows, actor, now)
    names = full_names(one.address for one in rows)
    listed = [{"directive": one, "progress": progress[one.pk], "desk": names.get(one.address, "")} for one in rows]
    return render(request, "command/sent.html", {"rows": listed, "may_send": actor.may(SEND), "now": now})


def desk_in(request: HttpRequest) -> int:
    """The desk a directive is issued by: the one the form names, else the widest the reader may send from.

    Raises: Forbidden.
    """
    spans = actor_in(request).spans(SEND)
    if not spans:
        raise Forbidden(capability=SEND)
    widest = max(spans, key=lambda one: one.high - one.low)
    return int(widest.low)


@needs_capability(SEND)
def new(request: HttpRequest) -> HttpResponse:
    """Write a directive and send it to everybody it is for."""
    desk = desk_in(request)
    form = OrderForm(request.POST or None, request.FILES or None)
    refusal: AppError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.send(actor_in(request), form.order(desk), clock.now())
        except AppError as refused:
            if refused.status not in (403, 409, 422):
                raise
            refusal = refused
        else:
            messages.success(
                request, _("Directive %(n)s is on %(r)s screens.") % {"n": made.number, "r": made.recipients}
            )
            return redirect(f"{reverse('command:directive', args=[made.pk])}?sent={DRAFT}")
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "command/new.html", {**_form_context(form, desk), "refusal": refusal}, status=status)


def _form_context(form: OrderForm, desk: int) -> dict[str, Any]:
    level = level_of(desk)
    below = Area.objects.filter(inside([span(desk)]), gone_on=None).exclude(pk=desk)
    most = Level.COMMUNITY if level < Level.TOWN else Level.ESTATE
    places = below.filter(level__gt=level, level__lte=most).order_by("address")
    kinds = Organisation.Kind
    organisations = Organisation.objects.filter(
        inside([span(desk)]), closed_on=None, kind__in=[kinds.DEPARTMENT, kinds.HOSPITAL, kinds.COMPANY, kinds.TEAM]
    )
    chosen = form.data if form.is_bound else {}
    names = ("levels", "areas", "organisations", "roles", "posts")
    several = {name: form.data.getlist(name) for name in names} if chosen else {}
    return {
        "form": form,
        "fresh_id": chosen.get("id") or str(new_id()),
        "levels": [(int(key), words) for key, words in LEVELS if key > level],
        "places": [{"area": one, "address": text(one.address)} for one in places],
        "organisations": [{"organisation": one, "key": str(one.pk)} for one in organisations.order_by("kind", "name")],
        "roles": [(role.key, role.title) for role in registry().roles.values()],
        "urgencies": Urgency.choices,
        "proofs": Directive.Proof.choices,
        "posts": list(PostTemplate.objects.filter(in_use=True)),
        "chosen": {**several, "posts_in": chosen.get("posts_in", "")},
        "desk": names_of([desk]).get(desk),
    }


@require_POST
@needs_capability(SEND)
def reach(request: HttpRequest) -> HttpResponse:
    """How many places the choice so far reaches: a fragment of the form."""
    form, desk = OrderForm(request.POST), desk_in(request)
    form.is_valid()
    chosen = form.cleaned_data
    levels, areas = list(chosen.get("levels") or ()), list(chosen.get("areas") or ())
    counts = queries.how_many([int(one) for one in levels], span(desk), areas)
    named = {Level.TOWN: _("towns"), Level.COMMUNITY: _("communities"), Level.ESTATE: _("estates")}
    found = [(named.get(Level(level), ""), count) for level, count in counts.items() if Level(level) in named]
    more = len(chosen.get("organisations") or ())
    posts = len(chosen.get("posts") or ())
    context = {
        "counts": found,
        "organisations": more,
        "roles": len(chosen.get("roles") or ()),
        "posts": posts and posts * queries.count_communities(span(chosen.get("posts_in") or desk)),
    }
    return render(request, "command/parts/reach.html", context)


@require_GET
@needs_capability(SEE)
def page(request: HttpRequest, directive_id: str) -> HttpResponse:
    """One directive: words, versions, how far it has come, who has not seen it, and what can be done now."""
    actor, now = actor_in(request), clock.now()
    directive = one_directive(actor, directive_id)
    state = request.GET.get("state", "sent")
    rows = list(queries.recipients(actor, directive, state)[: ROWS + 1])
    wordings = queries.wordings(directive)
    may_change = actor.may(SEND, directive.address) and directive.withdrawn_at is None
    context = {
        "directive": directive,
        "desk": full_names([directive.address])[directive.address],
        "address": text(directive.address),
        "progress": queries.progress_of([directive], actor, now)[directive.pk],
        "seen_in": queries.seen_in(directive),
        "rows": queries.named(rows[:ROWS]),
        "more": len(rows) > ROWS,
        "state": state,
        "states": Receipt.State.choices,
        "wordings": wordings,
        "attachments": list(directive.attachments.order_by("version", "id")),
        "proofs": Directive.Proof.choices,
        "may_change": may_change,
        "story": _told(story([str(directive.pk)])),
        "task": task_of_directive(actor, directive),
        "now": now,
    }
    return render(request, "command/directive.html", context)


def _told(entries: Any) -> list[dict[str, Any]]:
    verbs = registry().verbs
    return [{"entry": entry, "words": verbs.get(entry.verb, entry.verb)} for entry in entries]


@require_GET
@needs_capability(SEE)
def points(request: HttpRequest, directive_id: str) -> HttpResponse:
    """The recipients of a directive as GeoJSON points: who has not seen it, as a map."""
    actor = actor_in(request)
    directive = one_directive(actor, directive_id)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [one["longitude"], one["latitude"]]},
            "properties": {"mark": one["mark"], "title": one["title"], "url": f"/areas/{one['address']}"},
        }
        for one in queries.points(actor, directive, clock.now())
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@require_POST
@needs_capability(SEND)
def amend(request: HttpRequest, directive_id: str) -> HttpResponse:
    """Put a new wording in force."""
    form = WordingForm(request.POST, request.FILES)
    if not form.is_valid():
        raise _first_error(form)
    version = request.POST.get("version", "")
    seen = int(version) if version.isdigit() else 0
    actions.amend(actor_in(request), directive_id, form.wanted(), seen, clock.now())
    messages.success(request, _("The new version is on every recipient's screen; each has to confirm it anew."))
    return redirect("command:directive", directive_id)


def _first_error(form: Any) -> AppError:
    name, errors = next(iter(form.errors.items()))
    return Invalid(field=form.fields[name].label if name in form.fields else name, reason=errors[0])


@require_POST
@needs_capability(SEND)
def withdraw(request: HttpRequest, directive_id: str) -> HttpResponse:
    """Take a directive back, with a reason."""
    actions.withdraw(actor_in(request), directive_id, request.POST.get("words", ""), clock.now())
    return redirect("command:directive", directive_id)


@require_GET
@needs_account
def attachment(request: HttpRequest, attachment_id: str) -> HttpResponse:
    """A file of a directive, for whoever may see or has received it."""
    actor = actor_in(request)
    with house():
        found = Attachment.objects.filter(pk=attachment_id).first()
    if found is None:
        raise NotFound
    if not received(actor, Q(directive_id=found.directive_id), 1).exists():
        one_directive(actor, found.directive_id)
    return FileResponse(opened_file(found.file), as_attachment=True, filename=found.name)
