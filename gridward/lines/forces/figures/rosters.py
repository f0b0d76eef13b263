"""Who is on duty, by the day they came; which posts are held, by the day a shift begins on.

Indexes relied on: attendance_began, post_shift_starts, the index of assignments by need, support_volunteer.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Aggregate, Figure

FAIR_DAYS = 7
_BEGAN = "shift.starts_at >= %(start)s AND shift.starts_at < %(end)s"
_CAME = "one.state IN ('arrived', 'done')"
_STANDS = "one.state NOT IN ('declined', 'released')"
_KIND = "substr(resource.kind, length('forces.') + 1)"

# Each person once, however often they came; whoever was forgotten since counts by their stay.
_ON_DUTY = """
    SELECT DISTINCT ON (coalesce(volunteer_id, id)) id AS row_id, address, 1 AS amount, kind AS part
    FROM forces_attendance
    WHERE began_at >= %(start)s AND began_at < %(end)s
    ORDER BY coalesce(volunteer_id, id), began_at
"""


def _shifts(amount: str, condition: str = "TRUE") -> str:
    return f"""
        SELECT shift.need_id AS row_id, shift.address, {amount} AS amount, shift.category_id AS part
        FROM forces_postshift AS shift
        CROSS JOIN LATERAL (SELECT count(*) AS people FROM kernel_assignment AS one
                            WHERE one.need_id = shift.need_id AND {_STANDS}) AS held
        WHERE {_BEGAN} AND {condition}
    """


_SHARE_ROWS = f"""
    SELECT shift.need_id AS row_id, shift.address, (head <= held.people)::int AS amount
    FROM forces_postshift AS shift
    CROSS JOIN LATERAL (SELECT count(*) AS people FROM kernel_assignment AS one
                        WHERE one.need_id = shift.need_id AND {_STANDS}) AS held
    CROSS JOIN LATERAL generate_series(1, shift.heads) AS head
    WHERE {_BEGAN}
"""


def _times(condition: str = "TRUE", join: str = "", amount: str = "1") -> str:
    return f"""
        SELECT shift.need_id AS row_id, shift.address, {amount} AS amount, {_KIND} AS part
        FROM forces_postshift AS shift
        JOIN kernel_assignment AS one ON one.need_id = shift.need_id
        JOIN kernel_resource AS resource ON resource.id = one.resource_id
        {join}
        WHERE {_BEGAN} AND {condition}
    """


# Of whoever supports, the shifts they stood where they were sent to, on the days of their support.
_SUPPORTS = """
    JOIN forces_volunteer AS volunteer ON volunteer.resource_id = one.resource_id
    JOIN forces_support AS support ON support.volunteer_id = volunteer.id AND support.starts_on <= shift.day
     AND (support.ends_on IS NULL OR support.ends_on >= shift.day)
     AND shift.address >= support.address - support.address %% 10000000000
     AND shift.address < support.address - support.address %% 10000000000 + 10000000000
"""
_SENT_DOWN = """
    SELECT volunteer.resource_id AS row_id, support.address, 1 AS amount, volunteer.kind AS part
    FROM forces_support AS support JOIN forces_volunteer AS volunteer ON volunteer.id = support.volunteer_id
    WHERE support.sent_at >= %(start)s AND support.sent_at < %(end)s AND volunteer.resource_id IS NOT NULL
"""
# The hours each volunteer stood in the last days, at the place where they last did; who is there counts until now.
_HOURS_EACH = f"""
    SELECT (array_agg(id ORDER BY began_at DESC))[1] AS row_id,
           (array_agg(address ORDER BY began_at DESC))[1] AS address,
           sum(extract(epoch FROM coalesce(ended_at, greatest(began_at, %(end)s)) - began_at)) / 3600 AS amount
    FROM forces_attendance
    WHERE kind = 'volunteer' AND volunteer_id IS NOT NULL
      AND began_at >= %(end)s - interval '{FAIR_DAYS} days' AND began_at < %(end)s
    GROUP BY volunteer_id
"""
_PEOPLE, _TIMES, _HEADS, _METRES, _SHARE = _("persons"), _("person-times"), _("heads"), "m", "%"
_WAY = "(one.reasons ->> 'way_m')::float8"
_WAYS = _times(f"{_STANDS} AND one.reasons ->> 'way_m' IS NOT NULL", amount=_WAY)

FIGURES = (
    Figure(
        "forces.on_duty",
        _("On duty"),
        _("People who checked in at a post that day, each counted once, by what they are."),
        _PEOPLE,
        _ON_DUTY,
        parts=True,
        row_page="forces:stay",
    ),
    Figure(
        "forces.volunteers_on_duty",
        _("Volunteers on duty"),
        _("Volunteers who checked in at a post that day, each counted once."),
        _PEOPLE,
        f"SELECT row_id, address, amount FROM ({_ON_DUTY}) AS people WHERE part = 'volunteer'",
        row_page="forces:stay",
        good="up",
    ),
    Figure(
        "forces.cadres_on_duty",
        _("Cadres sent down, on duty"),
        _("Cadres who checked in at a community's post that day, each counted once."),
        _PEOPLE,
        f"SELECT row_id, address, amount FROM ({_ON_DUTY}) AS people WHERE part = 'cadre'",
        row_page="forces:stay",
    ),
    Figure(
        "forces.heads_wanted",
        _("Heads wanted at posts"),
        _("Heads that the shifts of that day want at all posts, by kind of post."),
        _HEADS,
        _shifts("shift.heads"),
        Aggregate.SUM,
        parts=True,
    ),
    Figure(
        "forces.heads_filled",
        _("Heads filled"),
        _("Of the heads wanted that day, those that somebody was put on, by kind of post."),
        _HEADS,
        _shifts("least(shift.heads, held.people)"),
        Aggregate.SUM,
        parts=True,
        good="up",
    ),
    Figure(
        "forces.heads_lacking",
        _("Heads lacking"),
        _("Of the heads wanted that day, those that nobody was put on, by kind of post."),
        _HEADS,
        _shifts("shift.heads - held.people", "held.people < shift.heads"),
        Aggregate.SUM,
        parts=True,
        good="down",
    ),
    Figure(
        "forces.filled_share",
        _("Filled share of posts"),
        _("Of the heads wanted that day, the share that somebody was put on."),
        _SHARE,
        _SHARE_ROWS,
        Aggregate.SHARE,
        good="up",
    ),
    Figure(
        "forces.support_times",
        _("Person-times of support"),
        _("Times that somebody who was sent to another community came to a shift there that began that day."),
        _TIMES,
        _times(_CAME, _SUPPORTS),
        parts=True,
    ),
    Figure(
        "forces.volunteers_support",
        _("Volunteers' person-times of support"),
        _("Of these, the times that a volunteer came, who was asked to serve in another community and said yes."),
        _TIMES,
        _times(f"{_CAME} AND volunteer.kind = 'volunteer'", _SUPPORTS),
        good="up",
    ),
    Figure(
        "forces.reinforced",
        _("Sent to reinforce"),
        _("People who were sent to another community that day, or asked to and said yes, by what they are."),
        _PEOPLE,
        _SENT_DOWN,
        parts=True,
        row_page="resource",
    ),
    Figure(
        "forces.no_shows",
        _("Did not come"),
        _("Times that somebody was taken off a shift that began that day because they did not come."),
        _TIMES,
        _times("one.end_reason = 'absent'"),
        good="down",
    ),
    Figure(
        "forces.hours_gini",
        _("Inequality of volunteers' hours"),
        _(
            "Gini coefficient of the hours that volunteers who served at all stood in the seven days up to that day: "
            "0 where all stood the same, towards 100 % where few stood all."
        ),
        _SHARE,
        _HOURS_EACH,
        Aggregate.GINI,
        row_page="forces:stay",
        good="down",
    ),
    Figure(
        "forces.hours_p95",
        _("Hours of a volunteer, 95 of 100"),
        _("Hours that volunteers stood in the seven days up to that day: 95 of 100 stood less."),
        _("hours"),
        _HOURS_EACH,
        Aggregate.P95,
        row_page="forces:stay",
        good="down",
    ),
    Figure(
        "forces.way_median",
        _("Way to the post, median"),
        _("The straight way from where people live or serve to the posts they were put on that day: half had less."),
        _METRES,
        _WAYS,
        Aggregate.MEDIAN,
        good="down",
    ),
    Figure(
        "forces.way_p95",
        _("Way to the post, 95 of 100"),
        _("The same way: 95 of 100 had less."),
        _METRES,
        _WAYS,
        Aggregate.P95,
        good="down",
    ),
)

BULLETIN = (
    "forces.on_duty",
    "forces.volunteers_on_duty",
    "forces.cadres_on_duty",
    "forces.heads_wanted",
    "forces.heads_lacking",
    "forces.filled_share",
    "forces.reinforced",
    "forces.support_times",
    "forces.volunteers_support",
    "forces.no_shows",
    "forces.way_median",
    "forces.hours_gini",
    "forces.hours_p95",
)
