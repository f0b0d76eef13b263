"""What the house does by itself, on the clock. Queue and schedule live in PostgreSQL (Procrastinate)."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from gridward.kernel import clock, orphans
from gridward.kernel.erasing.finishing import erase_due
from gridward.kernel.figures.actions import refresh
from gridward.kernel.journal.keeping import seal_all
from gridward.kernel.needs.climbing import BATCH, climb_overdue
from gridward.kernel.notices import sending
from gridward.kernel.sheets import jobs as sheet_jobs
from gridward.kernel.walls.owner import as_owner

__all__ = ["climb", "erase", "refresh_figures", "seal_journal", "send_notices", "sheet_jobs", "sweep_files"]

# The sixth field is seconds and stands last: in front it would mean minutes.


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="climb", pass_context=False)
def climb(timestamp: int) -> int:
    """Every five seconds: overdue needs climb one desk. Returns how many did."""
    climbed = 0
    while batch := len(climb_overdue(clock.now())):
        climbed += batch
        if batch < BATCH:
            break
    return climbed


@app.periodic(cron="* * * * * */15")
@app.task(queueing_lock="figures")
def refresh_figures(timestamp: int) -> int:
    """Every fifteen seconds: figures of the days the journal touched. Returns how many days."""
    return len(refresh(clock.now()))


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="notices")
def send_notices(timestamp: int) -> int:
    """Every ten seconds: a batch of waiting notices goes out. Returns how many."""
    return sending.send_waiting(clock.now())


@app.periodic(cron="* * * * * */30")
@app.task(queueing_lock="journal")
def seal_journal(timestamp: int) -> int:
    """Every thirty seconds: what the journal gained is sealed. Returns how many entries."""
    return seal_all(clock.now())


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="orphans")
def sweep_files(timestamp: int) -> int:
    """Every night: files that no row came to name within an hour are deleted. Returns how many."""
    return orphans.sweep(clock.now() - timedelta(hours=1))


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="erase")
def erase(timestamp: int) -> int:
    """Every night: what closed incidents left is destroyed once it was kept long enough. Returns how many reports."""
    with as_owner():
        return len(erase_due(clock.now()))
