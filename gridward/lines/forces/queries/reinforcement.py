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
    """People of one kind who serve in a town for the time being."""

    address: str
    name: str
    kind: str
    heads: int


def serving(actor: Actor, within: Span) -> list[Serving]:
    """Who serves where they were sent to, by town and kind; the caller may see the range."""
    actor.require("rosters.see")
    with house(), connection.cursor() as query:
        query.execute(_SERVING, {"low": within.low, "high": within.high, "step": 10 ** (19 - Level.TOWN)})
        rows = query.fetchall()
    names = full_names(row[0] for row in rows)
    return [Serving(text(row[0]), names.get(row[0], ""), _KINDS[row[1]], row[2]) for row in rows]
