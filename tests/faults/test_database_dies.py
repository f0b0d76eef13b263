"""The database is killed, or its disk runs full, under callers: what was acknowledged is stored, once."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def chaos(gridward):
    def call(*arguments):
        done = gridward("chaos", *arguments, "--json", timeout=600)
        if "cannot be mounted" in done.stderr:
            pytest.skip(done.stderr.strip())
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    return call


def kept(said):
    assert said["acknowledged"] == said["stored"] == said["journal_lines"] > 0
    assert (said["lost"], said["duplicates"], said["wrong_answers"]) == (0, 0, [])


def test_nothing_acknowledged_is_lost_when_the_database_is_killed(chaos):
    code, said = chaos("db-kill", "--kills", "5", "--clients", "4")
    kept(said)
    assert (code, said["kills"]) == (0, 5) and said["processes_killed"] > 20


def test_a_full_disk_refuses_politely_loses_nothing_and_is_over_when_there_is_space(chaos):
    code, said = chaos("diskfull", "--clients", "4", "--full-for", "20")
    kept(said)
    assert code == 0 and said["recovered"] and said["refused_while_full"] > 0
