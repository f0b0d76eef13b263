"""How the house writes its log: a line a person reads, or a line a machine reads; nobody can forge one."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

_PLAIN = "%(asctime)s %(levelname)s %(name)s %(message)s"


class Readable(logging.Formatter):
    """One entry: its first line begins with the time, and every further one, as of a traceback, is indented."""

    def __init__(self) -> None:
        super().__init__(_PLAIN)

    def format(self, record: logging.LogRecord) -> str:
        """The entry."""
        return "\n    ".join(super().format(record).splitlines())


class Json(logging.Formatter):
    """One entry as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The entry."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
