"""Loading the line's configuration: rules of rounds, and the tasks it asks for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.db import transaction

from gridward.kernel.access.actor import SYSTEM, Actor
from gridward.kernel.address import Level
from gridward.kernel.errors import Invalid
from gridward.kernel.journal.actions import Event, record
from gridward.kernel.near import cache
from gridward.kernel.needs.models import Category, Urgency
from gridward.kernel.registry import registry
from gridward.lines.testing.line import TASK
from gridward.lines.testing.models import RoundRule

EXAMPLE = Path(__file__).parents[1] / "config" / "testing.example.toml"
_DESKS = {"community": Level.COMMUNITY, "town": Level.TOWN, "district": Level.DISTRICT}
_RULE = ("name", "name_en", "zone", "days", "traits", "home_traits", "pool_size", "people_per_point",
         "people_per_table", "people_per_sampler", "source")  # fmt: skip
_CATEGORY = ("name", "name_en", "assign_s", "close_s", "climb_s", "takers")


@dataclass(frozen=True)
class Loaded:
    """What loading a file did."""

    changed: int
    unchanged: int


def install(now: datetime) -> None:
    """Load the example into a house that has no rule of testing yet."""
    if not RoundRule.objects.exists():
        load_configuration(SYSTEM, now)


@transaction.atomic
def load_configuration(actor: Actor, now: datetime, path: Path = EXAMPLE) -> Loaded:
    """Make the rules and tasks of a TOML file the ones in the database; others stay. Again changes nothing.

    Raises: Forbidden; Invalid if a task names an unknown kind of resource.
    """
    actor.require("configure")
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    done = [_rule(at, row) for at, row in enumerate(told.get("rule", ()), start=1)]
    done += [_category(at, row) for at, row in enumerate(told.get("category", ()), start=300)]
    changed = sum(done)
    if changed:
        data = {"changed": changed}
        record(actor, [Event("testing.rules_loaded", "configuration", "testing", 0, now, data=data)])
    cache.delete_many(["categories", *(f"category:{row['key']}" for row in told.get("category", ()))])
    return Loaded(changed, len(done) - changed)


def _rule(order: int, row: Mapping[str, Any]) -> bool:
    hours = {name: time.fromisoformat(row[name]) for name in ("opens", "closes")}
    return _put(RoundRule, row["key"], {**{name: row[name] for name in _RULE}, **hours, "order": order})


def _category(order: int, row: Mapping[str, Any]) -> bool:
    kinds = {*registry().resource_kinds}
    known = [taker for taker in row["takers"] if taker in kinds]
    if not known:
        raise Invalid(field=row["key"], reason=", ".join(row["takers"]))
    wanted = {
        **{name: row[name] for name in _CATEGORY},
        "takers": known,
        "kind": TASK,
        "urgency": Urgency[row["urgency"].upper()],
        "first_level": _DESKS[row["first_desk"]],
        "public": False,
        "order": order,
    }
    return _put(Category, row["key"], wanted)


def _put(model: Any, key: str, wanted: Mapping[str, Any]) -> bool:
    found = model.objects.filter(pk=key).first()
    if found is not None and all(getattr(found, name) == value for name, value in wanted.items()):
        return False
    model.objects.update_or_create(pk=key, defaults=wanted)
    return True
