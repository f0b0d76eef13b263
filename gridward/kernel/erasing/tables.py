"""Which rows belong to whom: found from the sealed columns of every table, so that no line has to say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from gridward.kernel.secrecy import keystore
from gridward.kernel.secrecy.fields import Secret
from gridward.kernel.secrecy.keyring import SEARCH


@dataclass(frozen=True)
class Table:
    """One table with sealed columns that hangs off an incident, itself or `via` another."""

    model: type[models.Model]
    via: str

    @property
    def name(self) -> str:
        """Its name in the database."""
        return self.model._meta.db_table

    @property
    def rows(self) -> str:
        """SQL over %s, the incident: the keys of its rows."""
        key = self.model._meta.pk.column
        if not self.via:
            return f"SELECT {key} FROM {self.name} WHERE incident_id = %s"
        link: Any = self.model._meta.get_field(self.via)
        above = link.related_model._meta.db_table
        return f"SELECT t.{key} FROM {self.name} t JOIN {above} a ON a.id = t.{link.column} WHERE a.incident_id = %s"


def tables_of(holder: str) -> list[Table]:
    """The tables under a holder's keys, those that hang off another row first."""
    found = []
    for model in apps.get_models():
        mine = [one for one in model._meta.concrete_fields if isinstance(one, Secret) and one.holder_name == holder]
        hangs = any(one.column == "incident_id" for one in model._meta.concrete_fields)
        if mine and (mine[0].via or hangs):
            found.append(Table(model, mine[0].via))
    return sorted(found, key=lambda table: not table.via)


def holders_of(incident_id: UUID) -> list[str]:
    """The holders of an incident whose keys are not destroyed in full: in the database, or the half beside it."""
    with connection.cursor() as query:
        query.execute(
            "SELECT DISTINCT holder FROM kernel_datakey WHERE incident_id = %s AND destroyed_on IS NULL",
            [incident_id],
        )
        found = [holder for (holder,) in query.fetchall()] + keystore.holders_left(incident_id)
    return sorted({holder.removesuffix(SEARCH) for holder in found})


def references(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str, bool]]:
    """Foreign keys that point at a table: the model they belong to, their column, and whether they may be empty."""
    for one in model._meta.related_objects:
        field: Any = one.field
        if field.concrete and not field.many_to_many:
            yield one.related_model, field.column, field.null
