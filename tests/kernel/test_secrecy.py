"""Sealed columns: what the database holds, what a changed or moved value does, which key seals what."""

from __future__ import annotations

import json

import pytest
from cryptography.exceptions import InvalidTag
from django.core.exceptions import FieldError
from django.db import connection, transaction

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.access.models import User
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs.actions import amend, log, refuse
from gridward.kernel.needs.models import Need
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import search, tokens_of
from gridward.kernel.secrecy import ciphers, keyring, keystore
from gridward.kernel.secrecy.fields import ERASED
from gridward.kernel.secrecy.keystore import KeyGone, Owner
from gridward.kernel.secrecy.models import DataKey
from tests.kernel.conftest import NOW, SOUTH, wanted

NAME, PHONE, NUMBER = "欧阳建国", "19912345678", "11010519491231002X"


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.KEY_FOLDER = tmp_path / "keys"
    keyring.forget_all()
    yield
    keyring.forget_all()


@pytest.fixture
def person(incident):
    tokens = tokens_of(NAME, PHONE, NUMBER, incident.pk)
    return Person.objects.create(
        incident=incident, name=NAME, phone=PHONE, id_number=NUMBER, address=SOUTH, tokens=tokens
    )


def raw(table, column, key):
    with connection.cursor() as query:
        query.execute(f"SELECT {column} FROM {table} WHERE id = %s", [key])
        return bytes(query.fetchone()[0])


@pytest.mark.django_db
def test_the_name_and_phone_of_an_account_are_sealed_for_it():
    one, other = (User.objects.create_user(name, display_name=NAME, phone=PHONE) for name in ("a", "b"))
    assert (User.objects.get(pk=one.pk).display_name, str(other)) == (NAME, NAME)
    assert NAME.encode() not in raw("kernel_user", "display_name", one.pk)
    with connection.cursor() as query:
        query.execute(
            "UPDATE kernel_user SET phone = b.phone FROM kernel_user b WHERE kernel_user.id = %s AND b.id = %s",
            [one.pk, other.pk],
        )
    with pytest.raises(InvalidTag):
        str(User.objects.get(pk=one.pk).phone)


@pytest.fixture
def everything(owner_here):
    """All rows of all tables as text, the way a dump shows them; bytes as what they spell."""

    def read():
        found = []
        with owner_here(), connection.cursor() as query:
            for table in connection.introspection.table_names():
                query.execute(f'SELECT * FROM "{table}"')
                found += [" ".join(map(_spelt, row)) for row in query.fetchall()]
        return "\n".join(found)

    return read


def _spelt(value):
    return value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value)


def test_a_record_reads_as_text_and_the_database_holds_none_of_it(person, incident, everything):
    again = Person.objects.get(pk=person.pk)
    assert (again.name, again.phone, again.id_number, again.note) == (NAME, PHONE, NUMBER, "")
    need = log(
        SYSTEM,
        wanted(incident, words="欧阳建国家没有米了", caller_name=NAME, caller_phone=PHONE, place="3栋欧阳家"),
        NOW,
    )
    amend(SYSTEM, need.pk, {"words": "欧阳建国要米，电话19912345678"}, NOW)
    refuse(SYSTEM.__class__(user_id=_user(), name="o", everything=True), need.pk, "欧阳建国已搬走", NOW)
    kept = everything()
    assert not any(word in kept for word in (NAME, "欧阳", PHONE, NUMBER, "没有米"))
    told = [entry.told for entry in Entry.objects.filter(subject_id=str(need.pk)).order_by("id")]
    assert told[1]["words_before"] == "欧阳建国家没有米了" and told[2]["reason"] == "欧阳建国已搬走"


def _user():
    from gridward.kernel.access.models import User

    return User.objects.create_user("officer").pk


def test_equal_texts_are_kept_differently_and_saving_again_leaves_what_nobody_touched(person, incident):
    twin = Person.objects.create(incident=incident, name=NAME, address=SOUTH)
    assert raw("kernel_person", "name", person.pk) != raw("kernel_person", "name", twin.pk)
    before = raw("kernel_person", "name", person.pk)
    again = Person.objects.get(pk=person.pk)
    again.room = "1201"
    again.save()
    assert raw("kernel_person", "name", person.pk) == before


@pytest.mark.parametrize("change", ["bit", "row", "column"])
def test_a_value_that_was_changed_or_moved_is_refused(person, incident, change):
    twin = Person.objects.create(incident=incident, name="某某", phone="1", address=SOUTH)
    value = bytearray(raw("kernel_person", "name", person.pk))
    target, column = person.pk, "name"
    if change == "bit":
        value[-1] ^= 1
    elif change == "row":
        target = twin.pk
    else:
        column = "note"
    with connection.cursor() as query:
        query.execute(f"UPDATE kernel_person SET {column} = %s WHERE id = %s", [bytes(value), target])
    with pytest.raises(InvalidTag):
        getattr(Person.objects.get(pk=target), column)


def test_a_sealed_column_cannot_be_searched_or_set_without_its_row(person):
    with pytest.raises(FieldError, match="sealed"):
        Person.objects.filter(name__contains="欧")
    with pytest.raises(FieldError, match="sealed"):
        list(Person.objects.filter(name=NAME))
    with pytest.raises(FieldError, match="sealed"), transaction.atomic():
        Person.objects.update(name="x")
    assert Person.objects.exclude(note="").count() == 0


def test_each_incident_and_holder_has_a_key_of_its_own(person, incident):
    log(SYSTEM, wanted(incident, caller_name=NAME), NOW)
    Person.objects.create(name="常住", address=SOUTH)
    keys = DataKey.objects.values_list("incident_id", "holder")
    assert set(keys) >= {(incident.pk, "person"), (incident.pk, "caller"), (None, "person")}
    assert len({bytes(one.wrapped) for one in DataKey.objects.all()}) == len(keys)
    for half in keystore.folder().iterdir():
        assert half.stat().st_mode & 0o077 == 0


def test_a_person_is_found_by_number_in_every_incident_that_is_not_forgotten(person, sign_up):
    worker = sign_up("c", "community", SOUTH)
    standing = Person.objects.create(name=NAME, phone=PHONE, address=SOUTH, tokens=tokens_of(NAME, PHONE))
    assert {one.pk for one in search(worker, PHONE)} == {person.pk, standing.pk}
    assert set(person.tokens).isdisjoint(standing.tokens)


def test_with_its_half_destroyed_nothing_opens_it_again(person, incident):
    wrapped = DataKey.objects.get(incident=incident, holder="person")
    keystore.destroy_half(Owner(incident.pk, "person"), NOW)
    keyring.forget_all()
    assert keyring.closed_keys() == [f"{incident.pk}.person"]
    again = Person.objects.get(pk=person.pk)
    assert again.name == ERASED
    again.save()
    with pytest.raises(KeyGone):
        keystore.unwrap(Owner(incident.pk, "person"), wrapped.pk, bytes(wrapped.wrapped))
    with pytest.raises(KeyGone):
        Person.objects.create(incident=incident, name="新", address=SOUTH)


def test_a_key_whose_transaction_failed_is_never_used_again(incident):
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        keyring.sealing_key(incident.pk, "test")
        raise Stop
    assert not DataKey.objects.filter(holder="test").exists()
    key = keyring.sealing_key(incident.pk, "test")
    assert DataKey.objects.get(holder="test").pk == key.id


@pytest.mark.parametrize("name", sorted(ciphers.ALGORITHMS))
def test_every_cipher_seals_and_opens_and_older_values_stay_readable(incident, settings, name):
    old = Person.objects.create(name=NAME, address=SOUTH)
    settings.CIPHER = name
    keyring.forget_all()
    new = Person.objects.create(incident=incident, name=NAME, address=SOUTH)
    assert raw("kernel_person", "name", new.pk)[0] == ciphers.ALGORITHMS[name].byte
    assert [Person.objects.get(pk=one.pk).name for one in (old, new)] == [NAME, NAME]
    with pytest.raises(InvalidTag):
        ciphers.ALGORITHMS[name].make(b"k" * 32).decrypt(b"n" * 12, b"short", b"")


def test_another_systems_private_details_are_sealed(incident, everything):
    need = log(SYSTEM, wanted(incident, private={"email": "a@b.example"}), NOW)
    kept = Need.objects.get(pk=need.pk)
    assert json.loads(kept.private) == {"email": "a@b.example"} and "example" not in everything()
