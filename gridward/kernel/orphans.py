"""Files that no row names: what was on disk already when the transaction that was to name it failed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.apps import apps
from django.conf import settings

from gridward.kernel.fields import FileName
from gridward.kernel.sheets.models import ImportRun

_AT_ONCE = 5000


def sweep(before: datetime) -> int:
    """Delete photos and imports' folders older than a moment that no row names.

    Acts as the house, who sees every row. Returns how many went.
    """
    root, gone = Path(settings.MEDIA_ROOT), 0
    photos = _old(root.glob("proofs/*/*/*"), before)
    for some in _some(photos):
        names = {str(path.relative_to(root)): path for path in some}
        for name in names.keys() - _named(names):
            names[name].unlink(missing_ok=True)
            gone += 1
    for some in _some(_old(root.glob("imports/*"), before)):
        folders = {UUID(path.name): path for path in some}
        for key in folders.keys() - set(ImportRun.objects.filter(pk__in=folders).values_list("pk", flat=True)):
            shutil.rmtree(folders[key], ignore_errors=True)
            gone += 1
    return gone


def _named(names: Iterable[str]) -> set[str]:
    """Those of some files that a row names, in whichever table."""
    found: set[str] = set()
    for model in apps.get_models():
        for column in (one.name for one in model._meta.concrete_fields if isinstance(one, FileName)):
            found |= set(model._default_manager.filter(**{f"{column}__in": names}).values_list(column, flat=True))
    return found


def _old(paths: Iterable[Path], before: datetime) -> Iterator[Path]:
    return (path for path in paths if path.stat().st_mtime < before.timestamp())


def _some(paths: Iterator[Path]) -> Iterator[list[Path]]:
    while some := list(islice(paths, _AT_ONCE)):
        yield some
