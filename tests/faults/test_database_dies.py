"""The database is killed, or its disk runs full, under callers: what was acknowledged is stored, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def chaos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chaos")
    for one in (folder, *folder.parents[:2]):
        one.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GRIDWARD_", "DATABASE_"))}
    environment |= {"PYTHONPATH": str(ROOT), "GRIDWARD_DATA_DIR": str(folder)}

    def call(*arguments):
        command = [sys.executable, "-m", "gridward", "chaos", *arguments, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=280, check=False)
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
