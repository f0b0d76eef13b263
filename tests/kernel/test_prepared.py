"""Statements that run hundreds of times a second are planned once for a connection, and no others."""

from __future__ import annotations

from typing import Any

from django.db import connection

from gridward.kernel.prepared import rows_of

_KEPT = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"


def _prepared(like: str) -> int:
    with connection.cursor() as query:
        query.execute(_KEPT, [like])
        return int(query.fetchone()[0])


def test_a_statement_is_prepared_once_for_a_connection(db: Any) -> None:
    for number in (1, 2):
        assert rows_of("SELECT 'kept by name', %s::int", [number]) == [("kept by name", number)]
    assert _prepared("SELECT 'kept by name'%") == 1


def test_ordinary_statements_are_not(db: Any) -> None:
    with connection.cursor() as query:
        for number in range(8):
            query.execute("SELECT 'not kept', %s", [number])
    assert _prepared("SELECT 'not kept'%") == 0
