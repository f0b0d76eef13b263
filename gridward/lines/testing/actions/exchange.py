"""Results of other laboratories: a list or a FHIR bundle, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from gridward.kernel.access.actor import Actor
from gridward.kernel.access.scope import house
from gridward.lines.testing.actions.receiving import laboratory_of
from gridward.lines.testing.actions.results import Found, Taken, bad_row, conclude
from gridward.lines.testing.models import Laboratory
from gridward.lines.testing.rules import Verdict
from gridward.lines.testing.rules.fhir import read_bundle
from gridward.lines.testing.rules.instrument import BadFile
from gridward.lines.testing.rules.lists import read_list


@transaction.atomic
def take_list(actor: Actor, laboratory_id: Any, rows: Iterable[Sequence[Any]], now: datetime) -> Taken:
    """Take a laboratory's list of results, all of it or nothing. The same list again changes nothing.

    Raises: NotFound; BadRow, TubeNotHere, TubeConcluded, each naming the row.
    """
    laboratory = laboratory_of(actor, laboratory_id)
    try:
        said = read_list(rows)
    except BadFile as wrong:
        raise bad_row(wrong.row, wrong.field, wrong.reason) from wrong
    return _take(actor, laboratory, said, "file", now)


@transaction.atomic
def take_bundle(actor: Actor, laboratory_id: Any, bundle: Any, now: datetime) -> Taken:
    """Take the results of a FHIR R4 bundle, all of it or nothing. The same bundle again changes nothing.

    Raises: NotFound; BadRow, TubeNotHere, TubeConcluded, each naming the bundle's entry.
    """
    laboratory = laboratory_of(actor, laboratory_id)
    try:
        said = read_bundle(bundle)
    except BadFile as wrong:
        raise bad_row(wrong.row, wrong.field, wrong.reason) from wrong
    return _take(actor, laboratory, said, "fhir", now)


# What another laboratory answered without our having scanned it in, it has received. Relies on testing_tube_code.
_RECEIVED = """
    UPDATE testing_tube SET laboratory_id = %s, received_at = %s WHERE code = ANY(%s) AND received_at IS NULL
"""


def _take(
    actor: Actor, laboratory: Laboratory, said: Mapping[str, tuple[Verdict, int]], source: str, now: datetime
) -> Taken:
    with house(), connection.cursor() as query:
        query.execute(_RECEIVED, [laboratory.pk, now, list(said)])
    found = [Found(code, verdict, row) for code, (verdict, row) in said.items()]
    return conclude(actor, laboratory, found, source, now)
