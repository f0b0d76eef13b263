import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from gridward.kernel.journal.seals import forget, head, seal
from gridward.kernel.journal.verifying import verify
from gridward.kernel.walls.owner import as_owner
from tests.kernel.conftest import NOW
from tests.kernel.test_journal import write

KEY = b"a key outside the database"


def sql(words, *values):
    # Whoever tampers has more rights than the house has by itself.
    with as_owner(), connection.cursor() as query:
        query.execute(words, values)


@pytest.fixture
def kept(transactional_db, incident):
    """Five seals over entries of the smallest district, and their head as it was sent elsewhere."""
    while seal(NOW):
        pass
    for minute in range(1, 6):
        for _ in range(3):
            write()
        seal(NOW + timedelta(minutes=2 * minute))
    return head(KEY)


def test_a_whole_journal_is_whole_and_says_what_is_not_sealed_yet(kept):
    write()
    verdict = verify(KEY, kept)
    assert verdict.faults == []
    assert (verdict.unsealed, verdict.erased, verdict.seals) == (1, 0, kept.number)


FIELDS = {
    "at": "at + interval '1 second'",
    "verb": "verb || '!'",
    "subject_kind": "subject_kind || '!'",
    "subject_id": "subject_id || '!'",
    "address": "address + 1",
    "channel": "channel || '!'",
    "data": "data || '{\"more\": 1}'",
}
MIDDLE = "(SELECT entry_id FROM kernel_sealedentry WHERE seal_id = 3 ORDER BY 1 LIMIT 1)"
TAMPERED = {
    **{f"change {name}": [f"UPDATE kernel_entry SET {name} = {to} WHERE id = {MIDDLE}"] for name, to in FIELDS.items()},
    "remove": [f"DELETE FROM kernel_entry WHERE id = {MIDDLE}"],
    "remove with its hash": [
        f"DELETE FROM kernel_entry WHERE id = {MIDDLE}",
        f"DELETE FROM kernel_sealedentry WHERE entry_id = {MIDDLE}",
    ],
    "feign erasure": [
        f"UPDATE kernel_sealedentry SET salt = NULL, tombstone = repeat('0', 64) WHERE entry_id = {MIDDLE}"
    ],
    "insert": [
        "INSERT INTO kernel_entry (id, at, verb, subject_kind, subject_id, address, channel, data) "
        "VALUES (-1, now(), 'need.served', 'need', 'x', 0, '', '{}')"
    ],
    "swap": [
        "UPDATE kernel_entry AS one SET at = other.at + interval '1 minute', data = '{\"of\": \"other\"}' "
        f"FROM kernel_entry AS other WHERE one.id = {MIDDLE} AND other.id = {MIDDLE} + 1"
    ],
    "cut the tail": [
        "DELETE FROM kernel_entry WHERE id IN (SELECT entry_id FROM kernel_sealedentry WHERE seal_id >= 4)",
        "DELETE FROM kernel_sealedentry WHERE seal_id >= 4",
        "DELETE FROM kernel_seal WHERE number >= 4",
    ],
    "change a seal": ["UPDATE kernel_seal SET count = count + 1 WHERE number = 3"],
    "remove a seal": ["DELETE FROM kernel_seal WHERE number = 3"],
}


@pytest.mark.parametrize("how", list(TAMPERED))
def test_tampering_is_found(kept, how):
    for words in TAMPERED[how]:
        sql(words)
    assert verify(KEY, kept).faults


def test_a_chain_made_anew_is_found_by_the_head_alone(kept):
    sql(f"UPDATE kernel_entry SET verb = 'need.refused' WHERE id = {MIDDLE}")
    sql("TRUNCATE kernel_seal, kernel_sealedentry")
    for minute in range(6):
        seal(NOW + timedelta(minutes=30 + 2 * minute), batch=4)
    assert verify(KEY, None).faults == []
    assert verify(KEY, kept).faults
    assert verify(KEY, head(b"another key")).faults == ["the head was not signed by this house"]


def test_what_is_forgotten_keeps_its_hash_and_the_chain_holds(kept):
    with connection.cursor() as query:
        query.execute(f"SELECT {MIDDLE}")
        entry = query.fetchone()[0]
    with as_owner():
        assert forget(KEY, [entry]) == 1
    sql("DELETE FROM kernel_entry WHERE id = %s", entry)
    verdict = verify(KEY, kept)
    assert (verdict.faults, verdict.erased) == ([], 1)


def test_an_entry_that_commits_late_is_sealed_later_and_is_no_insertion(kept):
    written, may_commit = threading.Event(), threading.Event()

    def slow_writer():
        with transaction.atomic():
            write(verb="need.slow")
            written.set()
            may_commit.wait(10)
        connection.close()

    slow = threading.Thread(target=slow_writer)
    slow.start()
    written.wait(10)
    write(verb="need.quick")
    assert seal(NOW + timedelta(hours=1)) == 1
    write()
    assert seal(NOW + timedelta(hours=2)) == 1
    may_commit.set()
    slow.join()
    assert verify(KEY, head(KEY)).faults == []
    assert seal(NOW + timedelta(hours=3)) == 1
    assert verify(KEY, head(KEY)).unsealed == 0
