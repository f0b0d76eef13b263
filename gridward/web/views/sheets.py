"""Spreadsheets in and out: upload, say which column is which, look at the preview, apply; templates and exports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.guards import actor_in, needs_capability
from gridward.kernel.errors import Invalid
from gridward.kernel.sheets import actions, jobs, queries
from gridward.kernel.sheets.exporting import export as write_export
from gridward.kernel.sheets.heading import letter
from gridward.kernel.sheets.models import ImportRun
from gridward.kernel.sheets.returning import returned_kind, write_template
from gridward.kernel.sheets.spec import SheetSpec
from gridward.kernel.sheets.writing import FORMATS
from gridward.web.paging import page_of
from gridward.web.scope import chosen_area

IMPORT = queries.IMPORT
State = ImportRun.State
_SHOWN_PROBLEMS = 100
_SHOWN_ROWS = 3
_SLOW_AFTER = timedelta(minutes=2)
_SHEET_TYPES = ".xlsx,.xls,.ods,.csv,.txt"


@require_GET
@needs_capability(IMPORT)
def registers(request: HttpRequest) -> HttpResponse:
    """The registers that take spreadsheets, and the reader's imports so far."""
    actor = actor_in(request)
    rows = page_of(queries.history(actor), request.GET.get("after", ""))
    sheets = [
        {
            "key": one.key,
            "title": one.title,
            "gives": bool(one.rows) and actor.may(one.export_capability),
            "personal": one.personal,
        }
        for one in queries.sheets_for(actor)
    ]
    context = {"sheets": sheets, "runs": [_line(run) for run in rows.rows], "after": rows.after, "types": _SHEET_TYPES}
    return render(request, "sheets/list.html", context)


def _line(run: ImportRun) -> dict[str, Any]:
    return {"run": run, "title": queries.sheet(run.sheet).title}


@require_POST
@needs_capability(IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file in; straight on to the check where it is clear which column is which."""
    file = request.FILES.get("file")
    if file is None:
        raise Invalid(field=_("File"), reason=_("Choose the spreadsheet first."))
    actor = actor_in(request)
    run = actions.upload(actor, request.POST.get("register", ""), file.name or "", file.chunks(), clock.now())
    if queries.is_clear(run):
        jobs.begin_check(actor, run.pk, clock.now())
    return _to(run)


def _to(run: ImportRun) -> HttpResponseRedirect:
    return redirect("import", run.pk)


@require_GET
@needs_capability(IMPORT)
def page(request: HttpRequest, run_id: Any) -> HttpResponse:
    """One import, in whatever state it is."""
    run = queries.one(actor_in(request), run_id)
    spec = queries.sheet(run.sheet)
    context: dict[str, Any] = {"run": run, "title": spec.title, "file_kind": run.format}
    if run.state == State.UPLOADED:
        return render(request, "sheets/mapping.html", context | _mapping_context(run, spec))
    if run.state in (State.CHECKING, State.APPLYING):
        return render(request, "sheets/working.html", context | _progress_context(run))
    return render(request, "sheets/result.html", context | _result_context(run, spec))


def _mapping_context(run: ImportRun, spec: SheetSpec) -> dict[str, Any]:
    rows = list(islice(queries.grid_of(run).rows(), run.header_row, run.header_row + _SHOWN_ROWS))
    columns = [
        {
            "at": at,
            "letter": letter(at),
            "title": title,
            "chosen": run.mapping[at],
            "cells": [row[at] for row in rows if at < len(row) and row[at] not in (None, "")],
        }
        for at, title in enumerate(run.titles)
    ]
    missing = queries.heading_of(run).missing(spec.columns)
    return {"sheet_columns": columns, "choices": spec.columns, "missing": missing}


def _progress_context(run: ImportRun) -> dict[str, Any]:
    return {"slow": clock.now() - run.moved_at > _SLOW_AFTER, "checking": run.state == State.CHECKING}


def _result_context(run: ImportRun, spec: SheetSpec) -> dict[str, Any]:
    titles = {column.key: column.title for column in spec.columns}
    problems = [] if run.forgotten else queries.problems_of(run, _SHOWN_PROBLEMS)
    changes = {titles.get(name.removesuffix("_id"), ""): count for name, count in run.changes.items()}
    return {
        "problems": [{"row": one.row, "title": titles.get(one.column, ""), "words": one.words()} for one in problems],
        "changes": sorted((title, count) for title, count in changes.items() if title),
        "good_new": run.created_rows + run.changed_rows,
        "waits": run.state == State.PREVIEWED,
        "refusal": queries.refusal_of(run),
        "before": queries.applied_before(run) if run.state == State.PREVIEWED else None,
    }


@require_GET
@needs_capability(IMPORT)
def progress(request: HttpRequest, run_id: Any) -> HttpResponse:
    """How far a running import is; asks the browser to load the page anew once it is through."""
    run = queries.one(actor_in(request), run_id)
    if run.state not in (State.CHECKING, State.APPLYING):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "sheets/progress.html", {"run": run} | _progress_context(run))


@require_POST
@needs_capability(IMPORT)
def mapping(request: HttpRequest, run_id: Any) -> HttpResponse:
    """Say which column is which, and start the check."""
    actor = actor_in(request)
    run = queries.one(actor, run_id)
    mapped = [request.POST.get(f"column-{at}", "") for at in range(len(run.titles))]
    known = {column.key for column in queries.sheet(run.sheet).columns} | {""}
    if not known.issuperset(mapped):
        raise Invalid(field=_("Column"), reason=_("Choose it from the list."))
    actions.map_columns(actor, run_id, mapped, clock.now())
    return _to(jobs.begin_check(actor, run_id, clock.now()))


@require_POST
@needs_capability(IMPORT)
def check(request: HttpRequest, run_id: Any) -> HttpResponse:
    """Start the check again where its worker was lost."""
    return _to(jobs.begin_check(actor_in(request), run_id, clock.now()))


@require_POST
@needs_capability(IMPORT)
def application(request: HttpRequest, run_id: Any) -> HttpResponse:
    """Let the previewed rows in: all of them, or the good ones only."""
    good_rows_only = request.POST.get("rows") == "good"
    return _to(jobs.begin_apply(actor_in(request), run_id, clock.now(), good_rows_only=good_rows_only))


@require_POST
@needs_capability(IMPORT)
def refusal(request: HttpRequest, run_id: Any) -> HttpResponse:
    """Leave the register as it is."""
    actions.turn_down(actor_in(request), run_id, clock.now())
    return HttpResponseRedirect(reverse("sheets"))


@require_GET
@needs_capability(IMPORT)
def returned(request: HttpRequest, run_id: Any) -> HttpResponse:
    """The uploaded sheet with what to mend beside its rows: the bad rows, or all with `?rows=all`."""
    run = queries.one(actor_in(request), run_id)
    kind, every_row = returned_kind(run.format), request.GET.get("rows") == "all"
    name = f"{run.file_name.rsplit('.', 1)[0]}-{_('to mend')}.{kind}"
    return _download(kind, name, lambda file: queries.give_back(run, file, every_row=every_row))


@require_GET
@needs_capability(IMPORT)
def template(request: HttpRequest, key: str) -> HttpResponse:
    """An empty sheet of a register, with an example and notes in both languages."""
    spec = queries.sheet(key)
    actor_in(request).require(spec.capability)
    return _download("xlsx", f"{spec.title}.xlsx", lambda file: write_template(str(spec.title), spec.columns, file))


@require_GET
@needs_capability(IMPORT)
def export(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """What a register holds in the reader's area, as a sheet that can be imported again; journalled."""
    spec = queries.sheet(key)
    _area, within = chosen_area(request, spec.export_capability)
    actor, name = actor_in(request), f"{spec.title}.{kind}"
    return _download(kind, name, lambda file: write_export(actor, key, kind, file, within, clock.now()))


def _download(kind: str, name: str, write: Callable[[IO[bytes]], Any]) -> FileResponse:
    file = TemporaryFile()  # noqa: SIM115 — the response closes it
    write(file)
    file.seek(0)
    response = FileResponse(file, content_type=FORMATS[kind])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
