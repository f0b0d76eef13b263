"""Whose task is what, who holds each post, which communities act as one, and the duty log: the writers."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import SYSTEM, Actor, one_visible
from gridward.kernel.access.models import User
from gridward.kernel.address import Level, level_of
from gridward.kernel.areas.models import Area
from gridward.kernel.errors import Forbidden, Invalid, NotFound
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.lines.command.access import incident_in_force
from gridward.lines.command.actions.inspections import load_checklist
from gridward.lines.command.errors import InAnotherArea, WordsMissing
from gridward.lines.command.models import ActionArea, CheckItem, LogEntry, PostHolder, PostTemplate, Task

CONFIG = Path(__file__).parents[1] / "config"
POSTS, LOG = "posts.change", "log.keep"
SAME_LINE = timedelta(minutes=1)
"""A line of the log that is sent twice within it was pressed twice."""


def _event(verb: str, kind: str, row: Any, now: datetime, words: str = "", **data: Any) -> Event:
    said = {"words": words} if words else {}
    return Event(verb, kind, str(row.pk), row.address, now, row.incident_id, data, said)


@transaction.atomic
def fill_post(
    actor: Actor, address: int, post_key: str, name: str, phone: str, organisation: str, now: datetime,
    account: str = "",
) -> PostHolder:  # fmt: skip
    """Put somebody on a post of a community; the same person on the same post again changes nothing.

    Parameters: account — the user name by which they sign in; empty for who has none.
    Raises: Forbidden, QuietTimes, NotFound, WordsMissing, Invalid.
    """
    actor.require(POSTS, address)
    incident = incident_in_force()
    post = PostTemplate.objects.filter(pk=post_key, in_use=True).first()
    if post is None or level_of(address) is not Level.COMMUNITY or not Area.objects.filter(pk=address).exists():
        raise NotFound
    if not name.strip():
        raise WordsMissing(field=_("Name"))
    digits = "".join(sign for sign in phone if sign.isdigit())
    if not 7 <= len(digits) <= 16:
        raise Invalid(field=_("Phone"), reason=_("write seven to sixteen figures"))
    user_id = _account_named(account)
    held = PostHolder.objects.select_for_update().filter(incident=incident, address=address, post=post)
    same = next((one for one in held if one.phone == digits), None)
    if same is not None and (same.name, same.account_id) == (name.strip(), user_id):
        return same
    holder = same or PostHolder(id=new_id(now), incident=incident, address=address, post=post, since=now)
    holder.name, holder.phone, holder.organisation = name.strip(), digits, organisation.strip()[:120]
    holder.account_id = user_id
    holder.save()
    record(actor, [_event("post.filled", "post", holder, now, post=post_key)])
    return holder


def _account_named(username: str) -> int | None:
    if not username.strip():
        return None
    found = User.objects.filter(username=username.strip(), is_active=True).first()
    if found is None:
        raise Invalid(field=_("Account"), reason=_("nobody signs in by this name"))
    return found.pk


@transaction.atomic
def vacate_post(actor: Actor, holder_id: Any, now: datetime) -> None:
    """Take somebody off a post. Raises: NotFound, Forbidden."""
    holder = one_visible(PostHolder.objects.all(), actor, "posts.see", holder_id)
    actor.require(POSTS, holder.address)
    record(actor, [_event("post.vacated", "post", holder, now, post=holder.post_id)])
    holder.delete()


@transaction.atomic
def join_areas(actor: Actor, address: int, name: str, members: Sequence[int], now: datetime) -> ActionArea:
    """Let neighbouring communities act as one, under the desk above them all.

    Raises: Forbidden, QuietTimes, WordsMissing, Invalid for fewer than two, InAnotherArea.
    """
    incident = incident_in_force()
    places = sorted(set(members))
    for one in (address, *places):
        actor.require(POSTS, one)
    if not name.strip():
        raise WordsMissing(field=_("Name"))
    if len(places) < 2:
        raise Invalid(field=_("Communities"), reason=_("choose two or more"))
    taken = ActionArea.objects.select_for_update().filter(incident=incident, members__overlap=places)
    other = next((one for one in taken if one.members != places), None)
    if other is not None:
        raise InAnotherArea(area=other.name)
    if found := next(iter(taken), None):
        return found
    made = ActionArea.objects.create(
        id=new_id(now), incident=incident, address=address, name=name.strip()[:80], members=places, made_at=now
    )
    record(actor, [_event("post.joined", "action_area", made, now, members=[str(one) for one in places])])
    return made


@transaction.atomic
def part_areas(actor: Actor, action_area_id: Any, now: datetime) -> None:
    """Let communities act on their own again. Raises: NotFound, Forbidden."""
    found = one_visible(ActionArea.objects.all(), actor, "posts.see", action_area_id)
    actor.require(POSTS, found.address)
    record(actor, [_event("post.parted", "action_area", found, now)])
    found.delete()


@transaction.atomic
def write_log(actor: Actor, address: int, words: str, to_hand_over: bool, now: datetime) -> LogEntry:
    """Add a line to a desk's duty log; the same words again within a minute are the same line.

    Raises: Forbidden, QuietTimes, WordsMissing.
    """
    actor.require(LOG, address)
    incident = incident_in_force()
    if not words.strip():
        raise WordsMissing(field=_("What happened"))
    just = LogEntry.objects.filter(address=address, at__gt=now - SAME_LINE, at__lte=now, by_id=actor.user_id)
    same = next((one for one in just if (one.words, one.to_hand_over) == (words.strip(), to_hand_over)), None)
    if same is not None:
        return same
    made = LogEntry.objects.create(
        id=new_id(now), incident=incident, address=address, at=now, words=words.strip(), by_id=actor.user_id,
        to_hand_over=to_hand_over,
    )  # fmt: skip
    record(actor, [_event("log.written", "log", made, now, words)])
    return made


@transaction.atomic
def close_item(actor: Actor, log_entry_id: Any, words: str, now: datetime) -> LogEntry:
    """Close what was to be handed over; doing it again changes nothing. Raises: NotFound, WordsMissing."""
    found = one_visible(LogEntry.objects.all(), actor, LOG, log_entry_id)
    entry = LogEntry.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if not entry.to_hand_over:
        raise NotFound
    if entry.closed_at is not None:
        return entry
    if not words.strip():
        raise WordsMissing(field=_("How it ended"))
    entry.closed_at, entry.closed_by_id, entry.closing = now, actor.user_id, words.strip()
    entry.save()
    record(actor, [_event("log.closed", "log", entry, now, words)])
    return entry


def load_tasks(actor: Actor, address: int, now: datetime, path: Path = CONFIG / "tasks.example.toml") -> int:
    """Make the tasks of a TOML file those of a desk; others stay as they are. Returns how many changed."""
    if not (actor.may("tasks.change", address) or actor.may("configure")):
        raise Forbidden(capability="tasks.change")
    listed, changed = tomllib.loads(path.read_text(encoding="utf-8"))["task"], 0
    with transaction.atomic():
        for row in listed:
            wanted = {name: value for name, value in row.items() if name != "number"}
            found = Task.objects.filter(address=address, number=row["number"]).first()
            if found is None or any(getattr(found, name) != value for name, value in wanted.items()):
                Task.objects.update_or_create(address=address, number=row["number"], defaults=wanted)
                changed += 1
        if changed:
            record(
                actor, [Event("command.configured", "configuration", "tasks", address, now, data={"items": changed})]
            )
    return changed


def load_posts(actor: Actor, now: datetime, path: Path = CONFIG / "posts.example.toml") -> int:
    """Make the posts of a TOML file the ones in the database; others stay as they are. Returns how many changed."""
    listed, changed = tomllib.loads(path.read_text(encoding="utf-8"))["post"], 0
    with transaction.atomic():
        for at, row in enumerate(listed, start=1):
            wanted = {**{name: value for name, value in row.items() if name != "key"}, "order": at}
            found = PostTemplate.objects.filter(pk=row["key"]).first()
            if found is None or any(getattr(found, name) != value for name, value in wanted.items()):
                PostTemplate.objects.update_or_create(pk=row["key"], defaults=wanted)
                changed += 1
        if changed:
            record(actor, [Event("command.configured", "configuration", "posts", 0, now, data={"items": changed})])
    return changed


def install(now: datetime) -> None:
    """Load the example configuration into a house that has none: checklist, posts, and tasks where a district is."""
    if not CheckItem.objects.exists():
        load_checklist(SYSTEM, now)
    if not PostTemplate.objects.exists():
        load_posts(SYSTEM, now)
    district = Area.objects.filter(level=Level.DISTRICT).order_by("address").first()
    if district is not None and not Task.objects.exists():
        load_tasks(SYSTEM, district.address, now)
