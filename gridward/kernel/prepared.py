"""Statements that the database plans once for each connection: for the few that run hundreds of times a second.

Django's own cursors write the values into the statement, so that each is parsed and planned anew: for a statement of
forty lines that costs more than running it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor


class _Prepared(Cursor[Any]):
    """Sends values apart from the statement, which is prepared."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        """Run a statement, prepared."""
        return super().execute(query, params, **{**how, "prepare": True})


def rows_of(statement: str, params: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement, in the scope in force; its parameters carry their types (`%s::uuid[]`).

    It takes a connection with a `prepare_threshold`: without one psycopg prepares nothing (`web.database.address`).

    Raises: what Django's cursors raise.
    """
    connection.ensure_connection()
    # Django's wrapper around it: scopes, errors and whoever counts statements work as everywhere.
    with CursorWrapper(_Prepared(connection.connection), connection) as query:
        query.execute(statement, params)
        return query.fetchall() if query.description else []
