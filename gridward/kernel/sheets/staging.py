"""Good rows on their way into the database, as lines of COPY's text format."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from gridward.kernel.sheets.spec import SheetSpec

_ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_NEEDS_ESCAPE = re.compile(r"[\\\t\n\r]")


def staged_columns(spec: SheetSpec) -> dict[str, str]:
    """The staged table's columns with their PostgreSQL types, the row's number first."""
    columns = {"n": "integer"}
    columns |= {column.key: column.parse.sql for column in spec.columns}
    return columns | dict(spec.extra)


def line_writer(spec: SheetSpec) -> Callable[[int, Sequence[Any]], str]:
    """What turns a row's number and values into one line."""
    writers = [_WRITERS.get(kind, str) for kind in list(staged_columns(spec).values())[1:]]

    def line(number: int, values: Sequence[Any]) -> str:
        cells = ["\\N" if value is None else write(value) for write, value in zip(writers, values, strict=True)]
        return f"{number}\t" + "\t".join(cells) + "\n"

    return line


def text_cell(value: str) -> str:
    """A text as COPY takes it."""
    if _NEEDS_ESCAPE.search(value):
        return _NEEDS_ESCAPE.sub(lambda found: _ESCAPED[found[0]], value)
    return value


def _array(values: Sequence[str]) -> str:
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return text_cell("{" + ",".join(quoted) + "}")


def _moment(value: datetime) -> str:
    return value.isoformat()


_WRITERS: dict[str, Callable[[Any], str]] = {
    "text": text_cell,
    "text[]": _array,
    "timestamptz": _moment,
    "boolean": lambda value: "t" if value else "f",
    "double precision": repr,
}
