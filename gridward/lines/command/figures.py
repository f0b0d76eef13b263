"""What the command line counts: each figure with its meaning in words and the rows behind it.

Indexes relied on: receipt_sent, past_receipt_sent, receipt_due, directive_address,
visit_done, finding_raised, post_holder_address.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Aggregate, Figure

_REACHED = "sent_at >= %(start)s AND sent_at < %(end)s"
_SECONDS, _SHARE = "s", "%"
_ROW = "command:receipt"


def _receipts(amount: str, where: str = "TRUE") -> str:
    """Rows of what reached recipients that day, in the version then in force."""
    return " UNION ALL ".join(
        f"SELECT id AS row_id, address, {amount} AS amount FROM {table} WHERE {_REACHED} AND {where}"
        for table in ("command_receipt", "command_pastreceipt")
    )


_ISSUED = """
    SELECT id AS row_id, address, 1 AS amount, sort AS part FROM command_directive
    WHERE issued_at >= %(start)s AND issued_at < %(end)s
"""
_IN_TIME = """
    SELECT receipt.id AS row_id, receipt.address,
           CASE WHEN receipt.seen_at <= receipt.sent_at + make_interval(secs => directive.see_within_s)
                THEN 1 ELSE 0 END AS amount
    FROM command_receipt AS receipt JOIN command_directive AS directive ON directive.id = receipt.directive_id
    WHERE receipt.sent_at >= %(start)s AND receipt.sent_at < %(end)s
"""
_DUE = """
    SELECT id AS row_id, address, CASE WHEN done_at <= due_at THEN 1 ELSE 0 END AS amount
    FROM command_receipt
    WHERE due_at >= %(start)s AND due_at < %(end)s AND state <> 'withdrawn'
"""
_UNSEEN = """
    SELECT id AS row_id, address, 1 AS amount FROM command_receipt
    WHERE sent_at < %(end)s AND sent_at >= %(start)s AND (seen_at IS NULL OR seen_at >= %(end)s)
      AND state <> 'withdrawn'
"""

DIRECTIVE_FIGURES = (
    Figure(
        "command.directives",
        _("Directives issued"),
        _("Directives and unified replies that were issued that day, by sort, at the desk that issued them."),
        _("directives"),
        _ISSUED,
        parts=True,
        row_page="command:directive",
    ),
    Figure(
        "command.reached",
        _("Recipients reached"),
        _("Recipients whose screens a directive, or a new version of one, reached that day."),
        _("recipients"),
        _receipts("1"),
        row_page=_ROW,
    ),
    Figure(
        "command.seen_median",
        _("Sent to seen, median"),
        _("The time from a directive's being sent to its being seen, over what was sent that day: half took less."),
        _SECONDS,
        _receipts("extract(epoch FROM seen_at - sent_at)", "seen_at IS NOT NULL"),
        Aggregate.MEDIAN,
        row_page=_ROW,
        good="down",
    ),
    Figure(
        "command.seen_p95",
        _("Sent to seen, 95 of 100"),
        _(
            "The time from a directive's being sent to its being seen, over what was sent that day: "
            "95 of 100 took less."
        ),
        _SECONDS,
        _receipts("extract(epoch FROM seen_at - sent_at)", "seen_at IS NOT NULL"),
        Aggregate.P95,
        row_page=_ROW,
        good="down",
    ),
    Figure(
        "command.seen_in_time",
        _("Seen in time"),
        _("Of the recipients that a directive reached that day, the share that saw it before it was called to mind."),
        _SHARE,
        _IN_TIME,
        Aggregate.SHARE,
        row_page=_ROW,
        good="up",
    ),
    Figure(
        "command.done_in_time",
        _("Done in time"),
        _("Of the recipients whose time for a directive ended that day, the share that had proven it done by then."),
        _SHARE,
        _DUE,
        Aggregate.SHARE,
        row_page=_ROW,
        good="up",
    ),
    Figure(
        "command.unseen",
        _("Not yet seen"),
        _("Recipients that a directive reached that day and that had not seen it when the day ended (now, for today)."),
        _("recipients"),
        _UNSEEN,
        row_page=_ROW,
        good="down",
    ),
)

_DONE = "done_at >= %(start)s AND done_at < %(end)s"
_RAISED = "raised_at >= %(start)s AND raised_at < %(end)s"

INSPECTION_FIGURES = (
    Figure(
        "command.visits",
        _("Inspections made"),
        _("Visits of inspectors to communities that were made that day."),
        _("visits"),
        f"SELECT id AS row_id, address, 1 AS amount FROM command_visit WHERE {_DONE}",
        row_page="command:visit-seen",
    ),
    Figure(
        "command.findings",
        _("Findings"),
        _("Findings that were raised that day, individual and common ones."),
        _("findings"),
        f"SELECT id AS row_id, address, 1 AS amount, sort AS part FROM command_finding WHERE {_RAISED}",
        parts=True,
        row_page="command:finding",
    ),
    Figure(
        "command.same_day",
        _("Common problems answered the same day"),
        _(
            "Of the common findings that were raised that day, "
            "the share that had its unified reply before the day ended."
        ),
        _SHARE,
        "SELECT id AS row_id, address, CASE WHEN answered_at < %(end)s THEN 1 ELSE 0 END AS amount "
        f"FROM command_finding WHERE {_RAISED} AND sort = 'common'",
        Aggregate.SHARE,
        row_page="command:finding",
        good="up",
    ),
    Figure(
        "command.righted",
        _("Put right the same day"),
        _("Of the individual findings that were raised that day, the share that was put right before the day ended."),
        _SHARE,
        "SELECT id AS row_id, address, CASE WHEN righted_at < %(end)s THEN 1 ELSE 0 END AS amount "
        f"FROM command_finding WHERE {_RAISED} AND sort = 'individual'",
        Aggregate.SHARE,
        row_page="command:finding",
        good="up",
    ),
)

STANDING_FIGURES = (
    Figure(
        "command.offices",
        _("Communities with an office"),
        _("Communities in which somebody held a post of the office or a group when the day ended (now, for today)."),
        _("communities"),
        "SELECT DISTINCT ON (address) id AS row_id, address, 1 AS amount FROM command_postholder "
        "WHERE since < %(end)s ORDER BY address, since, id",
        row_page="command:post-holder",
        good="up",
    ),
    Figure(
        "command.tasks",
        _("Tasks divided"),
        _("Tasks of the response with a department in the lead, as they stand now, at the desk that divided them."),
        _("tasks"),
        "SELECT id AS row_id, address, 1 AS amount FROM command_task WHERE lead <> ''",
        row_page="command:task",
    ),
)

FIGURES = DIRECTIVE_FIGURES + INSPECTION_FIGURES + STANDING_FIGURES
BULLETIN = (
    "command.directives",
    "command.reached",
    "command.seen_median",
    "command.seen_p95",
    "command.seen_in_time",
    "command.done_in_time",
    "command.visits",
    "command.findings",
    "command.same_day",
    "command.righted",
    "command.offices",
    "command.tasks",
)
