"""Reading a county's recorded emergency calls: every unit's response becomes one, or a trouble that names its line.

Pure. The log gives a day and, for each unit, times without a date: calls are numbered as they come, so a call whose
first time is far earlier than that of the call before it on the same day came just before midnight.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gridward.drill.replay.local_time import to_utc
from gridward.drill.replay.mapping import DispatchMapping
from gridward.drill.replay.troubles import Trouble
from gridward.drill.replay.unit_times import DAY_S, STAGES, clock_face, cut, entries, unwrapped

Row = Mapping[str, str]
_COLUMNS = {
    "enroute": "Unit_Enroute_Times",
    "arrived": "Unit_Arrive_Times",
    "at_patient": "Unit_At_Patient_Times",
    "to_hospital": "Unit_Enroute_To_Hospital_Times",
    "at_hospital": "Unit_Arrive_At_Hospital_Times",
    "cleared": "Unit_Clear_Times",
}


@dataclass(frozen=True)
class UnitResponse:
    """One unit on one call, from being sent to being free, in UTC; `times` by stage never fall."""

    line: int
    unit: str
    kind: str
    sent_at: datetime
    times: Mapping[str, datetime]

    @property
    def cleared_at(self) -> datetime:
        """When the unit was free again."""
        return self.times["cleared"]


@dataclass
class Call:
    """One call with its units' responses, by the time they were sent.

    `errors` — what became no response; `remarks` — what was left out of one that stands;
    `sendings` — how often the line says that a unit was sent; `repeated` — how many of these it writes twice.
    """

    line: int
    number: str
    category: str
    words: str
    mutual_aid: bool
    sendings: int = 0
    repeated: int = 0
    responses: list[UnitResponse] = field(default_factory=list)
    errors: list[Trouble] = field(default_factory=list)
    remarks: list[Trouble] = field(default_factory=list)


class _Log:
    """What reading one line must know of the lines before it."""

    def __init__(self, mapping: DispatchMapping) -> None:
        self.mapping = mapping
        self.seen: set[str] = set()
        self.day: datetime | None = None
        self.latest_s = 0

    def midnight_of(self, day: datetime, first_s: int) -> datetime:
        """The midnight a call's times count from."""
        if day != self.day:
            self.day, self.latest_s = day, first_s
        elif first_s < self.latest_s - DAY_S // 2:
            return day + timedelta(days=1)
        self.latest_s = max(self.latest_s, first_s)
        return day


def read_calls(lines: Iterable[str], mapping: DispatchMapping) -> Iterator[Call]:
    """The calls of a CSV text with a header, in the file's order; one for every line."""
    reader = csv.DictReader(lines)
    log, before = _Log(mapping), 1
    for row in reader:
        line, before = before + 1, reader.line_num
        try:
            yield _call(line, row, log)
        except (ValueError, KeyError, AttributeError, TypeError) as wrong:
            yield Call(line, "", "", "", False, errors=[Trouble(line, "unreadable", str(wrong))])


def _call(line: int, row: Row, log: _Log) -> Call:
    kind, remark = row["call_type"].strip(), row["disposition_remarks"].strip()
    mapping, number = log.mapping, row["incident_num"]
    call = Call(line, number, _first(mapping.categories, kind), f"{kind} {remark}".strip(), kind in mapping.mutual_aid)
    times = {"sent": _times(call, row["Unit_Dispatch_Times"])}
    call.repeated = len(call.remarks)
    call.sendings = sum(map(len, times["sent"].values())) + call.repeated
    times |= {stage: _times(call, row[column]) for stage, column in _COLUMNS.items()}
    refused = _refusal(number, remark, log)
    log.seen.add(number)
    if refused:
        _refuse(call, refused, times["sent"], remark)
        return call
    if not any(times.values()):
        call.errors.append(Trouble(line, "no_unit_times", kind))
        return call
    day = datetime.strptime(row["incident_date"].split()[0], mapping.days)  # noqa: DTZ007
    _cut_units(call, times, day, log)
    return call


def _refusal(number: str, remark: str, log: _Log) -> str | None:
    if _matches(log.mapping.tests, remark):
        return "test_record"
    if _matches(log.mapping.copies, remark) or number in log.seen:
        return "duplicate_record"
    return None


def _refuse(call: Call, reason: str, sent: Mapping[str, Sequence[int]], remark: str) -> None:
    units = [unit for unit, seconds in sent.items() for _ in seconds]
    call.errors += [Trouble(call.line, reason, f"{call.number} {unit}") for unit in units]
    if not units:
        call.errors.append(Trouble(call.line, reason, f"{call.number} {remark}".strip()))


def _cut_units(call: Call, times: Mapping[str, Mapping[str, Sequence[int]]], day: datetime, log: _Log) -> None:
    sent = times["sent"]
    first_s = next((seconds[0] for seconds in sent.values()), 0)
    midnight = log.midnight_of(day, first_s) if sent else day
    for unit in dict.fromkeys([*sent, *(unit for stage in STAGES for unit in times[stage])]):
        if unit not in sent:
            call.errors.append(Trouble(call.line, "never_dispatched", unit))
            continue
        anchored = [unwrapped(second, first_s) for second in sent[unit]]
        found = cut(unit, anchored, {stage: times[stage].get(unit, ()) for stage in STAGES})
        call.errors += [Trouble(call.line, *what) for what in found.errors]
        call.remarks += [Trouble(call.line, *what) for what in found.remarks]
        kind = _first(log.mapping.resources, unit)
        for one in found.responses:
            moments = _moments([one.sent, *one.times.values()], midnight, log.mapping)
            stages = dict(zip(one.times, moments[1:], strict=True))
            call.responses.append(UnitResponse(call.line, unit, kind, moments[0], stages))
    call.responses.sort(key=lambda one: one.sent_at)


def _moments(seconds: Sequence[int], midnight: datetime, mapping: DispatchMapping) -> list[datetime]:
    found: list[datetime] = []
    for second in seconds:
        moment = to_utc(midnight + timedelta(seconds=second), mapping.zone, found[-1] if found else None)
        found.append(max(moment, found[-1]) if found else moment)
    return found


def _times(call: Call, text: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    told, unreadable = entries(text)
    call.errors += [Trouble(call.line, "unreadable_time", one) for one in unreadable]
    for unit, second in told:
        if second in found.setdefault(unit, []):
            call.remarks.append(Trouble(call.line, "repeated_entry", f"{unit} {clock_face(second)}"))
        else:
            found[unit].append(second)
    return found


def _first(patterns: Sequence[tuple[str, str]], word: str) -> str:
    return next((meaning for pattern, meaning in patterns if re.fullmatch(pattern, word)), "")


def _matches(patterns: Sequence[str], word: str) -> bool:
    return any(re.fullmatch(pattern, word) for pattern in patterns)
