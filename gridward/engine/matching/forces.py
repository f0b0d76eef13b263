"""What the matcher is asked: needs that wait, resources that could go, and what each reason is worth in seconds."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from gridward.engine.problems import BadInput

Array = np.ndarray


@dataclass(frozen=True)
class Resources:
    """n resources, one value a resource; built by `resources()`, which fills what is not given."""

    kind: Array  # [n] numbered from 0; which kinds may take a need is the need's `preference`
    area: Array  # [n] home area, any whole numbers
    skills: Array  # [n, S] bool
    load: Array  # [n] live tasks
    done_today: Array  # [n]
    room: Array  # [n] tasks it can be given beyond those it has; 0 = only by giving up one it holds
    free_in_s: Array  # [n] until it can set out, 0 = now
    duty_left_s: Array  # [n] inf = no end
    floor: Array  # [n] of its kind and area, at least so many stay free of routine needs
    cover_loss_s: Array  # [n] what others are expected to lose while it is away; NaN = judged by who stays behind


@dataclass(frozen=True)
class Needs:
    """m needs, one value a need; built by `needs()`, which fills what is not given."""

    urgency: Array  # [m] 1 = the most urgent
    area: Array  # [m]
    skills: Array  # [m, S] bool, wanted
    preference: Array  # [m, K] place of each kind among its takers, 0 = first; -1 = may not take it
    service_s: Array  # [m] expected time at the place
    waited_s: Array  # [m]
    due_in_s: Array  # [m] until it is late, inf = never
    held_by: Array  # [m] the resource already on its way, -1 = none


@dataclass(frozen=True)
class Prices:
    """What each reason is worth, in seconds of reach; urgency (1, 2, 3, 4 and beyond) changes the exchange.

    `weight` — one second of a need's waiting, by urgency: reasons that are about others count 1/weight of their price.
    `wait_s` — a choice worse than this is worse than waiting, by urgency. Each level's weight × wait_s is at least
    3 times the next one's, so that a more urgent need may take what a less urgent one holds, and never an equal one.
    """

    missing_skill_s: float = 1200.0
    less_preferred_s: float = 180.0
    live_task_s: float = 900.0
    done_task_s: float = 60.0
    short_duty_s: float = 900.0
    last_cover_s: float = 600.0
    foreign_area_s: float = 240.0
    change_s: float = 120.0
    late: float = 1.0
    weight: tuple[float, ...] = (8.0, 4.0, 2.0, 1.0)
    wait_s: tuple[float, ...] = (86_400.0, 28_800.0, 14_400.0, 7_200.0)
    routine_from: int = 3

    def __post_init__(self) -> None:
        for field in fields(self):
            values = np.atleast_1d(getattr(self, field.name))
            if not (values >= 0).all():
                raise BadInput(f"prices.{field.name}", int((~(values >= 0)).argmax()), "a price is 0 or more")
        if len(self.weight) != len(self.wait_s) or not self.weight or min(self.weight) <= 0:
            raise BadInput("prices.weight", None, "one weight above 0 and one wait_s for each urgency")
        worth = np.multiply(self.weight, self.wait_s)
        if (worth[:-1] < 3 * worth[1:]).any():
            level = int((worth[:-1] < 3 * worth[1:]).argmax())
            raise BadInput("prices.wait_s", level, "weight × wait_s must be 3 times the next urgency's")

    def by_urgency(self, table: tuple[float, ...], urgency: Array) -> Array:
        """A price of each need by its urgency, the last one for all beyond."""
        return np.asarray(table)[np.minimum(urgency, len(table)) - 1]


def resources(kind: Any, **columns: Any) -> Resources:
    """Resources from columns of length n; any of `Resources` may be left out or be one value for all.

    Raises: BadInput naming the column and the first resource at fault.
    """
    count = len(np.atleast_1d(kind))
    skills = _flags(columns.pop("skills", None), "resources.skills", count)
    column = _Columns("resources", count, columns)
    found = Resources(
        kind=column.whole("kind", kind),
        area=column.whole("area", 0, low=None),
        skills=skills,
        load=column.whole("load", 0),
        done_today=column.whole("done_today", 0),
        room=column.whole("room", 1),
        free_in_s=column.seconds("free_in_s", 0.0),
        duty_left_s=column.seconds("duty_left_s", np.inf),
        floor=column.whole("floor", 0),
        cover_loss_s=column.seconds("cover_loss_s", np.nan, unknown=True),
    )
    column.finish()
    return found


def needs(urgency: Any, **columns: Any) -> Needs:
    """Needs from columns of length m; any of `Needs` may be left out or be one value for all.

    Raises: BadInput naming the column and the first need at fault.
    """
    count = len(np.atleast_1d(urgency))
    skills = _flags(columns.pop("skills", None), "needs.skills", count)
    preference = _preference(columns.pop("preference", None), count)
    column = _Columns("needs", count, columns)
    found = Needs(
        urgency=column.whole("urgency", urgency, low=1),
        area=column.whole("area", 0, low=None),
        skills=skills,
        preference=preference,
        service_s=column.seconds("service_s", 1800.0),
        waited_s=column.seconds("waited_s", 0.0),
        due_in_s=column.seconds("due_in_s", np.inf, low=None),
        held_by=column.whole("held_by", -1, low=-1),
    )
    column.finish()
    return found


class _Columns:
    """Columns of one table, taken one by one and checked."""

    def __init__(self, table: str, count: int, given: dict[str, Any]) -> None:
        self.table, self.count, self.given = table, count, given

    def seconds(self, name: str, default: float, low: float | None = 0.0, unknown: bool = False) -> Array:
        """A column of seconds."""
        values = self._take(name, default).astype(np.float64)
        bad = np.zeros(self.count, bool) if low is None else values < low
        if not unknown:
            bad |= np.isnan(values)
        return self._checked(name, values, bad, "not a number of seconds it can be")

    def whole(self, name: str, default: Any, low: int | None = 0) -> Array:
        """A column of whole numbers."""
        values = self._take(name, default)
        as_whole = np.where(np.isfinite(values.astype(np.float64)), values, 0).astype(np.int64)
        bad = as_whole != values
        if low is not None:
            bad |= as_whole < low
        return self._checked(name, as_whole, bad, f"not a whole number{'' if low is None else f' from {low}'}")

    def finish(self) -> None:
        """Refuse columns nobody asked for."""
        if self.given:
            raise BadInput(self.table, None, f"no column is called {sorted(self.given)[0]}")

    def _take(self, name: str, default: Any) -> Array:
        values = np.asarray(self.given.pop(name, default))
        if values.ndim > 1 or (values.ndim == 1 and len(values) != self.count):
            raise BadInput(f"{self.table}.{name}", None, f"{values.shape} values for {self.count}")
        return np.broadcast_to(values, (self.count,))

    def _checked(self, name: str, values: Array, bad: Array, why: str) -> Array:
        if bad.any():
            raise BadInput(f"{self.table}.{name}", int(bad.argmax()), why)
        return values


def _flags(values: Any, name: str, count: int) -> Array:
    found = np.zeros((count, 0), bool) if values is None else np.asarray(values, bool)
    if found.ndim != 2 or len(found) != count:
        raise BadInput(name, None, f"flags are [{count}, skills], not {found.shape}")
    return found


def _preference(values: Any, count: int) -> Array:
    found = np.zeros((count, 1), np.int64) if values is None else np.asarray(values, np.int64)
    if found.ndim != 2 or len(found) != count or found.shape[1] == 0:
        raise BadInput("needs.preference", None, f"places are [{count}, kinds], not {found.shape}")
    return found
