"""Storing closed tubes as devices send them: up to two hundred in a constant number of statements.

The collector's right is checked at the point; the rows are then written as the house, because the people in a tube may
live anywhere, and because a tube or a sample that the collector may not see must still be told apart from a repeat.
All of it joins the transaction of the upload.
Source: docs/adr/0017-walls-in-the-database.md
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.ids import new_id
from gridward.kernel.journal import actions as journal
from gridward.kernel.prepared import rows_of
from gridward.kernel.registry import registry
from gridward.kernel.sync.records import Answer, Item, Outcome
from gridward.lines.testing.access import KnownRound, known_point, known_round
from gridward.lines.testing.actions import newcomers
from gridward.lines.testing.actions.recalls import answer_recalls
from gridward.lines.testing.actions.wrong_tubes import note_wrong_tubes
from gridward.lines.testing.answers import conflict, rejected, stored
from gridward.lines.testing.queries.digests import tubes as digests_of_tubes
from gridward.lines.testing.rules.bodies import TubeBody, Unreadable, read_tube, shift_ms

VERB = "testing.tubes_stored"


@dataclass(frozen=True)
class Closed:
    """A tube that may be written: read, and at a point the collector answers for."""

    item: Item
    body: TubeBody
    round: KnownRound
    address: int
    newcomer_ids: dict[int, UUID]
    """By place in the tube: those whom the register does not know."""


# One statement keeps tubes, samples and the journal's entry. What is not among the answers was there before: a tube by
# its id or code (testing_tube_code), a sample by its person and round (testing_sample_once_a_round).
_STORE = f"""
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(
            %(id)s::uuid[], %(incident)s::uuid[], %(round)s::uuid[], %(point)s::uuid[], %(code)s::text[],
            %(address)s::bigint[], %(people)s::smallint[], %(kind)s::text[], %(again)s::boolean[],
            %(opened)s::timestamptz[], %(closed)s::timestamptz[], %(shift)s::bigint[], %(device)s::uuid[]
        ) AS t(id, incident, round, point, code, address, people, kind, again, opened, closed, shift, device)
    ), swabbed AS MATERIALIZED (
        SELECT * FROM unnest(
            %(s_tube)s::uuid[], %(s_seat)s::smallint[], %(s_person)s::uuid[], %(s_newcomer)s::uuid[],
            %(s_address)s::bigint[], %(s_at)s::timestamptz[], %(s_receipt)s::text[]
        ) AS s(tube, seat, person, newcomer, address, at, receipt)
    ), strange AS MATERIALIZED (
        SELECT DISTINCT tube FROM swabbed
        WHERE newcomer IS NULL AND NOT EXISTS (SELECT FROM kernel_person WHERE kernel_person.id = swabbed.person)
    ), kept AS (
        INSERT INTO testing_tube (id, incident_id, round_id, point_id, code, address, people, kind, again, opened_at,
            closed_at, shift_ms, device_id, collector_id, stored_at, verdict, remark)
        SELECT id, incident, round, point, code, address, people, kind, again, opened + shift * interval '1 ms',
            closed + shift * interval '1 ms', shift, device, %(collector)s::bigint, %(now)s::timestamptz, '', ''
        FROM given WHERE id NOT IN (SELECT tube FROM strange) ORDER BY code
        ON CONFLICT DO NOTHING
        RETURNING id, round_id, again, shift_ms, address, incident_id, people, code
    ), counted AS (
        INSERT INTO testing_sample (tube_id, seat, round_id, person_id, newcomer_id, address, taken_at, receipt, extra)
        SELECT kept.id, seat, round_id, person, newcomer, swabbed.address, at + shift_ms * interval '1 ms', receipt,
            again
        FROM swabbed JOIN kept ON kept.id = swabbed.tube ORDER BY person, seat
        ON CONFLICT DO NOTHING
        RETURNING tube_id, seat
    ), noted AS (
        INSERT INTO kernel_entry ({journal.COLUMNS})
        SELECT %(now)s::timestamptz, %(collector)s::bigint, '{VERB}', 'point', point_id::text, kept.address,
            kept.incident_id, %(channel)s, jsonb_build_object('tubes', count(*), 'people', sum(kept.people))
        FROM kept JOIN (SELECT id, point AS point_id FROM given) AS at_point USING (id)
        GROUP BY point_id, kept.address, kept.incident_id
    )
    SELECT 'kept', id, NULL::smallint FROM kept
    UNION ALL SELECT 'strange', tube, NULL::smallint FROM strange
    UNION ALL SELECT 'counted', tube_id, seat FROM counted
"""
# Samples of kept tubes whose person had been sampled in the round before: kept beside, and not counted again.
_EXTRA = """
    INSERT INTO testing_sample (tube_id, seat, round_id, person_id, newcomer_id, address, taken_at, receipt, extra)
    SELECT tube.id, seat, tube.round_id, person, newcomer, s.address, at + shift_ms * interval '1 ms', receipt, true
    FROM unnest(%(s_tube)s::uuid[], %(s_seat)s::smallint[], %(s_person)s::uuid[], %(s_newcomer)s::uuid[],
        %(s_address)s::bigint[], %(s_at)s::timestamptz[], %(s_receipt)s::text[])
        AS s(tube, seat, person, newcomer, address, at, receipt)
    JOIN testing_tube AS tube ON tube.id = s.tube
    ON CONFLICT DO NOTHING
"""
# Who holds the codes and ids that could not be taken. Relies on testing_tube_code and the key.
_HOLDERS = "SELECT id, code FROM testing_tube WHERE id = ANY(%s::uuid[]) OR code = ANY(%s)"


@transaction.atomic(savepoint=False)
def store_tubes(actor: Actor, items: Sequence[Item], now: datetime) -> list[Answer]:
    """Keep closed tubes with their people; one answer for each item, in order.

    Stored, with a reason where there is something to know (`second_sample`, `over_pool`); same; conflict `tube_bound`
    or `id_taken`; rejected as `malformed`, `no_people`, `too_many_people`, `closed_before_opened`, `unknown_round`,
    `unknown_point`, `unknown_person`, `outside_patch`.
    """
    read = [_read(actor, item, now) for item in items]
    closed = [one for one in read if isinstance(one, Closed)]
    if not closed:
        return [one for one in read if isinstance(one, Answer)]
    with house():
        written = _write(actor, closed, now)
    return [written[one.item.id] if isinstance(one, Closed) else one for one in read]


def _read(actor: Actor, item: Item, now: datetime) -> Closed | Answer:
    try:
        body = read_tube(item.body)
    except Unreadable as wrong:
        return rejected(wrong.reason, field=wrong.field)
    found, point = known_round(body.round), known_point(body.point)
    if found is None:
        return rejected("unknown_round")
    if point is None or point.round_id != found.id:
        return rejected("unknown_point")
    if not actor.may("testing.sample", point.address):
        return rejected("outside_patch")
    strangers = {at: new_id(now) for at, one in enumerate(body.samples) if one.person is None}
    return Closed(item, body, found, point.address, strangers)


def _write(actor: Actor, closed: list[Closed], now: datetime) -> dict[UUID, Answer]:
    known = newcomers.known_by_number(closed) if any(one.newcomer_ids for one in closed) else {}
    rows = _columns(closed, known)
    given = {"collector": actor.user_id, "channel": actor.channel, "now": now}
    told = rows_of(_STORE, {**rows, **given})
    kept = {key for what, key, _seat in told if what == "kept"}
    strange = {key for what, key, _seat in told if what == "strange"}
    counted = {(key, seat) for what, key, seat in told if what == "counted"}
    extra = _keep_extra(rows, kept, counted)
    mine = [one for one in closed if one.item.id in kept]
    newcomers.keep(mine)
    answer_recalls(actor, [one.item.id for one in mine if one.body.again], now)
    _announce(mine, now)
    answers = {one.item.id: _stored(one, extra.get(one.item.id, 0)) for one in mine}
    answers |= {key: rejected("unknown_person") for key in strange}
    left = [one for one in closed if one.item.id not in answers]
    return answers | (_others(actor, left, now) if left else {})


def _columns(closed: list[Closed], known: dict[UUID, UUID]) -> dict[str, list[Any]]:
    bodies = [one.body for one in closed]
    seats = [(one, at, sample) for one in closed for at, sample in enumerate(one.body.samples)]
    strangers = [one.newcomer_ids.get(at) for one, at, _sample in seats]
    return {
        "id": [one.item.id for one in closed],
        "incident": [one.round.incident_id for one in closed],
        "round": [one.round.id for one in closed],
        "point": [body.point for body in bodies],
        "code": [body.code for body in bodies],
        "address": [one.address for one in closed],
        "people": [len(body.samples) for body in bodies],
        "kind": [body.kind for body in bodies],
        "again": [body.again for body in bodies],
        "opened": [body.opened_at for body in bodies],
        "closed": [body.closed_at for body in bodies],
        "shift": [shift_ms(one.body.closed_at, one.item.at) for one in closed],
        "device": [one.item.device_id for one in closed],
        "s_tube": [one.item.id for one, _at, _sample in seats],
        "s_seat": [at + 1 for _one, at, _sample in seats],
        "s_person": [
            sample.person or (known.get(stranger) if stranger else None)
            for (_one, _at, sample), stranger in zip(seats, strangers, strict=True)
        ],
        "s_newcomer": strangers,
        "s_address": [sample.address for _one, _at, sample in seats],
        "s_at": [sample.at for _one, _at, sample in seats],
        "s_receipt": [sample.receipt for _one, _at, sample in seats],
    }


def _keep_extra(rows: dict[str, list[Any]], kept: set[UUID], counted: set[tuple[UUID, int]]) -> dict[UUID, int]:
    """Keep what of the kept tubes was not counted; returns how many samples of each tube."""
    seats = list(zip(rows["s_tube"], rows["s_seat"], strict=True))
    again = [at for at, (tube, seat) in enumerate(seats) if tube in kept and (tube, seat) not in counted]
    if not again:
        return {}
    with connection.cursor() as query:
        query.execute(_EXTRA, {name: [rows[name][at] for at in again] for name in rows if name.startswith("s_")})
    found: dict[UUID, int] = {}
    for at in again:
        found[rows["s_tube"][at]] = found.get(rows["s_tube"][at], 0) + 1
    return found


def _stored(one: Closed, extra: int) -> Answer:
    people = len(one.body.samples)
    if extra:
        return stored("second_sample", count=extra)
    if people > one.round.pool_size:
        return stored("over_pool", people=people, most=one.round.pool_size)
    return stored()


def _others(actor: Actor, left: list[Closed], now: datetime) -> dict[UUID, Answer]:
    """Tubes whose id or code is taken: the same once more, or other people's."""
    with connection.cursor() as query:
        query.execute(_HOLDERS, [[one.item.id for one in left], [one.body.code for one in left]])
        holders = query.fetchall()
    ids, by_code = {key for key, _code in holders}, {code: key for key, code in holders}
    digests = digests_of_tubes(list(ids))
    answers, clashing = {}, []
    for one in left:
        holder = one.item.id if one.item.id in ids else by_code[one.body.code]
        if digests.get(holder) == one.item.digest:
            answers[one.item.id] = Answer(Outcome.SAME)
        elif holder == one.item.id:
            answers[one.item.id] = conflict("id_taken")
        else:
            answers[one.item.id] = conflict("tube_bound", code=one.body.code)
            clashing.append((one.item, one.body, one.round.incident_id, one.address))
    note_wrong_tubes(actor, clashing, now)
    return answers


def _announce(mine: list[Closed], now: datetime) -> None:
    if mine and any(registry().hearers(VERB)):
        journal.announce(
            journal.Event(
                VERB, "tube", str(one.item.id), one.address, now, one.round.incident_id,
                {"tubes": 1, "people": len(one.body.samples)},
            )
            for one in mine
        )  # fmt: skip
