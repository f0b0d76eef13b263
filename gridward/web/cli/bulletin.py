"""`gridward bulletin`: the day of an area in its figures."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from gridward.web.cli.session import fail, house


@click.command()
@click.option("--area", default="", help="Official code or full address; the running incident's area if not given.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day; today if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--pdf", type=click.Path(path_type=Path), default=None, help="Write a PDF to this file instead.")
def command(area: str, day: datetime | None, as_json: bool, pdf: Path | None) -> None:
    """Print the daily bulletin of an area, computed from the rows as they are now."""
    with house():
        from gridward.kernel import clock
        from gridward.kernel.address import from_code
        from gridward.kernel.areas.queries import one
        from gridward.kernel.figures.actions import compute
        from gridward.kernel.incidents.queries import running
        from gridward.web.bulletin import bulletin_json, bulletin_of, bulletin_pdf, bulletin_text

        incident = running()
        if not area and incident is None:
            fail("No incident is running: say which area with --area CODE.")
        now = clock.now()
        when = day.date() if day else clock.local_day(now)
        compute([when], now)
        found = bulletin_of(one(from_code(area) if area else incident.address), when, now)
        if pdf:
            pdf.write_bytes(bulletin_pdf(found))
        elif as_json:
            click.echo(json.dumps(bulletin_json(found), ensure_ascii=False, indent=2))
        else:
            click.echo(bulletin_text(found))
