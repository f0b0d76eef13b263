"""Imports in the background: checking, applying, and forgetting files after their time."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor, actor_of
from gridward.kernel.errors import AppError
from gridward.kernel.incidents.queries import running
from gridward.kernel.sheets import actions
from gridward.kernel.sheets.models import ImportRun

KEPT_DAYS = 7


def _whoever_imports(run_id: str) -> Actor:
    run = ImportRun.objects.select_related("by").get(pk=run_id)
    incident = running()
    return actor_of(run.by, "import", incident.pk if incident else None) if run.by else SYSTEM


@app.task(name="sheets.check", queue="sheets")
def check_sheet(run_id: str) -> None:
    """Check an upload row by row and prepare its preview."""
    actions.check(_whoever_imports(run_id), run_id, clock.now())


@app.task(name="sheets.apply", queue="sheets")
def apply_sheet(run_id: str, good_rows_only: bool) -> None:
    """Apply a previewed import; a refusal is kept with it for its owner to read."""
    try:
        actions.apply(_whoever_imports(run_id), run_id, clock.now(), good_rows_only=good_rows_only)
    except AppError as refused:
        actions.give_up(run_id, refused, clock.now())


@app.periodic(cron="17 3 * * *")
@app.task(name="sheets.forget", queueing_lock="sheets.forget")
def forget_files(timestamp: int) -> int:
    """Once a night: delete uploads after a week. Returns how many."""
    return actions.forget(clock.now() - timedelta(days=KEPT_DAYS))
