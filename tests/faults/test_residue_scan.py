"""The scan for what should be forgotten: finds nothing where all is well, and what was left on purpose."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from gridward.kernel.sheets.identifiers import check_digit
from gridward.web.chaos.canaries import Canaries, scan

ROOT = Path(__file__).parents[2]
TIME_LIMIT_S = 240


def residue(folder: Path, *more: str) -> tuple[int, dict]:
    folder.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GRIDWARD_", "DATABASE_"))}
    environment |= {"PYTHONPATH": str(ROOT), "GRIDWARD_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "gridward", "chaos", "residue-scan", "--json", "--canaries", "200"]
    done = subprocess.run(
        [*command, "--data-dir", str(folder / "house"), *more],
        capture_output=True, text=True, env=environment, timeout=TIME_LIMIT_S, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout or json.dumps({"stderr": done.stderr}))


@pytest.fixture
def folder(tmp_path_factory):
    """A folder the server's own account may enter."""
    made = tmp_path_factory.mktemp("residue")
    for one in (made, *made.parents[:2]):
        one.chmod(0o755)
    return made


def test_nothing_of_the_people_is_left_in_any_file_after_erasing(folder):
    code, report = residue(folder)
    assert (code, report.get("found")) == (0, 0), report
    assert report["planted"] >= 190 and report["readable_before"] == {}
    # A page did fail, with a traceback, and an insert was refused: their logs were among what was scanned.
    assert "InvalidTag" in (folder / "house" / "house.log").read_text("utf-8")


def test_one_canary_left_on_purpose_is_found(folder):
    code, report = residue(folder, "--leave")
    assert (code, report.get("found")) == (1, 1), report
    assert "tables and indexes" in report["where"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "gb18030", "unicode_escape", "hex"])
def test_a_canary_is_found_however_it_is_written(tmp_path, encoding):
    canaries = Canaries(1)
    words, phone, number = canaries.words(), canaries.phone(), canaries.number()
    path = tmp_path / "file"
    for text in (words, phone, number):
        plain = text.encode().hex().encode() if encoding == "hex" else text.encode(encoding)
        if encoding == "hex" and text != words:
            continue
        path.write_bytes(Random(1).randbytes(5_001) + plain + b"\x00\xff")
        assert scan([path], canaries) == {str(path): {text}}
    assert check_digit(number) == number[-1] and scan([tmp_path / "absent"], canaries) == {}
