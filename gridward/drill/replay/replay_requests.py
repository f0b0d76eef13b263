"""Taking a city's recorded requests through the hotline at their recorded times, then comparing the figures."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from gridward.drill.district.load import DISTRICT
from gridward.drill.replay.compare import FIGURES, Difference, differences, of_file
from gridward.drill.replay.house import Climber, Event, House, Tell, ground, live_through, make_house
from gridward.drill.replay.mapping import RequestMapping
from gridward.drill.replay.requests import Request, read_requests, taken_down_at
from gridward.drill.replay.troubles import Trouble
from gridward.kernel import clock
from gridward.kernel.errors import AppError
from gridward.kernel.figures.actions import compute
from gridward.kernel.figures.models import FigureValue
from gridward.kernel.needs.actions import Wanted
from gridward.kernel.needs.models import Need
from gridward.lines.hotline import actions as hotline


@dataclass
class Outcome:
    """What a replay did, and how its figures compare."""

    lines: int = 0
    requests: int = 0
    as_of: datetime | None = None
    climbed: int = 0
    errors: list[Trouble] = field(default_factory=list)
    remarks: list[Trouble] = field(default_factory=list)
    file: dict[str, int] = field(default_factory=dict)
    house: dict[str, int] = field(default_factory=dict)
    explained: list[Difference] = field(default_factory=list)

    @property
    def unexplained(self) -> dict[str, int]:
        """By figure, how far the house's number is from the file's beyond the explained rows: 0 is right."""
        explained = Counter[str]()
        for one in self.explained:
            explained[one.figure] += one.by
        return {figure: self.house[figure] - self.file[figure] - explained[figure] for figure in FIGURES}

    def report(self) -> dict[str, Any]:
        """Everything as figures, for people and programs."""
        return {
            "lines": self.lines,
            "requests": self.requests,
            "row_errors": dict(Counter(one.reason for one in self.errors)),
            "mended": dict(Counter(one.reason for one in self.remarks)),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "climbed": self.climbed,
            "file": self.file,
            "house": self.house,
            "rows_that_differ": dict(Counter(f"{one.figure}: {one.why}" for one in self.explained)),
            "unexplained": self.unexplained,
        }


class _Replay:
    """The requests' openings and closings as events of one house."""

    def __init__(self, house: House, outcome: Outcome, climber: Climber) -> None:
        self.house = house
        self.climber = climber
        self.outcome = outcome
        self.needs: dict[int, UUID] = {}

    def events(self, requests: Iterable[Request]) -> list[Event]:
        """Openings and closings by time; an opening before a closing of the same moment."""
        found: list[tuple[datetime, int, int, Callable[[datetime], None]]] = []
        for one in requests:
            found.append((one.opened_at, 0, one.line, lambda now, one=one: self._try(self.open, one, now)))
            if one.closed_at is not None:
                found.append((one.closed_at, 1, one.line, lambda now, one=one: self._try(self.close, one, now)))
        return [(moment, happen) for moment, _rank, _line, happen in sorted(found, key=lambda event: event[:3])]

    def _try(self, act: Callable[[Request, datetime], None], one: Request, now: datetime) -> None:
        try:
            act(one, now)
        except AppError as refused:
            self.outcome.errors.append(Trouble(one.line, "refused_by_house", refused.code))

    def open(self, one: Request, now: datetime) -> None:
        """Somebody reports it: logged at the desk with the file's target as its promise."""
        wanted = Wanted(
            incident_id=self.house.incident_id,
            category=one.category,
            address=one.address,
            words=one.words,
            channel=one.channel,
            place=one.place,
            promised_at=one.promised_at,
            details={"line": one.line, "case": one.case},
        )
        need = hotline.take(self.house.agent, wanted, now)
        self.climber.note(need.due_at)
        self.needs[one.line] = need.pk

    def close(self, one: Request, now: datetime) -> None:
        """It ends in the file's words: served, or refused."""
        if one.refused:
            hotline.refuse(self.house.dispatcher, self.needs[one.line], one.outcome, now)
        else:
            hotline.answer(self.house.agent, self.needs[one.line], one.outcome, now)


def replay_requests(lines: Iterable[str], mapping: RequestMapping, tell: Tell, at_most: int | None = None) -> Outcome:
    """Replay a file into an empty database and compare.

    Parameters: at_most — only so many of the file's first lines.
    """
    outcome = Outcome()
    requests = _read(lines, mapping, outcome, tell, at_most)
    began = min(one.opened_at for one in requests)
    house = make_house(began)
    outcome.as_of = taken_down_at(requests)
    climber = Climber(began)
    replay = _Replay(house, outcome, climber)
    live_through(replay.events(requests), climber, lambda done, total: tell("replay", done, total))
    climber.until(outcome.as_of)
    outcome.climbed = climber.climbed
    outcome.file = of_file(requests)
    outcome.house = _figures(began, outcome.as_of, tell)
    outcome.explained = list(differences(requests, _kept(), outcome.as_of))
    return outcome


def _read(
    lines: Iterable[str], mapping: RequestMapping, outcome: Outcome, tell: Tell, at_most: int | None
) -> list[Request]:
    requests = []
    tell("read", 0, 1)
    for one in read_requests(lines, mapping, ground()):
        outcome.lines += 1
        if isinstance(one, Trouble):
            outcome.errors.append(one)
        else:
            requests.append(one)
            outcome.remarks += one.remarks
        if at_most and outcome.lines >= at_most:
            break
    outcome.requests = len(requests)
    tell("read", 1, 1)
    return requests


def _figures(began: datetime, as_of: datetime, tell: Tell) -> dict[str, int]:
    """The line's own figures, computed for every day: ended ones summed, open ones as they stand at the end."""
    first, last = clock.local_day(began), clock.local_day(as_of)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for done, day in enumerate(days, start=1):
        compute([day], as_of)
        tell("figures", done, len(days))
    rows = FigureValue.objects.filter(address=DISTRICT, part="", day__gte=first, day__lte=last)
    values = {(row.key, row.day): int(row.value or 0) for row in rows}
    return {
        "closed": sum(values.get(("hotline.closed", day), 0) for day in days),
        "open": values.get(("hotline.open", last), 0),
        "overdue": values.get(("hotline.overdue", last), 0),
        "closed_late": sum(values.get(("hotline.closed_late", day), 0) for day in days),
    }


def _kept() -> dict[int, tuple[datetime | None, datetime]]:
    rows = Need.objects.values_list("details__line", "closed_at", "promised_at")
    return {line: (closed_at, promised_at) for line, closed_at, promised_at in rows}


def write_differences(path: Path, found: Sequence[Difference], troubles: Sequence[Trouble]) -> None:
    """Every difference and every trouble as a table, one a row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ["line", "case", "figure", "by", "why"])
        table.writeheader()
        table.writerows(asdict(one) for one in found)
        table.writerows({"line": one.line, "why": str(one)} for one in troubles)
