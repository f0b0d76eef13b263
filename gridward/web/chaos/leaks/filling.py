"""A row in every table that has none: made up from the types of its columns, so that its wall has something to hide."""

from __future__ import annotations

from typing import Any

from django.db import connection

_ENOUGH = 2
_VALUES = {
    "uuid": "gen_random_uuid()",
    "boolean": "true",
    "date": "current_date",
    "inet": "'192.0.2.1'",
    "jsonb": "'{}'",
    "timestamp with time zone": "now()",
    "xid8": "pg_current_xact_id()",
    "bytea": "decode(md5(random()::text), 'hex')",
}
_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", "double precision"})


def fill(name: str, places: tuple[int, ...], owner: int) -> None:
    """Make a table hold at least two rows; those made lie in the places in turn and belong to an account.

    Needs the owner's connection with the checks of foreign keys out of the way.
    """
    with connection.cursor() as query:
        query.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608 # nosec B608 # names of our own
        for number in range(query.fetchone()[0], _ENOUGH):
            values = {
                column: _value(column, kind, length, places[number % len(places)], owner + number)
                for column, kind, length in _columns(query, name)
            }
            columns = ", ".join(f'"{column}"' for column in values)
            query.execute(
                f'INSERT INTO "{name}" ({columns}) OVERRIDING SYSTEM VALUE VALUES ({", ".join(values.values())})'  # noqa: S608 # nosec B608
            )


def _columns(query: Any, name: str) -> list[tuple[str, str, int | None]]:
    """Columns that must be given something, and those that say where a row lies and whose it is."""
    query.execute(
        "SELECT column_name, data_type, character_maximum_length FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER' "
        "AND (is_nullable = 'NO' AND column_default IS NULL OR column_name = 'address' OR column_name LIKE '%%_id')",
        [name],
    )
    return query.fetchall()


def _value(column: str, kind: str, length: int | None, place: int, owner: int) -> str:
    if column == "address":
        return str(place)
    if kind in _NUMBERS:
        return str(owner)
    if kind == "ARRAY":
        return "'{}'"
    if kind in _VALUES:
        return _VALUES[kind]
    return f"left(md5(random()::text), {length or 32})"
