"""Staged rows against a register, set-wise: which records they are about, what would change, and changing it.

All of it happens in temporary tables of one transaction: `incoming` holds the rows, `merged_0`, `merged_1`… what
each register's records will be. Matching relies on the register's own unique indexes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import connection

from gridward.kernel.address import EVERYWHERE, Span
from gridward.kernel.sheets import opening
from gridward.kernel.sheets.opening import key_of, source_of, table_of
from gridward.kernel.sheets.problems import RowProblem
from gridward.kernel.sheets.spec import Register, SheetSpec
from gridward.kernel.sheets.staging import staged_columns

OUTCOMES = ("created", "changed", "unchanged")


def stage(spec: SheetSpec, parts: Iterable[str]) -> None:
    """Fill `incoming` from parts of COPY text; needs an open transaction."""
    columns = staged_columns(spec)
    with connection.cursor() as query:
        query.execute("DROP TABLE IF EXISTS pg_temp.incoming")
        declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        query.execute(f"CREATE TEMP TABLE incoming ({declared}) ON COMMIT DROP")
        with query.cursor.copy(f"COPY incoming ({', '.join(columns)}) FROM STDIN") as copy:
            for part in parts:
                copy.write(part)
        # Nothing sealed is analysed: PostgreSQL would keep samples of it in its catalogue, and in its log.
        plain = [name for name in columns if name not in opening.sealed_names(spec.registers)]
        query.execute(f"ANALYZE incoming ({', '.join(plain)})")


def merge(spec: SheetSpec, reach: Sequence[Span]) -> list[RowProblem]:
    """Find each row's records and what they will be; rows that may not go in are taken out of `incoming`.

    Returns: why not, one problem for each row taken out, in the order of rows.
    """
    problems = _outside(spec, reach)
    for number, register in enumerate(spec.registers):
        _find(register, number)
        problems += _ambiguous(number) + _same_record(number) + _elsewhere(register, number, reach)
    if bad := sorted({problem.row for problem in problems}):
        with connection.cursor() as query:
            for table in ("incoming", *(f"merged_{number}" for number in range(len(spec.registers)))):
                query.execute(f"DELETE FROM {table} WHERE n = ANY(%s)", [bad])  # nosec B608 # only names of our own are formatted in
    first = {problem.row: problem for problem in reversed(problems)}
    return [first[row] for row in sorted(first)]


def _outside(spec: SheetSpec, reach: Sequence[Span]) -> list[RowProblem]:
    condition, params = _within(f"i.{spec.place}", reach)
    rows = _rows(f"SELECT n FROM incoming i WHERE i.{spec.place} IS NOT NULL AND NOT ({condition}) ORDER BY n", params)
    return [RowProblem(n, spec.place, "outside_reach") for (n,) in rows]


def _within(column: str, reach: Sequence[Span]) -> tuple[str, list[int]]:
    if EVERYWHERE in reach:
        return "true", []
    ranges = " OR ".join(f"{column} >= %s AND {column} < %s" for _span in reach)
    return ranges or "false", [edge for span in reach for edge in span]


def _find(register: Register, number: int) -> None:
    opening.open_candidates(register, number)
    table, key = source_of(register, number), key_of(register)
    found = " UNION ALL ".join(
        f"SELECT i.n, t.{key} AS key, {rank} AS rank FROM incoming i JOIN {table} t ON {match} WHERE {register.applies}"
        for rank, match in enumerate(register.matches)
    )
    values = ", ".join(f"{field.sql} AS {field.name}" for field in register.fields if field.name != key)
    compared = [field for field in register.fields if field.compared and field.name != key]
    after, before = ", ".join(field.sql for field in compared), ", ".join(f"t.{field.name}" for field in compared)
    own = next((f", {field.staged} AS own_key" for field in register.fields if field.name == key), "")
    held = f", t.{register.held_at} AS was_at" if register.held_at else ""
    held += ", t.incident_id AS held_by" if opening.hangs_off_incident(register) else ""
    with connection.cursor() as query:
        query.execute(f"DROP TABLE IF EXISTS pg_temp.merged_{number}")
        query.execute(
            f"CREATE TEMP TABLE merged_{number} ON COMMIT DROP AS "  # nosec B608 # only names of our own are formatted in
            f"WITH found AS (SELECT DISTINCT ON (n) n, key, count(*) OVER (PARTITION BY n, rank) AS answers "
            f"FROM ({found}) every ORDER BY n, rank, key) "
            f"SELECT i.n, found.answers, t.{key} AS key, {values}{own}{held}, CASE WHEN t.{key} IS NULL THEN 'created' "
            f"WHEN ROW({after}) IS DISTINCT FROM ROW({before}) THEN 'changed' ELSE 'unchanged' END AS outcome "
            f"FROM incoming i LEFT JOIN found ON found.n = i.n LEFT JOIN {table} t ON t.{key} = found.key "
            f"WHERE {register.applies}"
        )
        plain = ["n", "outcome", *(one.name for one in compared if one.name not in opening.sealed_names([register]))]
        query.execute(f"ANALYZE merged_{number} ({', '.join(plain)})")


def _ambiguous(number: int) -> list[RowProblem]:
    rows = _rows(f"SELECT n FROM merged_{number} WHERE answers > 1 ORDER BY n")
    return [RowProblem(n, "", "ambiguous_record") for (n,) in rows]


def _same_record(number: int) -> list[RowProblem]:
    rows = _rows(
        f"SELECT n, first FROM (SELECT n, min(n) OVER (PARTITION BY key) AS first FROM merged_{number} "
        "WHERE key IS NOT NULL) every WHERE n <> first ORDER BY n"
    )
    return [RowProblem(n, "", "same_record", {"first": str(first)}) for n, first in rows]


def _elsewhere(register: Register, number: int, reach: Sequence[Span]) -> list[RowProblem]:
    if not register.held_at:
        return []
    condition, params = _within("was_at", reach)
    rows = _rows(f"SELECT n FROM merged_{number} WHERE outcome = 'changed' AND NOT ({condition}) ORDER BY n", params)
    return [RowProblem(n, "", "registered_elsewhere") for (n,) in rows]


def outcomes(spec: SheetSpec) -> dict[str, int]:
    """How many rows are new, changed, unchanged; a row with several records counts as what changed most."""
    every = " UNION ALL ".join(f"SELECT n, outcome FROM merged_{number}" for number in range(len(spec.registers)))
    rank = "min(CASE outcome WHEN 'created' THEN 0 WHEN 'changed' THEN 1 ELSE 2 END)"
    rows = _rows(f"SELECT best, count(*) FROM (SELECT n, {rank} AS best FROM ({every}) e GROUP BY n) b GROUP BY best")
    counts = {OUTCOMES[best]: count for best, count in rows}
    return {outcome: counts.get(outcome, 0) for outcome in OUTCOMES}


def changed_fields(spec: SheetSpec) -> dict[str, int]:
    """How often each field of existing records would change; fields that never would are left out."""
    counts: dict[str, int] = {}
    for number, register in enumerate(spec.registers):
        names = [field.name for field in register.fields if field.compared and field.name != key_of(register)]
        sums = ", ".join(f"count(*) FILTER (WHERE m.{name} IS DISTINCT FROM t.{name})" for name in names)
        table, key = source_of(register, number), key_of(register)
        rows = _rows(
            f"SELECT {sums} FROM merged_{number} m JOIN {table} t ON t.{key} = m.key WHERE m.outcome = 'changed'"
        )
        counts |= {name: count for name, count in zip(names, rows[0], strict=True) if count}
    return counts


def write(spec: SheetSpec) -> Iterator[tuple[int, Register]]:
    """Bring every register to what was merged; nothing is touched that does not change.

    Yields: each register with its number once it is written, when `traced()` can be asked.
    """
    with connection.cursor() as query:
        # A large batch goes into the search indexes in one sorted go instead of many small ones.
        query.execute("SET LOCAL gin_pending_list_limit = '256MB'")
        query.execute("SET LOCAL maintenance_work_mem = '256MB'")
    for number, register in enumerate(spec.registers):
        if number:
            # What the register before has just made is found by this one only now.
            _find(register, number)
        opening.complete(register, number)
        _change(register, number)
        _create(register, number)
        if register.tokens:
            _settle_search(register)
        yield number, register


def _settle_search(register: Register) -> None:
    """Bring what waits for the search index into it now: a search would have to read all of it each time."""
    indexes = [one.name for one in apps.get_model(register.model)._meta.indexes if one.fields == ["tokens"]]
    with connection.cursor() as query:
        for name in indexes:
            query.execute("SELECT gridward_settle(%s)", [name])


def _change(register: Register, number: int) -> None:
    made = opening.made_columns(register)
    names = [field.name for field in register.fields if field.name != key_of(register) and field.name not in made]
    settings = [f"{name} = m.{name}" for name in names] + [f"{name} = c.{name}" for name in made]
    with connection.cursor() as query:
        query.execute(
            f"UPDATE {table_of(register)} t SET {', '.join(settings)} "  # nosec B608 # only names of our own are formatted in
            f"FROM merged_{number} m JOIN completed c USING (n) "
            f"WHERE t.{key_of(register)} = m.key AND m.outcome = 'changed'"
        )


def _create(register: Register, number: int) -> None:
    key, made = key_of(register), opening.made_columns(register)
    values = {field.name: f"m.{field.name}" for field in register.fields if field.name != key}
    values |= dict(register.constants) | {name: f"c.{name}" for name in made}
    if opening.hangs_off_incident(register):
        values["incident_id"] = "c.incident_id"
    if any(field.name == key for field in register.fields):
        values[key] = "m.own_key"
    elif opening.makes_key(register):
        values[key] = "c.id"
    with connection.cursor() as query:
        query.execute(
            f"INSERT INTO {table_of(register)} ({', '.join(values)}) SELECT {', '.join(values.values())} "  # nosec B608 # only names of our own are formatted in
            f"FROM merged_{number} m JOIN completed c USING (n) WHERE m.outcome = 'created' ORDER BY m.n"
        )


def traced(register: Register, number: int) -> list[tuple[Any, ...]]:
    """The records that were written and leave a trace: subject, address (None where it has none), the trace's data."""
    trace = register.trace
    if trace is None:
        return []
    names = [field.name for field in register.fields]
    place = "m.own_key" if key_of(register) in names else "m.address" if "address" in names else "NULL"
    subject = f"m.{trace.subject}" if trace.subject else "COALESCE(m.key::text, c.id::text)"
    which = "<> 'unchanged'" if trace.created else "= 'changed'"
    listed = "".join(f", m.{name}" for name in trace.data)
    return _rows(
        f"SELECT {subject}, {place}{listed} FROM merged_{number} m JOIN completed c USING (n) WHERE m.outcome {which}"
    )


def extent(spec: SheetSpec) -> tuple[int, int] | None:
    """The lowest and the highest address among the rows; None for none."""
    low, high = _rows(f"SELECT min({spec.place}), max({spec.place}) FROM incoming")[0]
    return None if low is None else (low, high)


def _rows(statement: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as query:
        query.execute(statement, list(params) or None)
        return query.fetchall()
