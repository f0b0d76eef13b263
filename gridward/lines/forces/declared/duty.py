"""Posts, rosters, reinforcement and the supply-meets-demand board, as the manifest declares them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import NeedKind, Page, ResourceKind, Role
from gridward.lines.forces.rules.kinds import LACK, SHIFT, SUPPLY

NEED_KINDS = (
    NeedKind(SHIFT, _("Shift at a post"), "need"),
    NeedKind(LACK, _("Lack of a community"), "need"),
)
RESOURCE_KINDS = (ResourceKind(SUPPLY, _("Supply of a department"), "van", "vehicle"),)
PAGES = (
    Page("forces.posts", _("Posts"), "forces:posts", "rosters.see", "clock", 30),
    Page("forces.lacks", _("Supply meets demand"), "forces:lacks", "rosters.see", "truck", 33),
    Page("forces.rosters", _("Rosters"), "forces:rosters", "rosters.plan", "users", 31),
)
_SEES = frozenset({"needs.see", "areas.see", "resources.see", "figures.see", "rosters.see"})
_PEOPLE = frozenset({"teams.see", "volunteers.see"})
ROLES = (
    Role(
        "forces.officer",
        _("Forces desk"),
        _SEES | {"needs.log", "needs.assign", "resources.change", "people.see", "posts.state", "rosters.plan"}
        | {"lacks.state", "lacks.match"} | _PEOPLE,
    ),
    Role("forces.community", _("Community post holder"), _SEES | _PEOPLE | {"needs.log", "posts.state", "lacks.state"}),
    Role(
        "forces.department",
        _("Department that supplies"),
        _SEES | {"needs.log", "lacks.supply"},
        home="forces:lacks",
    ),
)  # fmt: skip
GIVES = {
    "headquarters": frozenset({"rosters.see", "rosters.plan", "posts.state", "lacks.state", "lacks.match"}),
    "town": frozenset({"rosters.see", "rosters.plan", "posts.state", "lacks.state"}),
    "community": frozenset({"rosters.see", "posts.state", "lacks.state"}),
}
"""What the house's own desks hold through this line: the headquarters plans, towns plan theirs, communities state."""
CAPABILITIES = {
    "posts.state": _("state posts"),
    "rosters.see": _("see posts and rosters"),
    "rosters.plan": _("plan and approve rosters"),
    "lacks.state": _("state what a community lacks"),
    "lacks.supply": _("offer what a department can give"),
    "lacks.match": _("match supplies with lacks"),
}
ANNOUNCES = {
    "forces.configuration_loaded": _("loaded shifts, kinds of post and demand rules"),
    "forces.control_set": _("set the control level"),
    "forces.post_stated": _("stated a post"),
    "forces.post_changed": _("changed how many people a post needs"),
    "forces.post_ended": _("ended a post"),
    "forces.posts_restated": _("made the demand rules the standing posts"),
    "forces.day_made": _("made the shifts of a day"),
    "forces.roster_asked": _("asked for a roster"),
    "forces.plan_proposed": _("proposed a plan"),
    "forces.plan_withdrawn": _("put a plan away"),
    "forces.roster_approved": _("approved a roster"),
    "forces.roster_mended": _("replaced who did not come"),
    "forces.reinforced": _("sent reinforcement"),
    "forces.sent_home": _("sent reinforcement home"),
    "forces.swap_offered": _("offered a shift"),
    "forces.swap_taken": _("took a shift over"),
    "forces.swap_withdrawn": _("took an offer of a shift back"),
    "forces.supply_offered": _("offered a supply"),
    "forces.matched": _("matched supplies with lacks"),
}
NOTICES = {
    "forces.rostered": _("You are on the roster from %(first_day)s on. Look at your shifts."),
}
SHEETS = ()
