"""Checking the sealed journal: every change, removal, insertion, reordering and cut tail has a name."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection

from gridward.kernel.journal.seals import HASH, ROOT, Head, is_signed, seal_hash, tombstone

_SEALS = f"""
    SELECT seal.number, seal.first_entry, seal.last_entry, seal.count, seal.settled_to, seal.root, seal.previous,
           seal.sealed_at, seal.hash, found.first, found.last, found.count, found.root
    FROM kernel_seal AS seal
    LEFT JOIN (SELECT seal_id, min(entry_id) AS first, max(entry_id) AS last, count(*) AS count,
                      encode({ROOT}, 'hex') AS root
               FROM kernel_sealedentry GROUP BY seal_id) AS found ON found.seal_id = seal.number
    ORDER BY seal.number
"""
_WRONG = f"""
    SELECT sealed.entry_id, entry.id IS NULL FROM kernel_sealedentry AS sealed
    LEFT JOIN kernel_entry AS entry ON entry.id = sealed.entry_id
    WHERE sealed.salt IS NOT NULL AND (entry.id IS NULL OR {HASH} <> sealed.hash)
"""
_ERASED = "SELECT entry_id, hash, tombstone FROM kernel_sealedentry WHERE salt IS NULL"
_STRAY = "SELECT count(*) FROM kernel_sealedentry WHERE seal_id NOT IN (SELECT number FROM kernel_seal)"
_UNSEALED = """
    SELECT count(*) FILTER (WHERE id <= %s), count(*) FILTER (WHERE id > %s) FROM kernel_entry AS entry
    WHERE NOT EXISTS (SELECT FROM kernel_sealedentry AS known WHERE known.entry_id = entry.id)
"""


@dataclass
class Verdict:
    """What a check found; `faults` is empty where the journal is whole."""

    seals: int = 0
    sealed: int = 0
    erased: int = 0
    unsealed: int = 0
    faults: list[str] = field(default_factory=list)


def verify(key: bytes, kept: Head | None) -> Verdict:
    """Check every seal and every entry against a head kept elsewhere (None: cut tails cannot be found)."""
    verdict = Verdict()
    hashes, settled = _check_seals(verdict)
    with connection.cursor() as query:
        query.execute(_WRONG)
        verdict.faults += [f"entry {one} was {'removed' if gone else 'changed'}" for one, gone in query.fetchall()]
        query.execute(_ERASED)
        for entry, digest, mark in query.fetchall():
            verdict.erased += 1
            if mark != tombstone(key, entry, bytes(digest)):
                verdict.faults.append(f"entry {entry} was removed and made to look erased")
        query.execute(_STRAY)
        if stray := query.fetchone()[0]:
            verdict.faults.append(f"{stray} sealed entries belong to a seal that is not there")
        query.execute(_UNSEALED, [settled, settled])
        inserted, verdict.unsealed = query.fetchone()
    if inserted:
        verdict.faults.append(f"{inserted} entries were inserted among sealed ones")
    _check_head(verdict, hashes, key, kept)
    return verdict


def _check_seals(verdict: Verdict) -> tuple[dict[int, str], int]:
    hashes: dict[int, str] = {}
    previous, settled = "", 0
    with connection.cursor() as query:
        query.execute(_SEALS)
        for at, row in enumerate(query.fetchall(), start=1):
            number, first, last, count, settled, root, before, sealed_at, kept, *found = row
            if number != at or before != previous:
                verdict.faults.append(f"seal {number} does not follow the one before it")
            if kept != seal_hash(number, first, last, count, settled, root, before, sealed_at):
                verdict.faults.append(f"seal {number} was changed")
            if found != [first, last, count, root]:
                verdict.faults.append(f"seal {number} does not cover what it says")
            previous = hashes[number] = kept
            verdict.seals += 1
            verdict.sealed += count
    return hashes, settled


def _check_head(verdict: Verdict, hashes: dict[int, str], key: bytes, kept: Head | None) -> None:
    if kept is None:
        return
    if not is_signed(key, kept):
        verdict.faults.append("the head was not signed by this house")
    if kept.number not in hashes:
        verdict.faults.append(f"the tail was cut: seal {kept.number} is not there")
    elif hashes[kept.number] != kept.hash:
        verdict.faults.append(f"the chain was made anew: seal {kept.number} is another one")
