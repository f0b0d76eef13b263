"""Reading imports: whose, in which state, what is wrong with their rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import IO, Any

from django.conf import settings
from django.db.models import Q, QuerySet

from gridward.kernel import clock
from gridward.kernel.access.actor import Actor
from gridward.kernel.areas.models import Area
from gridward.kernel.errors import AppError, NotFound
from gridward.kernel.registry import registry
from gridward.kernel.sheets.cells import Context
from gridward.kernel.sheets.errors import UnknownSheet
from gridward.kernel.sheets.guarding import MEGABYTE, Limits
from gridward.kernel.sheets.heading import Heading, Mapped
from gridward.kernel.sheets.models import ColumnMapping, ImportRun
from gridward.kernel.sheets.places import Places
from gridward.kernel.sheets.problems import RowProblem
from gridward.kernel.sheets.reading import Grid, open_grids
from gridward.kernel.sheets.returning import return_sheet
from gridward.kernel.sheets.spec import SheetSpec
from gridward.kernel.sheets.storage import Folder

IMPORT = "sheets.import"


def sheet(key: str) -> SheetSpec:
    """The sheet of a register.

    Raises: UnknownSheet, naming those there are.
    """
    sheets = registry().sheets
    if key not in sheets:
        raise UnknownSheet(sheet=key, sheets=", ".join(sheets))
    found: SheetSpec = sheets[key]
    return found


def sheets_for(actor: Actor) -> list[SheetSpec]:
    """The sheets an actor may import somewhere, in the order of the manifests."""
    return [one for one in registry().sheets.values() if actor.may(one.capability)]


def history(actor: Actor) -> QuerySet[ImportRun]:
    """The imports an actor may see, newest first: their own; the house itself sees all.

    Relies on import_by.
    """
    rows = ImportRun.objects.select_related("by").order_by("-at", "-id")
    return rows if actor.everything else rows.filter(by_id=actor.user_id)


def one(actor: Actor, run_id: Any) -> ImportRun:
    """One import an actor may see.

    Raises: NotFound.
    """
    found = history(actor).filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return found


def applied_before(run: ImportRun) -> ImportRun | None:
    """An earlier import of the very same file into the same register. Relies on import_file."""
    same = Q(sheet=run.sheet, sha256=run.sha256, state=ImportRun.State.APPLIED)
    return ImportRun.objects.filter(same).exclude(pk=run.pk).order_by("-at").first()


def remembered(sheet_key: str) -> dict[str, Mapped]:
    """The mappings remembered for a sheet, by fingerprint of the header."""
    rows = ColumnMapping.objects.filter(sheet=sheet_key).values_list("fingerprint", "mapped")
    return {fingerprint: tuple(mapped) for fingerprint, mapped in rows}


def limits() -> Limits:
    """How much one file may hold here."""
    most = getattr(settings, "MAX_UPLOAD_BYTES", 50 * MEGABYTE)
    return Limits(file_bytes=most, unpacked_bytes=12 * most)


def grid_of(run: ImportRun) -> Grid:
    """The sheet an import reads, opened anew.

    Raises: FileForgotten, and whatever opening it says.
    """
    with Folder(run.pk).source() as path:
        grids = open_grids(path, limits())
    return next((grid for grid in grids if grid.sheet == run.sheet_name), grids[0])


def heading_of(run: ImportRun) -> Heading:
    """The header an import found, with the mapping now chosen."""
    return Heading(run.header_row, tuple(run.titles), tuple(run.mapping))


def is_clear(run: ImportRun) -> bool:
    """Whether it is certain what every column of an upload is: all titles known, or a mapping once chosen for them."""
    heading = heading_of(run)
    if heading.missing(sheet(run.sheet).columns):
        return False
    chosen = ColumnMapping.objects.filter(sheet=run.sheet, fingerprint=heading.fingerprint)
    return not heading.puzzles() or chosen.exists()


def context_for(actor: Actor, spec: SheetSpec) -> Context:
    """What the parsers of a sheet need to know of the house now."""
    places = Places((address, name, gone is not None) for address, name, gone in _areas())
    names = {register: read() for register, read in spec.names.items()}
    today = clock.local_day(clock.now())
    return Context(clock.zone(), today, places, names, actor.spans(spec.capability))


def _areas() -> Any:
    return Area.objects.values_list("address", "name", "gone_on").iterator(10_000)


def refusal_of(run: ImportRun) -> str:
    """Why an import was not carried out, in the reader's language; '' where somebody turned it down."""
    reason = next((one for one in _refusals() if one.code == run.refusal), None)
    return str(reason.message) % run.refusal_params if reason else ""


def _refusals() -> list[type[AppError]]:
    found: list[type[AppError]] = [AppError]
    for one in found:
        found += one.__subclasses__()
    return found


def give_back(run: ImportRun, file: IO[bytes], *, every_row: bool) -> None:
    """Write the uploaded sheet with what to mend beside its rows; see `returning.return_sheet`.

    Raises: FileForgotten.
    """
    columns, problems = sheet(run.sheet).columns, problems_by_row(run)
    return_sheet(grid_of(run), heading_of(run), columns, problems, file, every_row=every_row)


def problems_of(run: ImportRun, most: int) -> list[RowProblem]:
    """The first problems of an import, in the order of rows."""
    return list(islice(Folder(run.pk).problems(), most))


def problems_by_row(run: ImportRun) -> dict[int, Sequence[RowProblem]]:
    """All problems of an import by row."""
    found: dict[int, list[RowProblem]] = {}
    for problem in Folder(run.pk).problems():
        found.setdefault(problem.row, []).append(problem)
    return dict(found)
