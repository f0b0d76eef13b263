"""The gap board: posts that must be held, what is filled, what gapes before the shift begins; and stating posts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.address import Level, Span, level_of, parse, span, text
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import names_of
from gridward.kernel.errors import AppError, NotFound
from gridward.kernel.incidents.queries import running
from gridward.lines.forces.actions import posts as actions
from gridward.lines.forces.models import ControlLevel
from gridward.lines.forces.queries import posts
from gridward.lines.forces.views.answering import about, answered
from gridward.lines.forces.views.places import chosen

SEE, STATE, PLAN = posts.SEE, "posts.state", "rosters.plan"
_GOOD, _BAD = 0.95, 0.8


def chosen_day(request: HttpRequest, default: date | None = None) -> date:
    """The day a page is about: `?day=`, else today.

    Raises: NotFound for one that is no day.
    """
    given = request.GET.get("day", "") or request.POST.get("day", "")
    try:
        return date.fromisoformat(given) if given else default or clock.local_day(clock.now())
    except ValueError as malformed:
        raise NotFound from malformed


def place_of(request: HttpRequest) -> int:
    """The place a form is about.

    Raises: NotFound for none that is.
    """
    try:
        address = parse(request.POST.get("area", ""))
    except ValueError as malformed:
        raise NotFound from malformed
    if not Area.objects.filter(pk=address).exists():
        raise NotFound
    return address


@require_GET
@needs_capability(SEE)
def board(request: HttpRequest) -> HttpResponse:
    """Heads wanted and filled, by town and community, for a day and a shift."""
    return _board(request)


def _board(request: HttpRequest, refusal: AppError | None = None) -> HttpResponse:
    actor = actor_in(request)
    area, within = chosen(request, SEE)
    day, shift = chosen_day(request), request.GET.get("shift", "")
    level = Level.TOWN if area.level < Level.TOWN else Level.COMMUNITY if area.level < Level.COMMUNITY else Level.ESTATE
    found = posts.gaps(_held(actor.spans(SEE), within), day, level, shift)
    names = names_of(one.address for one in found)
    rows = [
        {"gap": one, "name": names.get(one.address), "address": text(one.address), "mark": mark(one.share),
         "leads": level_of(one.address) < Level.COMMUNITY}
        for one in sorted(found, key=lambda one: (-one.lacking, one.address))
    ]  # fmt: skip
    incident = running()
    context = {
        "area": area,
        "address": text(area.address),
        "day": day,
        "days": [clock.local_day(clock.now()) + timedelta(days=at) for at in range(-1, 8)],
        "shift": shift,
        "shifts": posts.shift_times(),
        "rows": rows,
        "total": _total(found),
        "posts": list(posts.register(actor, within)) if area.level >= Level.COMMUNITY else [],
        "kinds": posts.kinds(),
        "levels": ControlLevel.choices,
        "level": posts.level_of_area(incident.pk, area.address) if incident else "",
        "may_state": actor.may(STATE, within.low) and actor.may(STATE, within.high - 1),
        "may_plan": actor.may(PLAN, within.low) and actor.may(PLAN, within.high - 1),
        "refusal": refusal,
    }
    return render(request, "forces/posts.html", context, status=refusal.status if refusal else 200)


def _held(spans: tuple[Span, ...], within: Span) -> list[Span]:
    cut = [Span(max(one.low, within.low), min(one.high, within.high)) for one in spans]
    return [one for one in cut if one.low < one.high]


def mark(share: float) -> str:
    """The state of a filled share in the house's colours."""
    return "done" if share >= _GOOD else "waiting" if share >= _BAD else "overdue"


def _total(found: list[posts.Gap]) -> dict[str, Any]:
    wanted, filled = sum(one.wanted for one in found), sum(one.filled for one in found)
    present, short = sum(one.present for one in found), sum(one.short_shifts for one in found)
    share = filled / wanted if wanted else None
    return {
        "wanted": wanted, "filled": filled, "lacking": wanted - filled, "present": present, "short": short,
        "share": share,
    }  # fmt: skip


@require_GET
@needs_capability(SEE)
def points(request: HttpRequest) -> HttpResponse:
    """The communities of an area as points: how full their posts are on a day."""
    _area, within = chosen(request, SEE)
    found = posts.gaps(
        _held(actor_in(request).spans(SEE), within), chosen_day(request), Level.COMMUNITY, request.GET.get("shift", "")
    )
    names = names_of(one.address for one in found)
    features = []
    for one in found:
        area = names.get(one.address)
        if area is None or area.latitude is None:
            continue
        words = _("%(name)s: %(filled)d of %(wanted)d")
        title = words % {"name": area, "filled": one.filled, "wanted": one.wanted}
        properties = {"mark": mark(one.share), "title": title,
                      "url": f"{reverse('forces:posts')}?{urlencode({'area': text(one.address)})}"}  # fmt: skip
        point = {"type": "Point", "coordinates": [area.longitude, area.latitude]}
        features.append({"type": "Feature", "geometry": point, "properties": properties})
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


@require_POST
@needs_capability(STATE)
def state(request: HttpRequest) -> HttpResponse:
    """A community states a post it must hold."""
    place = place_of(request)
    name = request.POST.get("name", "").strip()[:80]

    def do() -> None:
        category = request.POST.get("kind", "")
        given = name or next((str(one) for one in posts.kinds() if one.pk == category), category)
        actions.state_post(actor_in(request), place, category, given, _heads(request), clock.now())
        messages.success(request, _("The post stands; its shifts are made with those of the next day."))

    return _done(request, place, do)


@require_POST
@needs_capability(STATE)
def change(request: HttpRequest, post_id: str) -> HttpResponse:
    """Change how many people a post needs; none at all ends it."""
    post = posts.one_post(actor_in(request), post_id)

    def do() -> None:
        version = request.POST.get("version", "")
        seen = int(version) if version.isdigit() else post.version
        actions.change_post(actor_in(request), post.pk, _heads(request), clock.now(), seen)
        messages.success(request, _("Kept; it counts from the next shifts that are made."))

    return _done(request, post.address, do)


def _heads(request: HttpRequest) -> dict[str, int]:
    found = {}
    for one in posts.shift_times():
        given = request.POST.get(f"heads_{one.key}", "").strip() or "0"
        found[one.key] = int(given) if given.isdigit() else -1
    return found


@require_POST
@needs_capability(STATE)
def make_day(request: HttpRequest) -> HttpResponse:
    """Make the shifts of a day from the posts."""
    place, day = place_of(request), chosen_day(request)

    def do() -> None:
        count = actions.make_day(actor_in(request), span(place), day, clock.now())
        said = ngettext("%(n)d shift was made.", "%(n)d shifts were made.", count) % {"n": count}
        messages.success(request, said if count else _("Every shift of that day is there already."))

    return _done(request, place, do, day)


@require_POST
@needs_capability(PLAN)
def restate(request: HttpRequest) -> HttpResponse:
    """Make the demand rules the standing posts of an area."""
    place = place_of(request)

    def do() -> None:
        count = actions.restate(actor_in(request), span(place), clock.now())
        said = ngettext("%(n)d post was put right.", "%(n)d posts were put right.", count) % {"n": count}
        messages.success(request, said if count else _("The posts are as the rules ask."))

    return _done(request, place, do)


@require_POST
@needs_capability(PLAN)
def control(request: HttpRequest) -> HttpResponse:
    """Set how strictly an area is held."""
    place, level = place_of(request), request.POST.get("level", "")
    if level not in ControlLevel.values:
        raise NotFound

    def do() -> None:
        actions.set_control(actor_in(request), place, level, clock.now())
        messages.success(request, _("Kept. Put the posts right to have them follow."))

    return _done(request, place, do)


def _done(request: HttpRequest, place: int, do: Callable[[], Any], day: date | None = None) -> HttpResponse:
    def done() -> HttpResponse:
        do()
        shown = {"area": text(_shown(place)), **({"day": day.isoformat()} if day else {})}
        return redirect(f"{reverse('forces:posts')}?{urlencode(shown)}")

    return answered(done, lambda refusal: _board(about(request, area=text(place)), refusal))


def _shown(place: int) -> int:
    return place - place % 10 ** (19 - Level.COMMUNITY) if level_of(place) > Level.COMMUNITY else place
