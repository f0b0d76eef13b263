"""A day of the response: made-up calls taken through the line's own actions, on a simulated clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import numpy as np

from gridward.drill.calls import Call, Course, calls_of, course_of
from gridward.kernel import clock
from gridward.kernel.access.actor import SYSTEM, Actor, actor_of, public_actor
from gridward.kernel.access.models import User
from gridward.kernel.assignments.actions import progress
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.errors import AppError
from gridward.kernel.needs.actions import Wanted, confirm, refuse, reopen, withdraw
from gridward.kernel.needs.climbing import climb_overdue
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import OPEN, AssignmentState
from gridward.kernel.people.models import Person
from gridward.lines.hotline import actions as hotline
from gridward.lines.hotline.plan import choices

_CLIMB_EVERY = timedelta(minutes=1)
_AGAIN_S = 240
_DONE_WORDS = (
    "已送达，本人签收",
    "已办妥，家属确认",
    "已上门处理，现场恢复正常",
    "已送医并交接",
    "已电话答复，来电人表示明白",
)
Step = Callable[[datetime], None]


@dataclass
class Tally:
    """What happened, for the one who watches."""

    calls: int = 0
    assigned: int = 0
    served: int = 0
    climbed: int = 0
    refusals: dict[str, int] = field(default_factory=dict)


class Day:
    """One simulated stretch of time: a queue of what happens next, and the people who do it."""

    def __init__(self, incident_id: UUID, callers: list[Person], rng: np.random.Generator) -> None:
        self.incident_id = incident_id
        self.callers = callers
        self.rng = rng
        self.tally = Tally()
        self.logged: dict[int, Any] = {}
        self._ahead: list[tuple[datetime, int, Step]] = []
        self._order = count()
        users = {user.username: actor_of(user, "drill") for user in User.objects.all()}
        self.agent: Actor = users.get("agent", SYSTEM)
        self.dispatcher: Actor = users.get("dispatcher", SYSTEM)

    def at(self, moment: datetime, step: Step) -> None:
        """Let a step happen at a moment."""
        heapq.heappush(self._ahead, (moment, next(self._order), step))

    def run(self, start: datetime, end: datetime, a_day: int, tell: Callable[[int, int], None]) -> Tally:
        """Live through the time between two moments; what lies behind the end stays undone."""
        calls = calls_of(start, end, a_day, len(self.callers), self.rng)
        for number, call in enumerate(calls):
            self.at(call.at, lambda now, number=number, call=call: self.ring(number, call, now))
        self.at(start, self.climb)
        while self._ahead and self._ahead[0][0] < end:
            moment, _order, step = heapq.heappop(self._ahead)
            with clock.simulated(moment):
                self._try(step, moment)
            tell(self.tally.calls, len(calls))
        return self.tally

    def _try(self, step: Step, now: datetime) -> None:
        try:
            step(now)
        except AppError as refused:
            self.tally.refusals[refused.code] = self.tally.refusals.get(refused.code, 0) + 1

    def climb(self, now: datetime) -> None:
        """What the worker does every few seconds, here every minute."""
        self.tally.climbed += len(climb_overdue(now))
        self.at(now + _CLIMB_EVERY, self.climb)

    def ring(self, number: int, call: Call, now: datetime) -> None:
        """Somebody calls or writes; a repeated trouble is joined to the one it repeats."""
        person = self.callers[call.person]
        wanted = Wanted(
            incident_id=self.incident_id,
            category=call.manner.category,
            address=person.address,
            words=call.words,
            channel=call.channel,
            place=person.room,
            caller_name=person.name,
            caller_phone=person.phone,
            person_id=person.pk,
            latitude=person.latitude,  # type: ignore[attr-defined]
            longitude=person.longitude,  # type: ignore[attr-defined]
        )
        if call.channel == "web":
            need = hotline.ask(public_actor("web"), wanted, now)
        else:
            need = hotline.take(self.agent, wanted, now, join_into=self._open_twin(call))
        self.tally.calls += 1
        self.logged[number] = need.pk
        if need.joined_to_id is None:
            course = course_of(call.manner, self.rng)
            self.at(now + timedelta(seconds=course.desk_s), lambda then: self.take_up(need.pk, course, then))

    def _open_twin(self, call: Call) -> Any:
        """The open need that a repeated call is about, where it has not ended meanwhile."""
        if call.repeats is None or call.repeats not in self.logged:
            return None
        twin = Need.objects.select_related("joined_to").get(pk=self.logged[call.repeats])
        twin = twin.joined_to or twin
        return twin.pk if twin.state in OPEN else None

    def take_up(self, need_id: Any, course: Course, now: datetime) -> None:
        """A dispatcher decides: refuse, answer at the desk, or send the best one there is."""
        need = Need.objects.select_related("category").get(pk=need_id)
        if need.state not in OPEN:
            return
        if course.ends == "withdrawn":
            withdraw(public_actor("web"), need_id, "已自行解决", now)
        elif course.ends == "refused":
            refuse(self.dispatcher, need_id, "不属于本热线受理范围，已告知相应渠道", now)
        elif not course.needs_somebody:
            hotline.answer(self.dispatcher, need_id, str(self.rng.choice(_DONE_WORDS[-1:])), now)
            self.tally.served += 1
            self._afterwards(need_id, course, now)
        else:
            self._send(need, course, now)

    def _send(self, need: Need, course: Course, now: datetime) -> None:
        offered = choices(self.dispatcher, need, now, limit=1)
        if not offered:
            self.at(now + timedelta(seconds=_AGAIN_S), lambda then: self.take_up(need.pk, course, then))
            return
        best = offered[0]
        sent = hotline.assign(self.dispatcher, need.pk, best.resource_id, now, reasons=best.reasons)
        self.tally.assigned += 1
        if course.declined:
            then = now + timedelta(seconds=course.accept_s)
            self.at(then, lambda at: self._decline(sent.pk, need.pk, course, at))
            return
        reach_s = best.reach_min * 60 * float(self.rng.lognormal(0, 0.2))
        moments = np.cumsum([course.accept_s, course.leave_s, reach_s, course.work_s])
        states = (AssignmentState.ACCEPTED, AssignmentState.UNDER_WAY, AssignmentState.ARRIVED)
        for seconds, state in zip(moments, states, strict=False):
            self._later(now, float(seconds), lambda at, state=state: progress(SYSTEM, sent.pk, state, at))
        self._later(now, float(moments[-1]), lambda at: self._finish(sent.pk, need.pk, course, at))

    def _later(self, now: datetime, seconds: float, step: Callable[[datetime], Any]) -> None:
        self.at(now + timedelta(seconds=seconds), step)

    def _decline(self, assignment_id: Any, need_id: Any, course: Course, now: datetime) -> None:
        progress(SYSTEM, assignment_id, AssignmentState.DECLINED, now, reason="车辆故障")
        again = Course(**{**course.__dict__, "declined": False})
        self._later(now, course.accept_s, lambda then: self.take_up(need_id, again, then))

    def _finish(self, assignment_id: Any, need_id: Any, course: Course, now: datetime) -> None:
        words = str(self.rng.choice(_DONE_WORDS[:-1]))
        progress(SYSTEM, assignment_id, AssignmentState.DONE, now, evidence=Evidence(words))
        self.tally.served += 1
        self._afterwards(need_id, course, now)

    def _afterwards(self, need_id: Any, course: Course, now: datetime) -> None:
        if course.reopens:
            self._later(now, course.afterwards_s, lambda at: self._reopen(need_id, course, at))
        elif course.confirms:
            self._later(now, course.afterwards_s, lambda at: confirm(public_actor("web"), need_id, at))

    def _reopen(self, need_id: Any, course: Course, now: datetime) -> None:
        reopen(public_actor("web"), need_id, "问题还没有解决", now)
        calm = Course(**{**course.__dict__, "reopens": False, "declined": False})
        self._later(now, course.desk_s, lambda then: self.take_up(need_id, calm, then))


_SAMPLE = """
    SELECT person.id, person.address, person.room, person.name, person.phone, area.latitude, area.longitude
    FROM kernel_person AS person TABLESAMPLE SYSTEM (%(percent)s) REPEATABLE (%(seed)s)
    JOIN kernel_area AS area ON area.address = person.address
    WHERE person.phone <> ''
    ORDER BY person.traits = '{}', person.id
    LIMIT %(limit)s
"""


def callers_of(how_many: int, percent: float, seed: int) -> list[Person]:
    """Some people who may call, with the point of their door as `latitude` and `longitude`.

    A sample of the register, in which those with special needs come first.
    """
    return list(Person.objects.raw(_SAMPLE, {"percent": percent, "seed": seed, "limit": how_many}))
