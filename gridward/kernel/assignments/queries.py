"""Reading who was sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridward.kernel.access.scope import house
from gridward.kernel.assignments.models import Assignment


def of_needs(need_ids: Sequence[Any], **equals: Any) -> list[Assignment]:
    """Who was sent to some needs, in the order they were, each with its resource.

    The caller may see the needs; who comes from another area is theirs to know. Relies on assignment_live_once.
    """
    rows = Assignment.objects.filter(need_id__in=need_ids, **equals).select_related("resource", "offered_by")
    with house():
        return list(rows.order_by("offered_at"))
