"""Directives: sending one to any number of recipients in one step, amending it, withdrawing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import span
from gridward.kernel.areas.queries import full_names
from gridward.kernel.assignments.proofs import MAX_PHOTO_BYTES, keep_file
from gridward.kernel.errors import NotFound, Stale
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.errors import IdTaken
from gridward.kernel.orgs.models import Organisation
from gridward.lines.command.access import incident_in_force, one_directive
from gridward.lines.command.errors import NobodyChosen, NotAnAttachment, NothingChanged, OutOfReach, WordsMissing
from gridward.lines.command.models import Attachment, Directive, Version
from gridward.lines.command.models.directives import HOLDER, SEND
from gridward.lines.command.queries.directives import answering_roles
from gridward.lines.command.rules import SEE_WITHIN_S, first_look, reaches_below

_SQL = {
    name: Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
    for name in ("sending", "amending", "withdrawing", "noticing")
}
_MAGIC = {
    b"%PDF": ".pdf", b"PK\x03\x04": ".zip", b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png", b"RIFF": ".webp",
    b"\xd0\xcf\x11\xe0": ".ole",
}  # fmt: skip
"""How files begin that may be attached: PDF, Office (new and old), pictures."""


@dataclass(frozen=True)
class Audience:
    """Whom a directive is for: every place of some levels below the desk, single areas, organisations, roles, posts.

    A role is everybody who holds it below the desk, each a recipient of their own. A post is that of every community
    in `posts_in`, else below the desk, whoever holds it: what changes hands stays with the post.
    """

    levels: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()
    organisations: tuple[UUID, ...] = ()
    roles: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    posts_in: int | None = None


@dataclass(frozen=True)
class Order:
    """A directive as it is written; `attachments` are names with their content."""

    address: int
    title: str
    words: str
    audience: Audience
    urgency: int = 3
    proof: str = Directive.Proof.WORDS
    due_at: datetime | None = None
    attachments: Sequence[tuple[str, bytes]] = field(default_factory=tuple)
    sort: str = Directive.Sort.ORDER
    id: UUID | None = None


@transaction.atomic
def send(actor: Actor, order: Order, now: datetime) -> Directive:
    """Send a directive to everybody it is for, in one step. Sending the same one (by id) again changes nothing.

    Raises: Forbidden, QuietTimes, WordsMissing, OutOfReach, NobodyChosen, NotAnAttachment, IdTaken.
    """
    actor.require(SEND, order.address)
    _check(actor, order)
    incident = incident_in_force()
    with connection.cursor() as query:
        # Numbers follow one another without a gap: whoever sends waits for whoever is sending.
        query.execute("SELECT pg_advisory_xact_lock(hashtext('command.directive'))")
    known = _sent_before(actor, order)
    if known is not None:
        return known
    with house():
        last = Directive.objects.filter(incident=incident).aggregate(last=Max("number"))["last"] or 0
    directive = Directive(
        id=order.id or new_id(now), incident=incident, number=last + 1, sort=order.sort, address=order.address,
        title=order.title.strip(), words=order.words.strip(), urgency=order.urgency, proof=order.proof, issued_at=now,
        issued_by_id=actor.user_id, due_at=order.due_at, see_within_s=SEE_WITHIN_S[order.urgency],
    )  # fmt: skip
    directive.save(force_insert=True)
    _keep_version(directive, actor, order.attachments, now)
    directive.recipients = _reach(actor, directive, order.audience, now)
    if not directive.recipients:
        raise NobodyChosen
    directive.save(update_fields=["recipients"])
    data = {"number": directive.number, "recipients": directive.recipients}
    record(actor, [_event("directive.sent", directive, now, data, {"words": directive.title})])
    _notify(directive, "directive.reached", "sent", now)
    return directive


def _check(actor: Actor, order: Order) -> None:
    if not order.title.strip():
        raise WordsMissing(field=_("Title"))
    if not order.words.strip():
        raise WordsMissing(field=_("What is ordered"))
    places = [*order.audience.areas, *([order.audience.posts_in] if order.audience.posts_in else [])]
    organisations = Organisation.objects.filter(pk__in=order.audience.organisations)
    outside = reaches_below(actor.spans(SEND), places + list(organisations.values_list("address", flat=True)))
    if outside:
        raise OutOfReach(place=full_names(outside[:1])[outside[0]])


def _sent_before(actor: Actor, order: Order) -> Directive | None:
    if order.id is None:
        return None
    with house():
        known = Directive.objects.filter(pk=order.id).first()
    if known is not None and known.issued_by_id != actor.user_id:
        raise IdTaken
    return known


def _reach(actor: Actor, directive: Directive, audience: Audience, now: datetime) -> int:
    posts_in = span(audience.posts_in or directive.address)
    with house(), connection.cursor() as query:
        query.execute(_SQL["sending"], {
            "desk": directive.address, "levels": list(audience.levels), "areas": list(audience.areas),
            "lows": [directive.address], "highs": [span(directive.address).high],
            "organisations": list(audience.organisations), "roles": list(audience.roles),
            "posts": list(audience.posts), "posts_low": posts_in.low, "posts_high": posts_in.high,
            "look": first_look(now, directive.see_within_s), **_shared(actor, directive, now),
        })  # fmt: skip
        return int(query.fetchone()[0])


def _shared(actor: Actor, directive: Directive, now: datetime) -> dict[str, Any]:
    return {
        "directive": directive.pk, "incident": directive.incident_id, "number": directive.number, "now": now,
        "due": directive.due_at, "sender": actor.user_id, "channel": actor.channel,
    }  # fmt: skip


def _notify(directive: Directive, template: str, state: str, now: datetime) -> None:
    with house(), connection.cursor() as query:
        query.execute(_SQL["noticing"], {
            "directive": directive.pk, "incident": directive.incident_id, "number": directive.number, "now": now,
            "template": template, "state": state, "answering": answering_roles(), "link": link_of(directive),
        })  # fmt: skip


def link_of(directive: Directive) -> str:
    """Where an account finds its own recipient of a directive."""
    return f"/command/directives/{directive.pk}/mine"


def _event(
    verb: str, directive: Directive, now: datetime, data: Mapping[str, Any], said: Mapping[str, str] | None = None
) -> Event:
    subject = ("directive", str(directive.pk), directive.address)
    return Event(verb, *subject, now, directive.incident_id, data, said or {})


def _keep_version(directive: Directive, actor: Actor, files: Sequence[tuple[str, bytes]], now: datetime) -> None:
    Version.objects.create(
        id=new_id(now), directive=directive, incident_id=directive.incident_id, address=directive.address,
        number=directive.version, title=directive.title, words=directive.words, due_at=directive.due_at,
        proof=directive.proof, made_at=now, made_by_id=actor.user_id,
    )  # fmt: skip
    for name, content in files:
        suffix = next((suffix for magic, suffix in _MAGIC.items() if content.startswith(magic)), None)
        if suffix is None or len(content) > MAX_PHOTO_BYTES:
            raise NotAnAttachment(name=name)
        Attachment.objects.create(
            id=new_id(now), directive=directive, incident_id=directive.incident_id, address=directive.address,
            version=directive.version, name=name[-120:], size=len(content),
            file=keep_file(directive.incident_id, content, suffix, HOLDER),
        )  # fmt: skip


def _locked(actor: Actor, directive_id: Any) -> Directive:
    directive = one_directive(actor, directive_id)
    actor.require(SEND, directive.address)
    return Directive.objects.select_for_update(of=("self",)).get(pk=directive.pk)


@dataclass(frozen=True)
class Wanted:
    """A directive as it shall read from now on."""

    title: str
    words: str
    due_at: datetime | None
    proof: str
    attachments: Sequence[tuple[str, bytes]] = field(default_factory=tuple)


@transaction.atomic
def amend(actor: Actor, directive_id: Any, wanted: Wanted, version: int, now: datetime) -> Directive:
    """Put a new wording in force: every recipient has to see and confirm it anew; what was done before is kept.

    Parameters: version — the one the author had before them.
    Raises: NotFound, Forbidden, Stale, WordsMissing, NothingChanged, NotAnAttachment; NotFound for a withdrawn one.
    """
    directive = _locked(actor, directive_id)
    if directive.withdrawn_at is not None:
        raise NotFound
    if directive.version != version:
        raise Stale
    if not wanted.title.strip() or not wanted.words.strip():
        raise WordsMissing(field=_("What is ordered"))
    fields = {
        "title": wanted.title.strip(), "words": wanted.words.strip(), "due_at": wanted.due_at, "proof": wanted.proof
    }  # fmt: skip
    if not wanted.attachments and all(getattr(directive, name) == value for name, value in fields.items()):
        raise NothingChanged
    for name, value in fields.items():
        setattr(directive, name, value)
    directive.version += 1
    directive.save(update_fields=[*fields, "version"])
    _keep_version(directive, actor, wanted.attachments, now)
    look = first_look(now, directive.see_within_s)
    with house(), connection.cursor() as query:
        values = {"version": directive.version, "look": look, **_shared(actor, directive, now)}
        query.execute(_SQL["amending"], values)
    data = {"number": directive.number, "version": directive.version}
    record(actor, [_event("directive.amended", directive, now, data, {"words": directive.title})])
    _notify(directive, "directive.amended", "sent", now)
    return directive


@transaction.atomic
def withdraw(actor: Actor, directive_id: Any, reason: str, now: datetime) -> Directive:
    """Take a directive back, with a reason that every recipient reads. Doing it again changes nothing.

    Raises: NotFound, Forbidden, WordsMissing.
    """
    directive = _locked(actor, directive_id)
    if directive.withdrawn_at is not None:
        return directive
    if not reason.strip():
        raise WordsMissing(field=_("Reason"))
    directive.withdrawn_at, directive.withdrawn_by_id, directive.reason = now, actor.user_id, reason.strip()
    directive.save(update_fields=["withdrawn_at", "withdrawn_by_id", "reason"])
    with house(), connection.cursor() as query:
        query.execute(_SQL["withdrawing"], _shared(actor, directive, now))
    record(actor, [_event("directive.withdrawn", directive, now, {"number": directive.number}, {"reason": reason})])
    _notify(directive, "directive.withdrawn", "withdrawn", now)
    return directive
