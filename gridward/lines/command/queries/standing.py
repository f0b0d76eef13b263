"""Reading whose task is what, who holds each post, areas of action, the duty log and the handover of a shift."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from gridward.engine.similar import Book
from gridward.kernel.access.actor import Actor, inside, visible
from gridward.kernel.access.scope import house
from gridward.kernel.address import Span, trail
from gridward.kernel.areas.models import Area
from gridward.kernel.areas.queries import full_names
from gridward.kernel.manifest import Fact
from gridward.kernel.needs import queries as needs
from gridward.lines.command.access import issued
from gridward.lines.command.models import ActionArea, Directive, LogEntry, PostHolder, PostTemplate, Task
from gridward.lines.command.queries.directives import progress_of
from gridward.lines.command.queries.inspections import READING

_LEAST_LIKE = 0.05


def tasks(actor: Actor) -> list[Task]:
    """The tasks of the desks at and above where an actor works, by number."""
    spans = actor.spans("areas.see")
    above = {place for held in spans for place in trail(held.low)}
    return list(Task.objects.filter(Q(address__in=above) | inside(spans)).order_by("address", "number"))


def who_answers(actor: Actor, words: str, limit: int = 5) -> list[Task]:
    """The tasks that fit some words, the best first: words of the task in the question count most, then likeness."""
    every = tasks(actor)
    book = Book(READING, _LEAST_LIKE)
    for task in every:
        book.add(task.pk, " ".join([task.name, task.control, *task.words]))
    like = {one.text: one.score for one in book.likes(words, k=len(every) or 1, each_text=True)}
    said = {task.pk: sum(word in words for word in (task.name, *task.words)) for task in every}
    found = [task for task in every if said[task.pk] or task.pk in like]
    return sorted(found, key=lambda task: (-said[task.pk], -like.get(task.pk, 0.0), task.number))[:limit]


def task_of_need(actor: Actor, need: Any) -> Task | None:
    """Whose task a need is: by its category, else by its words; None where no task fits."""
    own = [task for task in tasks(actor) if need.category_id in task.serves]
    if own:
        return own[0]
    found = who_answers(actor, f"{need.category} {need.words}", 1)
    return found[0] if found else None


def task_of_directive(actor: Actor, directive: Directive) -> Task | None:
    """Whose task a directive is, by its words; None where no task fits."""
    found = who_answers(actor, f"{directive.title} {directive.words}", 1)
    return found[0] if found else None


def facts_of_need(actor: Actor, need: Any) -> list[Fact]:
    """Whose task a need is, for its page."""
    task = task_of_need(actor, need)
    if task is None:
        return []
    words = _("%(lead)s · %(task)s · %(phone)s") % {"lead": task.lead, "task": task.name, "phone": task.duty_phone}
    return [Fact(_("Whose task"), words, f"/command/tasks/{task.pk}")]


@dataclass(frozen=True)
class Cell:
    """One community's post: who holds it, how many are wanted."""

    post: PostTemplate
    holders: list[PostHolder]

    @property
    def vacant(self) -> int:
        """How many are still wanted."""
        return max(0, self.post.wanted - len(self.holders))


def post_of(actor: Actor, address: int) -> list[Cell]:
    """A community's posts in their order, with who holds them. Relies on post_holder_address."""
    rows = (
        visible(PostHolder.objects.filter(address=address), actor, "posts.see")
        .select_related("account")
        .order_by("since", "id")
    )
    held: dict[str, list[PostHolder]] = defaultdict(list)
    for row in rows:
        held[row.post_id].append(row)
    return [Cell(post, held[post.pk]) for post in PostTemplate.objects.filter(in_use=True)]


# Communities of a range with how many posts they have filled of those wanted. Relies on area_level and
# post_holder_address.
_FILLED = """
    WITH held AS (
        SELECT holder.address, holder.post_id, least(count(*), post.wanted) AS filled
        FROM command_postholder AS holder JOIN command_posttemplate AS post ON post.key = holder.post_id AND post.in_use
        WHERE holder.address >= %(low)s AND holder.address < %(high)s
        GROUP BY holder.address, holder.post_id, post.wanted
    )
    SELECT area.address, coalesce(sum(held.filled), 0)::int AS filled,
           (SELECT coalesce(sum(wanted), 0) FROM command_posttemplate WHERE in_use)::int AS wanted
    FROM kernel_area AS area LEFT JOIN held ON held.address = area.address
    WHERE area.level = 12 AND area.gone_on IS NULL AND area.address >= %(low)s AND area.address < %(high)s
    GROUP BY area.address ORDER BY coalesce(sum(held.filled), 0), area.address
"""


def vacancies(within: Span) -> list[dict[str, Any]]:
    """The communities of a range, those with most vacancies first."""
    with connection.cursor() as query:
        query.execute(_FILLED, {"low": within.low, "high": within.high})
        rows = query.fetchall()
    names = full_names(row[0] for row in rows)
    return [
        {"address": row[0], "name": names[row[0]], "filled": row[1], "wanted": row[2], "vacant": row[2] - row[1]}
        for row in rows
    ]


def double_postings(actor: Actor, within: Span) -> list[list[PostHolder]]:
    """People (by phone) on several posts, or in several communities, of a range. Relies on post_holder_phone."""
    rows = visible(PostHolder.objects.filter(inside([within])), actor, "posts.see")
    twice = rows.values("phone_hash").annotate(n=Count("id")).filter(n__gt=1).values("phone_hash")
    found: dict[int, list[PostHolder]] = defaultdict(list)
    for row in rows.filter(phone_hash__in=twice[:200]).select_related("post").order_by("address", "id"):
        found[row.phone_hash].append(row)
    return list(found.values())


def action_areas(actor: Actor, within: Span) -> list[dict[str, Any]]:
    """The areas of action of a range, with their communities by name. Relies on action_area_address."""
    rows = list(visible(ActionArea.objects.filter(inside([within])), actor, "posts.see").order_by("address", "name"))
    names = Area.objects.in_bulk({place for row in rows for place in row.members})
    return [{"area": row, "members": [str(names[one]) for one in row.members if one in names]} for row in rows]


def area_of_action(address: int) -> list[dict[str, Any]]:
    """The area of action a community belongs to; it is told, though the desk that joined it lies above."""
    with house():
        rows = list(ActionArea.objects.filter(members__contains=[address]).order_by("name"))
    names = Area.objects.in_bulk({place for row in rows for place in row.members})
    return [{"area": row, "members": [str(names[one]) for one in row.members if one in names]} for row in rows]


def log(actor: Actor, within: Span) -> QuerySet[LogEntry]:
    """A desk's duty log, newest first. Relies on log_address."""
    rows = visible(LogEntry.objects.filter(inside([within])), actor, "log.keep")
    return rows.select_related("by", "closed_by").order_by("-at", "-id")


@dataclass(frozen=True)
class Handover:
    """What whoever takes over has to know, read from the rows of this moment."""

    entries: list[LogEntry]
    open_items: list[LogEntry]
    directives: list[dict[str, Any]]
    overdue: list[Any]
    overdue_count: int
    done: list[tuple[str, int]]


# What was journalled since the shift began, by verb. Relies on entry_at.
_DONE = """
    SELECT verb, count(*) FROM kernel_entry
    WHERE at >= %(since)s AND at < %(now)s AND address >= %(low)s AND address < %(high)s
    GROUP BY verb ORDER BY count(*) DESC, verb LIMIT 15
"""


def handover(actor: Actor, within: Span, since: datetime, now: datetime) -> Handover:
    """The handover of a desk's shift: nothing of it is typed in."""
    mine = log(actor, within)
    in_force = issued(actor).filter(inside([within]), withdrawn_at=None, sort=Directive.Sort.ORDER)
    open_directives = list(in_force[:50])
    progress = progress_of(open_directives, actor, now)
    waiting = [
        {"directive": one, "progress": progress[one.pk]}
        for one in open_directives
        if progress[one.pk].done + progress[one.pk].withdrawn < progress[one.pk].total
    ]
    late = needs.queue(actor, within).filter(due_at__lte=now)
    with connection.cursor() as query:
        query.execute(_DONE, {"since": since, "now": now, "low": within.low, "high": within.high})
        done = [(verb, int(count)) for verb, count in query.fetchall()]
    return Handover(
        list(mine.filter(at__gte=since)[:100]), list(mine.filter(to_hand_over=True, closed_at=None)[:100]), waiting,
        list(late[:20]), late.order_by().count(), done,
    )  # fmt: skip


def names_of(rows: Iterable[Any]) -> dict[int, str]:
    """What to call the places of some rows."""
    return full_names(row.address for row in rows)
