"""Teams, volunteers, attendance and certificates, as the manifest declares them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import FieldCommand, Page, PatchPart, ResourceKind, Role
from gridward.lines.forces.declared.sheets import TEAMS, VOLUNTEERS
from gridward.lines.forces.models.volunteers import RESOURCE_KINDS as KINDS
from gridward.lines.forces.models.volunteers import Volunteer

RESOURCE_KINDS = tuple(ResourceKind(key, Volunteer.Kind(kind).label, "foot", "person") for kind, key in KINDS.items())
PAGES = (
    Page("forces.volunteers", _("Volunteers"), "forces:volunteers", "volunteers.see", "users", 34),
    Page("forces.attendance", _("Attendance"), "forces:attendance", "volunteers.see", "clock", 36),
    Page("forces.teams", _("Branches and teams"), "forces:teams", "teams.see", "sitemap", 35),
)
_SEES = frozenset({"areas.see", "figures.see", "resources.see", "teams.see", "volunteers.see", "rosters.see"})
ROLES = (
    Role(
        "forces.volunteers",
        _("Volunteer desk"),
        _SEES | {"volunteers.change", "teams.change", "attendance.keep", "sheets.import"},
        home="forces:volunteers",
    ),
    Role("forces.member", _("Volunteer with an account"), frozenset({"attendance.own"}), home="forces:mine"),
)
CAPABILITIES = {
    "teams.see": _("see branches and teams"),
    "teams.change": _("found and close teams"),
    "volunteers.see": _("see volunteers"),
    "volunteers.change": _("decide about volunteers"),
    "attendance.keep": _("keep attendance"),
    "attendance.own": _("check in and out"),
}
ANNOUNCES = {
    "forces.rules_loaded": _("loaded the rules for joining"),
    "forces.team_founded": _("founded a team"),
    "forces.team_changed": _("corrected a team"),
    "forces.team_closed": _("closed a team"),
    "forces.volunteer_applied": _("signed up as a volunteer"),
    "forces.volunteer_changed": _("changed a volunteer's record"),
    "forces.identity_checked": _("checked a volunteer's identity"),
    "forces.volunteer_admitted": _("admitted a volunteer"),
    "forces.volunteer_refused": _("refused a volunteer"),
    "forces.volunteer_paused": _("paused a volunteer"),
    "forces.volunteer_invited": _("asked a volunteer to serve at a place"),
    "forces.invitation_answered": _("answered what they were asked"),
    "forces.volunteer_left": _("left"),
    "forces.checked_in": _("checked in"),
    "forces.checked_out": _("checked out"),
    "forces.certificate_issued": _("issued a certificate of hours"),
    "forces.volunteer_forgotten": _("was forgotten"),
}
NOTICES: dict[str, Any] = {}
SHEETS = (TEAMS, VOLUNTEERS)
PATCH = (PatchPart("forces.shifts", "attendance.own", "gridward.lines.forces.queries.patch.shifts"),)
COMMANDS = (
    FieldCommand(
        "forces.check_in", _("Check in"), "attendance.own", "gridward.lines.forces.actions.attendance.check_in"
    ),
    FieldCommand(
        "forces.check_out", _("Check out"), "attendance.own", "gridward.lines.forces.actions.attendance.check_out"
    ),
)
