"""The end of an erasure: its tables written anew, the journal sealed, a signed report kept; and the nightly round."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from gridward.kernel.access.actor import SYSTEM
from gridward.kernel.erasing.actions import Erasure, erase_incident
from gridward.kernel.erasing.queries import due
from gridward.kernel.erasing.reports import keep, signed_report
from gridward.kernel.erasing.rewriting import rewrite
from gridward.kernel.journal.keeping import seal_all


def finish(done: Erasure, now: datetime) -> tuple[dict[str, Any], Path]:
    """Seal what happened, write the tables anew, sign and keep the report. Returns the report and where it lies."""
    seal_all(now)
    report = signed_report(done, now, vacuumed=rewrite([*done.rows, *done.tables]))
    return report, keep(report)


def erase_due(now: datetime) -> list[Path]:
    """Destroy what is due in every closed incident; needs the owner's rights. Returns the reports."""
    return [finish(erase_incident(SYSTEM, incident_id, holders, now), now)[1] for incident_id, holders in due(now)]
