"""Every main page and API read at two sizes of the district: p50, p95, queries, and what the size costs.

Each size is made in a data folder of its own by a process of its own (`python -m benches.pages SCALE`), with a
million needs at scale 1 and in proportion below. Pages are asked for as the headquarters, which sees everything.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

NEEDS_AT_ONE = 1_000_000
DAYS = 28
REPEATS = 100
WARM_UP = 5


def run(scale: float, small: float) -> dict[str, Any]:
    """Measure both sizes and compare page by page; the table is written to benches/results/pages.md."""
    sizes = {str(size): _measured_apart(size) for size in (small, scale)}
    little, large = sizes[str(small)], sizes[str(scale)]
    pages = {
        name: {
            "p50_ms": large["pages"][name]["p50_ms"],
            "p95_ms": large["pages"][name]["p95_ms"],
            "p95_ms_small": little["pages"][name]["p95_ms"],
            "ratio": round(large["pages"][name]["p95_ms"] / little["pages"][name]["p95_ms"], 2),
            "queries": large["pages"][name]["queries"],
        }
        for name in large["pages"]
    }
    figures = {
        "scale": scale,
        "small": small,
        "people": large["people"],
        "needs": large["needs"],
        "worst_p95_ratio": max(page["ratio"] for page in pages.values()),
        "most_queries": max(page["queries"] for page in pages.values()),
        "pages": pages,
    }
    _write_table(figures)
    return figures


def _measured_apart(scale: float) -> dict[str, Any]:
    folder = Path(os.environ.get("GRIDWARD_DATA_DIR", "data")) / f"bench-{scale:g}"
    environment = {**os.environ, "GRIDWARD_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "gridward.web.settings"}
    command = [sys.executable, "-m", "benches.pages", str(scale)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[1])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(scale: float) -> dict[str, Any]:
    """Make the district where it is not there yet, and time every page of it."""
    from gridward.web.cli.session import house

    with house():
        from django.conf import settings

        from gridward.kernel.needs.models import Need
        from gridward.kernel.people.models import Person

        settings.ALLOWED_HOSTS = ["*"]
        count = round(NEEDS_AT_ONE * scale)
        if Need.objects.count() < count:
            make(scale, count)
        pages = {name: _timed(path) for name, path in _paths().items()}
        return {"people": Person.objects.count(), "needs": Need.objects.count(), "pages": pages}


def make(scale: float, count: int) -> None:
    """Fill an empty house with the district and its last weeks."""
    from gridward.drill.history import load_history
    from gridward.drill.reference import make_district
    from gridward.kernel import clock
    from gridward.kernel.figures.actions import compute
    from gridward.web.cli.demo import empty

    def tell(stage: str, done: int, total: int) -> None:
        if done in (0, total):
            print(f"  scale {scale:g}: {stage} {done}/{total}", file=sys.stderr)

    now = clock.now()
    empty()
    make_district(scale, 1, now, tell)
    load_history(count, now, DAYS, 1, tell)
    today = clock.local_day(now)
    compute([today - timedelta(days=day) for day in range(14)], now)


def _paths() -> dict[str, list[str]]:
    from gridward.kernel.address import Level, at_level, text
    from gridward.kernel.needs.models import Need
    from gridward.kernel.people.models import Person
    from gridward.kernel.resources.models import Resource

    people = list(Person.objects.order_by("id")[:4000:100])
    needs = list(Need.objects.order_by("-opened_at")[:2000:50])
    cars = list(Resource.objects.order_by("id")[:200:5])
    towns = [text(at_level(person.address, Level.TOWN)) for person in people]
    communities = [text(at_level(person.address, Level.COMMUNITY)) for person in people]
    units = [text(person.address) for person in people]
    district = text(at_level(people[0].address, Level.DISTRICT))
    names = [person.name for person in people]
    return {
        "home": ["/"],
        "area, town": [f"/areas/{place}" for place in towns],
        "area, community": [f"/areas/{place}" for place in communities],
        "area, unit": [f"/areas/{place}" for place in units],
        "areas below": [f"/areas/{place}/children" for place in towns],
        "area search": [f"/areas/search?q={word}" for word in ("nm", "南门", "jiangjin", "ds", "双福")],
        "map, needs": [f"/map/{district}/needs.geojson"],
        "map, resources": [f"/map/{place}/resources.geojson" for place in towns],
        "needs, open": ["/needs/"],
        "needs, open, town": [f"/needs/?area={place}" for place in towns],
        "needs, all": ["/needs/?state=all"],
        "needs, served, community": [f"/needs/?state=served&area={place}" for place in communities],
        "needs, search": [f"/needs/?q={word}" for word in ("胰岛素", "停电", "透析", "电梯")],
        "need": [f"/needs/{need.pk}" for need in needs],
        "people": ["/people/"],
        "people, community": [f"/people/?area={place}" for place in communities],
        "people, special needs": [f"/people/?special=1&area={place}" for place in towns],
        "people, search": [f"/people/?q={name}" for name in names],
        "person": [f"/people/{person.pk}" for person in people],
        "resources": ["/resources/"],
        "resource": [f"/resources/{car.pk}" for car in cars],
        "organisations": ["/organisations/"],
        "bulletin": ["/bulletin/"],
        "figure": ["/figures/hotline.calls", "/figures/hotline.open"],
        "journal": ["/journal/"],
        "inbox": ["/inbox/"],
        "dispatch board": ["/hotline/dispatch"],
        "dispatch, choices": [f"/hotline/dispatch?need={need.pk}" for need in needs],
        "call-taker's desk": ["/hotline/desk"],
        "API, queue": ["/api/v1/hotline/needs"],
        "feed": ["/feed"],
    }


def _timed(paths: list[str]) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from gridward.kernel.access.models import User
    from gridward.kernel.journal.queries import cursor

    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(User.objects.get(username="hq"))
    asked = [path if path != "/feed" else f"/feed?since={cursor()}" for path in paths]
    most = 0
    for path in (asked * WARM_UP)[:WARM_UP]:
        with CaptureQueriesContext(connection) as queries:
            status = client.get(path).status_code
        assert status in (200, 204), f"{path}: {status}"
        most = max(most, len(queries))
    times = []
    for number in range(REPEATS):
        began = time.perf_counter()
        client.get(asked[number % len(asked)])
        times.append((time.perf_counter() - began) * 1000)
    p95 = statistics.quantiles(times, n=20)[18]
    return {"p50_ms": round(statistics.median(times), 1), "p95_ms": round(p95, 1), "queries": most}


def _write_table(figures: dict[str, Any]) -> None:
    lines = [
        "# Pages at two sizes",
        "",
        f"`gridward bench pages --scale {figures['scale']:g} --small {figures['small']:g}`: "
        f"{figures['people']:,} people and {figures['needs']:,} needs at the larger size; "
        f"{REPEATS} requests a page after {WARM_UP} to warm up, {os.cpu_count()} cores.",
        "",
        "| page | p50 ms | p95 ms | p95 ms, small | ratio | queries |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, page in figures["pages"].items():
        cells = (page["p50_ms"], page["p95_ms"], page["p95_ms_small"], page["ratio"], page["queries"])
        lines.append(f"| {name} | " + " | ".join(str(cell) for cell in cells) + " |")
    target = Path(__file__).parent / "results" / "pages.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    print(json.dumps(measure(float(sys.argv[1]))))
