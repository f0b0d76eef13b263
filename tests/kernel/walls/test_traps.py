"""The known traps of row-level security, each sprung on purpose."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.errors import Invalid
from gridward.kernel.needs import actions
from gridward.kernel.needs.errors import IdTaken
from gridward.kernel.needs.models import Need
from gridward.kernel.people.actions import change
from tests.kernel.conftest import NORTH, NOW, SOUTH, wanted


def test_a_repeated_id_of_a_hidden_need_is_refused_and_tells_nothing(in_the_south, incident):
    sent = wanted(incident, SOUTH, "别的事", id=in_the_south.hidden_need.pk)
    with pytest.raises(IdTaken) as refused:
        actions.log(in_the_south.actor, sent, NOW)
    assert refused.value.params == {}


def test_other_words_under_an_id_that_is_seen_are_not_acknowledged_either(in_the_south, incident):
    with pytest.raises(IdTaken):
        actions.log(SYSTEM, wanted(incident, SOUTH, "别的事", id=in_the_south.need.pk), NOW)


def test_the_same_again_is_acknowledged_also_after_the_need_was_corrected(sides, incident):
    sent = wanted(incident, SOUTH, id=sides.need.pk)
    assert actions.log(SYSTEM, sent, NOW + timedelta(minutes=1)).pk == sides.need.pk
    actions.amend(SYSTEM, sides.need.pk, {"words": "家里没有面了"}, NOW)
    assert actions.log(SYSTEM, sent, NOW + timedelta(minutes=2)).words == "家里没有面了"


def test_copy_fills_no_walled_table_and_empties_none_of_what_is_hidden(in_the_south, sql):
    with pytest.raises(psycopg.Error), transaction.atomic(), connection.cursor() as query:
        Need.objects.count()
        query.cursor.execute("COPY kernel_person FROM STDIN")
    Need.objects.count()
    with connection.cursor() as query, query.cursor.copy("COPY kernel_need (id) TO STDOUT") as copy:
        assert len(list(copy)) == 1


def test_an_id_number_that_is_taken_elsewhere_is_refused_without_saying_where(in_the_south):
    with pytest.raises(Invalid) as refused:
        change(in_the_south.actor, in_the_south.person.pk, {"id_number": in_the_south.hidden_person.id_number}, NOW)
    words = str(refused.value)
    assert in_the_south.hidden_person.name not in words and str(NORTH) not in words


def test_an_operator_that_may_leak_is_not_asked_before_the_wall(in_the_south, sql):
    # A function that raises what it is given: asked before the policy, it would name the hidden person.
    with pytest.raises(DatabaseError) as failed, transaction.atomic():
        sql("SELECT id FROM kernel_person WHERE (name || 'x')::int > 0")
    assert in_the_south.hidden_person.name not in str(failed.value)


def test_a_foreign_key_to_a_hidden_row_says_no_more_than_that_it_may_be(in_the_south, incident):
    asked = wanted(incident, SOUTH, person_id=in_the_south.hidden_person.pk)
    made = actions.log(in_the_south.actor, asked, NOW)
    assert Need.objects.select_related("person").get(pk=made.pk).person is None


def test_a_view_without_security_invoker_would_be_found(owner_here, in_the_south):
    with owner_here(), connection.cursor() as query:
        query.execute("CREATE VIEW kernel_hole AS SELECT * FROM kernel_person")
    from tests.invariants import test_walls

    with pytest.raises(AssertionError):
        test_walls.test_no_view_leads_around_a_wall()


def test_a_materialised_view_would_be_found(owner_here, sides):
    with owner_here(), connection.cursor() as query:
        query.execute("CREATE MATERIALIZED VIEW kernel_hole AS SELECT * FROM kernel_person")
    from tests.invariants import test_walls

    with pytest.raises(AssertionError):
        test_walls.test_no_view_leads_around_a_wall()


def test_an_owner_who_is_no_superuser_is_bound_too(owner_here, sides):
    with owner_here(), connection.cursor() as query:
        query.execute("CREATE ROLE gridward_plain NOLOGIN")
        query.execute("GRANT USAGE, CREATE ON SCHEMA public TO gridward_plain")
        query.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO gridward_plain")
        query.execute("SET CONSTRAINTS ALL IMMEDIATE")
        query.execute("ALTER TABLE kernel_person OWNER TO gridward_plain")
        query.execute("SET LOCAL ROLE gridward_plain")
        query.execute("SELECT set_config('gridward.scope', '', true)")
        with connection.connection.cursor() as raw:
            assert raw.execute("SELECT count(*) FROM kernel_person").fetchone() == (0,)


@pytest.mark.parametrize("policy", ["gridward_sees", "gridward_adds", "gridward_changes", "gridward_removes"])
def test_a_policy_that_was_dropped_would_be_found(owner_here, sides, policy):
    with owner_here(), connection.cursor() as query:
        query.execute(f"DROP POLICY {policy} ON kernel_need")
    from tests.invariants import test_walls

    with pytest.raises(AssertionError):
        test_walls.test_every_wall_stands_and_binds_the_tables_owner_too()
