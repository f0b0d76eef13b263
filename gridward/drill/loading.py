"""Getting made-up rows into empty tables quickly: COPY, with indexes built afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

_BLOCK_CHARS = 1 << 20


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Append rows to a table by COPY; values are adapted by psycopg. Returns how many."""
    count = 0
    with connection.cursor() as query, query.cursor.copy(_statement(table, columns)) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def copy_text(table: str, columns: Sequence[str], lines: Iterable[str]) -> int:
    """Append lines already in COPY's text format (tab-separated, `\\N` for null). Returns how many."""
    count, block, size = 0, [], 0
    with connection.cursor() as query, query.cursor.copy(_statement(table, columns)) as copy:
        for line in lines:
            block.append(line)
            size += len(line)
            count += 1
            if size > _BLOCK_CHARS:
                copy.write("".join(block))
                block, size = [], 0
        copy.write("".join(block))
    return count


def _statement(table: str, columns: Sequence[str]) -> str:
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN"


@contextmanager
def indexes_later(model: type[models.Model]) -> Iterator[None]:
    """Take a table's declared indexes and checks of uniqueness away while it is filled, and build them after."""
    later = [*model._meta.indexes, *_unique(model)]
    with connection.schema_editor() as editor:
        for one in later:
            _remove(editor, model, one)
    yield
    with connection.schema_editor() as editor:
        editor.execute("SET maintenance_work_mem = '768MB'")
        for one in later:
            _add(editor, model, one)


def _unique(model: type[models.Model]) -> list[models.UniqueConstraint]:
    return [one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]


def _remove(editor: Any, model: type[models.Model], one: Any) -> None:
    if isinstance(one, models.UniqueConstraint):
        editor.remove_constraint(model, one)
    else:
        editor.remove_index(model, one)


def _add(editor: Any, model: type[models.Model], one: Any) -> None:
    if isinstance(one, models.UniqueConstraint):
        editor.add_constraint(model, one)
    else:
        editor.add_index(model, one)


def analyse(*tables: str) -> None:
    """Refresh the planner's statistics and the visibility map of freshly filled tables."""
    with connection.cursor() as query:
        for table in tables:
            query.execute(f"VACUUM (ANALYZE) {table}")


@contextmanager
def unhurried_commits() -> Iterator[None]:
    """Let commits of made-up rows return before they are on disk: nobody is promised that these survive a crash."""
    with connection.cursor() as query:
        query.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as query:
            query.execute("RESET synchronous_commit")
