"""`gridward export`: a register as a spreadsheet that can be imported again."""

from __future__ import annotations

from pathlib import Path

import click

from gridward.web.cli.session import fail, house, say


@click.command()
@click.argument("register")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--area", default="", help="Only what lies in this area: its code of 6, 9, 12 or 19 digits.")
def command(register: str, file: Path, area: str) -> None:
    """Write a REGISTER to FILE, .xlsx or .csv: areas, people, organisations, resources, accounts.

    The journal keeps that it was done. No cell can turn into a formula, and numbers of phones and cards stay whole.
    """
    with house():
        from gridward.kernel import clock
        from gridward.kernel.access.actor import SYSTEM
        from gridward.kernel.address import EVERYWHERE, from_code, span
        from gridward.kernel.errors import AppError
        from gridward.kernel.sheets.exporting import export

        try:
            within = span(from_code(area)) if area else EVERYWHERE
        except ValueError:
            fail(f"{area} is not the code of an area.")
        try:
            with file.open("wb") as target:
                count = export(SYSTEM, register, file.suffix.lstrip(".").lower(), target, within, clock.now())
        except AppError as refused:
            file.unlink(missing_ok=True)
            fail(str(refused))
        say(f"{count} rows written to {file}.")
