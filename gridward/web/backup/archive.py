"""The file of a backup: the database's dump, the uploads, and a manifest of what is in it."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gridward.web.trouble import Trouble

FORMAT = "gridward backup 1"
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files"


class BackupTrouble(Trouble):
    """A backup that cannot be made, or cannot be believed."""


@dataclass
class Manifest:
    """What a backup holds: rows by table, the head of the journal, and the hash of every file."""

    made_at: str
    version: str
    server: str
    schema: str
    counts: dict[str, int]
    journal_head: dict[str, Any] | None
    files: dict[str, str] = field(default_factory=dict)
    format: str = FORMAT


@contextmanager
def written(target: Path) -> Iterator[tarfile.TarFile]:
    """A file that stands under its name only once all of it is on disk."""
    part = target.with_name(target.name + ".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                yield tar
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
        folder = os.open(target.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        part.unlink(missing_ok=True)


def add(tar: tarfile.TarFile, path: Path, name: str, manifest: Manifest) -> None:
    """Put a file into a backup and its hash into the manifest; one that is gone by now is passed over."""
    try:
        with path.open("rb") as file:
            manifest.files[name] = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            tar.addfile(tar.gettarinfo(arcname=name, fileobj=file), file)
    except FileNotFoundError:
        return


def add_manifest(tar: tarfile.TarFile, manifest: Manifest, scratch: Path) -> None:
    """Close a backup with its manifest."""
    path = scratch / MANIFEST
    path.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")
    tar.add(path, MANIFEST)


def unpacked(source: Path, into: Path) -> Manifest:
    """Unpack a backup and hold every file against its hash.

    Raises: BackupTrouble if it is none, is cut short, or was changed.
    """
    try:
        with tarfile.open(source) as tar:
            tar.extractall(into, filter="data")
        manifest = Manifest(**json.loads((into / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, tarfile.TarError, ValueError, TypeError) as broken:
        raise BackupTrouble(f"{source} is no backup of a house, or was cut short: {broken}") from broken
    if manifest.format != FORMAT:
        raise BackupTrouble(f"{source} is of another kind: {manifest.format}.")
    for name, kept in manifest.files.items():
        path = into / name
        if not path.is_file() or _hash(path) != kept:
            raise BackupTrouble(f"{source} is damaged: {name} is not what was put in. Take another backup.")
    return manifest


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
