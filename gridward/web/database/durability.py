"""What any server must promise before the house stores anything in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

OLDEST, NEWEST = 15, 18
_MUST_BE = {"fsync": {"on"}, "full_page_writes": {"on"}, "synchronous_commit": {"on", "remote_apply", "remote_write"}}


def shortcomings() -> list[str]:
    """What is wrong with the connected server, one sentence each; empty when it may be trusted."""
    with connection.cursor() as query:
        query.execute("SELECT current_setting('server_version_num')::int / 10000")
        version = query.fetchone()[0]
        query.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(_MUST_BE)])
        return judge(version, dict(query.fetchall()))


def judge(version: int, settings: Mapping[str, str]) -> list[str]:
    """What is wrong with a server of a major version and these settings, in the reader's language."""
    found = []
    if not OLDEST <= version <= NEWEST:
        words = _("PostgreSQL %(version)s is not supported: use %(oldest)s to %(newest)s.")
        found.append(words % {"version": version, "oldest": OLDEST, "newest": NEWEST})
    for name, allowed in _MUST_BE.items():
        if settings.get(name) not in allowed:
            words = _("%(name)s is %(value)s: what was acknowledged could be lost. Set %(name)s = on in PostgreSQL.")
            found.append(words % {"name": name, "value": settings.get(name)})
    return found


def rights_of_the_owner() -> list[str]:
    """What keeps the owner of the tables, who is connected, from building the walls; empty when nothing does."""
    if _role("rolsuper OR rolbypassrls"):
        return []
    words = _("The owner of the tables is bound by the walls itself: ALTER ROLE %(role)s BYPASSRLS.")
    return [words % {"role": _role("rolname")}]


def rights_of_the_house() -> list[str]:
    """Why no wall would hold against the role that is connected; empty when they do."""
    if not _role("rolsuper OR rolbypassrls"):
        return []
    words = _("%(role)s passes every wall. Name another account in DATABASE_URL, and the owner in GRIDWARD_OWNER_URL.")
    return [words % {"role": _role("rolname")}]


def _role(asked: str) -> Any:
    with connection.cursor() as query:
        query.execute(f"SELECT {asked} FROM pg_roles WHERE rolname = current_user")  # nosec B608 # asked by us
        return query.fetchone()[0]
