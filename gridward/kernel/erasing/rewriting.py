"""Writing tables anew, so that nothing of deleted rows stays in their files or indexes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, utils


def rewrite(tables: Iterable[str]) -> list[str]:
    """Write each table and its indexes anew, where this role may; needs to be outside a transaction.

    Returns: the tables that were rewritten. The others are cleared by PostgreSQL itself, page by page, in its own time;
    what stays in them until then is sealed under keys that are destroyed.
    """
    done = []
    for table in sorted(set(tables)):
        try:
            with connection.cursor() as query:
                query.execute(f'VACUUM (FULL, ANALYZE) "{table}"')
            done.append(table)
        except utils.ProgrammingError:
            continue
    return done
