"""Who can serve, who came, and how long: from volunteers, teams and stays.

Indexes relied on: volunteer_state, team_founded, attendance_began, attendance_open.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Aggregate, Figure

_TIMES, _HOURS, _PEOPLE, _TEAMS, _ORGANISATIONS = (
    _("person-times"),
    _("hours"),
    _("persons"),
    _("teams"),
    _("organisations"),
)
_MEMBERS = (
    "SELECT id, organisation_id, serving_at, address, kind, applied_at, decided_at, left_at FROM forces_volunteer "
    "WHERE decided_at < %(end)s AND state IN ('admitted', 'paused', 'left') AND (left_at IS NULL OR left_at >= %(end)s)"
)


def _standing(kinds: str, part: bool = False) -> str:
    extra = ", kind AS part" if part else ""
    return (
        f"SELECT id AS row_id, address, 1 AS amount{extra} FROM forces_team WHERE kind IN ({kinds}) "
        "AND founded_on < %(end)s AND (closed_on IS NULL OR closed_on >= %(end)s)"
    )


FIGURES = (
    Figure(
        "forces.volunteers",
        _("On the list"),
        _(
            "People who had been taken on and had not left when the day ended (now, for today), by kind, "
            "where they live."
        ),
        _PEOPLE,
        f"SELECT id AS row_id, address, 1 AS amount, kind AS part FROM ({_MEMBERS}) AS member",
        parts=True,
        row_page="forces:volunteer",
        good="up",
    ),
    Figure(
        "forces.signed_up",
        _("Signed up"),
        _("Applications that came that day, by how: on the public page, through an organisation, or invited."),
        _PEOPLE,
        "SELECT id AS row_id, address, 1 AS amount, source AS part FROM forces_volunteer "
        "WHERE applied_at >= %(start)s AND applied_at < %(end)s",
        parts=True,
        row_page="forces:volunteer",
        good="up",
    ),
    Figure(
        "forces.sent_down",
        _("Cadres sent down"),
        _("Cadres on the list who were sent to a community when the day ended (now, for today), where they serve."),
        _PEOPLE,
        f"SELECT id AS row_id, serving_at AS address, 1 AS amount FROM ({_MEMBERS}) AS member "
        "WHERE kind = 'cadre' AND serving_at IS NOT NULL",
        row_page="forces:volunteer",
    ),
    Figure(
        "forces.came",
        _("Person-times of service"),
        _("Check-ins at posts that day, by kind; somebody who came twice counts twice."),
        _TIMES,
        "SELECT id AS row_id, address, 1 AS amount, kind AS part FROM forces_attendance "
        "WHERE began_at >= %(start)s AND began_at < %(end)s",
        parts=True,
        row_page="forces:stay",
        good="up",
    ),
    Figure(
        "forces.present",
        _("At their posts"),
        _("People who had checked in and not yet out when the day ended (now, for today), by kind."),
        _PEOPLE,
        "SELECT id AS row_id, address, 1 AS amount, kind AS part FROM forces_attendance "
        "WHERE began_at < %(end)s AND began_at > %(end)s - interval '24 hours' "
        "AND (ended_at IS NULL OR ended_at >= %(end)s)",
        parts=True,
        row_page="forces:stay",
    ),
    Figure(
        "forces.hours",
        _("Hours served"),
        _(
            "Hours between check-in and check-out of the stays that began that day; "
            "who is still there counts until now."
        ),
        _HOURS,
        "SELECT id AS row_id, address, "
        "extract(epoch FROM coalesce(ended_at, greatest(began_at, %(end)s)) - began_at) / 3600 AS amount "
        "FROM forces_attendance WHERE began_at >= %(start)s AND began_at < %(end)s",
        Aggregate.SUM,
        row_page="forces:stay",
        good="up",
    ),
    Figure(
        "forces.organisations",
        _("Organisations that take part"),
        _("Organisations with people on the list or a standing team when the day ended (now, for today)."),
        _ORGANISATIONS,
        "SELECT id AS row_id, address, 1 AS amount FROM kernel_organisation AS one "
        f"WHERE EXISTS (SELECT FROM ({_MEMBERS}) AS member WHERE member.organisation_id = one.id) "
        "OR EXISTS (SELECT FROM forces_team AS team WHERE team.organisation_id = one.id "
        "AND team.founded_on < %(end)s AND (team.closed_on IS NULL OR team.closed_on >= %(end)s))",
        row_page="organisation",
    ),
    Figure(
        "forces.temporary_branches",
        _("Temporary branches"),
        _("Temporary branches standing when the day ended."),
        _TEAMS,
        _standing("'temporary_branch'"),
        row_page="forces:team",
    ),
    Figure(
        "forces.estate_branches",
        _("Estate branches"),
        _("Branches of estates standing when the day ended."),
        _TEAMS,
        _standing("'estate_branch'"),
        row_page="forces:team",
    ),
    Figure(
        "forces.teams",
        _("Vanguard and volunteer teams"),
        _("Vanguard teams and teams of volunteers standing when the day ended, by kind."),
        _TEAMS,
        _standing("'vanguard', 'volunteers'", part=True),
        parts=True,
        row_page="forces:team",
    ),
)

BULLETIN = (
    "forces.came",
    "forces.hours",
    "forces.volunteers",
    "forces.signed_up",
    "forces.sent_down",
    "forces.organisations",
    "forces.temporary_branches",
    "forces.estate_branches",
    "forces.teams",
)
