"""What the walls cost: the main pages and one write, with row-level security and without, turn about in one process.

Without means: as the owner, whom no policy binds, on one statement a transaction, and searching by the index alone. The
district is that of `benches.pages` (1.36 million people and a million needs at scale 1), in a folder of its own.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

WARM_UP = 8
NEEDS = "/api/v1/hotline/needs"
SCOPE = "gridward.web.walls.ScopeMiddleware"


def run(scale: float, repeats: int) -> dict[str, Any]:
    """Measure and compare; the table is written to benches/results/rls.md."""
    folder = Path(os.environ.get("GRIDWARD_DATA_DIR", "data")) / f"bench-{scale:g}"
    environment = {**os.environ, "GRIDWARD_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "gridward.web.settings"}
    command = [sys.executable, "-m", "benches.rls", str(scale), str(repeats)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[1])
    found = json.loads(done.stdout)
    figures = {
        "scale": scale,
        "repeats": repeats,
        **found,
        "worst_p95_ratio": max(one["p95_ratio"] for one in found["queries"].values()),
        "worst_p50_ratio": max(one["p50_ratio"] for one in found["queries"].values()),
    }
    _write_table(figures)
    return figures


def measure(scale: float, repeats: int) -> dict[str, Any]:
    """Make the district where it is not there yet, and time every query in both ways."""
    from benches.pages import NEEDS_AT_ONE, make
    from gridward.web.cli.session import house

    with house():
        from django.conf import settings

        from gridward.kernel.needs.models import Need
        from gridward.kernel.people.models import Person

        settings.ALLOWED_HOSTS = ["*"]
        count = round(NEEDS_AT_ONE * scale)
        if Need.objects.count() < count:
            make(scale, count)
        queries = {
            f"{name}, {role}": _compared(role, asked, repeats)
            for role in ("hq", "town")
            for name, asked in _asked(role).items()
        }
        for one in _OWNERS:
            one.close()
            one.close_pool()
        return {"people": Person.objects.count(), "needs": Need.objects.count(), "queries": queries}


Asked = Callable[[Any, int], Any]


def _asked(role: str) -> dict[str, Asked]:
    from gridward.kernel.access.actor import actor_of, inside
    from gridward.kernel.access.models import User
    from gridward.kernel.address import text
    from gridward.kernel.journal.queries import cursor
    from gridward.kernel.needs.models import Need
    from gridward.kernel.people.models import Person

    spans = actor_of(User.objects.get(username=role)).spans("needs.see")
    people = list(Person.objects.filter(inside(spans))[:4000:100])
    needs = list(Need.objects.filter(inside(spans)).order_by("-opened_at")[:1000:25])
    names = [person.name for person in people]

    def get(*paths: str) -> Asked:
        return lambda client, number: client.get(paths[number % len(paths)])

    def log(client: Any, number: int) -> Any:
        asked = {"id": str(uuid4()), "category": "dialysis", "words": "老人要去透析"}
        address = text(people[number % len(people)].address)
        return client.post(NEEDS, json.dumps({**asked, "address": address}), content_type="application/json")

    return {
        "needs list": get("/needs/"),
        "all needs": get("/needs/?state=all"),
        "needs search": get(*(f"/needs/?q={word}" for word in ("胰岛素", "停电", "透析", "电梯"))),
        "one need": get(*(f"/needs/{need.pk}" for need in needs)),
        "people list": get("/people/"),
        "people search": get(*(f"/people/?q={name}" for name in names)),
        "special needs": get("/people/?special=1"),
        "figures": get("/bulletin/"),
        "dispatch board": get("/hotline/dispatch"),
        # Asked for once: with a cursor of its own each poll would pay for two questions.
        "feed": get(f"/feed?since={cursor()}"),
        "log a need": log,
    }


def _compared(role: str, asked: Asked, repeats: int) -> dict[str, Any]:
    ways = {"with": _Way(role, as_it_is), "without": _Way(role, without_walls)}
    for way in ways.values():
        way.warm_up(asked)
    for number in range(repeats):
        # Turn about, and who begins too: what else the machine does falls on both alike.
        for way in list(ways.values())[:: 1 if number % 2 else -1]:
            way.time(asked, number)
    found = {
        f"{point}_{name}_ms": way.point(at) for name, way in ways.items() for point, at in (("p50", 50), ("p95", 95))
    }
    ratios = {
        f"{point}_ratio": round(found[f"{point}_with_ms"] / found[f"{point}_without_ms"], 2) for point in ("p50", "p95")
    }
    return {**{name: round(value, 2) for name, value in found.items()}, **ratios}


class _Way:
    """A client that is signed in, and how its requests meet the database."""

    def __init__(self, role: str, around: Callable[[], AbstractContextManager[None]]) -> None:
        from django.test import Client

        from gridward.kernel.access.models import User

        self.client = Client(headers={"accept-language": "zh-hans"})
        self.client.force_login(User.objects.get(username=role))
        self.around = around
        self.times: list[float] = []

    def warm_up(self, asked: Asked) -> None:
        with self.around():
            for number in range(WARM_UP):
                status = asked(self.client, number).status_code
                assert status in (200, 201, 204), status

    def time(self, asked: Asked, number: int) -> None:
        with self.around():
            began = time.perf_counter()
            asked(self.client, number)
            self.times.append((time.perf_counter() - began) * 1000)

    def point(self, percent: int) -> float:
        return statistics.quantiles(self.times, n=100)[percent - 1]


@contextmanager
def as_it_is() -> Any:
    """As the house runs."""
    yield


@contextmanager
def without_walls() -> Any:
    """As the house would run without walls: the owner's connection, no scope, no transaction around the request."""
    from django.conf import settings
    from django.test import override_settings

    from gridward.kernel.access import finding
    from gridward.kernel.access.scope import NOBODY, within

    with ExitStack() as stack:
        stack.enter_context(_owner())
        stack.enter_context(within(NOBODY))
        kept = [one for one in settings.MIDDLEWARE if one != SCOPE]
        stack.enter_context(override_settings(MIDDLEWARE=kept))
        stack.enter_context(mock.patch.object(finding, "found_by", _by_index))
        stack.enter_context(mock.patch("gridward.kernel.needs.queries.found_by", _by_index))
        yield


_OWNERS: list[Any] = []


@contextmanager
def _owner() -> Any:
    """The owner's connection, checked and from a pool of its own as the house's is, so that both pay for that alike."""
    from django.conf import settings
    from django.db import connections

    ours = connections["default"]
    if not _OWNERS:
        kind = type("Owners", (type(ours),), {"_connection_pools": {}, "is_owner": True})
        options = {**settings.OWNER_DATABASE["OPTIONS"], "pool": ours.settings_dict["OPTIONS"]["pool"]}
        given = {**ours.settings_dict, **settings.OWNER_DATABASE, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}
        _OWNERS.append(kind(given, "default"))
    connections["default"] = _OWNERS[0]
    try:
        yield
    finally:
        connections["default"] = ours


def _by_index(model: Any, alternatives: Any, within: Any, most: int) -> tuple[str, list[Any]]:
    from gridward.kernel.address import EVERYWHERE

    low, high = within or EVERYWHERE
    order = f" ORDER BY {model.wall.newest}" if model.wall.newest else ""
    one = (
        f"(SELECT id FROM {model._meta.db_table} "
        f"WHERE tokens @> %s::bigint[] AND address >= %s AND address < %s{order} LIMIT %s)"
    )
    params = [value for tokens in alternatives for value in (list(tokens), low, high, most)]
    return " UNION ".join([one] * len(alternatives)), params


def _write_table(figures: dict[str, Any]) -> None:
    lines = [
        "# The cost of the walls",
        "",
        f"`gridward bench rls --scale {figures['scale']:g}`: {figures['people']:,} people, {figures['needs']:,} needs; "
        f"{figures['repeats']} requests each way, turn about, {os.cpu_count()} cores; `hq` sees the district, "
        "`town` one town.",
        "",
        "| query | p50 ms | p50 ms without | ratio | p95 ms | p95 ms without | ratio |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    columns = ("p50_with_ms", "p50_without_ms", "p50_ratio", "p95_with_ms", "p95_without_ms", "p95_ratio")
    for name, one in figures["queries"].items():
        lines.append(f"| {name} | " + " | ".join(str(one[column]) for column in columns) + " |")
    target = Path(__file__).parent / "results" / "rls.md"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    print(json.dumps(measure(float(sys.argv[1]), int(sys.argv[2]))))
