"""PostgreSQL's own programs for taking a schema out of a database and putting it into one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from gridward.kernel.walls.building import table_names
from gridward.web.backup.archive import BackupTrouble
from gridward.web.config import config
from gridward.web.database.places import programs_in_wheel

# Who is signed in, and what is counted for minutes: nobody's loss, and nobody should be signed in by an old file.
PASSING = frozenset({"django_session", "usersessions_usersession", "web_shared"})
# Entries of a dump's list that speak of the database, not of what lies in the schema.
_OF_THE_DATABASE = re.compile(r"^\d+; \d+ \d+ (?:SCHEMA - |COMMENT - (?:SCHEMA|EXTENSION) )")
_LEFT_OUT = PASSING | {"gridward_key"}


def counts() -> dict[str, int]:
    """Rows by table of the district's schema, without what passes in any case."""
    found = {}
    with connection.cursor() as query:
        for table in table_names(query):
            if table not in PASSING:
                query.execute(f'SELECT count(*) FROM "{table}"')  # nosec B608 # a table's own name
                found[table] = int(query.fetchone()[0])
    return found


def take_out(snapshot: str, target: Path) -> None:
    """Dump the schema as a running transaction of the owner's sees it.

    Raises: BackupTrouble.
    """
    left_out = [f"--exclude-table-data={config().db_schema}.{table}" for table in sorted(_LEFT_OUT)]
    _run("pg_dump", "--format=custom", "--compress=1", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
         f"--schema={config().db_schema}", "--extension=*", f"--file={target}", *left_out)  # fmt: skip


def put_in(source: Path) -> None:
    """Restore a dump into an empty schema, all of it or nothing.

    Raises: BackupTrouble.
    """
    wanted = source.with_suffix(".list")
    lines = _run("pg_restore", "--list", str(source)).splitlines(keepends=True)
    wanted.write_text("".join(line for line in lines if not _OF_THE_DATABASE.search(line)), encoding="utf-8")
    _run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
         f"--use-list={wanted}", f"--dbname={connection.settings_dict['NAME']}", str(source))  # fmt: skip


def _run(program: str, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 # nosec B603 # PostgreSQL's own programs
        [_found(program), *arguments], env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupTrouble(f"{program} failed: {done.stderr.strip()[-800:]}")
    return done.stdout


def _found(program: str) -> str:
    # A server of one's own comes with programs of its version; a newer pg_restore says things it does not know.
    beside = shutil.which(program) if config().database_url else None
    return beside or str(programs_in_wheel() / program)


def _environment() -> dict[str, str]:
    place: dict[str, Any] = {**connection.settings_dict, **settings.OWNER_DATABASE}
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    found = {name: str(place[key]) for name, key in names.items() if place.get(key)}
    secure = {f"PG{name.upper()}": str(value) for name, value in place["OPTIONS"].items() if name.startswith("ssl")}
    return {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", **found, **secure}
