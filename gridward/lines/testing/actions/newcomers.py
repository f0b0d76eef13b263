"""People in a tube whom the register does not know: kept by the least that finds them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from gridward.kernel.people.queries import HOLDER as PEOPLE
from gridward.kernel.search import number_token
from gridward.kernel.secrecy.fields import Sealer
from gridward.kernel.secrecy.keyring import search_keys
from gridward.lines.testing.models import Newcomer

if TYPE_CHECKING:
    from gridward.lines.testing.actions.tubes import Closed

_KEEP = """
    INSERT INTO testing_newcomer (id, incident_id, tube_id, address, name, phone, id_number, id_hash)
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[],
        %s::bigint[])
"""
# Relies on person_id_number_once.
_BY_NUMBER = "SELECT id_hash, id FROM kernel_person WHERE id_hash = ANY(%s)"


def known_by_number(closed: list[Closed]) -> dict[UUID, UUID]:
    """The register's person behind a newcomer who gave an ID number: person by newcomer."""
    numbers: dict[int, UUID] = {}
    keys = search_keys(PEOPLE)
    for one in closed:
        for at, newcomer in one.newcomer_ids.items():
            if number := one.body.samples[at].id_number.lower():
                numbers.update((number_token(number, key), newcomer) for key in keys)
    if not numbers:
        return {}
    with connection.cursor() as query:
        query.execute(_BY_NUMBER, [list(numbers)])
        return {numbers[token]: person for token, person in query.fetchall()}


def keep(closed: list[Closed]) -> None:
    """Write the newcomers of tubes that were kept, sealed."""
    sealer = Sealer(Newcomer)
    rows: list[tuple[Any, ...]] = []
    for one in closed:
        incident = one.round.incident_id
        for at, key in one.newcomer_ids.items():
            sample = one.body.samples[at]
            sealed = [
                sealer.sealed(name, getattr(sample, name), key, incident) for name in ("name", "phone", "id_number")
            ]
            hashed = sealer.hashed("id_number", sample.id_number, incident)
            rows.append((key, incident, one.item.id, sample.address, *sealed, hashed))
    if rows:
        with connection.cursor() as query:
            query.execute(_KEEP, [list(column) for column in zip(*rows, strict=True)])
