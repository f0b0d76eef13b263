"""Every reason for or against sending a resource to a need, as seconds of that need's waiting."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gridward.engine.matching.forces import Array, Needs, Prices, Resources
from gridward.engine.problems import BadInput

Part = Callable[["Case"], Array]
NOTHING: Array = np.zeros(1)
COVER_KEPT = 0.25
"""Each further vehicle of the kind that stays in the home area takes three quarters off the price of leaving."""


class Case:
    """Needs, resources and the way between them, checked; what the parts of a score read. Changes nothing given."""

    def __init__(self, needs: Needs, resources: Resources, reach_s: Any, prices: Prices) -> None:
        self.needs, self.resources, self.prices = needs, resources, prices
        self.reach_s = _reach(reach_s, needs, resources)
        _check_together(needs, resources)
        self.weight = prices.by_urgency(prices.weight, needs.urgency)[:, None]
        self.wanted = needs.skills.astype(np.float32)
        self.missing = self.wanted @ (~resources.skills).astype(np.float32).T
        self.takes = (needs.preference >= 0)[:, resources.kind]
        self.group = groups(resources)
        self.siblings = free_siblings(resources, self.group)
        self.held = np.flatnonzero(needs.held_by >= 0)
        self.holds = np.bincount(needs.held_by[self.held], minlength=len(resources.kind))
        self.full = (self.holds > 0) & (resources.room == 0)
        self.arrival_s = self.reach_s + resources.free_in_s

    def possible(self) -> Array:
        """[m, n] whether the resource's kind may take the need, can get there and has room (or holds one to give)."""
        takes = self.takes & np.isfinite(self.arrival_s)
        if self.prices.missing_skill_s == np.inf:
            takes &= self.missing == 0
        return takes & (self.resources.room + self.holds > 0)

    def softly(self, price_s: Array) -> Array:
        """[m, n] a price [n] about others, in seconds of each need: the more urgent, the less it counts."""
        return price_s / self.weight if price_s.any() else NOTHING


def of_resources(case: Case) -> tuple[Array, Array]:
    """[n] what counts the same for each need (load, a holder's change); [n] what counts 1/weight (fairness, cover)."""
    change_s = case.full * case.prices.change_s if len(case.held) else 0.0
    return _load(case) + change_s, case.resources.done_today * case.prices.done_task_s + _cover_price(case)


def scored(case: Case) -> Array:
    """The score of each pair, [m, n]: seconds of the need's waiting, all reasons added; inf where it cannot be."""
    total = case.arrival_s.copy()
    for name, part in PARTS.items():
        price_s = part(case) if name != "reach" else NOTHING
        if price_s is not NOTHING:
            total += price_s
    total[~case.possible()] = np.inf
    return total


def free_siblings(resources: Resources, group: Array) -> Array:
    """[n] how many others of its kind are free in its home area, each resource's own freedom left aside."""
    free = (resources.free_in_s <= 0) & (resources.room > 0)
    return np.bincount(group, weights=free, minlength=1)[group].astype(np.int64) - free


def groups(resources: Resources) -> Array:
    """[n] number of the (kind, home area) of each resource."""
    if not len(resources.kind):
        return np.zeros(0, np.int64)
    area = np.unique(resources.area, return_inverse=True)[1]
    return resources.kind * (int(area.max()) + 1) + area


def _skills(case: Case) -> Array:
    if case.prices.missing_skill_s == np.inf:
        return NOTHING
    return case.prices.missing_skill_s * case.missing if case.missing.size else NOTHING


def _load(case: Case) -> Array:
    return np.maximum(case.resources.load - case.holds, 0) * case.prices.live_task_s


def _fairness(case: Case) -> Array:
    return case.softly(case.resources.done_today * case.prices.done_task_s)


def _duty(case: Case) -> Array:
    if np.isinf(case.resources.duty_left_s).all():
        return NOTHING
    short = case.arrival_s > case.resources.duty_left_s - case.needs.service_s[:, None]
    return short * (case.prices.short_duty_s / case.weight)


def _cover(case: Case) -> Array:
    return case.softly(_cover_price(case))


def _cover_price(case: Case) -> Array:
    counted = case.prices.last_cover_s * COVER_KEPT**case.siblings
    free = (case.resources.free_in_s <= 0) & (case.holds == 0)
    unknown = np.isnan(case.resources.cover_loss_s)
    return np.where(unknown, np.where(free, counted, 0.0), case.resources.cover_loss_s)


def _kind(case: Case) -> Array:
    price_s = np.maximum(case.needs.preference, 0) * (case.prices.less_preferred_s / case.weight)
    return price_s[:, case.resources.kind]


def _area(case: Case) -> Array:
    return (case.needs.area[:, None] != case.resources.area) * (case.prices.foreign_area_s / case.weight)


def _late(case: Case) -> Array:
    due_in_s = case.needs.due_in_s[:, None]
    if np.isinf(due_in_s).all():
        return NOTHING
    return case.prices.late * np.maximum(np.where(np.isfinite(case.arrival_s), case.arrival_s, 0.0) - due_in_s, 0.0)


def _change(case: Case) -> Array:
    if not len(case.held):
        return NOTHING
    change = np.zeros_like(case.reach_s)
    change[:, case.full] = case.prices.change_s
    change[case.held] += case.prices.change_s
    mine = case.needs.held_by[case.held]
    change[case.held, mine] = 0.0
    return change


PARTS: dict[str, Part] = {
    "reach": lambda case: case.arrival_s,
    "skills": _skills,
    "load": _load,
    "fairness": _fairness,
    "duty": _duty,
    "cover": _cover,
    "kind": _kind,
    "area": _area,
    "late": _late,
    "change": _change,
}
"""The parts of a score, in the order a person reads them; each is [m, n] or broadcasts to it."""


def _reach(reach_s: Any, needs: Needs, resources: Resources) -> Array:
    found = np.asarray(reach_s, np.float64, "C")
    shape = (len(needs.urgency), len(resources.kind))
    if found.shape != shape:
        raise BadInput("reach_s", None, f"{found.shape} times for {shape[0]} needs and {shape[1]} resources")
    if not (found >= 0.0).all():
        raise BadInput("reach_s", int((~(found >= 0.0)).any(axis=1).argmax()), "a time to this need is no time")
    return found


def _check_together(needs: Needs, resources: Resources) -> None:
    if needs.skills.shape[1] != resources.skills.shape[1]:
        raise BadInput("resources.skills", None, f"{resources.skills.shape[1]} for {needs.skills.shape[1]} skills")
    kinds = needs.preference.shape[1]
    if (resources.kind >= kinds).any():
        raise BadInput("resources.kind", int((resources.kind >= kinds).argmax()), f"only {kinds} kinds are known")
    if (needs.held_by >= len(resources.kind)).any():
        raise BadInput("needs.held_by", int((needs.held_by >= len(resources.kind)).argmax()), "no such resource")
