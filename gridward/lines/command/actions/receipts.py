"""What a recipient does about a directive, and what the clock does where they do nothing."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import level_of
from gridward.kernel.assignments.proofs import Evidence, keep_photo
from gridward.kernel.ids import new_id
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.needs.errors import ProofMissing
from gridward.kernel.notices.actions import mark_link_seen, to_desks, to_users
from gridward.lines.command.access import one_received
from gridward.lines.command.actions.directives import link_of
from gridward.lines.command.errors import OldVersion, PhotoMissing, StepTaken
from gridward.lines.command.models import Directive, PostHolder, Receipt, ReceiptProof
from gridward.lines.command.models.directives import HOLDER, SEE
from gridward.lines.command.rules import STEPS, Looked, Stage, Watched, after_seen, look

BATCH = 2000


def _locked(actor: Actor, receipt_id: Any, version: int) -> Receipt:
    """A recipient of the actor's own, locked.

    Raises: NotFound; OldVersion if the actor had an earlier wording before them.
    """
    found = one_received(actor, receipt_id)
    receipt = Receipt.objects.select_for_update(of=("self",)).select_related("directive").get(pk=found.pk)
    if receipt.version != version:
        raise OldVersion
    return receipt


def _step(actor: Actor, receipt: Receipt, stage: Stage, now: datetime, said: dict[str, str] | None = None) -> None:
    """Write one stage, and those before it that it implies, and journal it."""
    if stage not in STEPS[Stage(receipt.state)]:
        raise StepTaken(state=receipt.get_state_display())
    if receipt.seen_at is None:
        receipt.seen_at, receipt.seen_by_id = max(now, receipt.sent_at), actor.user_id
    if stage is Stage.ACCEPTED:
        receipt.accepted_at, receipt.accepted_by_id = now, actor.user_id
    if stage is Stage.DONE:
        receipt.done_at, receipt.done_by_id = now, actor.user_id
    receipt.state = stage
    receipt.next_at = None if stage is Stage.DONE else after_seen(now, receipt.sent_at, receipt.due_at)
    receipt.save()
    data = {"number": receipt.directive.number, "version": receipt.version}
    subject = ("directive", str(receipt.pk), receipt.address)
    record(actor, [Event(f"directive.{stage}", *subject, now, receipt.incident_id, data, said or {})])


@transaction.atomic
def see(actor: Actor, receipt_id: Any, version: int, now: datetime) -> Receipt:
    """Note that a directive was on a screen of who answers for it; only the first time counts.

    Raises: NotFound, OldVersion.
    """
    receipt = _locked(actor, receipt_id, version)
    if receipt.state == Stage.SENT:
        _step(actor, receipt, Stage.SEEN, now)
        mark_link_seen(actor, link_of(receipt.directive), now)
    return receipt


@transaction.atomic
def accept(actor: Actor, receipt_id: Any, version: int, now: datetime) -> Receipt:
    """Say that it will be done. Saying it again changes nothing.

    Raises: NotFound, OldVersion, StepTaken.
    """
    receipt = _locked(actor, receipt_id, version)
    if receipt.state not in (Stage.ACCEPTED, Stage.DONE):
        _step(actor, receipt, Stage.ACCEPTED, now)
        mark_link_seen(actor, link_of(receipt.directive), now)
    return receipt


@transaction.atomic
def finish(actor: Actor, receipt_id: Any, version: int, evidence: Evidence, now: datetime) -> Receipt:
    """Say that it is done, with the proof that the directive asks for. Saying it again changes nothing.

    Raises: NotFound, OldVersion, ProofMissing, PhotoMissing, NotAPhoto, StepTaken.
    """
    receipt = _locked(actor, receipt_id, version)
    if receipt.state == Stage.DONE:
        return receipt
    asked = receipt.directive.proof
    if asked == Directive.Proof.PHOTO and not evidence.photo:
        raise PhotoMissing
    given = bool(evidence.photo or evidence.words.strip())
    if asked == Directive.Proof.WORDS and not given:
        raise ProofMissing
    _step(actor, receipt, Stage.DONE, now, {"words": evidence.words})
    if given:
        ReceiptProof.objects.create(
            id=new_id(now), receipt=receipt, incident_id=receipt.incident_id, version=receipt.version,
            address=receipt.address, words=evidence.words.strip(), at=now, by_id=actor.user_id,
            file=keep_photo(receipt.incident_id, evidence.photo, HOLDER) if evidence.photo else "",
        )  # fmt: skip
    mark_link_seen(actor, link_of(receipt.directive), now)
    return receipt


_WRITE = """
    UPDATE command_receipt AS receipt
    SET next_at = given.next_at, reminders = given.reminders, desk = given.desk, desk_level = given.desk_level,
        climbs = receipt.climbs + given.climbed
    FROM unnest(%s::uuid[], %s::timestamptz[], %s::smallint[], %s::bigint[], %s::smallint[], %s::integer[])
      AS given(id, next_at, reminders, desk, desk_level, climbed)
    WHERE receipt.id = given.id
"""


@transaction.atomic
def remind(now: datetime, at_most: int = BATCH) -> int:
    """Call to mind what is not seen or not done in time, then let it climb one desk, journalled, each desk told once.

    Any number of workers may run it at once: each takes recipients that no other holds. Relies on receipt_next.
    Returns: how many were looked at; as many as `at_most` means there may be more.
    """
    waiting = Receipt.objects.filter(next_at__lte=now, next_at__isnull=False).order_by("next_at")
    rows = list(waiting.select_for_update(skip_locked=True, of=("self",)).select_related("directive")[:at_most])
    if not rows:
        return 0
    done = [(row, look(_watched(row), now)) for row in rows]
    with connection.cursor() as query:
        query.execute(_WRITE, _columns(done))
    events = [_event(row, one, now) for row, one in done if one.reminded or one.climbed]
    if events:
        record(SYSTEM, events)
    _tell_desks(done, now)
    return len(rows)


def _watched(row: Receipt) -> Watched:
    directive = row.directive
    return Watched(
        Stage(row.state), row.sent_at, row.due_at, directive.see_within_s, row.reminders, row.desk, row.desk_level,
        int(level_of(directive.address)), row.next_at,
    )  # fmt: skip


def _columns(done: list[tuple[Receipt, Looked]]) -> list[list[Any]]:
    rows = [
        (row.pk, one.watched.next_at, one.watched.reminders, one.watched.desk, one.watched.desk_level, int(one.climbed))
        for row, one in done
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def _event(row: Receipt, one: Looked, now: datetime) -> Event:
    verb = "directive.climbed" if one.climbed else "directive.reminded"
    data = {"number": row.directive.number, "state": row.state, "to_level": one.watched.desk_level}
    return Event(verb, "directive", str(row.pk), row.address, now, row.incident_id, data)


def _tell_desks(done: list[tuple[Receipt, Looked]], now: datetime) -> None:
    """One notice to each desk for each directive, whatever the number of its places."""
    for template, links in (("directive.reminded", True), ("directive.climbed", False)):
        told: dict[tuple[int, Any], int] = defaultdict(int)
        for row, one in done:
            if (one.reminded and links) or (one.climbed and not links):
                told[(one.watched.desk, row.directive)] += 1
        desks = [
            (desk, link_of(directive) if links else f"/command/directives/{directive.pk}",
             {"number": directive.number, "places": places})
            for (desk, directive), places in told.items()
        ]  # fmt: skip
        with house():
            to_desks(desks, SEE, template, now)
    _tell_holders([row for row, one in done if one.reminded and row.post], now)


def _tell_holders(rows: list[Receipt], now: datetime) -> None:
    """Remind whoever holds the posts of some recipients, beside their communities."""
    if not rows:
        return
    asked = Q()
    for row in rows:
        asked |= Q(incident_id=row.incident_id, address=row.address, post_id=row.post)
    with house():
        holders = PostHolder.objects.filter(asked, account__is_active=True)
        accounts: dict[tuple[int, str], set[int]] = defaultdict(set)
        for address, post, account in holders.values_list("address", "post_id", "account_id"):
            accounts[address, post].add(account)
        for row in rows:
            told = sorted(accounts[row.address, row.post])
            to_users(told, "directive.reminded", row.address, now, link=link_of(row.directive),
                     number=row.directive.number)  # fmt: skip
