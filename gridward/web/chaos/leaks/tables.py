"""Every walled table asked by everybody, statement by statement, and compared with what its wall says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import psycopg
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection

from gridward.kernel.access.scope import Scope, tell
from gridward.kernel.walls import Wall
from gridward.kernel.walls.policies import APP
from gridward.web.chaos.leaks.oracle import Caller, Row, adds, differences, reads, writes

COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_OF_EACH = 2
"""How many rows that may be added and that may not are tried by each caller."""


@dataclass(frozen=True)
class Probed:
    """One walled table with its rows, ready to be asked."""

    name: str
    wall: Wall
    columns: tuple[str, ...]
    """Those that can be written."""
    rows: tuple[Row, ...]

    @cached_property
    def change(self) -> tuple[str, bool]:
        """A statement that changes every row, and whether it does so without reading one.

        Then no policy but that of changing is asked. Where no column may hold one value in all rows, it reads them.
        """
        wall = self.wall
        asked = {wall.address, *wall.own, *wall.opened, *wall.where.split()}
        for column in (one for one in self.columns if one not in asked):
            for value in _values(self.name, column):
                statement = f'UPDATE "{self.name}" SET "{column}" = {value}'  # noqa: S608 # nosec B608 # names of our own
                if _works(statement):
                    return statement, True
        same = f'"{self.columns[-1]}"'
        return f'UPDATE "{self.name}" SET {same} = {same}', False  # noqa: S608 # nosec B608 # names of our own


def probed(name: str, wall: Wall) -> Probed:
    """A table as its owner sees it. Needs the owner's connection."""
    with connection.cursor() as query:
        query.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
            "AND attgenerated = '' ORDER BY attnum",
            [f'"{name}"'],
        )
        columns = tuple(column for (column,) in query.fetchall())
        wall = replace(wall, address=wall.address if wall.address in columns else "")
        address, where = f'"{wall.address}"' if wall.address else "NULL", wall.where or "true"
        owners, opened = (_array(names, kind) for names, kind in ((wall.own, "bigint"), (wall.opened, "text")))
        query.execute(f'SELECT ctid::text, {address}, {owners}, {opened}, {where} FROM "{name}" ORDER BY ctid')  # noqa: S608 # nosec B608
        rows = tuple(Row(at, at_address, tuple(mine), tuple(open_), bool(held))
                     for at, at_address, mine, open_, held in query.fetchall())  # fmt: skip
    return Probed(name, wall, columns, rows)


def _array(names: Iterable[str], kind: str) -> str:
    columns = ", ".join(f'"{name}"::{kind}' for name in names)
    return f"ARRAY[{columns}]::{kind}[]"


def ask(table: Probed, callers: Iterable[tuple[Caller, Scope]], commands: Iterable[str] = COMMANDS) -> Iterator[str]:
    """Everybody's statements on one table. Yields what differs from the wall, in words.

    Needs the owner's connection inside a transaction; whatever is done is undone.
    """
    with connection.cursor() as query:
        for name, scope in [*callers, *_own_callers(table)]:
            for command in commands:
                if wrong := _ASK[command](query, table, name, scope):
                    yield f"{table.name}: {command} by {name.name}: {wrong}"


def _own_callers(table: Probed) -> Iterator[tuple[Caller, Scope]]:
    """Who owns a row of this table, and to whom one was opened."""
    owner = next((one for row in table.rows for one in row.owners if one is not None), None)
    if owner is not None:
        yield Caller("its owner", me=owner), Scope(f'{{"me":{owner},"staff":true}}')
    opened = next((one for row in table.rows for one in row.opened if one is not None), None)
    if opened is not None:
        yield Caller("whom it was opened to", opened=frozenset({opened})), Scope("{}", frozenset({opened}))


def _select(query: Any, table: Probed, who: Caller, scope: Scope) -> str:
    def deed() -> set[str]:
        query.execute(f'SELECT ctid::text FROM "{table.name}"')  # noqa: S608 # nosec B608 # names of our own
        return {at for (at,) in query.fetchall()}

    seen = _as_app(query, scope, deed)
    return differences({row.at for row in table.rows if reads(table.wall, row, who)}, seen)


def _update(query: Any, table: Probed, who: Caller, scope: Scope) -> str:
    statement, blind = table.change
    may = {row.at for row in table.rows if writes(table.wall, row, who) and (blind or reads(table.wall, row, who))}
    return differences(may, _moved(query, table, scope, statement))


def _delete(query: Any, table: Probed, who: Caller, scope: Scope) -> str:
    may = {row.at for row in table.rows if writes(table.wall, row, who)}
    return differences(may, _moved(query, table, scope, f'DELETE FROM "{table.name}"'))  # noqa: S608 # nosec B608


def _moved(query: Any, table: Probed, scope: Scope, statement: str) -> set[str]:
    """Which rows a statement changed or removed, as the owner sees them."""

    def deed() -> set[str]:
        query.execute(statement)
        query.execute("RESET ROLE")
        query.execute(f'SELECT ctid::text FROM "{table.name}"')  # noqa: S608 # nosec B608 # names of our own
        return {row.at for row in table.rows} - {at for (at,) in query.fetchall()}

    moved: set[str] = _as_app(query, scope, deed)
    return moved


def _insert(query: Any, table: Probed, who: Caller, scope: Scope) -> str:
    """Copies of rows, some that may be added and some that may not; the policy is asked before the table's keys are."""
    may = [row for row in table.rows if adds(table.wall, row, who)][:_OF_EACH]
    may_not = [row for row in table.rows if not adds(table.wall, row, who)][:_OF_EACH]
    added = {row.at for row in (*may, *may_not) if _added(query, table, row, scope)}
    return differences({row.at for row in may}, added)


def _added(query: Any, table: Probed, row: Row, scope: Scope) -> bool:
    names = ", ".join(f'"{column}"' for column in table.columns)
    query.execute(f'SELECT to_jsonb(it)::text FROM "{table.name}" AS it WHERE ctid = %s::tid', [row.at])  # noqa: S608 # nosec B608
    copy = query.fetchone()[0]

    def deed() -> bool:
        try:
            query.execute(
                f'INSERT INTO "{table.name}" ({names}) OVERRIDING SYSTEM VALUE '  # noqa: S608 # nosec B608
                f'SELECT {names} FROM jsonb_populate_record(NULL::"{table.name}", %s::jsonb)',
                [copy],
            )
        except IntegrityError:
            # Past the wall: only the table's own keys refuse a copy.
            return True
        except ProgrammingError as refused:
            if isinstance(refused.__cause__, psycopg.errors.InsufficientPrivilege):
                return False
            raise
        return True

    return bool(_as_app(query, scope, deed))


_ASK: dict[str, Callable[[Any, Probed, Caller, Scope], str]] = {
    "SELECT": _select,
    "INSERT": _insert,
    "UPDATE": _update,
    "DELETE": _delete,
}


def _as_app(query: Any, scope: Scope, deed: Callable[[], Any]) -> Any:
    """Do something as the house's own role in a scope, and undo it."""
    query.execute("SAVEPOINT asked")
    tell(query.connection, scope, for_session=False)
    query.execute(f"SET LOCAL ROLE {APP}")
    try:
        return deed()
    finally:
        query.execute("ROLLBACK TO SAVEPOINT asked")
        query.execute("RELEASE SAVEPOINT asked")


def _values(name: str, column: str) -> list[str]:
    """Literals that a column holds, the most frequent first."""
    with connection.cursor() as query:
        query.execute(
            f'SELECT quote_nullable("{column}"::text) FROM "{name}" '  # noqa: S608 # nosec B608 # names of our own
            "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3"
        )
        return [value for (value,) in query.fetchall()]


def _works(statement: str) -> bool:
    with connection.cursor() as query:
        query.execute("SAVEPOINT tried")
        try:
            query.execute(statement)
        except DatabaseError:
            return False
        finally:
            query.execute("ROLLBACK TO SAVEPOINT tried")
    return True
