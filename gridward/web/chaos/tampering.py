"""Tampering with a journal made for it, one random deed at a time, each of which a check has to find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.journal.keeping import kept_head, seal_all
from gridward.kernel.journal.seals import seal
from gridward.kernel.journal.verifying import verify
from gridward.kernel.walls.owner import as_owner

ENTRIES, A_SEAL = 400, 10
_VERBS = ("need.logged", "need.assigned", "need.moving", "need.served", "person.revealed")
_COLUMNS = {
    "at": "at + interval '1 microsecond'",
    "actor_id": "coalesce(actor_id, 0) + 1",
    "verb": "verb || '!'",
    "subject_kind": "subject_kind || '!'",
    "subject_id": "subject_id || '!'",
    "address": "address + 1",
    "incident_id": "CASE WHEN incident_id IS NULL THEN gen_random_uuid() END",
    "channel": "channel || '!'",
    "data": """data || '{"more": 1}'""",
}
_SEAL_COLUMNS = {
    "first_entry": "first_entry - 1",
    "last_entry": "last_entry + 1",
    "count": "count + 1",
    "settled_to": "settled_to + 1",
    "root": "repeat('0', 64)",
    "previous": "repeat('0', 64)",
    "sealed_at": "sealed_at + interval '1 microsecond'",
    "hash": "repeat('0', 64)",
}
Deed = Callable[[Any, Random], None]


def make_journal(now: datetime) -> None:
    """Fill an empty journal and seal it as time goes by, the head kept where the house keeps it."""
    for number in range(ENTRIES // A_SEAL):
        at = now + timedelta(minutes=2 * number)
        with transaction.atomic():
            subjects = range(number * A_SEAL, (number + 1) * A_SEAL)
            record(SYSTEM, [Event(_VERBS[one % len(_VERBS)], "need", str(one), one, at) for one in subjects])
        seal_all(at)


def tamper(times: int, seed: int) -> Iterator[tuple[str, bool]]:
    """Do one deed after another, each undone again. Yields what was done, and whether the check found it."""
    random, kept = Random(seed), kept_head()  # noqa: S311 # nosec B311 # chance, no secrets
    deeds = _deeds()
    with as_owner():
        # Whoever tampers has put the checks of foreign keys out of the way.
        with connection.cursor() as query:
            query.execute("SET session_replication_role = replica")
        for number in range(times):
            name, deed = deeds[number % len(deeds)]
            with transaction.atomic(), connection.cursor() as query:
                deed(query, random)
                yield name, bool(verify(settings.JOURNAL_KEY, kept).faults)
                transaction.set_rollback(True)


def is_whole() -> bool:
    """Whether the journal stands as it was sealed."""
    return not verify(settings.JOURNAL_KEY, kept_head()).faults


def count(seen: Iterable[tuple[str, bool]]) -> dict[str, Any]:
    """How many deeds were done and found, in all and by kind."""
    tried: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for name, was_found in seen:
        tried[name] += 1
        found[name] += was_found
    kinds = {name: {"tried": tried[name], "found": found[name]} for name in sorted(tried)}
    return {"tried": tried.total(), "found": found.total(), "kinds": kinds}


def _deeds() -> list[tuple[str, Deed]]:
    changes = [(f"change an entry's {name}", _change("kernel_entry", "id", name, to)) for name, to in _COLUMNS.items()]
    seals = [(f"change a seal's {name}", _change("kernel_seal", "number", name, to))
             for name, to in _SEAL_COLUMNS.items()]  # fmt: skip
    return [
        *changes,
        *seals,
        ("change a salt", _change("kernel_sealedentry", "entry_id", "salt", "sha256(salt)")),
        ("change a hash", _change("kernel_sealedentry", "entry_id", "hash", "sha256(hash)")),
        ("move a hash to another seal", _move_hash),
        ("remove an entry", _remove(("kernel_entry", "id"))),
        ("remove an entry and its hash", _remove(("kernel_entry", "id"), ("kernel_sealedentry", "entry_id"))),
        ("remove a hash", _remove(("kernel_sealedentry", "entry_id"))),
        ("remove a seal", _remove_seal),
        ("insert an entry", _insert),
        ("swap two entries", _swap),
        ("feign an erasure", _feign),
        ("cut the tail", _cut),
        ("cut the tail's seals", _cut_seals),
        ("make the chain anew", _anew),
    ]


def _change(table: str, key: str, column: str, to: str) -> Deed:
    def deed(query: Any, random: Random) -> None:
        one = _seal(random) if table == "kernel_seal" else _entry(query, random)
        query.execute(f"UPDATE {table} SET {column} = {to} WHERE {key} = %s", [one])  # nosec B608 # names of our own

    return deed


def _remove(*places: tuple[str, str]) -> Deed:
    def deed(query: Any, random: Random) -> None:
        one = _entry(query, random)
        for table, key in places:
            query.execute(f"DELETE FROM {table} WHERE {key} = %s", [one])  # nosec B608 # names of our own

    return deed


def _move_hash(query: Any, random: Random) -> None:
    one = _entry(query, random)
    query.execute(
        "UPDATE kernel_sealedentry SET seal_id = CASE seal_id WHEN 1 THEN 2 ELSE seal_id - 1 END WHERE entry_id = %s",
        [one],
    )


def _remove_seal(query: Any, random: Random) -> None:
    query.execute("DELETE FROM kernel_seal WHERE number = %s", [_seal(random)])


def _insert(query: Any, random: Random) -> None:
    query.execute(
        "INSERT INTO kernel_entry (id, at, verb, subject_kind, subject_id, address, channel, data) "
        "SELECT -%s, at, verb, subject_kind, subject_id, address, channel, data FROM kernel_entry WHERE id = %s",
        [random.randrange(10**6), _entry(query, random)],
    )


def _swap(query: Any, random: Random) -> None:
    one = _entry(query, random)
    query.execute("SELECT max(id) FROM kernel_entry WHERE id < %s", [one])
    other = query.fetchone()[0] or one + 1
    query.execute(
        "UPDATE kernel_entry AS here SET subject_id = there.subject_id FROM kernel_entry AS there "
        "WHERE (here.id, there.id) IN ((%s, %s), (%s, %s))",
        [one, other, other, one],
    )


def _feign(query: Any, random: Random) -> None:
    one = _entry(query, random)
    query.execute("DELETE FROM kernel_entry WHERE id = %s", [one])
    mark = f"{random.getrandbits(256):064x}"
    query.execute("UPDATE kernel_sealedentry SET salt = NULL, tombstone = %s WHERE entry_id = %s", [mark, one])


def _cut(query: Any, random: Random) -> None:
    after = _seal(random)
    query.execute(
        "DELETE FROM kernel_entry WHERE id IN (SELECT entry_id FROM kernel_sealedentry WHERE seal_id >= %s)", [after]
    )
    query.execute("DELETE FROM kernel_sealedentry WHERE seal_id >= %s", [after])
    query.execute("DELETE FROM kernel_seal WHERE number >= %s", [after])


def _cut_seals(query: Any, random: Random) -> None:
    query.execute("DELETE FROM kernel_seal WHERE number >= %s", [_seal(random)])


def _anew(query: Any, random: Random) -> None:
    """Change an entry and seal everything again, as the house itself would."""
    query.execute("UPDATE kernel_entry SET verb = verb || '!' WHERE id = %s", [_entry(query, random)])
    query.execute("DELETE FROM kernel_sealedentry")
    query.execute("SELECT max(sealed_at) FROM kernel_seal")
    at = query.fetchone()[0]
    query.execute("DELETE FROM kernel_seal")
    while seal(at, batch=A_SEAL):
        pass


def _entry(query: Any, random: Random) -> int:
    query.execute("SELECT id FROM kernel_entry ORDER BY id OFFSET %s LIMIT 1", [random.randrange(ENTRIES)])
    return int(query.fetchone()[0])


def _seal(random: Random) -> int:
    return random.randrange(ENTRIES // A_SEAL) + 1
