"""What any server must promise before the house stores anything in it."""

from __future__ import annotations

from django.db import connection

OLDEST, NEWEST = 15, 18
_MUST_BE = {"fsync": {"on"}, "full_page_writes": {"on"}, "synchronous_commit": {"on", "remote_apply", "remote_write"}}


def shortcomings() -> list[str]:
    """What is wrong with the connected server, one sentence each; empty when it may be trusted."""
    with connection.cursor() as query:
        query.execute("SELECT current_setting('server_version_num')::int / 10000")
        version = query.fetchone()[0]
        query.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(_MUST_BE)])
        settings = dict(query.fetchall())
    found = []
    if not OLDEST <= version <= NEWEST:
        found.append(f"PostgreSQL {version} is not supported: use {OLDEST} to {NEWEST}.")
    for name, allowed in _MUST_BE.items():
        if settings.get(name) not in allowed:
            found.append(f"{name} is {settings.get(name)}: acknowledged needs could be lost. Set {name} = on.")
    return found
