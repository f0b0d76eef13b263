"""Who is due in a round, by building."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from gridward.kernel.access.scope import house
from gridward.kernel.address import Span
from gridward.lines.testing.rules.planning import Building

# Buildings of a range with the people a rule calls, those it visits at home apart. Relies on person_address.
_DUE = """
    SELECT address - address %% 100 AS building,
           count(*) FILTER (WHERE NOT traits && %(home)s::varchar[]),
           count(*) FILTER (WHERE traits && %(home)s::varchar[])
    FROM kernel_person
    WHERE address >= %(low)s AND address < %(high)s
      AND (%(traits)s::varchar[] = '{}' OR traits && %(traits)s::varchar[])
    GROUP BY building ORDER BY building
"""


def due_by_building(within: Span, traits: Sequence[str], home_traits: Sequence[str]) -> list[Building]:
    """The buildings of a range in the order of their addresses, with how many people of each are due."""
    with house(), connection.cursor() as query:
        query.execute(_DUE, {"low": within.low, "high": within.high, "traits": list(traits), "home": list(home_traits)})
        return [Building(*row) for row in query.fetchall()]
