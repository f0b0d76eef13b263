"""A house lost and brought back: nothing is missing, whoever was erased stays away, a bad file changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COUNT = """
from gridward.web.cli.session import house
with house():
    from gridward.kernel.people.models import Person
    people = Person.objects.order_by("id")
    print(people.count(), people.first().pk, people.first().name)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder the server's own account may enter."""
    made = tmp_path_factory.mktemp("restore")
    for one in (made, *made.parents[:2]):
        one.chmod(0o755)
    return made


@pytest.fixture(scope="module")
def run(folder):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GRIDWARD_", "DATABASE_"))}
    environment |= {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "gridward.web.settings"}

    def call(place, *arguments):
        program = ["-c", COUNT] if arguments == ("count",) else ["-m", "gridward", *arguments]
        return subprocess.run(
            [sys.executable, *program], capture_output=True, text=True, timeout=600, check=False,
            env={**environment, "GRIDWARD_DATA_DIR": str(folder / place)},
        )  # fmt: skip

    return call


def test_the_drill_finds_no_difference(run):
    done = run("drill", "chaos", "restore-drill", "--scale", "0.001", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["differences"] == [] and said["rows"] > 1000 and said["journal_head"]


def test_a_backup_brings_back_a_house_but_nobody_who_was_erased_since(run, folder):
    assert run(".", "demo", "--once", "--scale", "0.001", "--data-dir", str(folder / "house")).returncode == 0
    file = run("house", "backup", str(folder / "off")).stdout.strip()
    count, first, name = run("house", "count").stdout.split()
    assert run("house", "erase", "--person", first, "--yes").returncode == 0

    refused = run("house", "restore", file)
    assert refused.returncode == 1 and "--replace" in refused.stderr
    whole = Path(file).read_bytes()
    damaged = folder / "damaged.tar"
    damaged.write_bytes(whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :])
    refused = run("house", "restore", str(damaged), "--replace")
    assert refused.returncode == 1 and "damaged" in refused.stderr
    left = run("house", "count").stdout.split()
    assert int(left[0]) == int(count) - 1

    restored = run("house", "restore", file, "--replace")
    assert restored.returncode == 0, restored.stderr
    again = run("house", "count").stdout.split()
    assert int(again[0]) == int(count) - 1 and again[1] != first and again[2] not in ("␡", "")
    assert run("house", "journal", "seal").returncode == run("house", "journal", "verify").returncode == 0
