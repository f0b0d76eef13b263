"""Sealing the journal: batches of salted hashes in a chain, whose head is kept outside the database.

A seal covers entries by id and salted hash only, so that an entry can be forgotten and the chain still holds.
Source: docs/adr/0005-the-change-feed-cursor-is-a-snapshot.md for why a late commit is never lost.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

BATCH = 10_000
SETTLES_AFTER = timedelta(minutes=1)
_LOCK = 0x7365616C

# jsonb has one text for one value, whatever the server's version, zone or language.
CONTENT = """jsonb_build_array(entry.id, (extract(epoch FROM entry.at) * 1000000)::bigint, entry.actor_id, entry.verb,
    entry.subject_kind, entry.subject_id, entry.address, entry.incident_id, entry.channel, entry.data)::text"""
HASH = f"sha256(sealed.salt || convert_to({CONTENT}, 'UTF8'))"
ROOT = "sha256(string_agg(int8send(entry_id) || hash, ''::bytea ORDER BY entry_id))"

# Relies on entry_transaction where the last snapshot is known, else reads every entry once.
_SEAL = f"""
    WITH fresh AS (
        SELECT entry.id, uuid_send(gen_random_uuid()) AS salt FROM kernel_entry AS entry
        WHERE pg_visible_in_snapshot(entry.transaction, %(now)s::pg_snapshot)
          AND (%(since)s = '' OR entry.transaction >= pg_snapshot_xmin(nullif(%(since)s, '')::pg_snapshot))
          AND NOT EXISTS (SELECT FROM kernel_sealedentry AS known WHERE known.entry_id = entry.id)
        ORDER BY entry.id LIMIT %(batch)s)
    INSERT INTO kernel_sealedentry (entry_id, seal_id, salt, hash, tombstone)
    SELECT entry.id, %(number)s, sealed.salt, {HASH}, NULL
    FROM fresh AS sealed JOIN kernel_entry AS entry USING (id)
"""


@dataclass(frozen=True)
class Head:
    """The last seal as it is kept outside: whoever has it finds a chain that was cut or made anew."""

    number: int
    hash: str
    signature: str

    def text(self) -> str:
        """The head as a line of JSON."""
        return json.dumps(asdict(self))


def seal(now: datetime, settles_after: timedelta = SETTLES_AFTER, batch: int = BATCH) -> int:
    """Seal one batch of what has been committed and is not sealed; one caller at a time.

    Returns: how many entries it covers.
    """
    with transaction.atomic(), connection.cursor() as query:
        query.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        query.execute("SELECT pg_current_snapshot()::text")
        snapshot = query.fetchone()[0]
        number, previous, since, settled = _before(query, snapshot, now, settles_after)
        query.execute(_SEAL, {"now": snapshot, "since": since, "batch": batch, "number": number})
        count = query.rowcount
        if not count:
            return 0
        query.execute(
            f"SELECT min(entry_id), max(entry_id), encode({ROOT}, 'hex') FROM kernel_sealedentry "  # nosec B608 # ROOT is ours
            "WHERE seal_id = %s",
            [number],
        )
        first, last, root = query.fetchone()
        kept = "" if count == batch else snapshot
        row = [number, first, last, count, settled, root, previous, now]
        query.execute(
            "INSERT INTO kernel_seal (number, first_entry, last_entry, count, settled_to, root, previous, sealed_at,"
            " snapshot, hash) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [*row, kept, seal_hash(*row)],
        )
        return count


def _before(query: Any, snapshot: str, now: datetime, settles_after: timedelta) -> tuple[int, str, str, int]:
    query.execute(
        "SELECT number, hash, snapshot, settled_to, last_entry, sealed_at FROM kernel_seal ORDER BY number DESC LIMIT 1"
    )
    if (last := query.fetchone()) is None:
        return 1, "", "", 0
    number, previous, since, settled, last_entry, sealed_at = last
    # Ids are given before transactions are: only what nobody can still be writing, a while ago, counts as settled.
    over = since and int(since.split(":")[1]) <= int(snapshot.split(":")[0])
    if over and now - sealed_at >= settles_after:
        settled = max(settled, last_entry)
    return number + 1, previous, since, settled


def seal_hash(
    number: int, first: int, last: int, count: int, settled: int, root: str, previous: str, at: datetime
) -> str:
    """The hash of a seal, over all it says and the seal before it."""
    said = [number, first, last, count, settled, root, previous, int(at.timestamp() * 1_000_000)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def head(key: bytes) -> Head | None:
    """The head of the chain in the database, signed; None while nothing is sealed."""
    with connection.cursor() as query:
        query.execute("SELECT number, hash FROM kernel_seal ORDER BY number DESC LIMIT 1")
        row = query.fetchone()
    return Head(row[0], row[1], _signature(key, f"head {row[0]} {row[1]}")) if row else None


def is_signed(key: bytes, kept: Head) -> bool:
    """Whether a head was signed with this house's key."""
    return hmac.compare_digest(kept.signature, _signature(key, f"head {kept.number} {kept.hash}"))


def tombstone(key: bytes, entry_id: int, digest: bytes) -> str:
    """What stands for an erased entry: nobody without the key can make one for an entry that was only removed."""
    return _signature(key, f"erased {entry_id} {digest.hex()}")


def forget(key: bytes, entry_ids: list[int]) -> int:
    """Destroy the salts of sealed entries, so that nothing of their content can be told from what stays.

    Needs the owner's rights; the caller removes the entries themselves in the same transaction.
    Returns: how many were sealed and not yet forgotten.
    """
    with transaction.atomic(), connection.cursor() as query:
        query.execute(
            "SELECT entry_id, hash FROM kernel_sealedentry WHERE entry_id = ANY(%s) AND salt IS NOT NULL FOR UPDATE",
            [entry_ids],
        )
        marks = [(tombstone(key, entry, bytes(digest)), entry) for entry, digest in query.fetchall()]
        query.executemany("UPDATE kernel_sealedentry SET salt = NULL, tombstone = %s WHERE entry_id = %s", marks)
        return len(marks)


def _signature(key: bytes, words: str) -> str:
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()
