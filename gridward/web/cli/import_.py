"""`gridward import`: a spreadsheet into a register, with a preview and row errors."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from gridward.web.cli.session import fail, house, say

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 20


@click.command()
@click.argument("register")
@click.argument("files", nargs=-1, type=_FILE)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--good-rows", is_flag=True, help="Import the good rows even where others have errors.")
@click.option(
    "--returned", type=click.Path(dir_okay=False, path_type=Path), help="Write the bad rows here, with what to mend."
)
@click.option(
    "--set", "fixed", multiple=True, metavar="COLUMN=VALUE", help="A value for every row, e.g. coordinates=gcj02."
)
@click.option(
    "--compare",
    type=_FILE,
    multiple=True,
    help="areas only: an older edition; says which codes came, went, were renamed. Imports nothing.",
)
@click.option(
    "--template", type=click.Path(dir_okay=False, path_type=Path), help="Write an empty sheet to fill in, and stop."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(register: str, files: tuple[Path, ...], as_json: bool, template: Path | None, **how: Any) -> None:
    """Import FILES (.xlsx, .xls, .ods or .csv) into a REGISTER: areas, people, organisations, resources, accounts.

    \b
    Nothing changes while a row has an error, unless you say --good-rows.
    The same file twice changes nothing the second time.
    \b
      gridward import areas districts.csv towns.csv communities.csv
      gridward import people residents.xlsx --good-rows --returned to-mend.xlsx
      gridward import areas communities-2023.csv --compare communities-2016.csv
      gridward import people --template people.xlsx
    """
    with house():
        from gridward.kernel.errors import AppError

        try:
            found = _run(register, files, template, how)
        except AppError as refused:
            fail(str(refused))
        if as_json:
            click.echo(json.dumps(found, ensure_ascii=False, default=str))
        if found.get("refused"):
            raise SystemExit(1)


def _run(register: str, files: tuple[Path, ...], template: Path | None, how: dict[str, Any]) -> dict[str, Any]:
    from gridward.kernel.sheets.queries import sheet
    from gridward.kernel.sheets.returning import write_template

    spec = sheet(register)
    if template:
        with template.open("wb") as file:
            write_template(str(spec.title), spec.columns, file)
        return {"template": str(template)}
    if how["compare"]:
        return _compare(spec, files, how["compare"])
    if not files:
        fail("Name the file to import.")
    imports = [_import(register, path, how) for path in files]
    return {"imports": imports, "refused": any(one["state"] != "applied" for one in imports) and not how["dry_run"]}


def _import(register: str, path: Path, how: dict[str, Any]) -> dict[str, Any]:
    from gridward.kernel import clock
    from gridward.kernel.access.actor import SYSTEM
    from gridward.kernel.sheets import actions

    fixed = dict(pair.partition("=")[::2] for pair in how["fixed"])
    with path.open("rb") as file:
        parts = iter(lambda: file.read(1 << 20), b"")
        run = actions.upload(SYSTEM, register, path.name, parts, clock.now(), fixed)
    run = actions.check(SYSTEM, run.pk, clock.now(), _bar(f"{path.name}: checking"))
    if run.refusal:
        fail(f"{path.name}: {_refusal_words(run)}")
    _tell_problems(run)
    if run.bad_rows and how["returned"]:
        _write_returned(run, how["returned"])
    if how["dry_run"] or (run.bad_rows and not how["good_rows"]):
        say(f"{path.name}: {_counts(run, applied=False)}. Nothing was imported.")
    else:
        run = actions.apply(SYSTEM, run.pk, clock.now(), good_rows_only=how["good_rows"])
        say(f"{path.name}: {_counts(run, applied=True)}.")
    return _as_json(run)


def _bar(words: str) -> Any:
    from rich.console import Console
    from rich.progress import Progress

    progress = Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    task = progress.add_task(words, total=None)
    progress.start()

    def tell(done: int, total: int) -> None:
        progress.update(task, completed=done, total=max(done, total))
        if done >= total - 1:
            progress.stop()

    return tell


def _counts(run: Any, *, applied: bool) -> str:
    tense = "" if applied else "would be "
    changed = f"{run.created_rows} {tense}new, {run.changed_rows} {tense}changed, {run.unchanged_rows} unchanged"
    return f"{run.total_rows} rows: {changed}, {run.bad_rows} with errors"


def _refusal_words(run: Any) -> str:
    from gridward.kernel.sheets.queries import refusal_of

    return refusal_of(run)


def _tell_problems(run: Any) -> None:
    from gridward.kernel.sheets.queries import problems_of, sheet

    titles = {column.key: column.title for column in sheet(run.sheet).columns}
    for problem in problems_of(run, _SHOWN):
        say(f"  row {problem.row} {titles.get(problem.column, '')}: {problem.words()}")
    if run.bad_rows > _SHOWN:
        say(f"  … {run.bad_rows} rows have errors; --returned FILE gives all of them.")


def _write_returned(run: Any, target: Path) -> None:
    from gridward.kernel.sheets.queries import give_back

    with target.open("wb") as file:
        give_back(run, file, every_row=False)
    say(f"  The bad rows are in {target}.")


def _as_json(run: Any) -> dict[str, Any]:
    counted = ("total_rows", "created_rows", "changed_rows", "unchanged_rows", "bad_rows")
    return {"id": str(run.pk), "file": run.file_name, "state": str(run.state)} | {
        name: getattr(run, name) for name in counted
    }


def _compare(spec: Any, newer: tuple[Path, ...], older: tuple[Path, ...]) -> dict[str, Any]:
    from dataclasses import asdict

    from gridward.kernel.sheets.editions import between, read_edition, registered

    if spec.key != "areas":
        fail("--compare is for areas.")
    before, bad = read_edition(spec, older)
    after, worse = read_edition(spec, newer) if newer else (registered(), [])
    for path, problem in (bad + worse)[:_SHOWN]:
        say(f"  {path.name} row {problem.row}: {problem.words()}")
    found = between(before, after)
    for word, rows in (
        ("came", found.came),
        ("went", found.went),
        ("renamed", found.renamed),
        ("respelled", found.respelled),
    ):
        for row in rows:
            say(f"  {word}\t" + "\t".join(row))
    moved = f"{found.kept} kept, {len(found.came)} came, {len(found.went)} went"
    names = f"{len(found.renamed)} renamed, {len(found.respelled)} only spelled with another ending"
    say(f"{found.before} codes before, {found.after} after: {moved}; {names}.")
    counted = {name: len(rows) for name, rows in asdict(found).items() if isinstance(rows, list)}
    return {"before": found.before, "after": found.after, "kept": found.kept, "counts": counted, **asdict(found)}
