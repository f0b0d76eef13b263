"""What the hotline counts: each figure with its meaning in words and the rows behind it.

Indexes relied on: need_opened, need_closed, need_open_due, assignment_offered, entry_rare_verb.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Aggregate, Figure

KIND = "hotline.request"
VEHICLES = ("hotline.emergency_vehicle", "hotline.police_service_vehicle", "hotline.ambulance")

_OPENED = f"kind = '{KIND}' AND opened_at >= %(start)s AND opened_at < %(end)s"
_CLOSED = f"kind = '{KIND}' AND closed_at >= %(start)s AND closed_at < %(end)s"
_STILL_OPEN = f"kind = '{KIND}' AND state IN ('waiting', 'assigned', 'moving') AND opened_at < %(end)s"
_ENDED_LATER = f"kind = '{KIND}' AND closed_at >= %(end)s AND opened_at < %(end)s"


def _needs(where: str, amount: str = "1", part: str = "") -> str:
    extra = f", {part} AS part" if part else ""
    return f"SELECT id AS row_id, address, {amount} AS amount{extra} FROM kernel_need WHERE {where}"


def _open_at_the_end(condition: str = "TRUE") -> str:
    return f"{_needs(f'{_STILL_OPEN} AND {condition}')} UNION ALL {_needs(f'{_ENDED_LATER} AND {condition}')}"


def _seconds_to(column: str) -> str:
    return f"extract(epoch FROM {column} - opened_at)"


def _steps(verb: str) -> str:
    return f"""
        SELECT need.id AS row_id, need.address, 1 AS amount
        FROM kernel_entry AS entry
        JOIN kernel_need AS need ON need.id = entry.subject_id::uuid
        WHERE entry.at >= %(start)s AND entry.at < %(end)s AND entry.verb = '{verb}' AND need.kind = '{KIND}'
    """


_TRIPS = f"""
    SELECT need.id AS row_id, trip.address, 1 AS amount, need.category_id AS part
    FROM kernel_assignment AS trip
    JOIN kernel_need AS need ON need.id = trip.need_id
    JOIN kernel_resource AS vehicle ON vehicle.id = trip.resource_id
    WHERE trip.offered_at >= %(start)s AND trip.offered_at < %(end)s
      AND (trip.left_at IS NOT NULL OR trip.arrived_at IS NOT NULL OR trip.state = 'done')
      AND need.kind = '{KIND}' AND vehicle.kind IN ({", ".join(f"'{kind}'" for kind in VEHICLES)})
"""

_PIECES = _("cases")
_SECONDS = "s"
_SHARE = "%"

FIGURES = (
    Figure(
        "hotline.calls",
        _("Calls and requests"),
        _("Needs that came to the hotline that day by phone, the residents' page or another system, by category."),
        _PIECES,
        _needs(_OPENED, part="category_id"),
        parts=True,
    ),
    Figure(
        "hotline.closed",
        _("Needs ended"),
        _("Needs that ended that day, by how: served, withdrawn by their owner, or refused with a reason."),
        _PIECES,
        _needs(_CLOSED, part="state"),
        parts=True,
    ),
    Figure(
        "hotline.open",
        _("Still open"),
        _("Needs that had come and not yet ended when the day ended (now, for today)."),
        _PIECES,
        _open_at_the_end(),
        good="down",
    ),
    Figure(
        "hotline.overdue",
        _("Overdue"),
        _("Open needs whose promised end had passed when the day ended (now, for today)."),
        _PIECES,
        _open_at_the_end("promised_at < %(end)s"),
        good="down",
    ),
    Figure(
        "hotline.closed_late",
        _("Ended late"),
        _("Needs that ended that day after their promised end."),
        _PIECES,
        _needs(f"{_CLOSED} AND closed_at > promised_at"),
        good="down",
    ),
    Figure(
        "hotline.answered",
        _("Answered share"),
        _(
            "Of the needs that came that day, the share that somebody took up: help was sent, it was answered at the "
            "desk, refused with a reason, or withdrawn by its owner. What still waits counts as not answered."
        ),
        _SHARE,
        _needs(_OPENED, "CASE WHEN assigned_at IS NULL AND closed_at IS NULL THEN 0 ELSE 1 END"),
        Aggregate.SHARE,
        good="up",
    ),
    Figure(
        "hotline.on_time",
        _("Ended on time"),
        _("Of the needs that ended that day, the share that ended before their promised end."),
        _SHARE,
        _needs(_CLOSED, "CASE WHEN closed_at <= promised_at THEN 1 ELSE 0 END"),
        Aggregate.SHARE,
        good="up",
    ),
    Figure(
        "hotline.confirmed",
        _("Confirmed share"),
        _("Of the needs served that day, the share whose owner has said that it was done."),
        _SHARE,
        _needs(f"{_CLOSED} AND state = 'served'", "CASE WHEN confirmed_at IS NULL THEN 0 ELSE 1 END"),
        Aggregate.SHARE,
        good="up",
    ),
    Figure(
        "hotline.assign_median",
        _("Time to assign, median"),
        _(
            "The time from a need's coming to the first help assigned, "
            "over the needs that came that day: half took less."
        ),
        _SECONDS,
        _needs(f"{_OPENED} AND assigned_at IS NOT NULL", _seconds_to("assigned_at")),
        Aggregate.MEDIAN,
        good="down",
    ),
    Figure(
        "hotline.assign_p95",
        _("Time to assign, 95 of 100"),
        _(
            "The time from a need's coming to the first help assigned, "
            "over the needs that came that day: 95 of 100 took less."
        ),
        _SECONDS,
        _needs(f"{_OPENED} AND assigned_at IS NOT NULL", _seconds_to("assigned_at")),
        Aggregate.P95,
        good="down",
    ),
    Figure(
        "hotline.arrive_median",
        _("Time to arrive, median"),
        _("The time from a need's coming to the first help there, over the needs that came that day: half took less."),
        _SECONDS,
        _needs(f"{_OPENED} AND arrived_at IS NOT NULL", _seconds_to("arrived_at")),
        Aggregate.MEDIAN,
        good="down",
    ),
    Figure(
        "hotline.arrive_p95",
        _("Time to arrive, 95 of 100"),
        _(
            "The time from a need's coming to the first help there, "
            "over the needs that came that day: 95 of 100 took less."
        ),
        _SECONDS,
        _needs(f"{_OPENED} AND arrived_at IS NOT NULL", _seconds_to("arrived_at")),
        Aggregate.P95,
        good="down",
    ),
    Figure(
        "hotline.close_median",
        _("Time to end, median"),
        _("The time from a need's coming to its being served, over the needs served that day: half took less."),
        _SECONDS,
        _needs(f"{_CLOSED} AND state = 'served'", _seconds_to("closed_at")),
        Aggregate.MEDIAN,
        good="down",
    ),
    Figure(
        "hotline.close_p95",
        _("Time to end, 95 of 100"),
        _("The time from a need's coming to its being served, over the needs served that day: 95 of 100 took less."),
        _SECONDS,
        _needs(f"{_CLOSED} AND state = 'served'", _seconds_to("closed_at")),
        Aggregate.P95,
        good="down",
    ),
    Figure(
        "hotline.trips",
        _("Trips"),
        _("Runs of emergency vehicles, police service vehicles and ambulances sent that day that set out, by reason."),
        _("trips"),
        _TRIPS,
        parts=True,
    ),
    Figure(
        "hotline.reopened",
        _("Reopened"),
        _("Times that day that somebody said a need was not really met, and it was opened again."),
        _("times"),
        _steps("need.reopened"),
        good="down",
    ),
    Figure(
        "hotline.climbed",
        _("Went one desk up"),
        _("Times that day that nobody took a need in time and it went one desk up."),
        _("times"),
        _steps("need.climbed"),
        good="down",
    ),
)

BULLETIN = (
    "hotline.calls",
    "hotline.answered",
    "hotline.closed",
    "hotline.on_time",
    "hotline.open",
    "hotline.overdue",
    "hotline.trips",
    "hotline.assign_median",
    "hotline.arrive_median",
    "hotline.close_median",
    "hotline.reopened",
    "hotline.climbed",
    "hotline.confirmed",
)
