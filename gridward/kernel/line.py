"""What the kernel itself brings: roles every district has, the registers' pages, the words of its journal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import Level
from gridward.kernel.manifest import FieldCommand, Line, Page, PatchPart, Role
from gridward.kernel.sheets.registers import KERNEL_SHEETS

_SEE = frozenset({"needs.see", "resources.see", "people.see", "figures.see", "areas.see", "field.see"})
_WATCH = frozenset({"journal.see", "people.watch"})
_ACT = _SEE | {
    "needs.log", "needs.assign", "needs.refuse", "resources.change", "sheets.import", "sync.settle",
}  # fmt: skip

ROLES = (
    Role("headquarters", _("Headquarters"), _ACT | {"people.reveal", "journal.see"}, level=Level.DISTRICT),
    Role("town", _("Town or street office"), _ACT | {"people.reveal"}, level=Level.TOWN),
    Role(
        "community",
        _("Community worker"),
        _ACT | {"people.reveal", "people.change", "field.report"},
        level=Level.COMMUNITY,
    ),
    Role("field", _("Field worker"), frozenset({"areas.see", "field.report"}), home="field-devices"),
    Role("auditor", _("Auditor"), _SEE | _WATCH, home="journal"),
    Role(
        "administrator",
        _("Administrator"),
        _WATCH | {"areas.see", "configure", "sheets.import", "grants.give", "resources.see"},
        home="sheets",
        level=Level.DISTRICT,
    ),
)

PAGES = (
    Page("home", _("Today"), "home", "figures.see", "home", 10),
    Page("map", _("Map"), "map", "areas.see", "map", 30),
    Page("needs", _("Needs"), "needs", "needs.see", "inbox", 40),
    Page("areas", _("Areas"), "areas", "areas.see", "sitemap", 50),
    Page("people", _("People"), "people", "people.see", "users", 60),
    Page("resources", _("Resources"), "resources", "resources.see", "truck", 70),
    Page("organisations", _("Organisations"), "organisations", "areas.see", "building", 80),
    Page("bulletin", _("Daily bulletin"), "bulletin", "figures.see", "report", 90),
    Page("field-reports", _("Field reports"), "field-reports", "field.see", "run", 94),
    Page("sync-conflicts", _("Field conflicts"), "sync-conflicts", "sync.settle", "alert-triangle", 95),
    Page("sheets", _("Imports"), "sheets", "sheets.import", "table-import", 100),
    Page("exports", _("Exports"), "exports", "people.reveal", "table-export", 105),
    Page("journal", _("Journal"), "journal", "journal.see", "history", 110),
)

CAPABILITIES = {
    "areas.see": _("see areas"),
    "configure": _("change the configuration"),
    "field.report": _("report from the field"),
    "field.see": _("see reports from the field"),
    "figures.see": _("see figures"),
    "grants.give": _("give grants"),
    "journal.see": _("read the journal"),
    "needs.assign": _("send help"),
    "needs.log": _("log needs"),
    "needs.refuse": _("refuse needs"),
    "needs.see": _("see needs"),
    "people.change": _("correct people's records"),
    "people.reveal": _("look at personal data"),
    "people.see": _("see people"),
    "people.watch": _("watch who looks at personal data"),
    "resources.change": _("change resources"),
    "resources.see": _("see resources"),
    "sheets.import": _("import sheets"),
    "sync.settle": _("settle conflicts of field records"),
}

VERBS = {
    "need.logged": _("logged the need"),
    "need.assigned": _("the need was assigned"),
    "need.moving": _("help is on the way"),
    "need.released": _("the need waits again"),
    "need.served": _("the need was served"),
    "need.withdrawn": _("withdrew the need"),
    "need.refused": _("refused the need"),
    "need.reopened": _("reopened the need"),
    "need.confirmed": _("confirmed that it was done"),
    "need.joined": _("joined it to another need"),
    "need.amended": _("corrected the need"),
    "need.climbed": _("nobody took it in time: it climbed one desk"),
    "assignment.offered": _("sent"),
    "assignment.accepted": _("accepted"),
    "assignment.under_way": _("set off"),
    "assignment.arrived": _("arrived"),
    "assignment.done": _("finished"),
    "assignment.declined": _("declined"),
    "assignment.released": _("was released"),
    "area.changed": _("changed an area"),
    "person.revealed": _("looked at personal data"),
    "person.changed": _("changed a person's record"),
    "resource.changed": _("changed a resource"),
    "resource.allotted": _("allotted a resource"),
    "sheet.applied": _("imported a sheet"),
    "export.made": _("exported a list"),
    "export.asked": _("asked for a list with personal data"),
    "export.approved": _("approved a list with personal data"),
    "export.refused": _("refused a list with personal data"),
    "field.reported": _("reported from the field"),
    "forms.loaded": _("loaded the field forms"),
    "incident.opened": _("opened the incident"),
    "incident.closed": _("closed the incident"),
    "incident.erased": _("erased what people left in the incident"),
    "person.erased": _("erased a person"),
    "device.offered": _("offered a field device a way in"),
    "device.enrolled": _("enrolled a field device"),
    "device.revoked": _("shut a field device out"),
    "device.lost": _("reported a field device lost: it forgets everything"),
    "device.wiped": _("the field device has forgotten everything"),
    "record.conflict": _("a field record contradicts what is known"),
    "record.rejected": _("a field record was rejected"),
    "record.settled": _("settled a field record"),
    "grant.given": _("gave a grant"),
    "grant.taken": _("took a grant away"),
    "account.signed_in": _("signed in"),
    "account.signed_out": _("signed out"),
    "account.sign_in_failed": _("a sign-in failed"),
    "account.locked_out": _("too many wrong passwords: locked out for a while"),
    "account.second_factor_added": _("added a second factor"),
    "account.second_factor_removed": _("removed a second factor"),
    "account.second_factor_failed": _("a second factor was wrong"),
    "account.password_changed": _("changed the password"),
    "account.password_issued": _("was given a one-time password"),
    "account.sessions_ended": _("ended sessions"),
}

COMMANDS = (FieldCommand("field.form", _("Field form"), "field.report", "gridward.kernel.sync.actions.forms.keep"),)
PATCH = (
    PatchPart("forms", "field.report", "gridward.kernel.sync.patches.forms"),
    PatchPart("contacts", "areas.see", "gridward.kernel.sync.patches.contacts"),
    PatchPart("places", "areas.see", "gridward.kernel.sync.patches.places"),
)

NOTICES = {
    "need.climbed": _("%(category)s %(code)s was not taken in time and is now yours."),
    "assignment.offered": _("New task: %(category)s, %(code)s."),
    "need.critical": _("Critical: %(category)s, %(code)s."),
    "people.quota_reached": _("%(account)s has looked at personal data %(count)s times today: no more is allowed."),
    "people.looked_widely": _("%(account)s has looked at personal data in %(count)s communities today."),
    "export.asked": _("%(account)s asks for a list with personal data: approve or refuse it."),
    "export.decided": _("%(account)s has decided about the list you asked for."),
}

KERNEL = Line(
    key="kernel",
    title=_("Headquarters"),
    pages=PAGES,
    roles=ROLES,
    sheets=KERNEL_SHEETS,
    capabilities=CAPABILITIES,
    announces=VERBS,
    notices=NOTICES,
    commands=COMMANDS,
    patch=PATCH,
    install="gridward.kernel.sync.actions.forms.install",
)
