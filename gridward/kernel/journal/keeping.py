"""Keeping the journal sealed, and the head of its chain in a file outside the database."""

from __future__ import annotations

import json
from datetime import datetime

from django.conf import settings

from gridward.kernel.journal.seals import BATCH, Head, head, seal


def seal_all(now: datetime) -> int:
    """Seal everything that is committed and not sealed, and write the head where `settings.JOURNAL_HEAD` says.

    Returns: how many entries were sealed.
    """
    sealed = count = seal(now)
    while count == BATCH:
        sealed += (count := seal(now))
    reached = head(settings.JOURNAL_KEY)
    if sealed and reached:
        part = settings.JOURNAL_HEAD.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_text(reached.text(), encoding="utf-8")
        # Renamed when complete: a head cut short by a crash would be taken for a forged one.
        part.rename(settings.JOURNAL_HEAD)
    return sealed


def kept_head(text: str | None = None) -> Head | None:
    """A head as it was written (`text`), or the one in the house's own file; None where there is none.

    Raises: ValueError if the text is no head.
    """
    if text is None:
        if not settings.JOURNAL_HEAD.exists():
            return None
        text = settings.JOURNAL_HEAD.read_text(encoding="utf-8")
    try:
        return Head(**json.loads(text))
    except TypeError as other:
        raise ValueError("not the head of a journal") from other
