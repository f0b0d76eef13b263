"""Restoring a backup: clear the schema, put the dump in, and fit what only held on the server it came from."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from gridward.kernel.journal.keeping import kept_head
from gridward.kernel.journal.verifying import verify
from gridward.kernel.walls.building import table_names
from gridward.kernel.walls.owner import as_owner
from gridward.web.backup.archive import DUMP, FILES, BackupTrouble, Manifest
from gridward.web.backup.dump import counts, put_in
from gridward.web.config import config

# Numbers of transactions mean nothing on another server: what is restored was all committed before anything there.
_FITTING = (
    "UPDATE kernel_entry SET transaction = '3' WHERE transaction >= pg_current_xact_id()",
    "UPDATE kernel_datakey SET made_in = '3'",
    "UPDATE kernel_seal SET snapshot = '' WHERE snapshot <> ''",
    "DELETE FROM kernel_figuremark",
)


def check_place(manifest: Manifest, *, replace: bool) -> None:
    """Refuse to restore over a house, or a district into another's schema.

    Raises: BackupTrouble.
    """
    if manifest.schema != config().db_schema:
        raise BackupTrouble(f"This is a backup of schema {manifest.schema}: set GRIDWARD_DB_SCHEMA to that.")
    with as_owner(), connection.cursor() as query:
        taken = bool(table_names(query)) or any(Path(settings.MEDIA_ROOT).glob("*"))
    if taken and not replace:
        raise BackupTrouble("There is a house here already. Restore into an empty one, or say --replace to lose it.")


def restore(unpacked: Path) -> None:
    """Put an unpacked backup in place of what is there; the schema is brought up to date afterwards by `prepare`.

    Raises: BackupTrouble, after which what was there before is still there.
    """
    with as_owner(), _aside():
        put_in(unpacked / DUMP)
    uploads = Path(settings.MEDIA_ROOT)
    shutil.rmtree(uploads, ignore_errors=True)
    if (unpacked / FILES).exists():
        shutil.move(unpacked / FILES, uploads)


@contextmanager
def _aside() -> Iterator[None]:
    """Have an empty schema inside the block: what stood there is gone if that ends well, and back if it does not."""
    schema, before = config().db_schema, f"{config().db_schema}_before"
    with connection.cursor() as query:
        query.execute(f'DROP SCHEMA IF EXISTS "{before}" CASCADE')
        query.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        _swap(query, schema, before)
    try:
        yield
    except BaseException:
        with connection.cursor() as query:
            query.execute(f'DROP SCHEMA IF EXISTS "{before}_failed" CASCADE')
            query.execute(f'ALTER SCHEMA "{schema}" RENAME TO "{before}_failed"')
            query.execute(f'ALTER SCHEMA "{before}" RENAME TO "{schema}"')
            _move_extensions(query, f"{before}_failed", schema)
            query.execute(f'DROP SCHEMA "{before}_failed" CASCADE')
        raise
    with connection.cursor() as query:
        query.execute(f'DROP SCHEMA "{before}" CASCADE')


def _swap(query: Any, schema: str, before: str) -> None:
    query.execute(f'ALTER SCHEMA "{schema}" RENAME TO "{before}"')
    query.execute(f'CREATE SCHEMA "{schema}"')
    _move_extensions(query, before, schema)


def _move_extensions(query: Any, source: str, target: str) -> None:
    # An extension exists once in a database: the indexes of both schemas hang on it, wherever it is.
    query.execute("SELECT extname FROM pg_extension WHERE extnamespace = to_regnamespace(%s)", [source])
    for (name,) in query.fetchall():
        query.execute(f'ALTER EXTENSION "{name}" SET SCHEMA "{target}"')


def fit() -> None:
    """Make what was restored hold on this server."""
    with as_owner():
        with transaction.atomic(), connection.cursor() as query:
            for statement in _FITTING:
                query.execute(statement)
        with connection.cursor() as query:
            query.execute("ANALYZE")


def differences(manifest: Manifest) -> list[str]:
    """What is not as the manifest says: rows by table, and the journal up to its head."""
    with as_owner():
        here = {**dict.fromkeys(manifest.counts, 0), **counts(), "kernel_figuremark": 0}
        said = {**manifest.counts, "kernel_figuremark": 0}
        found = [
            f"{table}: {here[table]} rows, {said.get(table, 0)} in the backup"
            for table in sorted(here)
            if here[table] != said.get(table, 0)
        ]
        kept = kept_head(json.dumps(manifest.journal_head)) if manifest.journal_head else None
        return found + verify(settings.JOURNAL_KEY, kept).faults
