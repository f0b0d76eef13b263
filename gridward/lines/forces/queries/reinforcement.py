"""Reading who supports whom."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.address import Level, Span, text
from gridward.kernel.areas.queries import full_names
from gridward.lines.forces.models import Volunteer

# Relies on support_address.
_SERVING = """
    SELECT support.address - support.address %% %(step)s AS place, volunteer.kind, count(*), min(support.starts_on)
    FROM forces_support AS support JOIN forces_volunteer AS volunteer ON volunteer.id = support.volunteer_id
    WHERE support.ends_on IS NULL AND support.address >= %(low)s AND support.address < %(high)s
    GROUP BY place, volunteer.kind ORDER BY count(*) DESC
"""

_KINDS = dict(Volunteer.Kind.choices)


@dataclass(frozen=True)
class Serving:
    """People from elsewhere who serve in a town for the time being, and how many of each kind."""

    address: str
    name: str
    heads: int
    kinds: tuple[tuple[str, int], ...]


def serving(actor: Actor, within: Span) -> list[Serving]:
    """Who serves where they were sent to, by town, the most first; the caller may see the range."""
    actor.require("rosters.see")
    with house(), connection.cursor() as query:
        query.execute(_SERVING, {"low": within.low, "high": within.high, "step": 10 ** (19 - Level.TOWN)})
        rows = query.fetchall()
    names = full_names(row[0] for row in rows)
    kinds: dict[int, list[tuple[str, int]]] = {}
    for place, kind, heads, _since in rows:
        kinds.setdefault(place, []).append((str(_KINDS[kind]), heads))
    found = [
        Serving(text(place), names.get(place, ""), sum(heads for _kind, heads in each), tuple(each))
        for place, each in kinds.items()
    ]
    return sorted(found, key=lambda one: (-one.heads, one.address))
