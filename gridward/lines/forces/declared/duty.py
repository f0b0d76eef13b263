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
PAGES: tuple[Page, ...] = ()
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
    Role("forces.department", _("Department that supplies"), _SEES | {"needs.log", "lacks.supply"}),
)  # fmt: skip
CAPABILITIES = {
    "posts.state": _("state posts"),
    "rosters.see": _("see posts and rosters"),
    "rosters.plan": _("plan and approve rosters"),
    "lacks.state": _("state what a community lacks"),
    "lacks.supply": _("offer what a department can give"),
    "lacks.match": _("match supplies with lacks"),
}
ANNOUNCES: dict[str, object] = {}
NOTICES: dict[str, object] = {}
SHEETS = ()
