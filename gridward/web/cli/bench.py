"""`gridward bench …`: what is measured, each figure printed last beside its bar."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from gridward.web.cli.session import fail, house, say

_FOLDER = Path(__file__).parents[3] / "benches"


@click.group()
def command() -> None:
    """Measure this machine against the house's bars (benches/bars.toml).

    Each bench prints its figures, and last the ones that have a bar; it ends with 0 only where all of them hold.
    """


def bars(name: str) -> dict[str, dict[str, Any]]:
    """The bars of one bench: figure → bar and good direction; empty where none is set."""
    found: dict[str, Any] = tomllib.loads((_FOLDER / "bars.toml").read_text(encoding="utf-8"))
    return found.get(name, {})


def report(name: str, figures: dict[str, Any], *, as_json: bool) -> None:
    """Print a bench's figures and its bars, and end the command: 0 where every bar holds, else 1."""
    held = True
    lines = []
    for figure, bar in bars(name).items():
        good = figures[figure] >= bar["bar"] if bar["good"] == "up" else figures[figure] <= bar["bar"]
        sign = "≥" if bar["good"] == "up" else "≤"
        lines.append(f"{name} {figure}: {figures[figure]:g} (bar {sign} {bar['bar']:g}) {'held' if good else 'MISSED'}")
        held = held and good
    if as_json:
        click.echo(json.dumps({"bench": name, **figures, "held": held}, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo("\n".join(f"{key}: {value}" for key, value in figures.items()))
    for line in lines:
        say(line)
    sys.exit(0 if held else 1)


def _found(module: str) -> Any:
    if not (_FOLDER / f"{module.replace('.', '/')}.py").exists():
        fail("The benches are not installed: run this from a checkout of the project.")
    sys.path.insert(0, str(_FOLDER.parent))
    from importlib import import_module

    return import_module(f"benches.{module}")


def _json_option(function: Callable[..., None]) -> Callable[..., None]:
    return click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")(function)


@command.command()
@click.option("--seconds", default=20.0, show_default=True, help="Length of each of the two phases.")
@_json_option
def hotline(seconds: float, as_json: bool) -> None:
    """Needs logged and assigned end to end over HTTP, per second, with durable writes."""
    with house():
        figures = _found("hotline").run(seconds=seconds)
    report("hotline", figures, as_json=as_json)


@command.command()
@click.option("--dispatchers", default=50, show_default=True)
@click.option("--vehicles", default=20, show_default=True)
@click.option("--needs", default=1000, show_default=True)
@_json_option
def contention(dispatchers: int, vehicles: int, needs: int, as_json: bool) -> None:
    """Many dispatchers assigning few vehicles at once: no double booking, nothing lost, clean refusals."""
    with house():
        figures = _found("contention").run(dispatchers=dispatchers, vehicles=vehicles, needs=needs)
    report("contention", figures, as_json=as_json)


@command.command("import")
@click.option("--rows", default=100_000, show_default=True, help="Rows of the made-up sheet of people.")
@_json_option
def import_(rows: int, as_json: bool) -> None:
    """A large sheet of people with one bad row in a hundred, previewed and imported."""
    with house():
        figures = _found("import_people").run(rows)
    report("import", figures, as_json=as_json)


@command.command()
@click.option("--scale", default=1.0, show_default=True, help="Size of the larger district.")
@click.option("--small", default=0.05, show_default=True, help="Size of the smaller district it is compared with.")
@_json_option
def pages(scale: float, small: float, as_json: bool) -> None:
    """Every main page and API read at two sizes: time, queries, and how much the size costs."""
    report("pages", _found("pages").run(scale, small), as_json=as_json)


@command.command("dial-a-ride", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def dial_a_ride(arguments: tuple[str, ...]) -> None:
    """Gaps of dial-a-ride plans to the best known costs; --help tells its options."""
    bench = _found("engine.dial_a_ride")
    sys.argv = ["gridward bench dial-a-ride", *arguments]
    sys.exit(bench.main())


@command.command()
@click.option("--scale", default=1.0, show_default=True, help="Size of the district.")
@click.option("--quick", is_flag=True, help="Fewer requests, for a look rather than a figure.")
@_json_option
def rls(scale: float, quick: bool, as_json: bool) -> None:
    """What row-level security costs the main pages and a write, as ratios with and without."""
    report("rls", _found("rls").run(scale, 40 if quick else 200), as_json=as_json)


@command.command()
@click.option("--scale", default=1.0, show_default=True, help="Size of the district.")
@_json_option
def roster(scale: float, as_json: bool) -> None:
    """A day's roster of the district planned and saved, and mended after one in twenty does not come."""
    report("roster", _found("roster").run(scale), as_json=as_json)


@command.command()
@click.option("--seconds", default=60.0, show_default=True, help="Length of the phases but the round of everybody.")
@click.option("--people", default=1_360_000, show_default=True, help="Residents of the district.")
@click.option("--collectors", type=int, default=None, help="Enrolled phones: 3,800, or 26,000 with --patch.")
@click.option("--burst", type=float, default=None, help="Instead: so many times the arrival rate, and a retry storm.")
@click.option("--history", type=float, default=None, help="Instead: this share of 28 days and 4.8 million tests.")
@click.option("--patch", is_flag=True, help="Instead: what phones fetch in the morning.")
@_json_option
def screening(
    seconds: float,
    people: int,
    collectors: int | None,
    burst: float | None,
    history: float | None,
    patch: bool,
    as_json: bool,
) -> None:
    """A whole-district round through the sync protocol: samples a minute, how long an upload takes, the ceiling."""
    parts = _found("screening_parts")
    with house():
        if burst is not None:
            report("screening-burst", parts.burst(burst, seconds, people, collectors or 3800), as_json=as_json)
        if history is not None:
            report("screening-history", parts.history(people, collectors or 3800, history), as_json=as_json)
        if patch:
            report("screening-patch", parts.patches(people, collectors or 26_000), as_json=as_json)
        figures = _found("screening").run(seconds, people, collectors or 3800)
    report("screening", figures, as_json=as_json)


@command.command()
@_json_option
def directive(as_json: bool) -> None:
    """One directive to 301 communities and 1,500 estates: when the last of 1,801 screens has it, and the CPU."""
    with house():
        figures = _found("directive").run()
    report("directive", figures, as_json=as_json)


@command.command()
@_json_option
def findings(as_json: bool) -> None:
    """Suggestions on 300 labelled findings in Chinese: precision and recall on the half they were not set on."""
    with house():
        figures = _found("findings").run()
    report("findings", figures, as_json=as_json)
