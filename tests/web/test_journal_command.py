"""`gridward journal`: what the worker seals can be checked, and a cut tail is found by the head kept outside."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.jobs import seal_journal
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.journal.keeping import kept_head
from gridward.kernel.journal.verifying import verify
from gridward.kernel.walls.owner import as_owner


@pytest.mark.django_db(transaction=True)
def test_the_workers_head_outlives_a_cut_tail(tmp_path: Any) -> None:
    settings.JOURNAL_HEAD.unlink(missing_ok=True)
    for number in range(3):
        record(SYSTEM, [Event("incident.opened", "incident", str(number), 0, clock.now())])
        assert seal_journal(0) == 1
    assert verify(settings.JOURNAL_KEY, kept_head()).faults == []
    with as_owner(), connection.cursor() as query:
        query.execute("DELETE FROM kernel_entry WHERE subject_id = '2'")
        query.execute("DELETE FROM kernel_sealedentry WHERE seal_id = 3")
        query.execute("DELETE FROM kernel_seal WHERE number = 3")
    assert verify(settings.JOURNAL_KEY, None).faults == []
    assert verify(settings.JOURNAL_KEY, kept_head()).faults != []
    settings.JOURNAL_HEAD.unlink()


def test_a_file_that_is_no_head_is_refused() -> None:
    with pytest.raises(ValueError):
        kept_head("[1]")
