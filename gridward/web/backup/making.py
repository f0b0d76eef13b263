"""Making a backup: one moment of the database, and the uploads it speaks of."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

import gridward
from gridward.kernel.journal.seals import head
from gridward.kernel.walls.owner import as_owner
from gridward.web.backup.archive import DUMP, FILES, Manifest, add, add_manifest, written
from gridward.web.backup.dump import counts, take_out
from gridward.web.config import config


def back_up(target: Path, now: datetime) -> Manifest:
    """Write a backup; the house may go on working meanwhile.

    Raises: BackupTrouble, OSError where the target cannot be written.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder, written(target) as tar:
        scratch = Path(folder)
        manifest = _dumped(scratch / DUMP, now)
        add(tar, scratch / DUMP, DUMP, manifest)
        uploads = Path(settings.MEDIA_ROOT)
        for path in sorted(uploads.rglob("*")):
            if path.is_file():
                add(tar, path, f"{FILES}/{path.relative_to(uploads)}", manifest)
        add_manifest(tar, manifest, scratch)
    return manifest


def _dumped(target: Path, now: datetime) -> Manifest:
    with as_owner(), transaction.atomic():
        with connection.cursor() as query:
            query.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            query.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
            snapshot, server = query.fetchone()
        reached = head(settings.JOURNAL_KEY)
        manifest = Manifest(
            made_at=now.isoformat(),
            version=gridward.__version__,
            server=server,
            schema=config().db_schema,
            counts=counts(),
            journal_head=asdict(reached) if reached else None,
        )
        take_out(snapshot, target)
    return manifest
