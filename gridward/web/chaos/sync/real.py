"""Some of the stories told to a real house, served in processes of its own."""

from __future__ import annotations

from typing import Any

from gridward.web.chaos.callers import served
from gridward.web.chaos.sync.simulator import FAULTS, Simulator
from gridward.web.cli.demo import empty, own_folder
from gridward.web.cli.session import house
from gridward.web.config import config
from gridward.web.database import embedded

_CODES = 9
"""How often one story may enrol."""
_NUMBERS = 1000
"""How many records one story may make."""


def told_to_a_house(core: Simulator, stories: int, first: int) -> dict[str, Any]:
    """Tell stories to a served house; what the database holds afterwards is counted beside what was answered.

    Works in a data folder of its own (data/sync-sim), which is removed.
    """
    own_folder(None, "sync-sim")
    sums: dict[str, Any] = dict.fromkeys(("told", "saved", "stored", *FAULTS), 0) | {"errors": []}
    address, account = _prepare()
    with served() as port:
        for at in range(stories):
            codes = _codes(account)
            there = {"url": f"http://localhost:{port}", "address": address, "codes": codes, "first": at * _NUMBERS}
            found = core.ask({"seed": first + at, "house": there})
            sums["told"] += 1
            if "error" in found:
                sums["errors"].append(found["error"][:300])
                continue
            for name in ("saved", "stored", *FAULTS):
                sums[name] += found[name]
    sums["double"] += _twice()
    if not config().database_url:
        embedded.erase(config().data_dir)
    return sums


def _prepare() -> tuple[str, int]:
    with house():
        from gridward.kernel import clock
        from gridward.kernel.access.models import Grant, User
        from gridward.kernel.address import text
        from gridward.kernel.sync.actions.forms import install
        from gridward.web.chaos.planting import COMMUNITY, small_house

        empty()
        small_house()
        install(clock.now())
        account = User.objects.create_user("walker", password=None)
        Grant.objects.create(user=account, role="field", address=COMMUNITY)
        return text(COMMUNITY), account.pk


def _codes(account: int) -> list[str]:
    with house(migrate=False):
        from gridward.kernel import clock
        from gridward.kernel.access.actor import actor_of
        from gridward.kernel.access.models import User
        from gridward.kernel.sync.actions.devices import offer

        actor, now = actor_of(User.objects.get(pk=account)), clock.now()
        return [offer(actor, f"{at}", now).code for at in range(_CODES)]


def _twice() -> int:
    """How many payloads the database holds more than once."""
    with house(migrate=False):
        from collections import Counter

        from gridward.kernel.sync.models import Record

        kept = Counter(row.body for row in Record.objects.filter(outcome="stored"))
        return sum(count - 1 for count in kept.values())
