"""A new need and its line in the journal, kept in one statement: the house's busiest write."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import Jsonb

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.kernel.journal import actions as journal
from gridward.kernel.journal.actions import Event
from gridward.kernel.needs.models import Need
from gridward.kernel.secrecy.fields import Secret

# The need, if its place is known and its id is new, and its journal entry, in one statement and so in one transaction.
# A need without a point of its own stands on the map where its place does.
_FIELDS = Need._meta.concrete_fields
_COLUMNS = [field.column for field in _FIELDS]
_GIVEN = [f"coalesce(%s, area.{name})" if name in ("latitude", "longitude") else "%s" for name in _COLUMNS]
_LOG = f"""
    WITH logged AS (
        INSERT INTO kernel_need ({", ".join(_COLUMNS)})
        SELECT {", ".join(_GIVEN)} FROM kernel_area AS area WHERE area.address = %s
        ON CONFLICT (id) DO NOTHING
        RETURNING latitude, longitude
    )
    INSERT INTO kernel_entry ({journal.COLUMNS})
    SELECT {journal.ROW} FROM logged
    RETURNING (SELECT latitude FROM logged), (SELECT longitude FROM logged)
"""


def insert(actor: Actor, need: Need, event: Event) -> bool:
    """Keep a need at a known place under a new id, with its journal entry. Returns whether it was."""
    values = [_value(field, need) for field in _FIELDS]
    # Whoever may not see needs there, a resident above all, may still ask for something; the statement reads it back.
    sees = actor.may("needs.see", need.address)
    with nullcontext() if sees else house(), connection.cursor() as query:
        query.execute(_LOG, [*values, need.address, *journal.values_of(actor, event)])
        point = query.fetchone()
    if point is None:
        return False
    need.latitude, need.longitude = point
    return True


def _value(field: Any, need: Need) -> Any:
    if isinstance(field, Secret):
        return field.get_prep_value(field.sealed_of(need))
    return Jsonb(need.details) if field.column == "details" else need.__dict__[field.attname]
