"""Where an import's files lie, sealed: what was uploaded, the good rows made from it, what is wrong with the others."""

from __future__ import annotations

import codecs
import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

from gridward.kernel.secrecy.files import SealedFile, in_memory, read_sealed, write_sealed
from gridward.kernel.sheets.errors import FileForgotten, FileTooLarge
from gridward.kernel.sheets.guarding import MEGABYTE, Limits
from gridward.kernel.sheets.problems import RowProblem

_HOLDER = "person"


class Folder:
    """The folder of one import; its files are under the key of the incident it was made in."""

    def __init__(self, run_id: UUID, incident_id: UUID | None = None) -> None:
        self.path = Path(settings.MEDIA_ROOT) / "imports" / str(run_id)
        self._incident_id = incident_id

    @contextmanager
    def source(self) -> Iterator[Path]:
        """The file as it was uploaded, in memory.

        Raises: FileForgotten once it is deleted.
        """
        path = self.path / "source"
        if not path.exists():
            raise FileForgotten
        with in_memory(path) as opened:
            yield opened

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
        with self._sealed("source") as file:
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
        return codecs.iterdecode(read_sealed(self.rows), "utf-8")

    def write_rows(self) -> SealedFile:
        """The file of the good rows, to be written anew."""
        return self._sealed("rows")

    def keep_problems(self, problems: Iterable[RowProblem]) -> None:
        """Write what is wrong, in the order given."""
        lines = (json.dumps([one.row, one.column, one.code, one.params], ensure_ascii=False) for one in problems)
        write_sealed(self.path / "problems", (f"{line}\n".encode() for line in lines), self._incident_id, _HOLDER)

    def problems(self) -> Iterator[RowProblem]:
        """What is wrong, in the order of rows; nothing before the check."""
        path = self.path / "problems"
        if path.exists():
            for line in b"".join(read_sealed(path)).decode().splitlines():
                yield RowProblem(*json.loads(line))

    def _sealed(self, name: str) -> SealedFile:
        return SealedFile(self.path / name, self._incident_id, _HOLDER)

    def delete(self) -> None:
        """Forget everything."""
        shutil.rmtree(self.path, ignore_errors=True)
