"""The life of a need: logged, taken up, ended, reopened, climbed. The only writer of needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.areas.models import Area
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.proofs import Evidence, keep
from gridward.kernel.errors import NotFound
from gridward.kernel.ids import new_id, tracking_code
from gridward.kernel.journal import actions as journal
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.errors import (
    CannotJoin,
    IdTaken,
    NotAllowedNow,
    ReasonMissing,
    UnknownCategory,
    UnknownPlace,
)
from gridward.kernel.needs.inserting import insert
from gridward.kernel.needs.models import HOLDER, Category, Need, Urgency
from gridward.kernel.needs.queries import category_by_key
from gridward.kernel.needs.rules import (
    ENDED,
    LIVE,
    AssignmentState,
    Level,
    NeedState,
    Step,
    after,
    due_at,
    holder,
    level_above,
    promised_at,
)
from gridward.kernel.registry import registry
from gridward.kernel.search import name_tokens, number_tokens, text_tokens
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.secrecy.keyring import search_key

_MOVE_VERBS = {
    Step.ASSIGN: "need.assigned",
    Step.MOVE: "need.moving",
    Step.RELEASE: "need.released",
    Step.SERVE: "need.served",
}


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for, as the desk, a resident or another system gives it."""

    incident_id: UUID
    category: str
    address: int
    words: str
    channel: str
    place: str = ""
    urgency: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    caller_name: str = ""
    caller_phone: str = ""
    person_id: UUID | None = None
    promised_at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, str] = field(default_factory=dict)
    """Further details that say who somebody is or how to reach them."""
    id: UUID | None = None


def log(actor: Actor, wanted: Wanted, now: datetime) -> Need:
    """Log a need; it waits at its first desk from this moment.

    Sending the same again under one `wanted.id` returns the need already there and changes nothing.
    Raises: UnknownCategory, UnknownPlace, IdTaken where something else was sent under that id.
    """
    category = category_by_key(wanted.category)
    if category is None:
        raise UnknownCategory(category=wanted.category)
    need = _fresh(actor, wanted, category, now)
    event = _event(need, "need.logged", now, {"category": category.key, "channel": need.channel})
    with transaction.atomic() if any(registry().hearers(event.verb)) else nullcontext():
        if not insert(actor, need, event):
            return _known(need)
        journal.announce([event])
    return need


_SENT = ("channel", "logged_by_id", "caller_name", "caller_phone", "person_id")
_AMENDABLE = ("category_id", "address", "place", "words")


def _known(sent: Need) -> Need:
    """What was sent before under the same id, seen or hidden: acknowledged only where the same was sent again."""
    with house():
        known = Need.objects.select_related("category").filter(pk=sent.pk).first()
        if known is None:
            raise UnknownPlace(address=sent.address)
        amended = Entry.objects.filter(subject_id=str(known.pk), verb="need.amended").exists()
    compared = _SENT if amended else _SENT + _AMENDABLE
    if any(getattr(known, name) != getattr(sent, name) for name in compared):
        raise IdTaken
    return known


def _fresh(actor: Actor, wanted: Wanted, category: Category, now: datetime) -> Need:
    promise = category.promise
    promised = wanted.promised_at or promised_at(promise, now)
    return Need(
        id=wanted.id or new_id(now),
        tracking_code=tracking_code(),
        incident_id=wanted.incident_id,
        kind=category.kind,
        category=category,
        urgency=wanted.urgency or category.urgency,
        address=wanted.address,
        place=wanted.place,
        latitude=wanted.latitude,
        longitude=wanted.longitude,
        words=wanted.words,
        tokens=tokens_of(wanted),
        details=dict(wanted.details),
        private=json.dumps(dict(wanted.private), ensure_ascii=False) if wanted.private else "",
        channel=wanted.channel,
        person_id=wanted.person_id,
        caller_name=wanted.caller_name,
        caller_phone=wanted.caller_phone,
        logged_by_id=actor.user_id,
        opened_at=now,
        promised_at=promised,
        due_at=due_at(promise, NeedState.WAITING, now, promised),
        holder=holder(wanted.address, promise.first_level),
        holder_level=promise.first_level,
    )


def tokens_of(asked: Wanted | Need) -> list[int]:
    """What a need can be found by: its words and place, its caller's name and phone; hashed for its incident."""
    key = search_key(asked.incident_id, HOLDER)
    caller = {*name_tokens(asked.caller_name, key), *number_tokens(asked.caller_phone, key)}
    return sorted({*text_tokens(f"{asked.words} {asked.place}", key), *caller})


@transaction.atomic
def serve(actor: Actor, need_id: Any, evidence: Evidence, now: datetime) -> Need:
    """End a need at the desk with proof, sending nobody (an answer given, a fault that mended itself).

    Raises: NotAllowedNow, ProofMissing, NotFound.
    """
    need = locked(need_id)
    _step(need, Step.SERVE)
    keep(actor, need, None, evidence, now)
    _release_all(need, now, "served_at_desk")
    _end(actor, need, now, evidence.words)
    _write(actor, need, "need.served", now, said={"words": evidence.words})
    return need


@transaction.atomic
def refuse(actor: Actor, need_id: Any, reason: str, now: datetime) -> Need:
    """Refuse a need by a named officer with a reason the one who asked will read.

    Raises: NotAllowedNow, ReasonMissing, NotFound.
    """
    if not reason.strip() or actor.user_id is None:
        raise ReasonMissing
    need = locked(need_id)
    _step(need, Step.REFUSE)
    _release_all(need, now, "refused")
    _end(actor, need, now, reason)
    _write(actor, need, "need.refused", now, said={"reason": reason})
    return need


@transaction.atomic
def withdraw(actor: Actor, need_id: Any, reason: str, now: datetime) -> Need:
    """Withdraw a need at its owner's wish, frees whoever was sent.

    Raises: NotAllowedNow, NotFound.
    """
    need = locked(need_id)
    _step(need, Step.WITHDRAW)
    _release_all(need, now, "withdrawn")
    _end(actor, need, now, reason)
    _write(actor, need, "need.withdrawn", now, said={"reason": reason})
    return need


@transaction.atomic
def reopen(actor: Actor, need_id: Any, reason: str, now: datetime) -> Need:
    """Open an ended need again: its history stays, its promise starts anew, and it waits one desk higher.

    Raises: NotAllowedNow, ReasonMissing, NotFound.
    """
    if not reason.strip():
        raise ReasonMissing
    need = locked(need_id)
    _step(need, Step.REOPEN)
    promise = need.category.promise
    need.holder_level = level_above(Level(need.holder_level))
    need.holder = holder(need.address, Level(need.holder_level))
    need.climbs += 1
    need.joined_to = None
    need.closed_at = need.closed_by = need.confirmed_at = None
    need.outcome = ""
    need.reopened += 1
    need.promised_at = promised_at(promise, now)
    need.due_at = due_at(promise, need.state, now, need.promised_at)
    _write(actor, need, "need.reopened", now, said={"reason": reason})
    return need


@transaction.atomic
def confirm(actor: Actor, need_id: Any, now: datetime) -> Need:
    """The one who asked says that it was done. Saying it twice changes nothing.

    Raises: NotAllowedNow, NotFound.
    """
    need = locked(need_id)
    if need.confirmed_at is None:
        _step(need, Step.CONFIRM)
        need.confirmed_at = now
        _write(actor, need, "need.confirmed", now)
    return need


@transaction.atomic
def join(actor: Actor, need_id: Any, into_id: Any, now: datetime) -> Need:
    """Join a waiting need to an open one about the same trouble: from now on both end together.

    Raises: CannotJoin, NotAllowedNow, NotFound.
    """
    first, second = sorted([str(need_id), str(into_id)])
    if first == second:
        raise CannotJoin
    both = {str(one.pk): one for one in (locked(first), locked(second))}
    need, into = both[str(need_id)], both[str(into_id)]
    with house():
        joined_already = need.joined.exists()
    if into.joined_to_id or into.state in ENDED or joined_already:
        raise CannotJoin
    _step(need, Step.JOIN)
    need.joined_to = into
    need.state = NeedState(into.state)
    need.due_at = into.due_at
    _write(actor, need, "need.joined", now, {"into": into.tracking_code})
    return need


@transaction.atomic
def amend(actor: Actor, need_id: Any, changes: Mapping[str, Any], now: datetime) -> Need:
    """Correct category, urgency, address, place or words of an open need; the journal keeps the old values.

    Raises: NotAllowedNow if it has ended, UnknownCategory, UnknownPlace, NotFound.
    """
    need = locked(need_id)
    if need.state in ENDED:
        raise NotAllowedNow(state=need.get_state_display())
    before = {name: getattr(need, name) for name in changes}
    for name, value in changes.items():
        setattr(need, name, value)
    category = category_by_key(need.category_id)
    if category is None:
        raise UnknownCategory(category=need.category_id)
    if not Area.objects.filter(pk=need.address).exists():
        raise UnknownPlace(address=need.address)
    need.urgency = Urgency(need.urgency)
    need.holder = holder(need.address, Level(need.holder_level))
    need.tokens = tokens_of(need)
    Assignment.objects.filter(need=need).update(address=need.address)
    sealed = [name for name in changes if isinstance(Need._meta.get_field(name), Secret)]
    plain = [name for name in changes if name not in sealed]
    data = {"before": {name: before[name] for name in plain}, "after": {name: changes[name] for name in plain}}
    said = {f"{name}_before": str(before[name]) for name in sealed}
    _write(actor, need, "need.amended", now, data, said | {f"{name}_after": str(changes[name]) for name in sealed})
    return need


def locked(need_id: Any) -> Need:
    """A need with its row locked until the transaction ends.

    Raises: NotFound.
    """
    need = Need.objects.select_for_update(of=("self",)).select_related("category").filter(pk=need_id).first()
    if need is None:
        raise NotFound
    return need


def move(actor: Actor, need: Need, step: Step, now: datetime, outcome: str = "") -> None:
    """Take a locked need through a step that an assignment caused, and its joined needs with it.

    Journalled where the state changes.
    Raises: NotAllowedNow.
    """
    was = need.state
    _step(need, step)
    if need.state == NeedState.SERVED:
        _end(actor, need, now, outcome)
    elif need.state != was:
        need.due_at = due_at(need.category.promise, need.state, now, need.promised_at)
    verb = _MOVE_VERBS[step] if need.state != was else None
    _write(actor, need, verb, now, said={"words": outcome})


def _step(need: Need, step: Step) -> None:
    target = after(NeedState(need.state), step)
    if target is None:
        raise NotAllowedNow(state=need.get_state_display())
    need.state = target


def _end(actor: Actor, need: Need, now: datetime, outcome: str) -> None:
    need.closed_at = max(now, need.opened_at)
    need.closed_by_id = actor.user_id
    need.outcome = outcome


def _release_all(need: Need, now: datetime, reason: str) -> None:
    Assignment.objects.filter(need=need, state__in=LIVE).update(
        state=AssignmentState.RELEASED, ended_at=now, end_reason=reason
    )


def _write(
    actor: Actor,
    need: Need,
    verb: str | None,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    said: Mapping[str, str] | None = None,
) -> None:
    need.version += 1
    need.save()
    mirrored = {
        "state": need.state,
        "due_at": need.due_at,
        "closed_at": need.closed_at,
        "closed_by_id": need.closed_by_id,
        "outcome": need.outcome,
        "assigned_at": need.assigned_at,
        "arrived_at": need.arrived_at,
    }
    events = []
    if verb != "need.joined":
        # What was joined to it may lie anywhere, and ends with it.
        with house():
            for joined in Need.objects.filter(joined_to=need).select_for_update():
                for name, value in mirrored.items():
                    setattr(joined, name, value)
                joined.save(update_fields=list(mirrored))
                if verb:
                    events.append(_event(joined, verb, now, {"with": need.tracking_code}))
    if verb:
        events.append(_event(need, verb, now, data, said))
    if events:
        record(actor, events)


def _event(
    need: Need,
    verb: str,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    said: Mapping[str, str] | None = None,
) -> Event:
    return Event(verb, "need", str(need.pk), need.address, now, need.incident_id, data or {}, said or {})
