"""`gridward day`: live through another day of the response on the reference district."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from gridward.web.cli.session import fail, house


@click.command()
@click.option("--calls", type=click.IntRange(1, 50_000), default=600, show_default=True, help="Calls of a whole day.")
@click.option("--seed", type=int, default=2, show_default=True, help="The same seed makes the same calls.")
@click.option("--json", "as_json", is_flag=True, help="Print what happened as JSON.")
def command(calls: int, seed: int, as_json: bool) -> None:
    """Run a made-up day of calls through the hotline's own actions, from yesterday's midnight until now.

    For the demo's data only: it writes made-up needs.
    """
    with house():
        from rich.console import Console
        from rich.progress import Progress

        from gridward.drill.reference import ground_here, run_day
        from gridward.kernel import clock
        from gridward.kernel.incidents.queries import running
        from gridward.kernel.people.models import Person

        if running() is None or not Person.objects.exists():
            fail("There is no reference district here: run gridward demo first.")
        with Progress(console=Console(stderr=True)) as progress:
            bar = progress.add_task("day", total=1)
            tally = run_day(
                ground_here(seed),
                clock.now(),
                calls,
                lambda _stage, done, all_: progress.update(bar, completed=done, total=all_),
            )
        done = asdict(tally)
        click.echo(
            json.dumps(done, indent=2) if as_json else "\n".join(f"{key}: {value}" for key, value in done.items())
        )
