"""Checking in and out: what a phone sends, the page a post's poster leads to, the poster, and the desk's list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability, open_to_all
from gridward.kernel.access.scope import house
from gridward.kernel.areas.queries import full_names
from gridward.kernel.clock import day_bounds, local_day
from gridward.kernel.errors import Invalid, NotFound
from gridward.kernel.sync.records import Item
from gridward.lines.forces.access import SEE, of_account
from gridward.lines.forces.actions.attendance import CHECK_IN, CHECK_OUT, KEEP, OWN, keep_marks, note
from gridward.lines.forces.models import Mark, Post, Volunteer
from gridward.lines.forces.queries import attendance as queries
from gridward.lines.forces.queries.joining import joining
from gridward.lines.forces.queries.posts import one_post
from gridward.lines.forces.views.me import of_code, oneself, script_words
from gridward.lines.forces.views.places import chosen
from gridward.lines.forces.views.volunteers import shown_name

MOST_MARKS = 100
ROWS = 100


@csrf_exempt  # nosemgrep: no-forms-without-a-mark # the code in the address is the right to
@require_POST
@open_to_all
def marks(request: HttpRequest, personal_code: str) -> JsonResponse:
    """Keep what somebody's phone has gathered; the code in the address is the right to, so no token is asked for.

    The body: `sent_at` in milliseconds by the phone's clock, `device`, and `marks` of `id`, `type`, `at`, `body`.
    """
    one = of_code(request, personal_code)
    now = clock.now()
    try:
        sent = json.loads(request.body)
        behind_s, device = now.timestamp() - float(sent["sent_at"]) / 1000, UUID(str(sent["device"]))
        if not isfinite(behind_s):
            raise ValueError(sent["sent_at"])
        items = [_item(said, device, behind_s, now) for said in sent["marks"][:MOST_MARKS]]
    except (ValueError, KeyError, TypeError, OverflowError, OSError) as malformed:
        raise Invalid(field="marks", reason=_("they cannot be read")) from malformed
    answers = keep_marks(oneself(request), [(one, item) for item in items], now)
    told = [
        {"id": str(item.id), "outcome": answer.outcome, "reason": answer.reason, "words": answer.words}
        for item, answer in zip(items, answers, strict=True)
    ]
    return JsonResponse({"answers": told})


def _item(said: Mapping[str, Any], device: UUID, behind_s: float, now: datetime) -> Item:
    if said["type"] not in (CHECK_IN, CHECK_OUT):
        raise ValueError(said["type"])
    body = {str(key): value for key, value in dict(said.get("body") or {}).items()}
    at = datetime.fromtimestamp(float(said["at"]) / 1000 + behind_s, UTC)
    written = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    return Item(
        id=UUID(str(said["id"])),
        type=said["type"],
        body=body,
        device_id=device,
        sequence=int(said.get("sequence", 0)),
        base_version=None,
        at=min(at, now),
        # Positive where the phone's clock is ahead.
        skew_s=-behind_s,
        digest=hashlib.sha256(written).digest(),
    )


@require_GET
@open_to_all
def at(request: HttpRequest, post_code: str) -> HttpResponse:
    """The page behind a post's poster: check in, check out. `shell` is the same without a post, kept for offline."""
    post = None
    if post_code != "shell":
        post_id = queries.post_of(post_code)
        with house():
            post = Post.objects.filter(pk=post_id).first() if post_id else None
        if post is None:
            raise NotFound
    place = full_names([post.address])[post.address] if post else ""
    return render(request, "forces/at.html", {"post": post, "place": place, "script_words": script_words()})


@require_GET
@open_to_all
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the personal pages: it answers for them where there is no network."""
    kept = [reverse("forces:at", args=["shell"]), static("forces/people.css"), static("forces/attendance.js")]
    body = render(request, "forces/worker.js", {"kept": json.dumps(kept)}).content
    answer = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@require_GET
@needs_capability("rosters.see")
def poster(request: HttpRequest, post_id: str) -> HttpResponse:
    """A sheet to print and hang at the post: scan, check in."""
    post = one_post(actor_in(request), post_id)
    address = request.build_absolute_uri(reverse("forces:at", args=[queries.post_code(post.pk)]))
    drawing = segno.make(address, error="q").svg_data_uri(scale=8, border=2)
    context = {"post": post, "place": full_names([post.address])[post.address], "link": address, "drawing": drawing}
    return render(request, "forces/post_poster.html", context)


@require_GET
@needs_capability(OWN)
def mine(request: HttpRequest) -> HttpResponse:
    """From an account to the personal page of its volunteer."""
    return redirect("forces:me", of_account(actor_in(request)).code)


@require_GET
@needs_capability(SEE)
def register(request: HttpRequest) -> HttpResponse:
    """Who came today in an area, and who is there now."""
    area, within = chosen(request, SEE)
    day, now = _day(request), clock.now()
    start, end = day_bounds(day)
    found = list(queries.register(actor_in(request), within, start, end)[:ROWS])
    names, kinds = full_names(stay.address for stay in found), dict(Volunteer.Kind.choices)
    present = {one.kind: one.people for one in queries.present(within, now, joining().longest_stay_h)}
    context = {
        "area": area,
        "day": day,
        "before": day - timedelta(days=1),
        "rows": [
            {"stay": stay, "place_name": names.get(stay.address, ""),
             "name": shown_name(request, stay.volunteer) if stay.volunteer else ""}
            for stay in found
        ],
        "present": [{"kind": name, "people": present.get(key, 0)} for key, name in kinds.items()],
        "total": sum(present.values()),
        "most": ROWS,
        "now": now,
    }  # fmt: skip
    return render(request, "forces/attendance.html", context)


@require_GET
@needs_capability(SEE)
def stay(request: HttpRequest, stay_id: str) -> HttpResponse:
    """One stay, with what the devices said."""
    found = queries.one(actor_in(request), stay_id)
    who = found.volunteer
    context = {
        "stay": found,
        "place_name": full_names([found.address])[found.address],
        "name": shown_name(request, who) if who else "",
        "marks": queries.marks_behind(found),
    }
    return render(request, "forces/stay.html", context)


def _day(request: HttpRequest) -> Any:
    try:
        return datetime.strptime(request.GET.get("day", ""), "%Y-%m-%d").date()  # noqa: DTZ007 — a day has no zone
    except ValueError:
        return local_day(clock.now())


@require_POST
@needs_capability(KEEP)
def by_desk(request: HttpRequest, volunteer_id: str) -> HttpResponse:
    """Check somebody in or out who has no phone with them."""
    way = Mark.Direction.OUT if request.POST.get("direction") == Mark.Direction.OUT else Mark.Direction.IN
    try:
        post_id, mark_id = UUID(request.POST.get("post", "")), UUID(request.POST.get("id", ""))
    except ValueError as malformed:
        raise NotFound from malformed
    note(actor_in(request), volunteer_id, way, post_id, clock.now(), mark_id)
    return redirect("forces:volunteer", volunteer_id)
