"""Recorded emergency calls: hand-made lines, and the real file where it is."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gridward.drill.replay.dispatch import Call, read_calls
from gridward.drill.replay.mapping import dispatch_mapping

REAL = Path(__file__).parents[4] / "shared" / "data" / "dispatch" / "rvfd-calls-for-service-2010-2020.csv.gz"
PLAIN = {
    "incident_num": "10000301",
    "incident_date": "1/5/10 12:00 AM",
    "call_type": "17A1      ",
    "Unit_Dispatch_Times": "M5=14:00:00",
    "Unit_Enroute_Times": "M5=14:01:00",
    "Unit_Arrive_Times": "M5=14:09:30",
    "Unit_At_Patient_Times": "NULL",
    "Unit_Enroute_To_Hospital_Times": "NULL",
    "Unit_Arrive_At_Hospital_Times": "NULL",
    "Unit_Clear_Times": "M5=15:00:00",
    "disposition_remarks": "      ",
}


def read(*changes: dict[str, str]) -> list[Call]:
    text = io.StringIO()
    table = csv.DictWriter(text, list(PLAIN))
    table.writeheader()
    table.writerows(
        {**PLAIN, "incident_num": str(10000301 + nth), **change} for nth, change in enumerate(changes or [{}])
    )
    return list(read_calls(text.getvalue().splitlines(keepends=True), dispatch_mapping()))


def reasons(call: Call) -> list[str]:
    return [trouble.reason for trouble in call.errors]


def test_a_units_times_become_one_response_in_utc() -> None:
    (call,) = read()
    (one,) = call.responses
    assert (one.unit, one.kind, call.category) == ("M5", "hotline.ambulance", "medical_emergency")
    assert one.sent_at == datetime(2010, 1, 5, 20, tzinfo=UTC)
    assert one.cleared_at - one.sent_at == timedelta(hours=1)
    assert not call.errors


def test_a_call_over_midnight_ends_the_day_after() -> None:
    (call,) = read({"Unit_Dispatch_Times": "M5=23:50:00", "Unit_Enroute_Times": "M5=23:55:00",
                    "Unit_Arrive_Times": "M5=00:05:00", "Unit_Clear_Times": "M5=01:00:00"})  # fmt: skip
    (one,) = call.responses
    assert one.cleared_at - one.sent_at == timedelta(minutes=70)
    assert list(one.times.values()) == sorted(one.times.values())


def test_a_call_just_before_midnight_whose_first_unit_was_sent_after_it_lies_on_the_next_day() -> None:
    early = {"Unit_Dispatch_Times": "M5=00:02:00", "Unit_Enroute_Times": "NULL", "Unit_Arrive_Times": "NULL",
             "Unit_Clear_Times": "M5=00:40:00"}  # fmt: skip
    first, second, third = read({}, early, {"incident_date": "1/6/10 12:00 AM", **early})
    assert second.responses[0].sent_at == datetime(2010, 1, 6, 6, 2, tzinfo=UTC)
    assert third.responses[0].sent_at == datetime(2010, 1, 6, 6, 2, tzinfo=UTC)


def test_a_test_a_copy_and_a_number_seen_before_become_no_response() -> None:
    calls = read({"disposition_remarks": "TEST"}, {"disposition_remarks": "STORED COMPLAINT DUP: 10000301"},
                 {"disposition_remarks": "DUP"}, {"incident_num": "10000301"})  # fmt: skip
    assert [reasons(call) for call in calls] == [["test_record"], *[["duplicate_record"]] * 3]
    assert not any(call.responses for call in calls)


def test_a_call_nobody_was_sent_to_names_its_line() -> None:
    blank = dict.fromkeys([name for name in PLAIN if name.startswith("Unit_")], "NULL")
    assert [str(trouble) for trouble in read(blank)[0].errors] == [
        "line 2: no unit was sent, and no time of day is recorded (17A1)"
    ]


def test_a_unit_that_was_never_sent_or_never_free_is_an_error_beside_the_others_responses() -> None:
    (call,) = read({"Unit_Dispatch_Times": "M5=14:00:00, WAVE1=14:00:05", "Unit_Arrive_Times": "GRE1=14:10:00"})
    assert [one.unit for one in call.responses] == ["M5"]
    assert reasons(call) == ["never_cleared", "never_dispatched"]


def test_an_unreadable_time_and_an_unreadable_day_are_errors() -> None:
    times, day = read({"Unit_Arrive_Times": "M5=1409"}, {"incident_date": "soon"})
    assert reasons(times) == ["unreadable_time"] and len(times.responses) == 1
    assert reasons(day) == ["unreadable"]


def test_mutual_aid_is_marked() -> None:
    (call,) = read({"call_type": "MUTAID  "})
    assert call.mutual_aid and call.category == "standby"


@pytest.fixture(scope="module")
def real_calls() -> list[Call]:
    """All calls of the real file."""
    if not REAL.exists():
        pytest.skip("the shared data is not here")
    with gzip.open(REAL, "rt", encoding="utf-8-sig", newline="") as lines:
        return list(read_calls(lines, dispatch_mapping()))


def test_every_sending_of_the_real_file_is_a_response_or_a_named_error(real_calls: list[Call]) -> None:
    assert [call.line for call in real_calls] == list(range(2, 19_522))
    errors = Counter(reason for call in real_calls for reason in reasons(call))
    assert errors == {
        "never_cleared": 1690,
        "dispatched_again": 1572,
        "no_unit_times": 1004,
        "never_dispatched": 457,
        "duplicate_record": 149,
        "test_record": 14,
    }
    responses = sum(len(call.responses) for call in real_calls)
    repeated = sum(call.repeated for call in real_calls)
    of_copies = sum(
        call.sendings - call.repeated for call in real_calls if {*reasons(call)} & {"test_record", "duplicate_record"}
    )
    assert sum(call.sendings for call in real_calls) == 47_294
    assert responses == 42_621
    assert responses + errors["never_cleared"] + errors["dispatched_again"] + of_copies + repeated == 47_294


def test_no_response_of_the_real_file_ends_before_it_starts(real_calls: list[Call]) -> None:
    for call in real_calls:
        for one in call.responses:
            moments = [one.sent_at, *one.times.values()]
            assert moments == sorted(moments)
            assert one.cleared_at - one.sent_at < timedelta(days=1)


def test_the_real_files_own_time_in_service_agrees_wherever_one_unit_was_sent_once(real_calls: list[Call]) -> None:
    with gzip.open(REAL, "rt", encoding="utf-8-sig", newline="") as lines:
        told = [dict(pair.split("=") for pair in row["Time_In_Service"].split(", ") if "=" in pair)
                for row in csv.DictReader(lines)]  # fmt: skip
    alike, off = 0, []
    for call, service in zip(real_calls, told, strict=True):
        again = {trouble.detail.split()[0] for trouble in call.errors if trouble.reason == "dispatched_again"}
        units = Counter(one.unit for one in call.responses)
        for one in call.responses:
            if one.unit in service and units[one.unit] == 1 and one.unit not in again:
                hours, minutes, seconds = map(int, service[one.unit].split(":"))
                meant = timedelta(hours=hours, minutes=minutes, seconds=seconds)
                alike += meant == one.cleared_at - one.sent_at
                off.append(abs(meant - (one.cleared_at - one.sent_at)))
    assert alike > 0.99 * len(off)
    assert max(off) < timedelta(hours=12)
