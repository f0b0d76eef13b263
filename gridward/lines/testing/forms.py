"""What people type and upload at the bench, checked once."""

from __future__ import annotations

import json
import tempfile
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from gridward.kernel.errors import Invalid
from gridward.kernel.sheets.guarding import MEGABYTE, Limits
from gridward.kernel.sheets.reading import open_grids

LIMITS = Limits(file_bytes=20 * MEGABYTE, rows=60_000, columns=100)
MOST_JSON = 20 * MEGABYTE


def rows_of(upload: UploadedFile | None) -> list[list[Any]]:
    """The rows of an uploaded .xlsx or .csv, as they stand.

    Raises: Invalid where no file was chosen; what opening a spreadsheet raises.
    """
    chosen = _chosen(upload)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as file:
            for chunk in chosen.chunks():
                file.write(chunk)
        return [list(row) for row in open_grids(path, LIMITS)[0].rows()]


def json_of(upload: UploadedFile | None) -> Any:
    """An uploaded JSON file.

    Raises: Invalid where no file was chosen, or it is no JSON, naming the line.
    """
    chosen = _chosen(upload)
    if (chosen.size or 0) > MOST_JSON:
        raise Invalid(field=_("File"), reason=_("at most 20 MB"))
    try:
        return json.loads(chosen.read())
    except json.JSONDecodeError as wrong:
        raise Invalid(field=_("Line %(line)s") % {"line": wrong.lineno}, reason=_("this is no JSON")) from wrong
    except UnicodeDecodeError as wrong:
        raise Invalid(field=_("File"), reason=_("this is no JSON")) from wrong


def _chosen(upload: UploadedFile | None) -> UploadedFile:
    if upload is None:
        raise Invalid(field=_("File"), reason=_("choose one"))
    return upload


def codes_of(words: str) -> list[str]:
    """Scanned codes, one a line or parted by spaces or commas."""
    return words.replace(",", " ").replace("，", " ").split()


def fen_of(words: str) -> int:
    """An amount of yuan, in fen.

    Raises: Invalid.
    """
    try:
        fen = Decimal(words.strip()) * 100
        if fen != fen.to_integral_value():
            raise InvalidOperation
        return int(fen)
    except (InvalidOperation, ValueError, OverflowError) as wrong:
        raise Invalid(field=_("worth"), reason=_("write an amount in yuan")) from wrong
