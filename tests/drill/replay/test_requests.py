"""Recorded requests: hand-made lines, and the real file where it is."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gridward.drill.replay.compare import Difference, differences, of_file
from gridward.drill.replay.ground import Ground
from gridward.drill.replay.mapping import request_mapping
from gridward.drill.replay.requests import Request, read_requests, taken_down_at
from gridward.drill.replay.troubles import Trouble

REAL = Path(__file__).parents[4] / "shared" / "data" / "requests" / "boston311_2015.csv.gz"
GROUND = Ground([5001160010020000000, 5001160020010000000])
PLAIN = {
    "CASE_ENQUIRY_ID": "101",
    "OPEN_DT": "01/05/2015 09:00:00 AM",
    "TARGET_DT": "01/07/2015 09:00:00 AM",
    "CLOSED_DT": "01/06/2015 09:00:00 AM",
    "OnTime_Status": "ONTIME",
    "CLOSURE_REASON": "Case Closed",
    "CASE_TITLE": "Street Light Outages",
    "REASON": "Street Lights",
    "TYPE": "Street Light Outages",
    "Source": "Constituent Call",
    "Location": "",
    "neighborhood": "Roxbury",
    "ward": "",
    "LATITUDE": "42.3",
    "LONGITUDE": "-71.0",
}


def read(*changes: dict[str, str]) -> list[Request | Trouble]:
    text = io.StringIO()
    table = csv.DictWriter(text, list(PLAIN))
    table.writeheader()
    table.writerows({**PLAIN, **change} for change in changes)
    return list(read_requests(text.getvalue().splitlines(keepends=True), request_mapping(), GROUND))


def one(**change: str) -> Request:
    (found,) = read(change)
    assert isinstance(found, Request)
    return found


def test_times_are_read_in_the_citys_zone() -> None:
    assert one().opened_at == datetime(2015, 1, 5, 14, tzinfo=UTC)
    assert one().promised_at == datetime(2015, 1, 7, 14, tzinfo=UTC)


def test_a_type_of_its_own_stands_before_its_reason() -> None:
    assert one().category == "utilities"
    assert one(REASON="Building", TYPE="Working Beyond Hours").category == "noise_dispute"


def test_a_request_without_a_target_is_never_overdue() -> None:
    free = one(TARGET_DT="", CLOSED_DT="")
    assert not free.has_target
    assert (free.promised_at - free.opened_at).days > 3000


def test_a_request_closed_before_it_was_opened_is_mended_and_says_so() -> None:
    mended = one(CLOSED_DT="01/05/2015 08:59:51 AM")
    assert mended.closed_at == mended.opened_at
    assert [str(remark) for remark in mended.remarks] == [
        "line 2: closed before it was opened: taken as closed the moment it was opened (by 9 s)"
    ]


def test_a_skipped_hour_is_remarked() -> None:
    assert [remark.reason for remark in one(OPEN_DT="03/08/2015 02:30:00 AM", TARGET_DT="", CLOSED_DT="").remarks] == [
        "gap_in_time"
    ]


def test_an_invalid_case_counts_as_refused() -> None:
    assert one(CLOSURE_REASON="Case Closed Case Invalid no such street").refused
    assert not one(CLOSURE_REASON="Case Closed Case Resolved").refused


def test_what_cannot_be_read_names_its_line_even_behind_a_line_break_in_a_cell() -> None:
    found = read({"Location": "two\nlines"}, {"OPEN_DT": "yesterday"}, {"REASON": "Unheard of"}, {"OPEN_DT": ""})
    assert [(type(row).__name__, row.line) for row in found] == [
        ("Request", 2),
        ("Trouble", 4),
        ("Trouble", 5),
        ("Trouble", 6),
    ]
    assert [row.reason for row in found if isinstance(row, Trouble)] == ["unreadable", "unknown_category", "unreadable"]


def test_rows_that_count_otherwise_are_each_explained() -> None:
    silent = one(OnTime_Status="", TARGET_DT="01/05/2015 10:00:00 AM")
    lost = one(OnTime_Status="OVERDUE", CLOSED_DT="")
    as_of = datetime(2016, 1, 1, tzinfo=UTC)
    found = list(differences([silent], {2: (silent.closed_at, silent.promised_at)}, as_of))
    assert found == [
        Difference(2, "101", "closed_late", 1, "the file does not say whether it was late; its own times do")
    ]
    assert {(row.figure, row.by) for row in differences([lost], {}, as_of)} == {("open", -1), ("overdue", -1)}
    assert of_file([silent, lost]) == {"closed": 1, "open": 1, "overdue": 1, "closed_late": 0}


@pytest.mark.skipif(not REAL.exists(), reason="the shared data is not here")
def test_every_line_of_the_real_file_becomes_a_request_or_a_named_trouble() -> None:
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as lines:
        rows = list(read_requests(lines, request_mapping(), GROUND))
    requests = [row for row in rows if isinstance(row, Request)]
    assert len(rows) == len({row.line for row in rows}) == 121_145
    assert len(requests) == 121_145
    assert Counter(remark.reason for row in requests for remark in row.remarks) == {"closed_before_opened": 197}
    assert all(row.closed_at is None or row.closed_at >= row.opened_at for row in requests)
    assert of_file(requests) == {"closed": 101_272, "open": 19_873, "overdue": 11_374, "closed_late": 19_072}
    assert taken_down_at(requests) == datetime(2016, 1, 13, 3, 53, 54, tzinfo=UTC)


@pytest.mark.skipif(not REAL.exists(), reason="the shared data is not here")
def test_the_real_files_own_times_and_words_differ_only_where_it_is_silent() -> None:
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as lines:
        requests = [row for row in read_requests(lines, request_mapping(), GROUND) if isinstance(row, Request)]
    kept = {row.line: (row.closed_at, row.promised_at) for row in requests}
    found = list(differences(requests, kept, taken_down_at(requests)))
    assert Counter(row.figure for row in found) == {"closed_late": 82, "overdue": 71}
    assert {row.why for row in found} == {"the file does not say whether it was late; its own times do"}
