"""Imports in the background: checking, applying, and forgetting files after their time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor, actor_of
from gridward.kernel.access.scope import within
from gridward.kernel.errors import AppError
from gridward.kernel.incidents.queries import running
from gridward.kernel.sheets import actions
from gridward.kernel.sheets.models import ImportRun

KEPT_DAYS = 7


def _whoever_imports(run_id: str) -> Actor:
    run = ImportRun.objects.select_related("by").get(pk=run_id)
    incident = running()
    return actor_of(run.by, "import", incident.pk if incident else None) if run.by else SYSTEM


@transaction.atomic
def begin_check(actor: Actor, run_id: Any, now: datetime) -> ImportRun:
    """Mark an upload for checking and queue the work, both or neither.

    Raises: NotFound, ImportOver, HeaderMissing.
    """
    run = actions.ask_for_check(actor, run_id, now)
    check_sheet.defer(run_id=str(run.pk))
    return run


@transaction.atomic
def begin_apply(actor: Actor, run_id: Any, now: datetime, *, good_rows_only: bool) -> ImportRun:
    """Mark a previewed import for applying and queue the work, both or neither.

    Raises: NotFound, ImportOver, BadRowsLeft.
    """
    run = actions.ask_to_apply(actor, run_id, now, good_rows_only=good_rows_only)
    apply_sheet.defer(run_id=str(run.pk), good_rows_only=good_rows_only)
    return run


@app.task(name="sheets.check", queue="sheets")
def check_sheet(run_id: str) -> None:
    """Check an upload row by row and prepare its preview."""
    actor = _whoever_imports(run_id)
    with within(actor):
        actions.check(actor, run_id, clock.now())


@app.task(name="sheets.apply", queue="sheets")
def apply_sheet(run_id: str, good_rows_only: bool) -> None:
    """Apply a previewed import; a refusal is kept with it for its owner to read."""
    actor = _whoever_imports(run_id)
    try:
        with within(actor):
            actions.apply(actor, run_id, clock.now(), good_rows_only=good_rows_only)
    except AppError as refused:
        actions.give_up(run_id, refused, clock.now())


@app.periodic(cron="17 3 * * *")
@app.task(name="sheets.forget", queueing_lock="sheets.forget")
def forget_files(timestamp: int) -> int:
    """Once a night: delete uploads after a week. Returns how many."""
    return actions.forget(clock.now() - timedelta(days=KEPT_DAYS))
