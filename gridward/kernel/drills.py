"""What a line brings to a drill, and to the tools that break a house on purpose: its own `drill.py`.

All of it may be left out:

- `logins(ground) -> list[Login]` — accounts of the demo that work in this line;
- `furnish(ground, now)` — what the line stands on before the day: configuration, teams, people of its own;
- `live(ground, day, start, end)` — put on the day what happens in this line between two moments;
- `settle(scene) -> dict[str, str]` — a row of everything the line keeps, at one place; the parameters of its routes;
- `stand(place)` — what everybody may know of a place: it is there in both worlds that are compared, and settled on;
- `DEEDS` — each public action with a way to run it: `Scene -> (() -> anything)`, made ready first, then run;
- `EXCUSED` — public names in its actions that are not run so, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol
from uuid import UUID

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.models import User
from gridward.kernel.incidents.models import Incident
from gridward.kernel.registry import line_packages


@dataclass(frozen=True)
class Login:
    """One account of the demo."""

    username: str
    role: str
    address: int
    name: str


@dataclass(frozen=True)
class Community:
    """One community of the reference district; `estates` are addresses."""

    address: int
    name: str
    residents: int
    latitude: float
    longitude: float
    estates: tuple[int, ...]


@dataclass(frozen=True)
class Ground:
    """The reference district a drill takes place on; `scale` is the share of its 1.36 million people."""

    incident_id: UUID
    communities: tuple[Community, ...]
    scale: float
    seed: int


class Day(Protocol):
    """A queue of moments on a simulated clock."""

    def at(self, moment: datetime, step: Callable[[datetime], Any]) -> None:
        """Let a step happen at a moment; what it refuses by an AppError is counted and the day goes on."""
        ...


@dataclass(frozen=True)
class Scene:
    """A place at which a line is to have something of everything, and who acts there.

    `words` stand in every text of what is made, and nowhere else; `user` is the account behind `officer`.
    """

    place: int
    incident: Incident
    user: User
    officer: Actor
    second: Actor
    words: str
    now: datetime


def parts(name: str) -> Iterator[Any]:
    """What each line's `drill.py` holds under a name, in the order of the lines; lines without it are passed over."""
    for package in line_packages():
        if find_spec(f"{package}.drill") is not None:
            found = getattr(import_module(f"{package}.drill"), name, None)
            if found is not None:
                yield found


def settled(scene: Scene) -> dict[str, str]:
    """Let every line have something of everything at a place: the parameters of their routes, by name."""
    known: dict[str, str] = {}
    for settle in parts("settle"):
        known.update(settle(scene))
    return known
