"""The one state machine of needs and assignments, and the clock of promises. Pure.

Drawn in docs/reference/states.md; property-tested in tests/kernel/test_need_rules.py.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gridward.kernel.address import Level, at_level


class NeedState(StrEnum):
    """Where a need stands. Only the last three are ends."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    MOVING = "moving"
    SERVED = "served"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class Step(StrEnum):
    """What can happen to a need."""

    ASSIGN = "assign"
    MOVE = "move"
    RELEASE = "release"
    SERVE = "serve"
    WITHDRAW = "withdraw"
    REFUSE = "refuse"
    REOPEN = "reopen"
    CONFIRM = "confirm"
    JOIN = "join"


class AssignmentState(StrEnum):
    """Where one resource stands with one need. Only the last three are ends."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    UNDER_WAY = "under_way"
    ARRIVED = "arrived"
    DONE = "done"
    DECLINED = "declined"
    RELEASED = "released"


OPEN = (NeedState.WAITING, NeedState.ASSIGNED, NeedState.MOVING)
SCHEDULED = "schedule"
"""The channel of needs that a schedule asks for, such as the shifts of a day: their own boards show them, no queue."""
ENDED = (NeedState.SERVED, NeedState.WITHDRAWN, NeedState.REFUSED)
LIVE = (
    AssignmentState.OFFERED,
    AssignmentState.ACCEPTED,
    AssignmentState.UNDER_WAY,
    AssignmentState.ARRIVED,
)

_N = NeedState
_NEED_MOVES: dict[tuple[NeedState, Step], NeedState] = {
    (_N.WAITING, Step.ASSIGN): _N.ASSIGNED,
    (_N.ASSIGNED, Step.ASSIGN): _N.ASSIGNED,
    (_N.MOVING, Step.ASSIGN): _N.MOVING,
    (_N.ASSIGNED, Step.MOVE): _N.MOVING,
    (_N.MOVING, Step.MOVE): _N.MOVING,
    (_N.ASSIGNED, Step.RELEASE): _N.WAITING,
    (_N.MOVING, Step.RELEASE): _N.WAITING,
    (_N.WAITING, Step.SERVE): _N.SERVED,
    (_N.ASSIGNED, Step.SERVE): _N.SERVED,
    (_N.MOVING, Step.SERVE): _N.SERVED,
    (_N.WAITING, Step.WITHDRAW): _N.WITHDRAWN,
    (_N.ASSIGNED, Step.WITHDRAW): _N.WITHDRAWN,
    (_N.MOVING, Step.WITHDRAW): _N.WITHDRAWN,
    (_N.WAITING, Step.REFUSE): _N.REFUSED,
    (_N.ASSIGNED, Step.REFUSE): _N.REFUSED,
    (_N.SERVED, Step.REOPEN): _N.WAITING,
    (_N.REFUSED, Step.REOPEN): _N.WAITING,
    (_N.SERVED, Step.CONFIRM): _N.SERVED,
    (_N.WAITING, Step.JOIN): _N.WAITING,
}

_A = AssignmentState
_ASSIGNMENT_MOVES: dict[AssignmentState, frozenset[AssignmentState]] = {
    _A.OFFERED: frozenset({_A.ACCEPTED, _A.UNDER_WAY, _A.ARRIVED, _A.DONE, _A.DECLINED, _A.RELEASED}),
    _A.ACCEPTED: frozenset({_A.UNDER_WAY, _A.ARRIVED, _A.DONE, _A.RELEASED}),
    _A.UNDER_WAY: frozenset({_A.ARRIVED, _A.DONE, _A.RELEASED}),
    _A.ARRIVED: frozenset({_A.DONE, _A.RELEASED}),
}


def after(state: NeedState, step: Step) -> NeedState | None:
    """The state a need is in after a step; None where the step is not allowed."""
    return _NEED_MOVES.get((state, step))


def steps_from(state: NeedState) -> list[Step]:
    """What can be done to a need in this state, in the order of `Step`."""
    return [step for step in Step if (state, step) in _NEED_MOVES]


def may_become(state: AssignmentState, wanted: AssignmentState) -> bool:
    """Whether an assignment may go from one state to another; skipping forward is allowed, going back is not."""
    return wanted in _ASSIGNMENT_MOVES.get(state, frozenset())


def need_step_of(wanted: AssignmentState, others_live: Collection[AssignmentState]) -> Step | None:
    """What an assignment's change does to its need.

    Parameters: wanted — the assignment's new state; others_live — states of the need's other live assignments.
    Returns: None when the need does not change (another resource still holds it, or it was only accepted).
    """
    if wanted in (_A.UNDER_WAY, _A.ARRIVED):
        return Step.MOVE
    if others_live:
        return None
    if wanted is _A.DONE:
        return Step.SERVE
    if wanted in (_A.DECLINED, _A.RELEASED):
        return Step.RELEASE
    return None


@dataclass(frozen=True)
class Promise:
    """What a category promises, in seconds: taken up, ended, and how long each level up is given.

    `first_level` is the desk that gets it first: community, town or district.
    """

    assign_s: int
    close_s: int
    climb_s: int
    first_level: Level


def promised_at(promise: Promise, opened_at: datetime) -> datetime:
    """By when the need must have ended."""
    return opened_at + timedelta(seconds=promise.close_s)


def due_at(promise: Promise, state: NeedState, since: datetime, promised: datetime) -> datetime:
    """By when the next thing must happen, else the need climbs.

    Parameters: since — when the need entered `state`; promised — the end promised to the one who asked.
    """
    if state is NeedState.WAITING:
        return min(since + timedelta(seconds=promise.assign_s), max(promised, since))
    return max(promised, since)


def holder(address: int, level: Level) -> int:
    """The desk that must act: the area of `level` around the place (never below a community)."""
    return at_level(address, min(level, Level.COMMUNITY))


def level_above(level: Level) -> Level:
    """The desk one step up; the district is the last."""
    return Level.TOWN if level > Level.TOWN else Level.DISTRICT
