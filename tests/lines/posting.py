"""Which routes of a line are posted to, for the tables of what is posted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def posted_to(routes: Iterable[Any]) -> set[str]:
    """The names of the routes whose views answer anything but GET."""
    return {row.name for row in routes if _takes_posts(row.callback)}


def _takes_posts(view: Any) -> bool:
    """Whether a view's guards let more than GET through: they wrap it, and keep their methods in a closure."""
    while view is not None:
        cells = zip(view.__code__.co_freevars, view.__closure__ or (), strict=True)
        kept = {name: cell.cell_contents for name, cell in cells}
        if "request_method_list" in kept:
            return list(kept["request_method_list"]) != ["GET"]
        view = getattr(view, "__wrapped__", None)
    return True
