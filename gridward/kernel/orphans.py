"""Files that no row names: what was on disk already when the transaction that was to name it failed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings

from gridward.kernel.assignments.models import Proof
from gridward.kernel.sheets.models import ImportRun

_AT_ONCE = 5000


def sweep(before: datetime) -> int:
    """Delete photos and imports' folders older than a moment that no proof and no import names.

    Acts as the house, who sees every row. Returns how many went.
    """
    root, gone = Path(settings.MEDIA_ROOT), 0
    photos = _old(root.glob("proofs/*/*/*"), before)
    for some in _some(photos):
        names = {str(path.relative_to(root)): path for path in some}
        for name in names.keys() - set(Proof.objects.filter(file__in=names).values_list("file", flat=True)):
            names[name].unlink(missing_ok=True)
            gone += 1
    for some in _some(_old(root.glob("imports/*"), before)):
        folders = {UUID(path.name): path for path in some}
        for key in folders.keys() - set(ImportRun.objects.filter(pk__in=folders).values_list("pk", flat=True)):
            shutil.rmtree(folders[key], ignore_errors=True)
            gone += 1
    return gone


def _old(paths: Iterable[Path], before: datetime) -> Iterator[Path]:
    return (path for path in paths if path.stat().st_mtime < before.timestamp())


def _some(paths: Iterator[Path]) -> Iterator[list[Path]]:
    while some := list(islice(paths, _AT_ONCE)):
        yield some
