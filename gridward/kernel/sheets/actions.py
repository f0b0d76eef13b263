"""Imports, step by step: uploaded, mapped, checked, then applied or turned down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, at_level, level_of
from gridward.kernel.errors import AppError
from gridward.kernel.ids import new_id
from gridward.kernel.incidents.queries import running
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.sheets import merging
from gridward.kernel.sheets.checking import BLOCK_ROWS, Check
from gridward.kernel.sheets.errors import BadRowsLeft, ChangedSincePreview, ImportOver
from gridward.kernel.sheets.heading import Heading, find_heading, require_columns, with_mapping
from gridward.kernel.sheets.models import ColumnMapping, ImportRun
from gridward.kernel.sheets.problems import RowProblem
from gridward.kernel.sheets.queries import (
    IMPORT,
    context_for,
    grid_of,
    heading_of,
    limits,
    one,
    remembered,
    sheet,
)
from gridward.kernel.sheets.reading import Grid, open_grids
from gridward.kernel.sheets.spec import Register, SheetSpec
from gridward.kernel.sheets.staging import line_writer
from gridward.kernel.sheets.storage import Folder

State = ImportRun.State
Tell = Callable[[int, int], None]
"""Told how many rows of about how many are done."""

_ONE_AT_A_TIME = 0x5348_4545
_TRACED_TOGETHER = 500


def upload(
    actor: Actor,
    sheet_key: str,
    name: str,
    parts: Iterable[bytes],
    now: datetime,
    fixed: Mapping[str, str] | None = None,
) -> ImportRun:
    """Take a file in: find its table, its header, and what each column is as far as titles tell.

    Parameters: parts — the file's bytes as they come; fixed — cells by column key that hold for every row.
    Raises: Forbidden, UnknownSheet, and what reading says (sheets/errors.py); nothing is kept then.
    """
    spec = sheet(sheet_key)
    actor.require(IMPORT)
    actor.require(spec.capability)
    run = ImportRun(pk=new_id(now), sheet=sheet_key, file_name=name[-200:], at=now, moved_at=now, by_id=actor.user_id)
    run.incident = running()
    folder = Folder(run.pk, run.incident_id)
    run.sha256 = folder.keep(parts, limits())
    try:
        grid, heading = _table(folder, spec)
    except AppError:
        folder.delete()
        raise
    run.format, run.sheet_name = grid.format, grid.sheet
    run.header_row, run.titles, run.mapping = heading.row, list(heading.titles), list(heading.mapped)
    run.fixed, run.total_rows = dict(fixed or {}), max(grid.height - heading.row, 0)
    run.save(force_insert=True)
    return run


def _table(folder: Folder, spec: SheetSpec) -> tuple[Grid, Heading]:
    """The first sheet whose header is known, else the first sheet."""
    known = remembered(spec.key)
    with folder.source() as path:
        grids = open_grids(path, limits())
    headings = [(grid, find_heading(grid.head(), spec.columns, known)) for grid in grids]
    return next((found for found in headings if not found[1].missing(spec.columns)), headings[0])


@transaction.atomic
def map_columns(actor: Actor, run_id: Any, mapped: Sequence[str], now: datetime) -> ImportRun:
    """Say which column is which; remembered for every sheet with this header.

    Raises: NotFound, ImportOver, ColumnTwice, HeaderMissing.
    """
    run = _locked(actor, run_id, State.UPLOADED, State.PREVIEWED)
    spec = sheet(run.sheet)
    heading = with_mapping(heading_of(run), mapped, spec.columns)
    ColumnMapping.objects.update_or_create(
        sheet=run.sheet,
        fingerprint=heading.fingerprint,
        defaults={"mapped": list(mapped), "by_id": actor.user_id, "at": now},
    )
    run.mapping = list(mapped)
    _move(run, State.UPLOADED, now)
    return run


@transaction.atomic
def ask_for_check(actor: Actor, run_id: Any, now: datetime) -> ImportRun:
    """Mark an upload for checking; the job follows.

    Raises: NotFound, ImportOver, HeaderMissing.
    """
    run = _locked(actor, run_id, State.UPLOADED, State.CHECKING)
    require_columns(heading_of(run), sheet(run.sheet).columns)
    run.progress = 0
    _move(run, State.CHECKING, now)
    return run


def check(actor: Actor, run_id: Any, now: datetime, tell: Tell | None = None) -> ImportRun:
    """Read every row, find what is wrong and what would change; the register stays as it is.

    A file that turns out unreadable ends the import as refused, with the reason kept.

    Raises: NotFound, ImportOver.
    """
    run = one(actor, run_id)
    if run.state not in (State.UPLOADED, State.CHECKING, State.PREVIEWED):
        raise ImportOver
    spec = sheet(run.sheet)
    try:
        problems = _read(actor, run, spec, tell or _note_progress(run))
        with transaction.atomic():
            problems += _compare(actor, run, spec)
            # The comparison's temporary tables go with it.
            transaction.set_rollback(True)
    except AppError as refused:
        return _refuse(run, refused, now)
    problems.sort(key=lambda problem: problem.row)
    Folder(run.pk, run.incident_id).keep_problems(problems)
    run.bad_rows = len({problem.row for problem in problems})
    run.good_rows = run.total_rows - run.bad_rows
    _move(run, State.PREVIEWED, now)
    return run


def _read(actor: Actor, run: ImportRun, spec: SheetSpec, tell: Tell) -> list[RowProblem]:
    grid, heading = grid_of(run), heading_of(run)
    require_columns(heading, spec.columns)
    reading = Check(
        spec.columns, context_for(actor, spec), spec.rule, tuple(spec.extra), spec.identities, dict(run.fixed)
    )
    line, problems, total = line_writer(spec), [], 0
    with Folder(run.pk, run.incident_id).write_rows() as file:
        for block in reading.blocks(grid, heading):
            file.write("".join(line(number, values) for number, values in block.good).encode())
            problems += block.problems
            total += block.read
            tell(total, grid.height)
    run.total_rows = total
    return problems


def _note_progress(run: ImportRun) -> Tell:
    def note(done: int, total: int) -> None:
        if done // BLOCK_ROWS % 5 == 0:
            percent = min(99, 100 * done // max(total, 1))
            ImportRun.objects.filter(pk=run.pk).update(progress=percent)

    return note


def _compare(actor: Actor, run: ImportRun, spec: SheetSpec) -> list[RowProblem]:
    """Stage and merge inside the open transaction, and note on the import what would change."""
    merging.stage(spec, Folder(run.pk).row_parts())
    with house():
        # One thing is registered once in the whole district: a row is compared with all there is, and may change
        # what lies in reach.
        problems = merging.merge(spec, actor.spans(spec.capability))
        counts = merging.outcomes(spec)
        run.changes = merging.changed_fields(spec)
    run.created_rows, run.changed_rows, run.unchanged_rows = (counts[outcome] for outcome in merging.OUTCOMES)
    return problems


@transaction.atomic
def ask_to_apply(actor: Actor, run_id: Any, now: datetime, *, good_rows_only: bool) -> ImportRun:
    """Mark a previewed import for applying; the job follows.

    Raises: NotFound, ImportOver, BadRowsLeft.
    """
    run = _locked(actor, run_id, State.PREVIEWED, State.APPLYING)
    if run.bad_rows and not good_rows_only:
        raise BadRowsLeft(bad=run.bad_rows)
    run.good_rows_only = good_rows_only
    _move(run, State.APPLYING, now)
    return run


def apply(actor: Actor, run_id: Any, now: datetime, *, good_rows_only: bool = False) -> ImportRun:
    """Bring the register to what the good rows say, in one transaction; applying what is applied changes nothing.

    Raises: NotFound, ImportOver, BadRowsLeft, ChangedSincePreview; nothing is changed then.
    """
    try:
        with transaction.atomic():
            run = _locked(actor, run_id, State.PREVIEWED, State.APPLYING, State.APPLIED)
            if run.state != State.APPLIED:
                _apply(actor, run, now, good_rows_only=good_rows_only)
    except IntegrityError as clash:
        raise ChangedSincePreview from clash
    (Folder(run.pk).rows).unlink(missing_ok=True)
    return run


def _apply(actor: Actor, run: ImportRun, now: datetime, *, good_rows_only: bool) -> None:
    if run.bad_rows and not good_rows_only:
        raise BadRowsLeft(bad=run.bad_rows)
    spec = sheet(run.sheet)
    with connection.cursor() as query:
        query.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_ONE_AT_A_TIME, spec.key])
    known = {problem.row for problem in Folder(run.pk).problems()}
    if any(problem.row not in known for problem in _compare(actor, run, spec)):
        raise ChangedSincePreview
    where = _common_place(merging.extent(spec))
    with house():
        for number, register in merging.write(spec):
            _trace(actor, run, register, number, where, now)
    run.good_rows_only = good_rows_only
    _move(run, State.APPLIED, now)
    data = {
        "sheet": run.sheet,
        "sha256": run.sha256,
        "created": run.created_rows,
        "changed": run.changed_rows,
        "unchanged": run.unchanged_rows,
        "left_out": run.bad_rows,
    }
    # Files are often called after whom they list.
    said = {"file": run.file_name}
    record(actor, [Event("sheet.applied", "import", str(run.pk), where, now, data=data, said=said)])


def _trace(actor: Actor, run: ImportRun, register: Register, number: int, where: int, now: datetime) -> None:
    trace = register.trace
    if trace is None:
        return
    events = []
    for subject, address, *values in merging.traced(register, number):
        data = {"import": str(run.pk)} | dict(zip(trace.data, map(str, values), strict=True))
        events.append(
            Event(trace.verb, trace.kind, str(subject), where if address is None else address, now, data=data)
        )
    for start in range(0, len(events), _TRACED_TOGETHER):
        record(actor, events[start : start + _TRACED_TOGETHER])


def _common_place(extent: tuple[int, int] | None) -> int:
    """The smallest place that holds both ends of a range of addresses; 0 for the country."""
    if extent is None:
        return 0
    low, high = extent
    deepest = min(level_of(low), level_of(high))
    shared = (at_level(low, level) for level in sorted(Level, reverse=True) if Level.COUNTRY < level <= deepest
              and at_level(low, level) == at_level(high, level))  # fmt: skip
    return next(shared, 0)


@transaction.atomic
def turn_down(actor: Actor, run_id: Any, now: datetime) -> ImportRun:
    """Leave the register as it is and delete the file.

    Raises: NotFound, ImportOver.
    """
    run = _locked(actor, run_id, State.UPLOADED, State.CHECKING, State.PREVIEWED)
    run.forgotten = True
    _move(run, State.REFUSED, now)
    transaction.on_commit(Folder(run.pk).delete)
    return run


def give_up(run_id: Any, refused: AppError, now: datetime) -> ImportRun:
    """Note why an import could not be applied."""
    return _refuse(ImportRun.objects.get(pk=run_id), refused, now)


def forget(before: datetime) -> int:
    """Delete the files of imports older than a moment; their counts stay. Returns how many."""
    old = ImportRun.objects.filter(at__lt=before, forgotten=False)
    ids = list(old.values_list("pk", flat=True))
    for run_id in ids:
        Folder(run_id).delete()
    return ImportRun.objects.filter(pk__in=ids).update(forgotten=True)


def _refuse(run: ImportRun, refused: AppError, now: datetime) -> ImportRun:
    run.refusal = refused.code
    run.refusal_params = {name: str(value) for name, value in refused.params.items()}
    _move(run, State.REFUSED, now)
    return run


def _locked(actor: Actor, run_id: Any, *states: str) -> ImportRun:
    one(actor, run_id)
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state not in states:
        raise ImportOver
    return run


def _move(run: ImportRun, state: str, now: datetime) -> None:
    run.state, run.moved_at = state, now
    run.save()
