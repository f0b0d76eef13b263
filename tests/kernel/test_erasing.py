"""Forgetting: what is gone, what stays, what a backup restored afterwards can bring back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.access.models import User
from gridward.kernel.assignments.actions import assign, progress
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.clock import simulated
from gridward.kernel.erasing import actions
from gridward.kernel.erasing.errors import IncidentOpen
from gridward.kernel.erasing.queries import due
from gridward.kernel.erasing.reports import is_genuine, left_over, public_key, signed_report
from gridward.kernel.incidents.actions import close_incident
from gridward.kernel.jobs import erase
from gridward.kernel.journal.keeping import kept_head, seal_all
from gridward.kernel.journal.models import Entry
from gridward.kernel.journal.verifying import verify
from gridward.kernel.needs.actions import log
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import AssignmentState
from gridward.kernel.notices.models import Notice
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import tokens_of
from gridward.kernel.resources.models import CrewMember
from gridward.kernel.secrecy import keyring, keystore
from gridward.kernel.secrecy.fields import ERASED
from gridward.kernel.secrecy.keystore import Owner
from gridward.kernel.secrecy.models import DataKey
from tests.kernel.conftest import NOW, SOUTH, wanted

PICTURE = b"\xff\xd8\xff\xe0 a photo"


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.KEY_FOLDER, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    settings.KEY_FOLDER.mkdir()
    settings.JOURNAL_HEAD = tmp_path / "keys" / "journal-head"
    keyring.forget_all()
    yield
    keyring.forget_all()


@pytest.fixture
def person(incident):
    tokens = tokens_of("张小明", "19900001234", "", incident.pk)
    return Person.objects.create(incident=incident, name="张小明", phone="19900001234", address=SOUTH, tokens=tokens)


@pytest.fixture
def served(incident, person, car):
    """A need of that person, served with a photo by a crew that was told."""
    user = User.objects.create_user("driver")
    CrewMember.objects.create(resource=car, user=user)
    need = log(SYSTEM, wanted(incident, person_id=person.pk, caller_name="张小明", words="张小明要米"), NOW)
    sent = assign(SYSTEM, need.pk, car.pk, NOW)
    progress(SYSTEM, sent.pk, AssignmentState.DONE, NOW, evidence=Evidence("交给张小明", PICTURE))
    return Need.objects.get(pk=need.pk)


def photos(settings):
    return list(Path(settings.MEDIA_ROOT).rglob("*.jpg"))


def copied(table):
    with connection.cursor() as query:
        query.execute(f"SELECT to_jsonb(t) FROM {table} t")
        return [row[0] for row in query.fetchall()]


def put_back(table, rows):
    with connection.cursor() as query:
        for row in rows:
            query.execute(
                f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)",
                [json.dumps(row) if not isinstance(row, str) else row],
            )


def test_a_closed_incident_leaves_counts_journal_and_nothing_else(incident, person, served, settings):
    with pytest.raises(IncidentOpen):
        actions.erase_incident(SYSTEM, incident.pk, ["person"], NOW)
    assert len(photos(settings)) == 1
    close_incident(SYSTEM, incident.pk, NOW)
    holders = due(NOW, incident.pk)[0][1]
    counted = actions.erase_incident(SYSTEM, incident.pk, holders, NOW, dry_run=True)
    assert Person.objects.count() == 1 and photos(settings)
    done = actions.erase_incident(SYSTEM, incident.pk, holders, NOW)
    assert done.rows == counted.rows == {
        "kernel_person": 1, "kernel_need": 1, "kernel_assignment": 1, "kernel_proof": 1, "kernel_notice": 1,
    }  # fmt: skip
    assert not any(model.objects.exists() for model in (Person, Need, Notice)) and photos(settings) == []
    assert not DataKey.objects.filter(incident=incident, destroyed_on=None).exists()
    entry = Entry.objects.get(subject_id=str(served.pk), verb="need.served")
    assert entry.told["words"] == ERASED


@pytest.mark.django_db(transaction=True)
def test_the_journal_is_whole_after_everything_it_told_of_is_erased(incident, person, served, settings):
    seal_all(NOW)
    close_incident(SYSTEM, incident.pk, NOW)
    actions.erase_incident(SYSTEM, incident.pk, due(NOW, incident.pk)[0][1], NOW)
    seal_all(NOW)
    found = verify(settings.JOURNAL_KEY, kept_head())
    assert found.faults == [] and found.sealed == Entry.objects.count() > 4


def test_a_backup_restored_afterwards_brings_nobody_back(incident, person, served, owner_here):
    before = {table: copied(table) for table in ("kernel_datakey", "kernel_person", "kernel_need")}
    close_incident(SYSTEM, incident.pk, NOW)
    actions.erase_incident(SYSTEM, incident.pk, due(NOW, incident.pk)[0][1], NOW)
    with owner_here():
        DataKey.objects.all().delete()
        for table, rows in before.items():
            put_back(table, rows)
    keyring.forget_all()
    back = Person.objects.get(pk=person.pk)
    assert (back.name, back.phone, Need.objects.get(pk=served.pk).words) == (ERASED,) * 3
    assert keyring.search_keys("person") == []
    again = actions.erase_again(SYSTEM, NOW)
    assert again.rows["kernel_person"] == 1 and not Person.objects.exists() and not Need.objects.exists()


def test_each_part_goes_when_its_own_time_has_come(incident, person, served, settings):
    settings.RETENTION_DAYS = {"people": 1, "needs": 10, "journal": 100}
    assert due(NOW + timedelta(days=500)) == []
    close_incident(SYSTEM, incident.pk, NOW)
    assert due(NOW) == []
    assert due(NOW + timedelta(days=2)) == [(incident.pk, ["person"])]
    actions.erase_incident(SYSTEM, incident.pk, ["person"], NOW)
    need = Need.objects.get(pk=served.pk)
    assert (need.person_id, need.words) == (None, "张小明要米")
    assert due(NOW + timedelta(days=11)) == [(incident.pk, ["caller"])]
    assert due(NOW + timedelta(days=101)) == [(incident.pk, ["caller", "journal"])]


def test_a_report_is_checked_by_its_public_key_and_any_change_shows(incident, person):
    close_incident(SYSTEM, incident.pk, NOW)
    done = actions.erase_incident(SYSTEM, incident.pk, due(NOW, incident.pk)[0][1], NOW)
    report = json.loads(json.dumps(signed_report(done, NOW, vacuumed=[])))
    assert is_genuine(report, public_key()) and left_over(report) == []
    assert not is_genuine({**report, "rows": {}}, public_key())
    assert not is_genuine(report, "00" * 32)
    assert report["rows"] == {"kernel_person": 1} and len(report["keys"]) == 2
    Person.objects.create(incident=incident, name="", address=SOUTH)
    assert left_over(report) == ["1 rows in kernel_person"]


@pytest.mark.django_db(transaction=True)
def test_one_person_is_erased_with_what_was_said_of_them_and_the_chain_holds(
    incident, person, served, settings, owner_here
):
    other = log(SYSTEM, wanted(incident, words="别人要米"), NOW)
    with owner_here():
        done = actions.erase_person(SYSTEM, person.pk, NOW)
    assert done.rows["kernel_person"] == done.rows["kernel_need"] == 1 and photos(settings) == []
    assert Need.objects.get().pk == other.pk
    assert not Entry.objects.filter(subject_id=str(served.pk), verb="need.served").exists()
    assert {row["id"] for row in actions.erased_rows()} == {str(person.pk), str(served.pk)}
    seal_all(NOW)
    found = verify(settings.JOURNAL_KEY, kept_head())
    assert (found.faults, found.erased) == ([], 2)


def test_an_account_loses_its_name_and_its_ways_in(incident, sign_up):
    user = User.objects.get(pk=sign_up("leaving", "community", SOUTH).user_id)
    actions.erase_account(SYSTEM, "leaving", NOW)
    user.refresh_from_db()
    assert (user.username, user.display_name, user.is_active) == (f"erased-{user.pk}", "", False)
    assert not user.grants.exists() and not user.has_usable_password()


def test_an_erasure_cut_off_before_the_halves_were_destroyed_is_finished_by_the_next(incident, person, monkeypatch):
    class Crash(Exception):
        pass

    def crash(*_args):
        raise Crash

    close_incident(SYSTEM, incident.pk, NOW)
    with monkeypatch.context() as cut, pytest.raises(Crash):
        cut.setattr(actions, "_destroy_outside", crash)
        actions.erase_incident(SYSTEM, incident.pk, ["person"], NOW)
    half = Owner(incident.pk, "person")
    assert not Person.objects.exists() and not keystore.is_destroyed(half)
    assert due(NOW + timedelta(days=1000)) == [(incident.pk, ["person"])]
    actions.erase_incident(SYSTEM, incident.pk, ["person"], NOW)
    assert keystore.is_destroyed(half) and due(NOW + timedelta(days=1000)) == []


@pytest.mark.django_db(transaction=True)
def test_the_nightly_round_forgets_what_was_kept_long_enough_once(served, incident, settings, tmp_path):
    settings.REPORT_FOLDER = tmp_path / "erasures"
    close_incident(SYSTEM, incident.pk, NOW)
    with simulated(NOW + timedelta(days=1)):
        assert erase(0) == 0
    assert Need.objects.count() == 1
    with simulated(NOW + timedelta(days=36_500)):
        assert (erase(0), erase(0)) == (1, 0)
    assert (Need.objects.count(), Person.objects.count()) == (0, 0)
    assert len(list((tmp_path / "erasures").iterdir())) == 1
