"""Taking a county's recorded emergency calls through the hotline: every unit's response becomes an assignment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from gridward.drill.replay.dispatch import Call, UnitResponse, read_calls
from gridward.drill.replay.house import Climber, Event, House, Tell, ground, live_through, make_house
from gridward.drill.replay.mapping import DispatchMapping
from gridward.drill.replay.troubles import Trouble
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.assignments.proofs import Evidence
from gridward.kernel.errors import AppError
from gridward.kernel.ids import new_id
from gridward.kernel.needs.actions import Wanted
from gridward.kernel.needs.errors import NotAllowedNow, ResourceBusy
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import OPEN, AssignmentState
from gridward.kernel.resources.models import CrewMember, Resource
from gridward.kernel.search import name_tokens
from gridward.lines.hotline import actions as hotline

CATEGORIES = "dispatch_categories.toml"
_CALLED_BACK = "已召回，未到现场 (called back before arriving)"
_MORE_WANTED = "又派出一支力量 (another unit was sent)"
# What happens in one second happens in this order: who is free again can be sent, who is sent can move.
_FREE, _OPEN, _SEND, _MOVE, _AT_ONCE, _LAST = range(6)


@dataclass
class Outcome:
    """What a replay did; `sendings` counts how often the file says that a unit was sent."""

    calls: int = 0
    sendings: int = 0
    repeated: int = 0
    responses: int = 0
    reopened: int = 0
    climbed: int = 0
    errors: list[Trouble] = field(default_factory=list)
    remarks: list[Trouble] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every response is an assignment or a named error, and none ends before it starts."""
        busy = sum(one.reason in ("unit_out_elsewhere", "refused_by_house") for one in self.errors)
        return (
            self.kept["assignments"] + busy == self.responses
            and self.kept["assignments_at_other_times"] == 0
            and self.kept["assignments_ending_before_their_start"] == 0
            and self.kept["needs_open"] == 0
        )

    def report(self) -> dict[str, Any]:
        """Everything as figures, for people and programs."""
        return {
            "calls": self.calls,
            "sendings": self.sendings,
            "sendings_written_twice": self.repeated,
            "unit_responses": self.responses,
            "row_errors": dict(Counter(one.reason for one in self.errors)),
            "mended": dict(Counter(one.reason for one in self.remarks)),
            "reopened_for_another_unit": self.reopened,
            "climbed": self.climbed,
            **self.kept,
        }


class _Replay:
    """Calls as events of one house."""

    def __init__(self, house: House, outcome: Outcome, units: dict[str, UUID], climber: Climber) -> None:
        self.house, self.outcome, self.units, self.climber = house, outcome, units, climber
        self.place = ground()
        self.needs: dict[int, Need] = {}
        self.sent: dict[int, UUID] = {}

    def events(self, calls: Iterable[Call]) -> list[Event]:
        """What happens on all calls, by time."""
        found: list[tuple[datetime, int, int, Callable[[datetime], None]]] = []
        for call in calls:
            if not call.responses:
                continue
            found.append((call.responses[0].sent_at, _OPEN, call.line, lambda now, call=call: self.open(call, now)))
            for one in call.responses:
                found += self._events_of(one)
            last = max(one.cleared_at for one in call.responses)
            found.append((last, _LAST, call.line, lambda now, call=call: self.end(call, now)))
        return [(moment, happen) for moment, _rank, _line, happen in sorted(found, key=lambda event: event[:3])]

    def _events_of(self, one: UnitResponse) -> list[tuple[datetime, int, int, Callable[[datetime], None]]]:
        steps = [(one.sent_at, _SEND, lambda now: self.send(one, now))]
        for stage, state in (("enroute", AssignmentState.UNDER_WAY), ("arrived", AssignmentState.ARRIVED)):
            if stage in one.times:
                steps.append((one.times[stage], _MOVE, lambda now, state=state: self.go_on(one, state, now)))
        rank = _FREE if one.cleared_at > max([one.sent_at, *list(one.times.values())[:-1]]) else _AT_ONCE
        steps.append((one.cleared_at, rank, lambda now: self.free(one, now)))
        return [(moment, rank, one.line, lambda now, act=act: self._try(act, one, now)) for moment, rank, act in steps]

    def _try(self, act: Callable[[datetime], Any], one: UnitResponse, now: datetime) -> None:
        try:
            act(now)
        except ResourceBusy:
            self.outcome.errors.append(Trouble(one.line, "unit_out_elsewhere", one.unit))
        except AppError as refused:
            self.outcome.errors.append(Trouble(one.line, "refused_by_house", f"{one.unit} {refused.code}"))

    def open(self, call: Call, now: datetime) -> None:
        """The call comes in; its first unit's station chooses the town."""
        station = call.responses[0].unit.rstrip("0123456789")
        wanted = Wanted(
            incident_id=self.house.incident_id,
            category=call.category,
            address=self.place.community(station, call.number),
            words=call.words,
            channel="phone",
            details={"line": call.line, "number": call.number, "mutual_aid": call.mutual_aid},
        )
        self.needs[call.line] = hotline.take(self.house.agent, wanted, now)
        self.climber.note(self.needs[call.line].due_at)
        self.climber.note(self.needs[call.line].promised_at)

    def send(self, one: UnitResponse, now: datetime) -> None:
        """A unit is sent; a call that had ended meanwhile is opened again for it."""
        need = self.needs[one.line]
        actor, unit = self.house.dispatcher, self.units[one.unit]
        try:
            task = hotline.assign(actor, need.pk, unit, now)
        except NotAllowedNow:
            self.climber.note(hotline.reopen_by_code(actor, need.tracking_code, _MORE_WANTED, now).due_at)
            self.outcome.reopened += 1
            task = hotline.assign(actor, need.pk, unit, now)
        self.sent[id(one)] = task.pk

    def go_on(self, one: UnitResponse, state: AssignmentState, now: datetime) -> None:
        """The crew says where it is."""
        if id(one) in self.sent:
            hotline.go_on(self.house.crew, self.sent[id(one)], state, now)

    def free(self, one: UnitResponse, now: datetime) -> None:
        """The crew is free: done, or called back where it never arrived."""
        if id(one) not in self.sent:
            return
        if one.times.keys() & {"arrived", "at_patient", "at_hospital"}:
            words = " ".join(f"{stage} {moment:%H:%M:%SZ}" for stage, moment in one.times.items())
            hotline.go_on(self.house.crew, self.sent[id(one)], AssignmentState.DONE, now, evidence=Evidence(words))
        else:
            hotline.release(self.house.dispatcher, self.sent[id(one)], _CALLED_BACK, now)

    def end(self, call: Call, now: datetime) -> None:
        """A call to which nobody got through in the end is answered at the desk."""
        if Need.objects.filter(pk=self.needs[call.line].pk, state__in=OPEN).exists():
            hotline.answer(self.house.agent, self.needs[call.line].pk, call.words, now)


def replay_dispatch(lines: Iterable[str], mapping: DispatchMapping, tell: Tell, at_most: int | None = None) -> Outcome:
    """Replay a file into an empty database and check what became of it.

    Parameters: at_most — only so many of the file's first lines.
    """
    outcome = Outcome()
    calls = _read(lines, mapping, outcome, tell, at_most)
    responses = [one for call in calls for one in call.responses]
    began = min(one.sent_at for one in responses)
    house = make_house(began, CATEGORIES)
    climber = Climber(began)
    replay = _Replay(house, outcome, _make_units(responses, house), climber)
    live_through(replay.events(calls), climber, lambda done, total: tell("replay", done, total))
    outcome.climbed = climber.climbed
    outcome.kept = _kept(replay, responses)
    return outcome


def _read(
    lines: Iterable[str], mapping: DispatchMapping, outcome: Outcome, tell: Tell, at_most: int | None
) -> list[Call]:
    calls = []
    tell("read", 0, 1)
    for call in read_calls(lines, mapping):
        calls.append(call)
        outcome.sendings += call.sendings
        outcome.repeated += call.repeated
        outcome.responses += len(call.responses)
        outcome.errors += call.errors
        outcome.remarks += call.remarks
        if at_most and len(calls) >= at_most:
            break
    outcome.calls = len(calls)
    tell("read", 1, 1)
    return calls


def _make_units(responses: Iterable[UnitResponse], house: House) -> dict[str, UUID]:
    kinds = {one.unit: one.kind for one in responses}
    place = ground()
    made = [
        Resource(
            id=new_id(),
            kind=kind,
            name=unit,
            address=place.community(unit.rstrip("0123456789"), unit),
            tokens=name_tokens(unit),
        )
        for unit, kind in sorted(kinds.items())
    ]
    Resource.objects.bulk_create(made)
    CrewMember.objects.bulk_create(CrewMember(resource=one, user_id=house.crew.user_id) for one in made)
    return {one.name: one.pk for one in made}


def _kept(replay: _Replay, responses: Sequence[UnitResponse]) -> dict[str, Any]:
    times = {
        pk: (offered, left, arrived, ended)
        for pk, offered, left, arrived, ended in Assignment.objects.values_list(
            "pk", "offered_at", "left_at", "arrived_at", "ended_at"
        )
    }
    other = sum(
        times[replay.sent[id(one)]] != (one.sent_at, one.times.get("enroute"), one.times.get("arrived"), one.cleared_at)
        for one in responses
        if id(one) in replay.sent
    )
    backwards = Assignment.objects.filter(Q(ended_at__lt=F("offered_at")) | Q(ended_at__lt=F("arrived_at")))
    return {
        "assignments": len(times),
        "assignments_at_other_times": other,
        "assignments_ending_before_their_start": backwards.count(),
        "needs": len(replay.needs),
        "needs_open": Need.objects.filter(state__in=OPEN).count(),
        "done": Assignment.objects.filter(state=AssignmentState.DONE).count(),
        "called_back": Assignment.objects.filter(state=AssignmentState.RELEASED).count(),
    }
