"""Who could best be sent to each need, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridward.engine.matching.forces import Needs, Prices, Resources
from gridward.engine.matching.scores import PARTS, Array, Case, scored


@dataclass(frozen=True)
class Offer:
    """One resource for one need; `score_s` is the sum of `parts_s`, in seconds of the need's waiting.

    `matched`, `missing` — numbers of the skills wanted; `cover_left` — others of its kind free in its home area;
    `gives_up` — a need it is on its way to and would leave, -1 for none.
    """

    resource: int
    time_to_reach_s: float
    matched: tuple[int, ...]
    missing: tuple[int, ...]
    load: int
    duty_left_s: float
    cover_left: int
    gives_up: int
    parts_s: Mapping[str, float]
    score_s: float


def rank(
    needs: Needs, resources: Resources, reach_s: Any, k: int = 3, prices: Prices | None = None
) -> list[list[Offer]]:
    """The k best resources of each need, the best first; ties go to the resource given first.

    Parameters: reach_s — [m, n] from each resource to each need, inf = no way. Only what can take the need is offered.
    Returns: m lists of at most k offers.
    Raises: BadInput naming the array and the item at fault.
    """
    case = Case(needs, resources, reach_s, prices or Prices())
    score_s = scored(case)
    parts_s = {name: np.broadcast_to(part(case), score_s.shape) for name, part in PARTS.items()}
    best = np.argsort(score_s, axis=1, kind="stable")[:, : max(k, 0)]
    return [
        [_offer(case, parts_s, score_s, need, int(one)) for one in best[need] if score_s[need, one] < np.inf]
        for need in range(len(best))
    ]


def _offer(case: Case, parts_s: Mapping[str, Array], score_s: Array, need: int, resource: int) -> Offer:
    wanted, has = case.needs.skills[need], case.resources.skills[resource]
    return Offer(
        resource=resource,
        time_to_reach_s=float(case.arrival_s[need, resource]),
        matched=tuple(np.flatnonzero(wanted & has).tolist()),
        missing=tuple(np.flatnonzero(wanted & ~has).tolist()),
        load=int(case.resources.load[resource]),
        duty_left_s=float(case.resources.duty_left_s[resource]),
        cover_left=int(case.siblings[resource]),
        gives_up=_given_up(case, need, resource),
        parts_s={name: float(part[need, resource]) for name, part in parts_s.items()},
        score_s=float(score_s[need, resource]),
    )


def _given_up(case: Case, need: int, resource: int) -> int:
    if case.resources.room[resource] > 0:
        return -1
    held = np.flatnonzero(case.needs.held_by == resource)
    return -1 if need in held or not len(held) else int(held[0])
