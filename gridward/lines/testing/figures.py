"""What the testing line counts: each figure with its meaning in words and the rows behind it.

Indexes relied on: testing_sample_taken, testing_tube_closed, testing_tube_verdict, testing_recall_opened,
testing_shift_ends, testing_box_on_the_way.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Aggregate, Figure

_DAY = ">= %(start)s AND {0} < %(end)s"


def _on(column: str) -> str:
    return f"{column} {_DAY.format(column)}"


# A sample's row has no number of its own: the tube's, by which it is found.
_SAMPLES = f"""
    SELECT sample.tube_id AS row_id, sample.address, count(*) AS amount FROM testing_sample AS sample
    WHERE {_on("sample.taken_at")} AND NOT sample.extra GROUP BY sample.tube_id, sample.address
"""
_TUBES = f"SELECT id AS row_id, address, {{0}} AS amount FROM testing_tube WHERE {_on('closed_at')}"
_CONCLUDED = f"SELECT id AS row_id, address, {{0}} AS amount{{1}} FROM testing_tube WHERE {_on('verdict_at')}"
_DUE = f"""
    SELECT point.id AS row_id, point.address, point.people AS amount
    FROM testing_point AS point JOIN testing_round AS round ON round.id = point.round_id
    WHERE {_on("round.starts_at")}
"""
_BY_HOUR = f"""
    SELECT tube.id AS row_id, tube.address, tube.people AS amount,
           lpad(floor(extract(epoch FROM tube.closed_at - %(start)s) / 3600)::int::text, 2, '0') AS part
    FROM testing_tube AS tube WHERE {_on("tube.closed_at")}
"""
_RECALLED = f"SELECT id AS row_id, address, {{0}} AS amount FROM testing_recall WHERE {_on('opened_at')}"
_WAITING = """
    SELECT tube.id AS row_id, laboratory.address, 1 AS amount, laboratory.name AS part
    FROM testing_tube AS tube JOIN testing_laboratory AS laboratory ON laboratory.id = tube.laboratory_id
    WHERE tube.received_at < %(end)s AND tube.closed_at >= %(start)s - interval '3 days'
      AND (tube.verdict_at IS NULL OR tube.verdict_at >= %(end)s)
"""
_ON_DUTY = f"""
    SELECT point.id AS row_id, point.address, point.samplers AS amount
    FROM testing_point AS point WHERE {_on("point.opens_at")}
"""
_BENCH = """
    SELECT id AS row_id, address, 1 AS amount FROM testing_shift
    WHERE ends_at > %(start)s AND starts_at < %(end)s
"""

_PEOPLE, _PIECES, _SECONDS, _SHARE = _("persons"), _("sample tubes"), "s", "%"
_ANSWERED = "extract(epoch FROM verdict_at - closed_at)"

FIGURES = (
    Figure(
        "testing.due",
        _("People due"),
        _("People whom the rounds that begin that day call, at the point that serves them."),
        _PEOPLE,
        _DUE,
        Aggregate.SUM,
        row_page="testing:point",
    ),
    Figure(
        "testing.tested",
        _("People sampled"),
        _("People sampled that day, where they really live; nobody counts twice in one round."),
        _PEOPLE,
        _SAMPLES,
        Aggregate.SUM,
        row_page="testing:tube",
        good="up",
    ),
    Figure(
        "testing.tubes",
        _("Tubes closed"),
        _("Tubes that samplers closed that day."),
        _PIECES,
        _TUBES.format("1"),
        row_page="testing:tube",
    ),
    Figure(
        "testing.per_hour",
        _("People sampled, by hour"),
        _("People in the tubes that were closed that day, by the hour of closing."),
        _PEOPLE,
        _BY_HOUR,
        Aggregate.SUM,
        parts=True,
        row_page="testing:tube",
    ),
    Figure(
        "testing.results",
        _("Tubes answered"),
        _("Tubes whose result came that day, by result."),
        _PIECES,
        _CONCLUDED.format("1", ", verdict AS part"),
        parts=True,
        row_page="testing:tube",
    ),
    Figure(
        "testing.positive",
        _("Positive tubes"),
        _("Tubes found positive that day."),
        _PIECES,
        f"{_CONCLUDED.format('1', '')} AND verdict = 'positive'",
        row_page="testing:tube",
        good="down",
    ),
    Figure(
        "testing.answer_median",
        _("From sample to result, half of them within"),
        _("Time from closing a tube to its result, of the tubes answered that day: half took no longer."),
        _SECONDS,
        _CONCLUDED.format(_ANSWERED, ""),
        Aggregate.MEDIAN,
        row_page="testing:tube",
        good="down",
    ),
    Figure(
        "testing.answer_p95",
        _("From sample to result, 95 % within"),
        _("Time from closing a tube to its result, of the tubes answered that day: 95 of 100 took no longer."),
        _SECONDS,
        _CONCLUDED.format(_ANSWERED, ""),
        Aggregate.P95,
        row_page="testing:tube",
        good="down",
    ),
    Figure(
        "testing.recalled",
        _("People called back"),
        _("People of positive tubes who were called back that day, where they really live."),
        _PEOPLE,
        _RECALLED.format("1"),
        row_page="testing:recall",
    ),
    Figure(
        "testing.recalls_answered",
        _("Recalls answered"),
        _("Of the people called back that day, the share sampled alone since."),
        _SHARE,
        _RECALLED.format("CASE WHEN answered_at IS NULL THEN 0 ELSE 1 END"),
        Aggregate.SHARE,
        row_page="testing:recall",
        good="up",
    ),
    Figure(
        "testing.waiting",
        _("Tubes waiting in laboratories"),
        _("Tubes received and not answered when the day ended (now, for today), by laboratory."),
        _PIECES,
        _WAITING,
        parts=True,
        row_page="testing:tube",
        good="down",
    ),
    Figure(
        "testing.samplers",
        _("Samplers at the points"),
        _("Samplers whom the points opened that day ask for."),
        _PEOPLE,
        _ON_DUTY,
        Aggregate.SUM,
        row_page="testing:point",
    ),
    Figure(
        "testing.bench_shifts",
        _("Laboratory shifts"),
        _("Shifts of staff lent to laboratories that run that day."),
        "",
        _BENCH,
        row_page="testing:shift",
    ),
)
BULLETIN = tuple(one.key for one in FIGURES if one.key not in ("testing.per_hour", "testing.bench_shifts"))
