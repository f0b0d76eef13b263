"""Where an import's files lie: what was uploaded, the good rows made from it, and what is wrong with the others."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from gridward.kernel.sheets.errors import FileForgotten, FileTooLarge
from gridward.kernel.sheets.guarding import MEGABYTE, Limits
from gridward.kernel.sheets.problems import RowProblem

_PART_CHARS = 1 << 20


class Folder:
    """The folder of one import, readable by the house only."""

    def __init__(self, run_id: UUID) -> None:
        self.path = Path(settings.MEDIA_ROOT) / "imports" / str(run_id)

    @property
    def source(self) -> Path:
        """The file as it was uploaded.

        Raises: FileForgotten once it is deleted.
        """
        path = self.path / "source"
        if not path.exists():
            raise FileForgotten
        return path

    @property
    def rows(self) -> Path:
        """The good rows as COPY text."""
        return self.path / "rows"

    def keep(self, parts: Iterable[bytes], limits: Limits) -> str:
        """Write an upload as it comes in, stopping as soon as it is too large. Returns its SHA-256.

        Raises: FileTooLarge; nothing is kept then.
        """
        self.path.mkdir(parents=True, mode=0o700)
        digest, size = hashlib.sha256(), 0
        with (self.path / "source").open("wb") as file:
            for part in parts:
                size += len(part)
                if size > limits.file_bytes:
                    break
                digest.update(part)
                file.write(part)
        if size > limits.file_bytes:
            self.delete()
            raise FileTooLarge(megabytes=f"{size / MEGABYTE:.0f}", most=limits.file_bytes // MEGABYTE)
        return digest.hexdigest()

    def row_parts(self) -> Iterator[str]:
        """The good rows in large parts.

        Raises: FileForgotten once they are deleted.
        """
        if not self.rows.exists():
            raise FileForgotten
        with self.rows.open(encoding="utf-8", newline="") as file:
            while part := file.read(_PART_CHARS):
                yield part

    def keep_problems(self, problems: Iterable[RowProblem]) -> None:
        """Write what is wrong, in the order given."""
        with (self.path / "problems").open("w", encoding="utf-8") as file:
            for one in problems:
                file.write(json.dumps([one.row, one.column, one.code, one.params], ensure_ascii=False) + "\n")

    def problems(self) -> Iterator[RowProblem]:
        """What is wrong, in the order of rows; nothing before the check."""
        path = self.path / "problems"
        if path.exists():
            with path.open(encoding="utf-8") as file:
                yield from (RowProblem(*json.loads(line)) for line in file)

    def delete(self) -> None:
        """Forget everything."""
        shutil.rmtree(self.path, ignore_errors=True)
