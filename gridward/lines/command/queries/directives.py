"""Reading directives: what reached me, how far a directive has come, who has not seen it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor, inside, visible
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, Span, text
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import below, full_names
from gridward.kernel.manifest import Urgent
from gridward.kernel.registry import registry
from gridward.lines.command.access import answered_by, received
from gridward.lines.command.models import Directive, PostHolder, PostTemplate, Receipt, Version
from gridward.lines.command.models.directives import ANSWER, SEE
from gridward.lines.command.rules import Bit, difference

STRIP_ROWS = 3
_OPEN = Q(state__in=["sent", "seen", "accepted"])


def urgent(actor: Actor) -> list[Urgent]:
    """The directives an account has not seen yet, for the top of every page; one query. Relies on receipt_unseen."""
    with house():
        rows = Receipt.objects.filter(answered_by(actor), state="sent").select_related("directive")
        found = list(rows.order_by("directive__urgency", "sent_at", "id")[:STRIP_ROWS])
    return [Urgent(words=one.directive.title, url=f"/command/received/{one.pk}", mark=_mark(one)) for one in found]


def _mark(one: Receipt) -> str:
    if one.version > 1:
        return _("Directive %(number)s, amended, not yet seen") % {"number": one.directive.number}
    if one.directive.sort == Directive.Sort.REPLY:
        return _("Unified reply, not yet seen")
    return _("Directive %(number)s, not yet seen") % {"number": one.directive.number}


def open_received(actor: Actor) -> list[Receipt]:
    """What an account has still to do: the unseen first, then what is due first."""
    rows = list(received(actor, _OPEN))
    return sorted(rows, key=lambda one: (one.state != "sent", one.due_at is None, one.due_at or one.sent_at))


def ended_received(actor: Actor, limit: int = 30) -> list[Receipt]:
    """What an account has done, or what was withdrawn, newest first."""
    return sorted(received(actor, ~_OPEN, limit), key=lambda one: one.sent_at, reverse=True)


@dataclass(frozen=True)
class Progress:
    """How many recipients of a directive stand where."""

    total: int
    sent: int
    seen: int
    accepted: int
    done: int
    withdrawn: int
    overdue: int

    @property
    def seen_share(self) -> float:
        """The share of recipients that have seen it, 0 to 1."""
        return 1 - self.sent / self.total if self.total else 0.0


def progress_of(directives: Iterable[Directive], actor: Actor, now: datetime) -> dict[Any, Progress]:
    """How far some directives have come with the recipients in an actor's reach. Relies on receipt_directive."""
    keys = [one.pk for one in directives]
    rows = visible(Receipt.objects.filter(directive__in=keys), actor, SEE).values("directive_id").order_by()
    counts = {f"n_{state}": Count("id", filter=Q(state=state)) for state in Receipt.State.values}
    late = Count("id", filter=_OPEN & Q(due_at__lte=now))
    found = {row["directive_id"]: row for row in rows.annotate(total=Count("id"), n_late=late, **counts)}
    nothing = dict.fromkeys(("total", "n_late", *counts), 0)
    return {key: _progress(found.get(key, nothing)) for key in keys}


def _progress(row: dict[str, Any]) -> Progress:
    return Progress(
        row["total"], row["n_sent"], row["n_seen"], row["n_accepted"], row["n_done"], row["n_withdrawn"], row["n_late"]
    )


# Seconds from sending to seeing, over those who have seen any version. Relies on receipt_directive.
_SEEN_IN = """
    SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM seen_at - sent_at))
    FROM command_receipt WHERE directive_id = %s AND seen_at IS NOT NULL
"""


def seen_in(directive: Directive) -> tuple[float, float] | None:
    """Median and 95th of 100 of the seconds from sending to seeing; None while nobody has seen it."""
    with connection.cursor() as query:
        query.execute(_SEEN_IN, [directive.pk])
        found = query.fetchone()[0]
    return (float(found[0]), float(found[1])) if found else None


def recipients(actor: Actor, directive: Directive, state: str = "", within: Span | None = None) -> QuerySet[Receipt]:
    """The recipients of a directive in an actor's reach, by place. Relies on receipt_directive."""
    rows = visible(Receipt.objects.filter(directive=directive), actor, SEE)
    rows = rows.filter(state=state) if state in Receipt.State.values else rows
    rows = rows.filter(inside([within])) if within else rows
    rows = rows.select_related("organisation", "user", "seen_by", "done_by").prefetch_related("proofs")
    return rows.order_by("address", "id")


def named(rows: Iterable[Receipt]) -> list[dict[str, Any]]:
    """Recipients with what to call them; one query for all places, two for posts and who holds them.

    Who holds a post is said to whoever may see it.
    """
    rows = list(rows)
    names = full_names(one.address for one in rows)
    posts = PostTemplate.objects.in_bulk({one.post for one in rows if one.post})
    holders = _holders([one for one in rows if one.post])
    return [
        {"receipt": one, "name": _name(one, names.get(one.address, text(one.address)), posts, holders)} for one in rows
    ]


def _holders(rows: list[Receipt]) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    if rows:
        held = PostHolder.objects.filter(
            incident_id=rows[0].incident_id, address__in={one.address for one in rows},
            post__in={one.post for one in rows},
        )  # fmt: skip
        for one in held.order_by("since", "id"):
            found.setdefault((one.address, one.post_id), []).append(one.name)
    return found


def _name(
    one: Receipt, place: str, posts: dict[str, PostTemplate], holders: dict[tuple[int, str], list[str]]
) -> str:  # fmt: skip
    if one.post:
        held = "、".join(holders.get((one.address, one.post), []))
        post = posts.get(one.post)
        words = f"{post.group} {post}" if post is not None else one.post
        return " · ".join(part for part in (words, held, place) if part)
    if one.user is not None:
        return f"{one.user} · {place}"
    return f"{one.organisation} · {place}" if one.organisation is not None else place


_MARKS = {"sent": "waiting", "seen": "moving", "accepted": "moving", "done": "served", "withdrawn": "served"}


def points(actor: Actor, directive: Directive, now: datetime) -> list[dict[str, Any]]:
    """The recipients in an actor's reach as points with a state; places without a position are left out."""
    rows = recipients(actor, directive).select_related(None)
    columns = ("address", "state", "sent_at", "due_at", "pk", "level")
    listed = list(rows.values_list(*columns))
    areas = Area.objects.filter(latitude__isnull=False).in_bulk({row[0] for row in listed})
    states = {key: str(words) for key, words in Receipt.State.choices}
    unseen_for = directive.see_within_s
    found = []
    for address, state, sent_at, due_at, key, _level in listed:
        area = areas.get(address)
        if area is None:
            continue
        late = (state == "sent" and (now - sent_at).total_seconds() > unseen_for) or (
            state in ("sent", "seen", "accepted") and due_at is not None and due_at <= now
        )
        mark = "overdue" if late else _MARKS[state]
        found.append(
            {"longitude": area.longitude, "latitude": area.latitude, "mark": mark, "title": f"{area}：{states[state]}",
             "address": text(address), "id": str(key)}
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Wording:
    """One version of a directive, and what it changed of the one before; no bits for the first."""

    version: Version
    title: list[Bit]
    words: list[Bit]


def wordings(directive: Directive) -> list[Wording]:
    """The versions of a directive, newest first, each against the one before it."""
    versions = list(Version.objects.filter(directive=directive).select_related("made_by").order_by("number"))
    found, before = [], None
    for one in versions:
        title = difference(before.title, one.title) if before else []
        found.append(Wording(one, title, difference(before.words, one.words) if before else []))
        before = one
    return found[::-1]


def answering_roles() -> list[str]:
    """The roles that answer for the desk of an area."""
    return [key for key, role in registry().roles.items() if ANSWER in role.capabilities]


def count_communities(within: Span) -> int:
    """How many communities lie in a range. Relies on area_level."""
    return below(within, Level.COMMUNITY).count()


def how_many(levels: list[int], within: Span, areas: list[int]) -> dict[int, int]:
    """How many areas a choice of levels in a range and of single areas reaches, by level. Relies on area_level."""
    chosen = Q(pk__in=areas) | (Q(level__in=levels) & inside([within]))
    rows = Area.objects.filter(chosen, gone_on=None).exclude(pk=within.low).values("level").order_by("level")
    return {row["level"]: row["n"] for row in rows.annotate(n=Count("address"))}


LEVELS = (Level.TOWN, Level.COMMUNITY, Level.ESTATE)
"""The levels whose places a directive may be sent to at once."""
