"""`gridward erase`, `incident` and `keys`, as somebody at a terminal uses them."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.address import from_code
from gridward.kernel.incidents.actions import open_incident
from gridward.kernel.people.models import Person
from gridward.kernel.secrecy import keyring
from gridward.kernel.secrecy.models import DataKey
from gridward.web.cli import erase, incident, keys
from gridward.web.cli.doctor import keys_among

NOW = datetime(2022, 12, 2, 4, 0, tzinfo=UTC)
SOUTH = from_code("500116001002")


@pytest.fixture(autouse=True)
def own_house(monkeypatch, settings, tmp_path, owner_here):
    for module in (erase, incident, keys):
        monkeypatch.setattr(module, "house", lambda *, owner=False: owner_here() if owner else nullcontext())
    settings.KEY_FOLDER, settings.REPORT_FOLDER = tmp_path / "keys", tmp_path / "erasures"
    settings.KEY_FOLDER.mkdir(mode=0o700)
    settings.JOURNAL_HEAD = settings.KEY_FOLDER / "journal-head"
    keyring.forget_all()
    yield
    keyring.forget_all()


@pytest.fixture
def response():
    """An incident with one person, committed."""
    opened = open_incident(SYSTEM, "疫情", "Epidemic", "epidemic", from_code("500116"), NOW)
    Person.objects.create(incident=opened, name="张小明", phone="19900001234", address=SOUTH)
    return opened


def call(command, *arguments):
    return CliRunner().invoke(command.command, [str(one) for one in arguments])


@pytest.mark.django_db(transaction=True)
def test_an_incident_is_closed_erased_and_the_report_checked(response, tmp_path):
    theirs = Person.objects.filter(incident=response)
    refused = call(erase, response.pk, "--yes")
    assert refused.exit_code == 1 and theirs.count() == 1
    assert call(incident, "close", response.pk).exit_code == 0
    assert call(erase, "--due", "--yes").stderr.strip() == "Nothing is due."
    counted = json.loads(call(erase, response.pk, "--dry-run").stdout)
    assert counted["rows"] == {"kernel_person": 1} and theirs.count() == 1
    assert "张小明" not in call(incident, "list").stdout
    done = call(erase, response.pk, "--yes")
    assert done.exit_code == 0 and not theirs.exists()
    report = json.loads(done.stdout)
    assert report["rows"] == {"kernel_person": 1} and "kernel_person" in report["rewritten"]
    assert report["journal_head"]["number"] >= 1
    path = next((tmp_path / "erasures").glob("*.json"))
    good = call(erase, "--verify", path)
    assert good.exit_code == 0 and "Nothing of it is left" in good.stderr
    assert call(erase, "--verify", path, "--public-key", report["public_key"]).exit_code == 0
    path.write_text(json.dumps({**report, "files": 7}))
    assert call(erase, "--verify", path).exit_code == 1
    assert call(erase, "--verify", path, "--public-key", "ab" * 32).exit_code == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_master_key_opens_what_the_old_one_wrapped(response, settings, monkeypatch, tmp_path):
    before = settings.MASTER_KEY
    monkeypatch.setattr(keys, "config", lambda: type("C", (), {"master_key": "", "data_dir": tmp_path})())
    assert call(keys, "rewrap").stderr.startswith("1 data keys")
    settings.MASTER_KEY = bytes.fromhex((tmp_path / "keys" / "master").read_text())
    keyring.forget_all()
    assert before != settings.MASTER_KEY and Person.objects.get().name == "张小明"
    assert (tmp_path / "keys" / "master").stat().st_mode & 0o077 == 0


@pytest.mark.django_db(transaction=True)
def test_after_retiring_a_key_new_values_are_under_another_and_old_ones_readable(response):
    assert call(keys, "retire", "person").stderr.strip() == "1 data keys retired."
    Person.objects.create(incident=response, name="李四", address=SOUTH)
    assert DataKey.objects.filter(holder="person").count() == 2
    assert {one.name for one in Person.objects.all()} == {"张小明", "李四"}
    listed = call(keys, "list").stdout
    assert listed.count("\n") == DataKey.objects.count() and "wrapped" not in listed


def test_the_doctor_finds_a_key_among_the_backups_whatever_it_is_called(tmp_path: Path):
    house, backups = tmp_path / "keys", tmp_path / "backups"
    (house / "halves").mkdir(parents=True)
    backups.mkdir()
    (house / "master").write_text("a" * 64)
    (house / "halves" / "standing.person").write_text("b" * 64)
    (backups / "dump").write_text("c" * 64)
    assert keys_among(house, backups) == []
    (backups / "innocent.txt").write_text("b" * 64 + "\n")
    assert [one.name for one in keys_among(house, backups)] == ["innocent.txt"]
