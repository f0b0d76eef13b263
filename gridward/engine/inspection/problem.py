"""What a day of inspection is made of: places worth a visit, inspectors, and the way between them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gridward.engine.problems import BadInput

Array = np.ndarray


@dataclass(frozen=True)
class Places:
    """[n] each: what a visit is worth, how long it takes, and between when it may begin."""

    worth: Array
    service_s: Array
    opens_s: Array
    closes_s: Array


@dataclass(frozen=True)
class Inspectors:
    """[k] each: the rows of the time table they set out from and return to, and between when."""

    start: Array
    end: Array
    begins_s: Array
    ends_s: Array


def worth(risk: Any, days_unseen: Any, by_days: Any) -> Array:
    """[n] what visits are worth: risk × the value of the days since the last one.

    Parameters: risk — [n], 0 or more; days_unseen — [n] whole days, 0 or more; by_days — value of 0, 1, 2 … days; the
        last one stands for all beyond.
    Raises: BadInput naming the array and item at fault.
    """
    risks, values = _amounts("risk", risk, None), _amounts("by_days", by_days, None)
    days = _amounts("days_unseen", days_unseen, len(risks))
    if not len(values):
        raise BadInput("by_days", None, "the value of day 0 is missing")
    return risks * values[np.minimum(days.astype(np.int64), len(values) - 1)]


def places(worth: Any, service_s: Any, opens_s: Any = None, closes_s: Any = None) -> Places:
    """Places from arrays [n]; without windows a visit may begin at any time. Raises: BadInput naming array and item."""
    gains = _amounts("worth", worth, None)
    n = len(gains)
    opens = np.zeros(n) if opens_s is None else _amounts("opens_s", opens_s, n)
    closes = np.full(n, 1e12) if closes_s is None else _amounts("closes_s", closes_s, n)
    if (opens > closes).any():
        raise BadInput("closes_s", int((opens > closes).argmax()), "a window closes before it opens")
    return Places(gains, _amounts("service_s", service_s, n), opens, closes)


def inspectors(start: Any, end: Any, begins_s: Any, ends_s: Any) -> Inspectors:
    """Inspectors from arrays [k]; `start` and `end` are rows of the time table. Raises: BadInput naming array, item."""
    begins = _amounts("begins_s", begins_s, None)
    ends = _amounts("ends_s", ends_s, len(begins))
    if (ends < begins).any():
        raise BadInput("ends_s", int((ends < begins).argmax()), "a day ends before it begins")
    nodes = [_amounts(name, node, len(begins)).astype(np.int64) for name, node in (("start", start), ("end", end))]
    return Inspectors(nodes[0], nodes[1], begins, ends)


def times(time_s: Any, places: Places, inspectors: Inspectors) -> Array:
    """The time table [m, m], inf = no way; rows 0 to n - 1 are the places. Raises: BadInput naming array and item."""
    table = np.array(time_s, np.float64, order="C")
    if table.ndim != 2 or table.shape[0] != table.shape[1] or len(table) < len(places.worth):
        raise BadInput("time_s", None, f"times are [m, m] with a row for each place, not {table.shape}")
    bad = ~(table >= 0).all(axis=1)
    if bad.any():
        raise BadInput("time_s", int(bad.argmax()), "a time is 0 or more")
    for name, node in (("start", inspectors.start), ("end", inspectors.end)):
        if (node >= len(table)).any():
            raise BadInput(name, int((node >= len(table)).argmax()), f"rows are 0 to {len(table) - 1}")
    return table


def _amounts(name: str, values: Any, length: int | None) -> Array:
    """[length] finite numbers, 0 or more."""
    array = np.array(values, np.float64)
    if array.ndim != 1 or (length is not None and len(array) != length):
        raise BadInput(name, None, f"{array.shape} values" + ("" if length is None else f" for {length}"))
    bad = ~((array >= 0) & np.isfinite(array))
    if bad.any():
        raise BadInput(name, int(bad.argmax()), "a number of 0 or more is needed")
    return array
