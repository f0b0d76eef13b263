"""Building the walls after every migration: functions, policies, and what the house's own role may touch.

Source: docs/adr/0017-walls-in-the-database.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.utils.module_loading import import_string

from gridward.kernel.access.scope import pads
from gridward.kernel.walls import Open, Wall
from gridward.kernel.walls.policies import APP, EVERYBODY, Table, finder, policies, readable

_FUNCTIONS = (Path(__file__).parent / "functions.sql").read_text(encoding="utf-8")
_INNER = {"gridward_claims"}
"""Functions that only others of the house may call."""
_ALL = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
_ADDED = frozenset({"SELECT", "INSERT"})
CLOSED = Wall()


def build(**_more: Any) -> None:
    """Bring the walls to what the models declare; what stands as declared is not touched. Needs the owner's rights.

    Hears Django's `post_migrate`; does nothing on a connection that is not the owner's.
    """
    if not getattr(connection, "is_owner", False):
        return
    with transaction.atomic(), connection.cursor() as query:
        _make_role(query)
        _lay_foundation(query)
        schema = _one(query, "SELECT quote_ident(current_schema())")
        found = declared()
        tables = {name: _table(query, name, wall) for name, wall in found.items() if isinstance(wall, Wall)}
        _make_functions(query, schema, [table for table in tables.values() if table.searched])
        for name in table_names(query):
            if name in tables:
                _wall_in(query, tables[name])
                _grant(query, name, _ADDED if tables[name].wall.append_only else _ALL)
            elif isinstance(open_ := found.get(name), Open):
                _grant(query, name, open_.rights)
            else:
                # Made by nobody we know: not even its name is of use to the house's own role.
                query.execute(f'REVOKE ALL ON "{name}" FROM {APP}')
        query.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {APP}")


def declared() -> dict[str, Wall | Open]:
    """What every table of the house and of the packages it uses declares, by table; closed where nothing is said."""
    others: dict[str, Wall | Open] = import_string(settings.WALLS_OF_OTHERS)
    found: dict[str, Wall | Open] = dict(others)
    for model in apps.get_models(include_auto_created=True):
        name = model._meta.db_table
        if name not in found and not model._meta.proxy:
            found[name] = getattr(model, "wall", CLOSED)
    return found


def table_names(query: Any) -> list[str]:
    """Every table of the district's schema but the key's own, by name."""
    query.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') "
        "AND relname <> 'gridward_key' ORDER BY relname"
    )
    return [row[0] for row in query.fetchall()]


def _make_role(query: Any) -> None:
    """The house's own role, once for all databases of a server; it may log in only where it has a door of its own."""
    login = settings.DATABASES["default"].get("USER") == APP
    known = _one(query, "SELECT max(rolcanlogin::int) FROM pg_roles WHERE rolname = %s", APP)
    if known is None:
        query.execute(f"CREATE ROLE {APP} {'LOGIN' if login else 'NOLOGIN'}")
        # Only from version 16 on is who makes a role not a member that may act as it.
        query.execute(f"GRANT {APP} TO CURRENT_USER")
    elif login and not known:
        query.execute(f"ALTER ROLE {APP} LOGIN")


def _lay_foundation(query: Any) -> None:
    query.execute(
        "CREATE TABLE IF NOT EXISTS gridward_key ("
        "only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), inward bytea NOT NULL, outward bytea NOT NULL)"
    )
    query.execute(f"REVOKE ALL ON gridward_key FROM PUBLIC, {APP}")
    query.execute(
        "INSERT INTO gridward_key (inward, outward) VALUES (%s, %s) "
        "ON CONFLICT (only_one) DO UPDATE SET inward = excluded.inward, outward = excluded.outward "
        "WHERE gridward_key.inward <> excluded.inward",
        pads(settings.SCOPE_KEY),
    )
    query.execute("SELECT quote_ident(current_schema())")
    query.execute(f"GRANT USAGE ON SCHEMA {query.fetchone()[0]} TO {APP}")


def _make_functions(query: Any, schema: str, searched: list[Table]) -> None:
    _once(query, _FUNCTIONS.replace("@schema@", schema), "gridward_claims", schema)
    for table in searched:
        _once(query, finder(table, schema), f"gridward_find_{table.name}", schema)
    query.execute(
        "SELECT oid::regprocedure::text, proname FROM pg_proc "
        "WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'gridward\\_%%'",
        [],
    )
    for signature, name in query.fetchall():
        query.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC, {APP}")
        if name not in _INNER:
            query.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP}")


def _once(query: Any, words: str, name: str, schema: str) -> None:
    """Run what makes functions unless it already did, word for word; a comment on one of them keeps the mark."""
    mark = _mark(words)
    known = _one(
        query,
        "SELECT max(obj_description(oid, 'pg_proc')) FROM pg_proc "
        "WHERE proname = %s AND pronamespace = current_schema()::regnamespace",
        name,
    )
    if known != mark:
        query.execute(words)
        comment = f"format('COMMENT ON FUNCTION %s IS %L', oid::regprocedure, '{mark}')"
        found = f"FROM pg_proc WHERE proname = '{name}' AND pronamespace = '{schema}'::regnamespace"
        query.execute(f"DO $do$ BEGIN EXECUTE (SELECT {comment} {found}); END $do$")  # nosec B608 # names of our own


def _wall_in(query: Any, table: Table) -> None:
    wanted = policies(table)
    mark = _mark("".join(wanted.values()))
    query.execute(
        "SELECT polname, obj_description(oid, 'pg_policy') FROM pg_policy WHERE polrelid = %s::regclass",
        [f'"{table.name}"'],
    )
    standing = dict(query.fetchall())
    forced = _one(query, "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
                  f'"{table.name}"')  # fmt: skip
    if forced and standing == dict.fromkeys(wanted, mark):
        return
    for name in standing:
        query.execute(f'DROP POLICY {name} ON "{table.name}"')
    for name, statement in wanted.items():
        query.execute(statement)
        query.execute(f"""COMMENT ON POLICY {name} ON "{table.name}" IS '{mark}'""")
    query.execute(f'ALTER TABLE "{table.name}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')


def _grant(query: Any, name: str, wanted: frozenset[str]) -> None:
    query.execute(
        "SELECT privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = %s AND table_schema = current_schema() AND table_name = %s",
        [APP, name],
    )
    held = {row[0] for row in query.fetchall()}
    if surplus := held - wanted - {"TRUNCATE"}:
        query.execute(f'REVOKE {", ".join(sorted(surplus))} ON "{name}" FROM {APP}')
    if wanted - held:
        query.execute(f'GRANT {", ".join(sorted(wanted))} ON "{name}" TO {APP}')


def _table(query: Any, name: str, wall: Wall) -> Table:
    model = _model_of(name)
    query.execute(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
        "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
        [f'"{name}"'],
    )
    types = dict(query.fetchall())
    address = wall.address if wall.address in types else ""
    here = replace(wall, address=address)
    key = model._meta.pk.column if model is not None and "pk" not in types else ""
    table = Table(name, here, str(key or ""), types, searched=False)
    searched = "tokens" in types and bool(wall.see) and readable(table) != EVERYBODY
    return Table(name, here, table.key, types, searched)


def _model_of(name: str) -> type[Model] | None:
    return next((one for one in apps.get_models(include_auto_created=True) if one._meta.db_table == name), None)


def _one(query: Any, statement: str, *params: Any) -> Any:
    query.execute(statement, list(params) or None)
    return query.fetchone()[0]


def _mark(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def walled() -> Iterator[tuple[str, Wall]]:
    """Every walled table with its wall, by name."""
    return ((name, wall) for name, wall in sorted(declared().items()) if isinstance(wall, Wall))
