"""The days before: many ended needs with their assignments and journal, written set-wise into the tables.

For benches and for trends; a day that must be true in every step is lived through by `day.py` instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from gridward.drill.calls import MANNERS
from gridward.drill.loading import analyse, copy_rows, indexes_later
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.incidents.models import Incident
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.models import HOLDER, Need
from gridward.kernel.search import text_tokens
from gridward.kernel.secrecy.fields import Sealer
from gridward.kernel.secrecy.keyring import search_key
from gridward.kernel.walls.owner import as_owner

Tell = Callable[[str, int, int], None]
_DONE = "已办妥"

_UUID7 = """(lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || '7'
            || substr(md5('{salt}' || {n}), 1, 3) || '8' || substr(md5({n} || '{salt}'), 1, 15))::uuid"""

_PLACES = """
    CREATE TEMPORARY TABLE past_place AS
    SELECT row_number() OVER () - 1 AS n, id AS person, address, room, latitude, longitude
    FROM (SELECT person.id, person.address, person.room, area.latitude, area.longitude
          FROM kernel_person AS person TABLESAMPLE SYSTEM (%(percent)s) REPEATABLE (%(seed)s)
          JOIN kernel_area AS area ON area.address = person.address LIMIT 100000) AS sample
"""

# Each need of the past from its number alone: when, where, what, and how long each step took. Three in a thousand
# of the last day are still open, so that a queue has something to show.
_NEEDS = f"""
    CREATE TEMPORARY TABLE past AS
    SELECT n, {_UUID7.format(at="opened", salt="need", n="n::text")} AS id, opened, place.*, words.*,
           category.urgency, category.close_s, category.assign_s, category.first_level,
           opened + make_interval(secs => category.assign_s * (0.2 + 0.7 * random())) AS assigned,
           opened + make_interval(secs => least(category.close_s, 172800) * (0.2 + 0.9 * random())) AS closed
    FROM (SELECT n, %(end)s - make_interval(secs => %(stretch)s * ((%(count)s - n)::float8 / %(count)s)) AS opened
          FROM generate_series(1, %(count)s) AS n) AS moment
    JOIN past_words AS words ON words.word = moment.n::bigint * 7919 %% %(kinds)s
    JOIN LATERAL (SELECT person, address, room, latitude, longitude FROM past_place
                  WHERE past_place.n = moment.n::bigint * 104729 %% %(places)s) AS place ON TRUE
    JOIN kernel_category AS category ON category.key = words.category
"""

_INSERT_NEEDS = """
    INSERT INTO kernel_need (id, tracking_code, incident_id, kind, category_id, urgency, state, address, place,
        latitude, longitude, words, tokens, details, private, channel, person_id, caller_name, caller_phone, opened_at,
        promised_at, due_at, assigned_at, arrived_at, closed_at, confirmed_at, holder,
        holder_level, climbs, reopened, outcome, version)
    SELECT past.id, 'H' || lpad(upper(to_hex(n)), 9, '0'), %(incident)s, 'hotline.request', category, urgency,
           CASE WHEN closed <= %(end)s THEN 'served' WHEN assigned <= %(end)s THEN 'assigned' ELSE 'waiting' END,
           address, kept.place, latitude, longitude, kept.words, tokens, '{}', '', 'phone', person, '', '', opened,
           opened + make_interval(secs => close_s),
           CASE WHEN closed <= %(end)s THEN closed ELSE opened + make_interval(secs => close_s) END,
           CASE WHEN assigned <= %(end)s THEN assigned END,
           CASE WHEN closed <= %(end)s THEN assigned + (closed - assigned) / 2 END,
           CASE WHEN closed <= %(end)s THEN closed END, NULL,
           address - address %% (10::numeric ^ (19 - first_level))::bigint, first_level, 0, 0,
           CASE WHEN closed <= %(end)s THEN kept.outcome ELSE '' END, 3
    FROM past JOIN past_kept AS kept ON kept.id = past.id
"""

_INSERT_ENTRIES = """
    INSERT INTO kernel_entry (at, verb, subject_kind, subject_id, address, incident_id, channel, data)
    SELECT at, verb, 'need', id::text, address, %(incident)s, 'drill', '{}'
    FROM past CROSS JOIN LATERAL (VALUES (opened, 'need.logged'), (assigned, 'need.assigned'), (closed, 'need.served'))
        AS step (at, verb)
    WHERE at <= %(end)s
"""

_INSERT_ASSIGNMENTS = f"""
    INSERT INTO kernel_assignment (id, need_id, resource_id, address, state, booked, exclusive, reasons, offered_at,
        accepted_at, left_at, arrived_at, ended_at, end_reason, end_words, version)
    SELECT {_UUID7.format(at="assigned", salt="sent", n="n::text")}, past.id, worker.id, past.address, 'done',
           tstzrange(assigned, closed), FALSE, '{{}}', assigned, assigned, assigned + (closed - assigned) / 4,
           assigned + (closed - assigned) / 2, closed, '', '', 5
    FROM past JOIN past_worker AS worker ON worker.number = past.n %% %(workers)s
    WHERE closed <= %(end)s AND closed > assigned
"""


@as_owner()
def load_history(count: int, end: datetime, days: int, seed: int, tell: Tell) -> None:
    """Write `count` needs of the days before `end`, three journal entries and an assignment each."""
    incident = Incident.objects.get(closed_at=None)
    with connection.cursor() as query:
        query.execute("SELECT setseed(%s)", [seed % 1000 / 1000])
        places = _sample_places(query, seed)
        kinds, workers = _list_words(query, seed, search_key(incident.pk, HOLDER)), _list_workers(query)
        params: dict[str, Any] = {
            "count": count, "end": end, "stretch": days * 86400, "kinds": kinds, "places": places,
            "incident": incident.pk, "workers": workers,
        }  # fmt: skip
        query.execute(_NEEDS, params)
        _seal_words(query, incident.pk)
        tell("history", 1, 4)
        for at, (model, statement) in enumerate(
            ((Need, _INSERT_NEEDS), (Entry, _INSERT_ENTRIES), (Assignment, _INSERT_ASSIGNMENTS)), start=2
        ):
            with indexes_later(model):
                query.execute(statement, params)
            tell("history", at, 4)
        query.execute("DROP TABLE past, past_kept, past_place, past_words, past_worker")
    analyse("kernel_need", "kernel_entry", "kernel_assignment")


def _seal_words(query: Any, incident_id: UUID) -> None:
    """The words of each need sealed for its own row: what no set-wise statement can do."""
    sealer = Sealer(Need)
    # The keys are fetched now: COPY will hold the connection.
    for name in ("words", "place", "outcome"):
        sealer.sealed(name, "-", incident_id, incident_id)
    query.execute("CREATE TEMPORARY TABLE past_kept (id uuid, words bytea, place bytea, outcome bytea)")
    query.execute("SELECT id, sentence, room FROM past")
    rows = query.fetchall()

    def lines() -> Iterator[tuple[Any, ...]]:
        for key, sentence, room in rows:
            texts = (("words", sentence), ("place", room), ("outcome", _DONE))
            yield (key, *(sealer.sealed(name, text, key, incident_id) for name, text in texts))

    copy_rows("past_kept", ("id", "words", "place", "outcome"), lines())
    query.execute("ANALYZE past_kept")


def _sample_places(query: Any, seed: int) -> int:
    query.execute("SELECT greatest(count(*), 1) FROM kernel_person")
    percent = min(100.0, 100 * 120_000 / query.fetchone()[0])
    query.execute(_PLACES, {"percent": percent, "seed": seed})
    query.execute("SELECT count(*) FROM past_place")
    places = int(query.fetchone()[0])
    query.execute("CREATE INDEX ON past_place (n)")
    return places


def _list_words(query: Any, seed: int, key: bytes) -> int:
    rng = np.random.default_rng([seed, 5])
    query.execute("CREATE TEMPORARY TABLE past_words (word int, category text, sentence text, tokens bigint[])")
    weights = np.array([manner.share for manner in MANNERS])
    picks = rng.choice(len(MANNERS), 997, p=weights / weights.sum())
    rows = []
    for number, pick in enumerate(picks):
        manner = MANNERS[int(pick)]
        sentence = manner.sentences[number % len(manner.sentences)].format(
            who="老人", weeks=30, floor=6, place="几江街道"
        )
        rows.append((number, manner.category, sentence, list(text_tokens(sentence, key))))
    query.executemany("INSERT INTO past_words VALUES (%s, %s, %s, %s)", rows)
    return len(rows)


def _list_workers(query: Any) -> int:
    query.execute(
        "CREATE TEMPORARY TABLE past_worker AS SELECT row_number() OVER (ORDER BY id) - 1 AS number, id "
        "FROM kernel_resource WHERE NOT exclusive"
    )
    query.execute("SELECT count(*) FROM past_worker")
    return int(query.fetchone()[0])
