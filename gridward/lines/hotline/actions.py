"""What people do at the hotline: ask, log, send, end, confirm. Checks the grant, then lets the kernel write."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.address import Level
from gridward.kernel.assignments import actions as sending
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.errors import NotFound, TooMany
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.near import cache
from gridward.kernel.needs import actions as needs
from gridward.kernel.needs import queries
from gridward.kernel.needs.models import Category, Need, Urgency
from gridward.kernel.needs.rules import AssignmentState
from gridward.kernel.notices.actions import to_desk
from gridward.kernel.registry import registry
from gridward.lines.hotline.access import digest_of, one_task
from gridward.lines.hotline.errors import NoSuchTaker, NotATaker, UnknownCode
from gridward.lines.hotline.figures import KIND
from gridward.lines.hotline.models import SystemKey, TriageWords

EXAMPLE = Path(__file__).with_name("config") / "categories.example.toml"
_DESKS = {"community": Level.COMMUNITY, "town": Level.TOWN, "district": Level.DISTRICT}


def take(actor: Actor, wanted: needs.Wanted, now: datetime, join_into: Any = None) -> Need:
    """Log a need at the desk, or through another system; a critical one is told to its desk at once.

    Parameters: join_into — the open need that this call is about, to join it to.
    Raises: Forbidden outside the actor's reach, and what `needs.log` and `needs.join` raise.
    """
    actor.require("needs.log", wanted.address)
    if not join_into:
        return _log(actor, wanted, now)
    queries.one(actor, join_into)
    with transaction.atomic():
        need = _log(actor, wanted, now)
        return needs.join(actor, need.pk, join_into, now) if need.joined_to_id is None else need


def ask(actor: Actor, wanted: needs.Wanted, now: datetime) -> Need:
    """Log a need that a resident wrote: they choose the category, and with it the urgency.

    Raises: what `needs.log` raises.
    """
    return _log(actor, replace(wanted, urgency=None), now)


def _log(actor: Actor, wanted: needs.Wanted, now: datetime) -> Need:
    category = queries.category_by_key(wanted.category)
    if (wanted.urgency or (category and category.urgency)) != Urgency.CRITICAL:
        return needs.log(actor, wanted, now)
    with transaction.atomic():
        need = needs.log(actor, wanted, now)
        if need.opened_at == now:
            _tell_desk(need, "need.critical", now)
        return need


def _tell_desk(need: Need, template: str, now: datetime, **params: str) -> None:
    named = {"category": need.category.name, "code": need.tracking_code, **params}
    to_desk(need.holder, "needs.assign", template, now, link=f"/needs/{need.pk}", **named)


def assign(
    actor: Actor,
    need_id: Any,
    resource_id: Any,
    now: datetime,
    *,
    seen_version: int | None = None,
    reasons: Mapping[str, Any] | None = None,
) -> Assignment:
    """Send a resource to a need, if its kind may take it.

    Raises: NotFound, Forbidden, NotATaker, and what the kernel's `assign` raises.
    """

    def check(pair: sending.Pair) -> None:
        if not actor.may(queries.SEE, pair.address):
            raise NotFound
        actor.require("needs.assign", pair.address)
        category = queries.category_by_key(pair.category)
        if category is not None and pair.resource_kind not in category.takers:
            raise NotATaker(resource=pair.resource_name, category=str(category))

    return sending.assign(actor, need_id, resource_id, now, reasons=reasons, seen_version=seen_version, check=check)


def answer(actor: Actor, need_id: Any, words: str, now: datetime) -> Need:
    """End a need at the desk with the words that were said; nobody is sent.

    Raises: NotFound, Forbidden, ProofMissing, NotAllowedNow.
    """
    need = queries.one(actor, need_id)
    actor.require("needs.log", need.address)
    return needs.serve(actor, need.pk, Evidence(words), now)


def refuse(actor: Actor, need_id: Any, reason: str, now: datetime) -> Need:
    """Refuse a need, by name and with a reason that its owner will read.

    Raises: NotFound, Forbidden, ReasonMissing, NotAllowedNow.
    """
    need = queries.one(actor, need_id)
    actor.require("needs.refuse", need.address)
    return needs.refuse(actor, need.pk, reason, now)


def join(actor: Actor, need_id: Any, into_id: Any, now: datetime) -> Need:
    """Join a waiting need to another open one about the same trouble.

    Raises: NotFound, Forbidden, CannotJoin, NotAllowedNow.
    """
    need = queries.one(actor, need_id)
    actor.require("needs.assign", need.address)
    queries.one(actor, into_id)
    return needs.join(actor, need.pk, into_id, now)


def release(actor: Actor, assignment_id: Any, reason: str, now: datetime) -> Assignment:
    """Call a resource back from a need, with a reason.

    Raises: NotFound, Forbidden, ReasonMissing, NotAllowedNow.
    """
    need_id = Assignment.objects.filter(pk=assignment_id).values_list("need_id", flat=True).first()
    need = queries.one(actor, need_id)
    actor.require("needs.assign", need.address)
    return sending.progress(actor, assignment_id, AssignmentState.RELEASED, now, reason=reason)


def go_on(
    actor: Actor,
    assignment_id: Any,
    wanted: AssignmentState,
    now: datetime,
    *,
    evidence: Evidence | None = None,
    reason: str = "",
) -> Assignment:
    """A crew takes its own task on: accepted, on the way, there, done or declined.

    Raises: NotFound for another crew's task, and what the kernel's `progress` raises.
    """
    task = one_task(actor, assignment_id)
    return sending.progress(actor, task.pk, wanted, now, evidence=evidence, reason=reason)


def by_code(code: str) -> Need:
    """The need a resident holds the code of.

    Raises: UnknownCode.
    """
    need = queries.by_code(code)
    if need is None or need.kind != KIND:
        raise UnknownCode
    return need


@transaction.atomic
def reopen_by_code(actor: Actor, code: str, reason: str, now: datetime) -> Need:
    """The one who asked says that it was not really done: it waits again, one desk higher, and that desk is told.

    Raises: UnknownCode, ReasonMissing, NotAllowedNow.
    """
    need = needs.reopen(actor, by_code(code).pk, reason, now)
    _tell_desk(need, "hotline.reopened", now, reason=reason)
    return need


def confirm_by_code(actor: Actor, code: str, now: datetime) -> Need:
    """The one who asked says that it was done.

    Raises: UnknownCode, NotAllowedNow.
    """
    return needs.confirm(actor, by_code(code).pk, now)


def withdraw_by_code(actor: Actor, code: str, reason: str, now: datetime) -> Need:
    """The one who asked no longer needs it.

    Raises: UnknownCode, NotAllowedNow.
    """
    return needs.withdraw(actor, by_code(code).pk, reason, now)


_COUNT = """
    INSERT INTO hotline_visitcount (visitor, stretch, visits) VALUES (%s, %s, 1)
    ON CONFLICT (visitor, stretch) DO UPDATE SET visits = hotline_visitcount.visits + 1
    RETURNING visits
"""


def count_visit(visitor: str, allowed: int, stretch_s: int, now: datetime) -> None:
    """Count one visit in the running stretch of time; the count is shared by all processes.

    Raises: TooMany, with the seconds until the next stretch.
    """
    began = int(now.timestamp()) // stretch_s * stretch_s
    with connection.cursor() as query:
        query.execute(_COUNT, [digest_of(visitor), datetime.fromtimestamp(began, UTC)])
        visits = query.fetchone()[0]
    if visits > allowed:
        raise TooMany(seconds=began + stretch_s - int(now.timestamp()))


def sweep_visits(now: datetime, kept: timedelta = timedelta(days=1)) -> int:
    """Forget counts of visits older than a day. Relies on visit_count_stretch.

    Returns: how many rows went.
    """
    with connection.cursor() as query:
        query.execute("DELETE FROM hotline_visitcount WHERE stretch < %s", [now - kept])
        return int(query.rowcount)


def install(now: datetime) -> None:
    """Load the example categories into a house that has none yet, so that it can take its first call."""
    if not Category.objects.filter(kind=KIND).exists():
        load_categories(SYSTEM, now=now)


@dataclass(frozen=True)
class Loaded:
    """What loading a categories file did."""

    made: int
    changed: int
    unchanged: int


@transaction.atomic
def load_categories(actor: Actor, path: Path = EXAMPLE, now: datetime | None = None) -> Loaded:
    """Make the categories and triage words of a TOML file the ones in the database; others stay as they are.

    Loading the same file again changes nothing.
    Raises: NoSuchTaker if a category names an unknown kind of resource.
    """
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["category"]
    done = [_load_one(at, row) for at, row in enumerate(listed, start=1)]
    made, changed = done.count("made"), done.count("changed")
    if now is not None and made + changed:
        data = {"made": made, "changed": changed}
        record(actor, [Event("hotline.categories_loaded", "configuration", "categories", 0, now, data=data)])
    cache.delete_many(["categories", "hotline-pointers", *(f"category:{row['key']}" for row in listed)])
    return Loaded(made, changed, len(done) - made - changed)


def _load_one(order: int, row: Mapping[str, Any]) -> str:
    for taker in row["takers"]:
        if taker not in registry().resource_kinds:
            raise NoSuchTaker(category=row["key"], taker=taker)
    copied = ("name", "name_en", "hint", "hint_en", "assign_s", "close_s", "climb_s", "takers", "skills")
    wanted = {
        **{name: row[name] for name in copied},
        "kind": KIND,
        "urgency": Urgency[row["urgency"].upper()],
        "first_level": _DESKS[row["first_desk"]],
        "order": order,
    }
    done = _put(Category, row["key"], wanted)
    return max(done, _put(TriageWords, row["key"], {"words": row["words"], "critical": row["critical"]}), key=_WEIGHT)


def _put(model: Any, key: str, wanted: Mapping[str, Any]) -> str:
    found = model.objects.filter(pk=key).first()
    if found is not None and all(getattr(found, name) == value for name, value in wanted.items()):
        return "unchanged"
    model.objects.update_or_create(pk=key, defaults=wanted)
    return "made" if found is None else "changed"


_WEIGHT = ["unchanged", "changed", "made"].index


@transaction.atomic
def issue_key(actor: Actor, name: str, key: str, now: datetime, account_id: int | None = None) -> SystemKey:
    """Let another system in by a key, of which only the digest is kept.

    Raises: Forbidden unless the actor may configure the house.
    """
    actor.require("configure")
    made = SystemKey.objects.create(
        id=new_id(now), name=name, digest=digest_of(key), account_id=account_id, made_at=now
    )
    record(actor, [Event("hotline.key_issued", "system_key", str(made.pk), 0, now, data={"name": name})])
    return made
