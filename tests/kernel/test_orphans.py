"""The nightly sweep of files: takes what no row names, leaves what one does and what is being written."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gridward.kernel import orphans
from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.assignments.models import Proof
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.ids import new_id
from gridward.kernel.needs.actions import serve
from gridward.kernel.needs.models import Need
from gridward.kernel.sheets.models import ImportRun

NOW = datetime.now(UTC)


def _old(path: Path) -> None:
    for one in (path, path.parent):
        os.utime(one, (NOW.timestamp() - 7200,) * 2)


@pytest.mark.django_db
def test_only_old_files_without_a_row_go(need: Need, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    serve(SYSTEM, need.pk, Evidence("已送到", b"\xff\xd8\xff\xe0photo"), NOW)
    kept = tmp_path / Proof.objects.get().file
    lost, fresh = kept.with_name("lost.jpg"), kept.with_name("fresh.jpg")
    run = ImportRun.objects.create(sheet="people", format="csv", header_row=1, at=NOW, moved_at=NOW)
    folder, stray = (tmp_path / "imports" / str(key) for key in (run.pk, new_id()))
    for path in (lost, fresh, folder / "source", stray / "source"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    for path in (kept, lost, folder / "source", stray / "source"):
        _old(path)
    assert orphans.sweep(NOW - timedelta(hours=1)) == 2
    assert kept.exists() and fresh.exists() and folder.exists()
    assert not lost.exists() and not stray.exists()
    assert orphans.sweep(NOW - timedelta(hours=1)) == 0
