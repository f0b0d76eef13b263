"""From a table's wall to the SQL that builds it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridward.kernel.walls import Wall

APP = "gridward_app"
"""The role that web, workers and commands act as: no table is its own, and no policy lets it by."""
SEES, ADDS, CHANGES, REMOVES = "gridward_sees", "gridward_adds", "gridward_changes", "gridward_removes"
"""Names of the policies, one for each command."""
EVERYBODY = "true"


@dataclass(frozen=True)
class Table:
    """A walled table: its wall, its key and the types of its columns."""

    name: str
    wall: Wall
    key: str
    types: Mapping[str, str]
    searched: bool
    """Whether it has an index of search tokens."""


def policies(table: Table) -> dict[str, str]:
    """The statement that makes each policy of a table, by the policy's name."""
    wall = table.wall
    reads, writes = readable(table), writable(table)
    added = _asked("gridward_somebody()") if wall.insert_anywhere else writes
    made = {
        SEES: f"FOR SELECT USING ({reads})",
        ADDS: f"FOR INSERT WITH CHECK ({added})",
        CHANGES: f"FOR UPDATE USING ({writes}) WITH CHECK ({writes})",
        REMOVES: f"FOR DELETE USING ({writes})",
    }
    return {name: f'CREATE POLICY {name} ON "{table.name}" {rest}' for name, rest in made.items()}


def readable(table: Table) -> str:
    """The condition that a row may be read."""
    wall = table.wall
    if wall.public:
        return EVERYBODY
    marks = ("staff",) * wall.staff + ("door",) * wall.door
    return _any_of(_held(table, wall.see, marks), *_own(table), *_opened(table))


def writable(table: Table) -> str:
    """The condition that a row may be written."""
    wall = table.wall
    own = _own(table) if wall.owner_writes else []
    return _any_of(_held(table, wall.change, ("door",) * wall.door_writes), *own, *_opened(table))


def _held(table: Table, capabilities: tuple[str, ...], marks: tuple[str, ...]) -> list[str]:
    """What lets the house by, and whoever holds a capability at the row's place or a mark."""
    if not table.wall.address:
        return [_asked(f"gridward_may({_listed(capabilities + marks)})")]
    # A function and not the operator, and “not null” instead of “true”: of these the planner believes that nearly every
    # row passes, as it does, while it takes the operator for one row in two hundred and chooses a plan for so few.
    reach = _asked(f"gridward_scope({_listed(capabilities)})")
    within = f'nullif(elem_contained_by_multirange("{table.wall.address}", {reach}), false) IS NOT NULL'
    held = [f"({within} AND {table.wall.where})" if table.wall.where else within]
    return [*held, _asked(f"gridward_may({_listed(marks)})")] if marks or table.wall.where else held


def _own(table: Table) -> list[str]:
    return [f'"{column}" = {_asked("gridward_me()")}' for column in table.wall.own]


def _opened(table: Table) -> list[str]:
    opened = _asked("gridward_opened()")
    return [f'"{column}" = ANY ({opened}::{table.types[column]}[])' for column in table.wall.opened]


def _any_of(held: list[str], *given: str) -> str:
    return " OR ".join([*held, *given])


def _asked(question: str) -> str:
    # In a sub-select of its own a question is answered once for a statement, not once for a row.
    return f"(SELECT {question})"


def _listed(names: tuple[str, ...]) -> str:
    # An empty list has no type of its own, and VARIADIC needs one.
    return ", ".join(f"'{name}'" for name in names) if names else "VARIADIC '{}'::text[]"


def finder(table: Table, schema: str) -> str:
    """The function that searches a table by tokens within the scope.

    Its index answers `@>`, which PostgreSQL may not ask before a policy: what the operator says of a hidden row could
    be heard. The function asks both itself, and hands out keys of rows in the scope only.
    """
    place = f'"{table.wall.address}"' if table.wall.address else "0"
    reach = f"{schema}.gridward_scope({_listed(table.wall.see)})" if table.wall.see else "'{}'::int8multirange"
    order = f"ORDER BY {table.wall.newest} " if table.wall.newest else ""
    return f"""
        CREATE OR REPLACE FUNCTION gridward_find_{table.name}(wanted bigint[], low bigint, high bigint, most integer)
        RETURNS SETOF {table.types[table.key]}
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        SET plan_cache_mode = force_custom_plan ROWS 50 AS $body$
        DECLARE
            reach int8multirange := {reach};
        BEGIN
            RETURN QUERY SELECT "{table.key}" FROM {schema}."{table.name}"
            WHERE tokens @> wanted AND {place} >= low AND {place} < high
              AND nullif(elem_contained_by_multirange({place}, reach), false) IS NOT NULL
            {order}LIMIT most;
        END $body$;
    """
