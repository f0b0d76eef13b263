"""Recorded files taken through the hotline's own actions, on a simulated clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gridward.drill.replay.mapping import dispatch_mapping, request_mapping
from gridward.drill.replay.replay_dispatch import replay_dispatch
from gridward.drill.replay.replay_requests import replay_requests, write_differences
from gridward.kernel.assignments.models import Assignment
from gridward.kernel.journal.models import Entry
from gridward.kernel.near import cache
from gridward.kernel.needs.models import Need
from gridward.kernel.needs.rules import AssignmentState, NeedState

REQUESTS = """CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CLOSURE_REASON,CASE_TITLE,REASON,TYPE,Source,\
Location,neighborhood,ward,LATITUDE,LONGITUDE
1,01/05/2015 09:00:00 AM,01/07/2015 09:00:00 AM,01/06/2015 09:00:00 AM,ONTIME,Case Closed,Lamp,Street Lights,Lamp,\
Constituent Call,1 Main St,Roxbury,,42.3,-71.0
2,01/05/2015 09:00:00 AM,01/05/2015 10:00:00 AM,01/06/2015 09:00:00 AM,OVERDUE,Case Closed,Lamp,Street Lights,Lamp,\
Twitter,2 Main St,Roxbury,,42.4,-71.0
3,01/05/2015 09:10:00 AM,01/06/2015 08:00:00 AM,,OVERDUE,,Tree,Trees,Tree,Self Service,3 Main St,Mattapan,,42.3,-71.1
4,01/05/2015 09:20:00 AM,,01/05/2015 09:20:00 AM,ONTIME,Case Closed Case Invalid,Tree,Trees,Tree,Self Service,,,,0,0
5,01/05/2015 09:20:00 AM,01/05/2015 09:21:00 AM,01/05/2015 10:20:00 AM,,Case Closed,Tree,Trees,Tree,,,,,0,0
6,01/05/2015 09:20:00 AM,,,ONTIME,,?,Unheard of,?,,,,,0,0
"""
CALLS = """incident_num,incident_date,call_type,Unit_Dispatch_Times,Unit_Enroute_Times,Unit_Arrive_Times,\
Unit_At_Patient_Times,Unit_Enroute_To_Hospital_Times,Unit_Arrive_At_Hospital_Times,Unit_Clear_Times,disposition_remarks
10000001,1/5/10 12:00 AM,17A1,"M5=23:50:00, WAVE1=23:51:00",M5=23:51:00,M5=00:05:00,NULL,NULL,NULL,\
"WAVE1=23:58:00, M5=01:00:00",
10000002,1/5/10 12:00 AM,FIREA,"M5=23:55:00, GRE1=23:56:00",NULL,NULL,NULL,NULL,NULL,"M5=23:59:00, GRE1=23:57:00",
10000003,1/6/10 12:00 AM,FIREA,"M5=10:00:00, GRE1=11:00:00",NULL,"M5=10:10:00, GRE1=11:10:00",NULL,NULL,NULL,\
"M5=10:30:00, GRE1=11:30:00",
10000004,1/6/10 12:00 AM,TEST,M5=12:00:00,NULL,NULL,NULL,NULL,NULL,M5=12:01:00,TEST
"""


def silent(stage: str, done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture(autouse=True)
def empty_house(transactional_db: Any) -> Iterator[None]:
    """A replay starts in an empty database and commits as it goes."""
    cache.clear()
    yield
    cache.clear()


def test_requests_end_with_the_files_own_figures_and_every_difference_named(tmp_path: Path) -> None:
    outcome = replay_requests(REQUESTS.splitlines(keepends=True), request_mapping(), silent)
    assert outcome.file == {"closed": 4, "open": 1, "overdue": 1, "closed_late": 1}
    assert outcome.house == {"closed": 4, "open": 1, "overdue": 1, "closed_late": 2}
    assert not any(outcome.unexplained.values())
    assert [(one.line, one.figure, one.by) for one in outcome.explained] == [(6, "closed_late", 1)]
    assert [str(one) for one in outcome.errors] == [
        "line 7: nothing in the mapping says what it is about (Unheard of / ?)"
    ]
    write_differences(tmp_path / "differences.csv", outcome.explained, outcome.errors)
    assert len((tmp_path / "differences.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_requests_go_through_the_lines_actions_at_their_recorded_times() -> None:
    replay_requests(REQUESTS.splitlines(keepends=True), request_mapping(), silent)
    needs = {need.details["line"]: need for need in Need.objects.all()}
    assert needs[2].opened_at == datetime(2015, 1, 5, 14, tzinfo=UTC)
    assert needs[2].closed_at == datetime(2015, 1, 6, 14, tzinfo=UTC)
    assert [needs[line].state for line in (2, 4, 5)] == [NeedState.SERVED, NeedState.WAITING, NeedState.REFUSED]
    assert needs[4].climbs == 2
    verbs = Entry.objects.filter(subject_id=str(needs[2].pk)).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["need.logged", "need.climbed", "need.climbed", "need.served"]


def test_every_units_response_becomes_an_assignment_or_a_named_error() -> None:
    outcome = replay_dispatch(CALLS.splitlines(keepends=True), dispatch_mapping(), silent)
    assert outcome.holds
    assert outcome.responses == 6 and outcome.kept["assignments"] == 5
    assert [str(one) for one in outcome.errors] == [
        "line 5: a test of the system, not a call (10000004 M5)",
        "line 3: the unit was still out on another call: the house books nobody twice (M5)",
    ]
    assert outcome.reopened == 1
    first = Assignment.objects.get(need__details__line=2, resource__name="M5")
    assert (first.offered_at, first.arrived_at, first.ended_at) == (
        datetime(2010, 1, 6, 5, 50, tzinfo=UTC),
        datetime(2010, 1, 6, 6, 5, tzinfo=UTC),
        datetime(2010, 1, 6, 7, 0, tzinfo=UTC),
    )
    assert first.state == AssignmentState.DONE
    called_back = Assignment.objects.get(need__details__line=2, resource__name="WAVE1")
    assert called_back.state == AssignmentState.RELEASED and called_back.end_words
    assert not Need.objects.exclude(state=NeedState.SERVED).exists()
