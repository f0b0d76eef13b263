"""Reading a city's recorded service requests: every line becomes a request or a trouble that names it. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridward.drill.replay.ground import Ground
from gridward.drill.replay.local_time import to_utc, was_skipped
from gridward.drill.replay.mapping import RequestMapping
from gridward.drill.replay.troubles import Trouble

Row = Mapping[str, str]


@dataclass(frozen=True)
class Request:
    """One recorded request, in our words, all times in UTC.

    `late` — what the file itself says: True overdue, False on time, None where it says nothing;
    `has_target` — whether `promised_at` is the file's; `remarks` — what was mended in reading it.
    """

    line: int
    case: str
    opened_at: datetime
    promised_at: datetime
    has_target: bool
    closed_at: datetime | None
    late: bool | None
    category: str
    words: str
    refused: bool
    outcome: str
    channel: str
    address: int
    place: str
    remarks: tuple[Trouble, ...] = ()


def read_requests(lines: Iterable[str], mapping: RequestMapping, ground: Ground) -> Iterator[Request | Trouble]:
    """The requests of a CSV text with a header, in the file's order."""
    reader = csv.DictReader(lines)
    before = 1
    for row in reader:
        line, before = before + 1, reader.line_num
        try:
            yield _request(line, row, mapping, ground)
        except (ValueError, KeyError, AttributeError) as wrong:
            yield Trouble(line, "unreadable", str(wrong))


def _request(line: int, row: Row, mapping: RequestMapping, ground: Ground) -> Request | Trouble:
    category = mapping.category(row["REASON"], row["TYPE"])
    if category is None:
        return Trouble(line, "unknown_category", f"{row['REASON']} / {row['TYPE']}")
    remarks: list[Trouble] = []
    opened = _moment(line, row, "OPEN_DT", mapping, None, remarks)
    if opened is None:
        raise ValueError("no OPEN_DT")
    promised = _moment(line, row, "TARGET_DT", mapping, opened, remarks)
    closed = _moment(line, row, "CLOSED_DT", mapping, opened, remarks)
    if closed is not None and closed < opened:
        remarks.append(Trouble(line, "closed_before_opened", f"by {(opened - closed).total_seconds():.0f} s"))
        closed = opened
    return Request(
        line=line,
        case=row["CASE_ENQUIRY_ID"],
        opened_at=opened,
        promised_at=promised or opened + timedelta(days=mapping.far_promise_days),
        has_target=promised is not None,
        closed_at=closed,
        late={"OVERDUE": True, "ONTIME": False}.get(row["OnTime_Status"]),
        category=category,
        words=f"{row['TYPE']}: {row['CASE_TITLE']}",
        refused=row["CLOSURE_REASON"].startswith(tuple(mapping.refused)),
        outcome=row["CLOSURE_REASON"].strip() or "Closed",
        channel=mapping.channels.get(row["Source"], "desk"),
        address=ground.community(row["neighborhood"] or row["ward"], f"{row['LATITUDE']} {row['LONGITUDE']}"),
        place=row["Location"][:200],
        remarks=tuple(remarks),
    )


def _moment(
    line: int, row: Row, column: str, mapping: RequestMapping, after: datetime | None, remarks: list[Trouble]
) -> datetime | None:
    if not row[column]:
        return None
    wall = datetime.strptime(row[column], mapping.moments)  # noqa: DTZ007
    if was_skipped(wall, mapping.zone):
        remarks.append(Trouble(line, "gap_in_time", f"{column} {row[column]}"))
    return to_utc(wall, mapping.zone, after)


def taken_down_at(requests: Iterable[Request]) -> datetime:
    """The moment the file was made, as near as it tells: the last thing it knows to have happened.

    That is the latest closing, opening, or target of a request the file calls overdue and open.
    """
    known = [
        moment
        for one in requests
        for moment in (
            one.opened_at,
            one.closed_at,
            one.promised_at if one.late and one.closed_at is None else None,
        )
        if moment is not None
    ]
    return max(known) + timedelta(seconds=1)
