"""`gridward import` and `gridward export`, as somebody at a terminal uses them."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gridward.kernel.areas.models import Area
from gridward.kernel.people.models import Person
from gridward.web.cli import export as export_command
from gridward.web.cli import import_ as import_command

PEOPLE = "姓名,电话,住址\n张小明,13800001234,几江街道南门社区\n,,几江街道南门社区\n"


@pytest.fixture(autouse=True)
def inside_the_house(monkeypatch: Any, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "files")
    monkeypatch.setattr(import_command, "house", nullcontext)
    monkeypatch.setattr(export_command, "house", nullcontext)


def call(command: Any, *arguments: Any) -> Result:
    return CliRunner().invoke(command.command, [str(one) for one in arguments])


def test_a_sheet_with_a_bad_row_is_imported_only_when_the_good_rows_are_asked_for(
    incident: Any, tmp_path: Path
) -> None:
    sheet, mended = tmp_path / "people.csv", tmp_path / "to-mend.csv"
    sheet.write_text(PEOPLE, "gb18030")
    refused = call(import_command, "people", sheet, "--returned", mended)
    assert refused.exit_code == 1 and "Nothing was imported" in refused.stderr
    assert not Person.objects.exists() and len(mended.read_text("utf-8-sig").splitlines()) == 2
    done = call(import_command, "people", sheet, "--good-rows", "--json")
    assert done.exit_code == 0, done.stderr
    counts = json.loads(done.stdout)["imports"][0]
    assert (counts["state"], counts["created_rows"], counts["bad_rows"]) == ("applied", 1, 1)


def test_a_dry_run_changes_nothing(incident: Any, tmp_path: Path) -> None:
    sheet = tmp_path / "areas.csv"
    sheet.write_text("code,name\n500116001009,新社区\n", "utf-8")
    done = call(import_command, "areas", sheet, "--dry-run")
    assert done.exit_code == 0 and "1 would be new" in done.stderr
    assert not Area.objects.filter(name="新社区").exists()


def test_two_editions_are_compared_with_the_register(incident: Any, tmp_path: Path) -> None:
    older = tmp_path / "older.csv"
    older.write_text("code,name\n500116001001,北门社区\n500116001003,旧社区\n500116001002,老南门社区\n", "utf-8")
    found = json.loads(call(import_command, "areas", "--compare", older, "--json").stdout)
    assert (found["kept"], found["came"], found["went"]) == (2, [], [["500116001003", "旧社区"]])
    assert found["renamed"] == [["500116001002", "老南门社区", "南门社区"]]


def test_a_template_is_written_and_a_file_that_is_none_is_refused_in_one_line(incident: Any, tmp_path: Path) -> None:
    assert call(import_command, "people", "--template", tmp_path / "t.xlsx").exit_code == 0
    assert (tmp_path / "t.xlsx").stat().st_size > 5_000
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04broken")
    refused = call(import_command, "people", tmp_path / "x.xlsx")
    assert refused.exit_code == 1 and refused.exception.args[0].startswith("gridward: ")


def test_an_area_is_exported_and_an_unknown_register_refused(incident: Any, tmp_path: Path) -> None:
    target = tmp_path / "areas.csv"
    assert call(export_command, "areas", target, "--area", "500116001").exit_code == 0
    assert len(target.read_text("utf-8-sig").splitlines()) == 1 + 3
    assert call(export_command, "dragons", tmp_path / "d.csv").exit_code == 1
    assert call(export_command, "areas", tmp_path / "areas.pdf").exit_code == 1
    assert not (tmp_path / "d.csv").exists() and not (tmp_path / "areas.pdf").exists()
