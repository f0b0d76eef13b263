"""Boxes, changes of hands and refusals as devices send them, a batch at once; written as tubes are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.incidents.queries import required
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.secrecy.fields import Sealer
from gridward.kernel.sync.records import Answer, Item, Outcome
from gridward.lines.testing.access import KnownRound, is_laboratory, known_point, known_round
from gridward.lines.testing.answers import conflict, rejected, stored
from gridward.lines.testing.models import Custody, Refusal
from gridward.lines.testing.queries import digests
from gridward.lines.testing.rules import Step
from gridward.lines.testing.rules.bodies import (
    BoxBody,
    CustodyBody,
    RefusalBody,
    Unreadable,
    read_box,
    read_custody,
    read_refusal,
    shift_ms,
)
from gridward.lines.testing.rules.custody import Link, against

Digests = Callable[[Sequence[UUID]], dict[UUID, bytes]]


@dataclass(frozen=True)
class Read:
    """One item that may be written: what it says, where, and of which round."""

    item: Item
    body: Any
    address: int
    round: KnownRound | None = None


_BOX = """
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(%(id)s::uuid[], %(incident)s::uuid[], %(round)s::uuid[], %(point)s::uuid[],
            %(code)s::text[], %(seal)s::text[], %(address)s::bigint[], %(tubes)s::smallint[], %(at)s::timestamptz[],
            %(shift)s::bigint[], %(device)s::uuid[])
            AS b(id, incident, round, point, code, seal, address, tubes, at, shift, device)
    ), listed AS MATERIALIZED (
        SELECT * FROM unnest(%(l_box)s::uuid[], %(l_code)s::text[], %(l_place)s::smallint[]) AS l(box, code, place)
    ), kept AS (
        INSERT INTO testing_box (id, incident_id, round_id, point_id, code, seal, address, tubes, packed_at, shift_ms,
            device_id, packed_by_id, missing, surplus)
        SELECT id, incident, round, point, code, seal, address, tubes, at + shift * interval '1 ms', shift, device,
            %(actor)s::bigint, 0, 0
        FROM given ORDER BY seal ON CONFLICT DO NOTHING RETURNING id, address
    ), packed AS (
        INSERT INTO testing_packed (box_id, code, place, address, surplus)
        SELECT box, listed.code, place, kept.address, false FROM listed JOIN kept ON kept.id = box
        ON CONFLICT DO NOTHING
    )
    SELECT id FROM kept
"""
# Tubes that stand in the list of another box, too. Relies on testing_packed_code.
_TWICE = """
    SELECT listed.box, array_agg(listed.code ORDER BY listed.code)
    FROM unnest(%(l_box)s::uuid[], %(l_code)s::text[]) AS listed(box, code)
    WHERE EXISTS (SELECT FROM testing_packed AS packed WHERE packed.code = listed.code AND packed.box_id <> listed.box)
    GROUP BY listed.box
"""
_CUSTODY = """
    INSERT INTO testing_custody (id, seal, step, address, at, shift_ms, intact, device_id, holder_id)
    SELECT id, seal, step, address, at + shift * interval '1 ms', shift, intact, device, %(actor)s::bigint
    FROM unnest(%(id)s::uuid[], %(seal)s::text[], %(step)s::text[], %(address)s::bigint[], %(at)s::timestamptz[],
        %(shift)s::bigint[], %(intact)s::boolean[], %(device)s::uuid[])
        AS c(id, seal, step, address, at, shift, intact, device)
    ORDER BY id ON CONFLICT DO NOTHING RETURNING id
"""
_REFUSAL = """
    INSERT INTO testing_refusal (id, incident_id, round_id, person_id, name, address, reason, words, at, shift_ms,
        device_id, collector_id)
    SELECT r.id, incident, round, kernel_person.id, r.name, r.address, reason, words, at + shift * interval '1 ms',
        shift, device, %(actor)s::bigint
    FROM unnest(%(id)s::uuid[], %(incident)s::uuid[], %(round)s::uuid[], %(person)s::uuid[], %(name)s::bytea[],
        %(address)s::bigint[], %(reason)s::text[], %(words)s::bytea[], %(at)s::timestamptz[], %(shift)s::bigint[],
        %(device)s::uuid[]) AS r(id, incident, round, person, name, address, reason, words, at, shift, device)
    LEFT JOIN kernel_person ON kernel_person.id = r.person
    WHERE r.person IS NULL OR kernel_person.id IS NOT NULL
    ORDER BY r.id ON CONFLICT DO NOTHING RETURNING id
"""


@transaction.atomic(savepoint=False)
def store_boxes(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    """Keep packed and sealed boxes; one answer for each item, in order.

    A box lists codes, not tubes: a tube's own record may arrive later, from another phone. Stored, with the reason
    `tube_in_other_box` where that is so; conflict `seal_used`; rejected as a tube is, or `no_tubes`, `too_many_tubes`,
    `tube_twice`.
    """

    def read(item: Item) -> Read | Answer:
        body = read_box(item.body)
        found, point = known_round(body.round), known_point(body.point)
        if found is None:
            return rejected("unknown_round")
        if point is None or point.round_id != found.id:
            return rejected("unknown_point")
        if not actor.may("testing.sample", point.address):
            return rejected("outside_patch")
        return Read(item, body, point.address, found)

    return _store(actor, items, now, read, _write_boxes)


@transaction.atomic(savepoint=False)
def store_custody(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    """Keep changes of hands of sealed boxes; one answer for each item, in order.

    The seal names the box, whose own record may arrive later. A courier hands over at any laboratory. Conflict
    `taken_by_other`, `box_received` where the chain that is known says otherwise: the link is not put into it.
    """

    def read(item: Item) -> Read | Answer:
        body = read_custody(item.body)
        carries = any(actor.may(one, body.address) for one in ("testing.carry", "testing.sample", "testing.bench"))
        if not carries and not (body.step == Step.GIVEN and is_laboratory(body.address)):
            return rejected("outside_patch")
        return Read(item, body, body.address)

    return _store(actor, items, now, read, _write_custody)


@transaction.atomic(savepoint=False)
def store_giving(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    """Keep who at a sampling point handed sealed boxes to a courier; one answer for each item, in order.

    As `store_custody`; the only step is `given`.
    """

    def read(item: Item) -> Read | Answer:
        body = read_custody(item.body)
        if body.step != Step.GIVEN:
            raise Unreadable("step")
        if not actor.may("testing.sample", body.address):
            return rejected("outside_patch")
        return Read(item, body, body.address)

    return _store(actor, items, now, read, _write_custody)


@transaction.atomic(savepoint=False)
def store_refusals(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    """Keep who was not sampled and why; one answer for each item, in order."""

    def read(item: Item) -> Read | Answer:
        body = read_refusal(item.body)
        found = known_round(body.round)
        if found is None:
            return rejected("unknown_round")
        if not actor.may("testing.sample", body.address):
            return rejected("outside_patch")
        return Read(item, body, body.address, found)

    return _store(actor, items, now, read, _write_refusals)


def _store(
    actor: Actor,
    items: Sequence[Item],
    now: datetime,
    read: Callable[[Item], Read | Answer],
    write: Callable[[Actor, list[Read], datetime], dict[UUID, Answer]],
) -> list[Answer]:
    found = [_tried(read, item) for item in items]
    readable = [one for one in found if isinstance(one, Read)]
    if not readable:
        return [one for one in found if isinstance(one, Answer)]
    with house():
        written = write(actor, readable, now)
    return [written[one.item.id] if isinstance(one, Read) else one for one in found]


def _tried(read: Callable[[Item], Read | Answer], item: Item) -> Read | Answer:
    try:
        return read(item)
    except Unreadable as wrong:
        return rejected(wrong.reason, field=wrong.field)


def _write_boxes(actor: Actor, boxes: list[Read], now: datetime) -> dict[UUID, Answer]:
    bodies: list[BoxBody] = [one.body for one in boxes]
    listed = [(one.item.id, code, at) for one in boxes for at, code in enumerate(one.body.tubes)]
    rows = {
        **_shared(actor, boxes, [body.packed_at for body in bodies]),
        "round": [one.round.id for one in boxes if one.round],
        "incident": [one.round.incident_id for one in boxes if one.round],
        "point": [body.point for body in bodies],
        "code": [body.code for body in bodies],
        "seal": [body.seal for body in bodies],
        "tubes": [len(body.tubes) for body in bodies],
        "l_box": [box for box, _code, _at in listed],
        "l_code": [code for _box, code, _at in listed],
        "l_place": [at for _box, _code, at in listed],
    }
    with connection.cursor() as query:
        query.execute(_BOX, rows)
        kept = {key for (key,) in query.fetchall()}
        query.execute(_TWICE, rows)
        twice = dict(query.fetchall())
    _note(actor, boxes, kept, now, lambda one: ("testing.box_sealed", "box", {"tubes": len(one.body.tubes)}))
    told = {key: ", ".join(codes[:5]) for key, codes in twice.items()}
    answers = {
        key: stored("tube_in_other_box", count=len(twice[key]), codes=told[key]) if key in twice else stored()
        for key in kept
    }
    left = {one.item.id: conflict("seal_used", seal=one.body.seal) for one in boxes if one.item.id not in kept}
    return answers | _taken(left, boxes, digests.boxes)


def _write_custody(actor: Actor, links: list[Read], now: datetime) -> dict[UUID, Answer]:
    told = _contradicting(actor, links)
    sound = [one for one in links if one.item.id not in told]
    return told | (_write_links(actor, sound, now) if sound else {})


def _contradicting(actor: Actor, links: list[Read]) -> dict[UUID, Answer]:
    """What the chains that are known speak against. Relies on testing_custody_seal."""
    chains: dict[str, list[Link]] = {one.body.seal: [] for one in links}
    for seal, *link in Custody.objects.filter(seal__in=chains).values_list("seal", "step", "at", "holder_id"):
        chains[seal].append(Link(*link))
    told = {}
    for one in sorted(links, key=lambda read: read.item.sequence):
        said = Link(one.body.step, one.item.at, actor.user_id)
        reason = against(said, chains[one.body.seal])
        if reason:
            told[one.item.id] = conflict(reason, seal=one.body.seal)
        else:
            chains[one.body.seal].append(said)
    return told


def _write_links(actor: Actor, links: list[Read], now: datetime) -> dict[UUID, Answer]:
    bodies: list[CustodyBody] = [one.body for one in links]
    rows = {
        **_shared(actor, links, [body.at for body in bodies]),
        "seal": [body.seal for body in bodies],
        "step": [body.step for body in bodies],
        "intact": [body.intact for body in bodies],
    }
    with connection.cursor() as query:
        query.execute(_CUSTODY, rows)
        kept = {key for (key,) in query.fetchall()}
    data = lambda one: {"seal": one.body.seal, "step": one.body.step, "intact": one.body.intact}  # noqa: E731
    _note(actor, links, kept, now, lambda one: ("testing.box_handed", "custody", data(one)))
    left = {one.item.id: conflict("id_taken") for one in links if one.item.id not in kept}
    return {key: stored() for key in kept} | _taken(left, links, digests.custody)


def _write_refusals(actor: Actor, refused: list[Read], now: datetime) -> dict[UUID, Answer]:
    bodies: list[RefusalBody] = [one.body for one in refused]
    sealer = Sealer(Refusal)
    incidents = [one.round.incident_id for one in refused if one.round]
    pairs = list(zip(refused, incidents, strict=True))
    rows = {
        **_shared(actor, refused, [body.at for body in bodies]),
        "incident": incidents,
        "round": [body.round for body in bodies],
        "person": [body.person for body in bodies],
        "name": [sealer.sealed("name", one.body.name, one.item.id, incident) for one, incident in pairs],
        "reason": [body.reason for body in bodies],
        "words": [sealer.sealed("words", one.body.words, one.item.id, incident) for one, incident in pairs],
    }
    with connection.cursor() as query:
        query.execute(_REFUSAL, rows)
        kept = {key for (key,) in query.fetchall()}
    _note(actor, refused, kept, now, lambda one: ("testing.refused", "refusal", {"reason": one.body.reason}))
    left = {one.item.id: rejected("unknown_person") for one in refused if one.item.id not in kept}
    return {key: stored() for key in kept} | _taken(left, refused, digests.refusals)


def _shared(actor: Actor, read: list[Read], said: list[str]) -> dict[str, Any]:
    """The columns all three have: ids, places, times, devices."""
    return {
        "id": [one.item.id for one in read],
        "address": [one.address for one in read],
        "at": said,
        "shift": [shift_ms(moment, one.item.at) for moment, one in zip(said, read, strict=True)],
        "device": [one.item.device_id for one in read],
        "actor": actor.user_id,
    }


def _note(
    actor: Actor,
    read: list[Read],
    kept: set[UUID],
    now: datetime,
    said: Callable[[Read], tuple[str, str, dict[str, Any]]],
) -> None:
    """Write the journal for what was kept."""
    incident = required()
    events = []
    for one in read:
        if one.item.id in kept:
            verb, kind, data = said(one)
            held = one.round.incident_id if one.round else incident.pk
            events.append(Event(verb, kind, str(one.item.id), one.address, now, held, data))
    if events:
        record(actor, events)


def _taken(left: dict[UUID, Answer], read: list[Read], digest: Digests) -> dict[UUID, Answer]:
    """For what could not be written: the same once more where the digests agree, else the answer given."""
    if not left:
        return {}
    held = digest(list(left))
    sent = {one.item.id: one.item.digest for one in read}
    return {key: Answer(Outcome.SAME) if held.get(key) == sent[key] else answer for key, answer in left.items()}
