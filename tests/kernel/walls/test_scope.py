"""What the database shows to whom, and that no statement widens it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from gridward.kernel.access.actor import SYSTEM, public_actor
from gridward.kernel.access.scope import HOUSE, NOBODY, house, open_rows, within
from gridward.kernel.assignments.actions import assign
from gridward.kernel.journal.models import Entry
from gridward.kernel.needs import actions
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.queries import by_code
from gridward.kernel.people.models import Person
from gridward.kernel.people.queries import search
from gridward.kernel.resources.models import Resource
from gridward.kernel.resources.queries import with_busy
from tests.kernel.conftest import NORTH, NOW, SOUTH, TOWN, wanted


def test_rows_of_another_area_are_not_there(in_the_south):
    assert list(Person.objects.all()) == [in_the_south.person]
    assert list(Need.objects.all()) == [in_the_south.need]
    assert set(Entry.objects.filter(subject_kind="need").values_list("address", flat=True)) == {SOUTH}


def test_without_a_scope_nothing_is_there(as_nobody):
    assert not Person.objects.exists() and not Need.objects.exists() and not Entry.objects.exists()


def test_a_resident_sees_the_need_of_their_code_and_no_other(as_resident):
    assert not Need.objects.exists()
    assert by_code(as_resident.hidden_need.tracking_code) == as_resident.hidden_need
    assert list(Need.objects.all()) == [as_resident.hidden_need]
    assert by_code("XXXXXXXX") is None


def test_rows_of_another_area_are_not_changed(in_the_south, sql):
    assert Need.objects.filter(pk=in_the_south.hidden_need.pk).update(climbs=1) == 0
    assert Person.objects.all().update(room="9-9") == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        sql("UPDATE kernel_person SET address = %s", NORTH)
    with pytest.raises(DatabaseError), transaction.atomic():
        Person.objects.create(address=NORTH, name="新来")
    with house():
        assert Person.objects.get(pk=in_the_south.hidden_person.pk).room == ""


def test_the_scope_before_is_back_after_the_house_acted_and_after_a_savepoint_was_undone(in_the_south):
    with house():
        assert Person.objects.count() == 2
    assert Person.objects.count() == 1
    with pytest.raises(ZeroDivisionError), transaction.atomic(), house():
        assert Person.objects.count() == 2
        raise ZeroDivisionError
    assert Person.objects.count() == 1
    with pytest.raises(ZeroDivisionError), house(), transaction.atomic():
        assert Person.objects.count() == 2
        raise ZeroDivisionError
    assert Person.objects.count() == 1


def test_after_a_savepoint_was_undone_the_scope_of_the_session_is_not_taken_for_the_one_in_force(in_the_south):
    """The session's is the house's where a command ran before; the transaction had narrowed it."""
    held = connection.connection
    before, held.gridward_session = getattr(held, "gridward_session", NOBODY), HOUSE
    try:
        assert Person.objects.count() == 1
        savepoint = transaction.savepoint()
        with house():
            transaction.savepoint_rollback(savepoint)
            assert Person.objects.count() == 2
    finally:
        held.gridward_session = before


WIDER = json.dumps({"*": True})


@pytest.mark.parametrize(
    "said",
    [WIDER, "f" * 64 + "t" + WIDER, "f" * 64 + "s" + WIDER, "", "x", "t" + WIDER],
)
def test_a_scope_that_was_made_up_shows_nothing(in_the_south, sql, said):
    sql("SELECT set_config('gridward.scope', %s, true)", said)
    assert sql("SELECT count(*) FROM kernel_person") == [(0,)]


def test_a_scope_with_other_claims_under_its_seal_shows_nothing(in_the_south, sql):
    Person.objects.count()
    ((held,),) = sql("SELECT current_setting('gridward.scope')")
    assert sql("SELECT count(*) FROM kernel_person") == [(1,)]
    sql("SELECT set_config('gridward.scope', %s, true)", held[:65] + WIDER)
    assert sql("SELECT count(*) FROM kernel_person") == [(0,)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT gridward_enter('{\"*\":true}', extract(epoch FROM now())::bigint, repeat('0', 64), false)",
        "SELECT gridward_claims()",
        "SELECT * FROM gridward_key",
        "UPDATE gridward_key SET inward = outward",
        "ALTER TABLE kernel_person DISABLE ROW LEVEL SECURITY",
        "DROP POLICY gridward_sees ON kernel_person",
        "CREATE TABLE mine (id int)",
        "UPDATE kernel_entry SET verb = 'x'",
        "DELETE FROM kernel_entry",
        "DELETE FROM kernel_seal",
        "UPDATE kernel_sealedentry SET salt = NULL",
        "SET row_security = off; SELECT * FROM kernel_person",
    ],
)
def test_no_statement_widens_a_scope(in_the_south, sql, statement):
    Person.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(statement)
    assert list(Person.objects.all()) == [in_the_south.person]


@pytest.mark.django_db(transaction=True)
def test_a_scope_of_one_connection_or_transaction_is_worth_nothing_in_another(sides, sql):
    with within(NOBODY):
        sql("SELECT 1")
    with within(HOUSE), transaction.atomic():
        assert Person.objects.count() == 2
        ((held,),) = sql("SELECT current_setting('gridward.scope')")
    with within(NOBODY), transaction.atomic():
        sql("SELECT set_config('gridward.scope', %s, true)", held)
        assert sql("SELECT count(*) FROM kernel_person") == [(0,)]

    def elsewhere():
        try:
            with within(NOBODY), transaction.atomic():
                sql("SELECT set_config('gridward.scope', %s, true)", held)
                return sql("SELECT count(*) FROM kernel_person")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        assert other.submit(elsewhere).result() == [(0,)]


def test_opened_rows_are_opened_for_the_block_only(sides):
    with within(sides.actor):
        open_rows(sides.hidden_need.pk)
        assert Need.objects.count() == 2
    with within(sides.actor):
        assert Need.objects.count() == 1


def test_a_search_keeps_to_the_scope_and_uses_its_index(in_the_south, sql):
    assert search(in_the_south.actor, "张") == [in_the_south.person]
    with within(NOBODY):
        assert search(SYSTEM, "张") == []


def test_a_need_joined_from_another_area_ends_with_its_head(sides, incident):
    actions.join(SYSTEM, sides.hidden_need.pk, sides.need.pk, NOW)
    with within(sides.actor):
        actions.withdraw(sides.actor, sides.need.pk, "", NOW)
        assert not Need.objects.filter(pk=sides.hidden_need.pk).exists()
    assert Need.objects.get(pk=sides.hidden_need.pk).state == "withdrawn"


def test_a_resource_on_a_task_elsewhere_is_seen_to_be_busy(sides, car, sign_up):
    assign(SYSTEM, sides.hidden_need.pk, car.pk, NOW)
    with within(sign_up("town", "town", TOWN)):
        assert with_busy(Resource.objects.all()).get().busy is True


def test_a_resident_logs_a_need_and_the_same_again_is_acknowledged_once(as_resident, incident):
    resident = public_actor("web")
    first = actions.log(resident, wanted(incident, NORTH), NOW)
    again = actions.log(resident, wanted(incident, NORTH, id=first.pk), NOW)
    assert (again.pk, again.tracking_code) == (first.pk, first.tracking_code)
    assert not Need.objects.filter(pk=first.pk).exists()
