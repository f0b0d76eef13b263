"""Every table is behind its wall, or says why it needs none; nothing in the database leads around one."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connection
from psycopg import sql

from gridward.kernel.fields import AddressField
from gridward.kernel.walls import Open, Wall
from gridward.kernel.walls.building import declared, table_names, walled
from gridward.kernel.walls.policies import ADDS, APP, CHANGES, REMOVES, SEES

# Tables without a wall hold no row that tells of a place or a person. Whoever adds one here says why in `Open(why)`.
WITHOUT = {
    "django_migrations", "django_session", "hotline_visitcount", "kernel_datakey", "procrastinate_events",
    "procrastinate_jobs", "procrastinate_periodic_defers", "procrastinate_workers", "web_shared",
}  # fmt: skip
# Places and the running response are for everybody to read; so is what residents choose from.
PUBLIC = {
    "kernel_area", "kernel_incident", "kernel_category", "kernel_fieldform",
    "hotline_triagewords", "hotline_systemkey", "auth_group",
    "auth_group_permissions", "auth_permission", "django_content_type",
}  # fmt: skip


def rows(statement: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as query:
        query.execute(statement, params or None)
        return query.fetchall()


@pytest.mark.django_db
def test_every_table_has_a_wall_or_a_reason_to_have_none():
    with connection.cursor() as query:
        there = set(table_names(query))
    said = declared()
    assert there <= set(said), "made by nobody we know"
    assert {name for name in there if isinstance(said[name], Open)} == WITHOUT
    assert all(said[name].why for name in WITHOUT)
    assert {name for name, wall in walled() if wall.public} == PUBLIC


@pytest.mark.django_db
def test_every_wall_stands_and_binds_the_tables_owner_too():
    forced = dict(
        rows("SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relkind IN ('r', 'p')")
    )
    standing: dict[str, set[str]] = {}
    for table, policy in rows("SELECT tablename, policyname FROM pg_policies WHERE schemaname = current_schema()"):
        standing.setdefault(table, set()).add(policy)
    for name, _wall in walled():
        assert forced[name], name
        assert standing[name] == {SEES, ADDS, CHANGES, REMOVES}, name


@pytest.mark.django_db
def test_the_house_acts_as_a_role_that_no_policy_lets_by_and_that_owns_nothing():
    assert rows("SELECT current_user::text") == [(APP,)]
    assert rows(
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ) == [(False, False, False, False)]
    assert rows("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole") == [(0,)]
    assert rows("SELECT has_schema_privilege(current_schema(), 'CREATE')") == [(False,)]


@pytest.mark.django_db
def test_no_view_leads_around_a_wall():
    views = rows(
        "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace "
        "AND NOT coalesce(reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false)"
    )
    assert views == [], "a view reads as its owner unless it is made WITH (security_invoker = true)"
    kept = rows("SELECT relname FROM pg_class WHERE relkind = 'm' AND relnamespace = current_schema()::regnamespace")
    assert kept == [], "a materialised view holds rows that no policy filters"


@pytest.mark.django_db
def test_functions_with_more_rights_say_where_names_are_looked_up():
    found = rows(
        "SELECT proname, coalesce(proconfig::text, '') FROM pg_proc WHERE prosecdef "
        "AND pronamespace = current_schema()::regnamespace"
    )
    assert found
    for name, settings in found:
        assert "search_path=pg_catalog, pg_temp" in settings, name


@pytest.mark.django_db
def test_what_seals_a_scope_is_out_of_reach():
    assert rows("SELECT has_table_privilege('gridward_key', 'SELECT')") == [(False,)]
    assert rows("SELECT has_function_privilege('gridward_claims()', 'EXECUTE')") == [(False,)]


@pytest.mark.django_db
def test_the_journal_is_only_added_to():
    for name in ("kernel_entry", "kernel_seal", "kernel_sealedentry"):
        held = {
            right: rows("SELECT has_table_privilege(%s, %s)", name, right)[0][0]
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE")
        }
        assert held == {"SELECT": True, "INSERT": True, "UPDATE": False, "DELETE": False}, name


def test_a_table_of_places_that_declares_nothing_is_the_houses_alone():
    silent = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("gridward.")
        and any(isinstance(field, AddressField) for field in model._meta.fields)
        and not isinstance(getattr(model, "wall", None), Wall)
    ]
    assert silent == [], "closed to everybody but the house: declare `wall`"


@pytest.mark.django_db
def test_whoever_logs_in_as_the_house_cannot_become_the_owner():
    params = connection.get_connection_params()
    place = {name: params[name] for name in ("host", "port", "dbname") if params.get(name)}
    if rows("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", APP) == [(False,)]:
        with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
            psycopg.connect(**place, user=APP)
        return
    with psycopg.connect(**place, user=APP, autocommit=True) as intruder:
        intruder.execute("SET ROLE NONE")
        assert intruder.execute("SELECT current_user").fetchone() == (APP,)
        with pytest.raises(psycopg.Error):
            intruder.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(params["user"])))
        assert intruder.execute("SELECT count(*) FROM kernel_person").fetchone() == (0,)
