"""One statement that fails as the database itself would make it fail, and what was done before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg.pq import TransactionStatus

ERRORS = {"cancelled": "57014", "not unique": "23505"}
"""SQLSTATE of the failures: Django's OperationalError and IntegrityError."""
_NOT_COUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK")
_WRITES = re.compile(r"\b(INSERT INTO|UPDATE (?!OF\b|SKIP\b|NOWAIT\b)\"?\w+\"? (AS \w+ )?SET|DELETE FROM)\b")


_NOT_LOOKED_AT = {"gridward_key", "web_shared"}
"""The seal's key, out of reach; and counts of tries, which Django's cache keeps as well as it can."""


@dataclass
class Trial:
    """One run in which a statement fails."""

    at: int
    error: str
    depth: int
    seen: int = 0
    words: str = ""
    """The statement that failed."""
    kept: list[str] = field(default_factory=list)
    """Writes before the failure that no transaction of the action's own would have taken back."""

    @property
    def failed(self) -> bool:
        """Whether there was such a statement at all."""
        return self.seen >= self.at

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Let a statement pass, or have it fail in the database."""
        words = str(sql)
        if words.startswith(_NOT_COUNTED):
            return execute(sql, params, many, context)
        self.seen += 1
        if self.seen == self.at:
            self.words = words[:80]
            raise_it = f"DO $$ BEGIN RAISE EXCEPTION 'made to fail' USING ERRCODE = '{self.error}'; END $$"
            return execute(raise_it, None, False, context)
        if self.seen < self.at and len(connection.savepoint_ids) == self.depth and _WRITES.search(words):
            self.kept.append(words[:80])
        return execute(sql, params, many, context)


@contextmanager
def undone() -> Iterator[None]:
    """Take back what the block does in the transaction that is open; the connection is as it was, even if broken."""
    depth = len(connection.savepoint_ids)
    with connection.cursor() as query:
        query.execute("SAVEPOINT nth")
        try:
            yield
        finally:
            connection.needs_rollback = False
            del connection.savepoint_ids[depth:]
            connection.run_on_commit = []
            query.execute("ROLLBACK TO SAVEPOINT nth")


def is_broken() -> bool:
    """Whether the open transaction takes no more statements."""
    return bool(connection.connection.info.transaction_status == TransactionStatus.INERROR)


def contents() -> dict[str, tuple[int, int]]:
    """How many rows each table has, and a sum over what they hold."""
    with connection.cursor() as query:
        tables = sorted(set(connection.introspection.table_names(query)) - _NOT_LOOKED_AT)
        parts = [
            f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(it::text, 0)), 0)::text FROM \"{name}\" AS it"  # noqa: S608 # nosec B608
            for name in tables
        ]
        query.execute(" UNION ALL ".join(parts))
        return {name: (rows, int(total)) for name, rows, total in query.fetchall()}
