"""Searching a walled table by tokens, through the one function that may: its index stays in use, and the scope holds.

Source: docs/adr/0017-walls-in-the-database.md
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, Q
from django.db.models.expressions import RawSQL

from gridward.kernel.address import EVERYWHERE, Span


def found_by(
    model: type[Model], alternatives: Sequence[Sequence[int]], within: Span | None, most: int
) -> tuple[str, list[Any]]:
    """SQL, with its parameters, that yields the keys of the rows in the scope that hold all tokens of an alternative.

    Parameters: alternatives — sets of tokens, one at least; most — rows found for each of them.
    """
    low, high = within or EVERYWHERE
    one = f"SELECT gridward_find_{model._meta.db_table}(%s::bigint[], %s, %s, %s)"
    params = [value for tokens in alternatives for value in (list(tokens), low, high, most)]
    return " UNION ".join([one] * len(alternatives)), params


def holding(model: type[Model], alternatives: Sequence[Sequence[int]], within: Span | None, most: int) -> Q:
    """The condition that a row is one of those."""
    statement, params = found_by(model, alternatives, within, most)
    return Q(pk__in=RawSQL(statement, params))  # noqa: S611 # nosec B611 # nosemgrep: no-extra-sql # names of ours only
