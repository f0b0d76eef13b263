"""Forging the sealed journal at random: each deed is found, and a check that looks away misses some."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gridward.kernel.journal import verifying
from gridward.web.chaos.tampering import is_whole, make_journal, tamper

ROOT = Path(__file__).parents[2]
NOW = datetime(2022, 12, 2, 4, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_every_deed_is_found_and_undone(settings, tmp_path):
    settings.JOURNAL_HEAD = tmp_path / "head"
    make_journal(NOW)
    assert is_whole()
    missed = Counter(name for name, found in tamper(60, seed=3) if not found)
    assert missed == Counter() and is_whole()


@pytest.mark.django_db(transaction=True)
def test_a_check_that_forgets_the_head_lets_a_cut_tail_through(settings, tmp_path, monkeypatch):
    settings.JOURNAL_HEAD = tmp_path / "head"
    make_journal(NOW)
    monkeypatch.setattr(verifying, "_check_head", lambda *_: None)
    missed = {name for name, found in tamper(30, seed=3) if not found}
    assert {"cut the tail", "make the chain anew"} <= missed <= {"cut the tail", "make the chain anew", "remove a seal"}


def test_the_command_leaves_the_journal_alone_and_ends_well(gridward):
    done = gridward("journal", "verify", "--tamper", "30", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["tried"], said["found"], said["untouched_is_whole"]) == (30, 30, True)
    assert not (gridward.folder / "postgres").exists() and (gridward.folder / "tamper").exists()
