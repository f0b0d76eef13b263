"""Pages of long lists by key, never by offset or total: as quick at the end as at the start."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet

from gridward.kernel.errors import NotFound

PAGE_ROWS = 50


@dataclass(frozen=True)
class PageOfRows:
    """Some rows, and the mark to ask for the ones behind them ('' at the end)."""

    rows: list[Any]
    after: str


def page_of(rows: QuerySet[Any], mark: str, size: int = PAGE_ROWS) -> PageOfRows:
    """The rows behind a mark, in the order of the query, which must end in a unique column.

    Parameters: mark — `after` of the page before, '' for the first.
    Raises: NotFound for a mark this list did not make.
    """
    order = [str(name) for name in rows.query.order_by]
    if mark:
        rows = rows.filter(_behind(order, _read(mark, len(order))))
    found = list(rows[: size + 1])
    more = len(found) > size
    return PageOfRows(found[:size], _mark(found[size - 1], order) if more else "")


def _behind(order: Sequence[str], values: Sequence[Any]) -> Q:
    condition = Q()
    for at in reversed(range(len(order))):
        name = order[at].lstrip("-")
        side = "lt" if order[at].startswith("-") else "gt"
        further = Q(**{f"{name}__{side}": values[at]})
        condition = further if not condition else further | (Q(**{name: values[at]}) & condition)
    # The first column alone lets the index start at the mark.
    first = order[0].lstrip("-")
    side = "lte" if order[0].startswith("-") else "gte"
    return Q(**{f"{first}__{side}": values[0]}) & condition


def _mark(row: Any, order: Sequence[str]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    return base64.urlsafe_b64encode(json.dumps(values, cls=_Exact).encode()).decode().rstrip("=")


def _read(mark: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
    except (binascii.Error, ValueError) as malformed:
        raise NotFound from malformed
    if not isinstance(values, list) or len(values) != length:
        raise NotFound
    return values


class _Exact(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)
