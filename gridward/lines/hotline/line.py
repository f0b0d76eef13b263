"""The hotline's manifest: what it serves, who and what can be sent, who works here, what it counts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import Level
from gridward.kernel.manifest import FieldCommand, Line, NeedKind, Page, PatchPart, ResourceKind, Role
from gridward.lines.hotline.figures import BULLETIN, FIGURES, KIND

_DESK = frozenset({"needs.see", "needs.log", "people.see", "areas.see", "resources.see", "figures.see"})

RESOURCE_KINDS = (
    ResourceKind("hotline.emergency_vehicle", _("Emergency vehicle"), "car", "vehicle"),
    ResourceKind("hotline.police_service_vehicle", _("Police service vehicle"), "car", "police"),
    ResourceKind("hotline.ambulance", _("Ambulance"), "van", "ambulance"),
    ResourceKind("hotline.escort_team", _("Medical escort team"), "van", "team"),
    ResourceKind("hotline.community_worker", _("Community worker on duty"), "foot", "person"),
    ResourceKind("hotline.repair_crew", _("Repair crew"), "van", "repair"),
)

PAGES = (
    Page("hotline.desk", _("Take calls"), "hotline:desk", "needs.log", "phone", 20),
    Page("hotline.dispatch", _("Dispatch board"), "hotline:dispatch", "needs.assign", "route", 22),
    Page("hotline.crew", _("My tasks"), "hotline:tasks", "crew.act", "list-check", 24),
    Page("hotline.fleet", _("Vehicles"), "hotline:fleet", "resources.change", "ambulance", 26),
)

ROLES = (
    Role("agent", _("Call-taker"), _DESK, home="hotline:desk", level=Level.DISTRICT),
    Role(
        "dispatcher",
        _("Dispatcher"),
        _DESK | {"needs.assign", "needs.refuse", "resources.change"},
        home="hotline:dispatch",
    ),
    Role("crew", _("Crew"), frozenset({"crew.act", "areas.see"}), home="hotline:tasks"),
)

LINE = Line(
    key="hotline",
    title=_("Hotline"),
    need_kinds=(NeedKind(KIND, _("Hotline request"), "need"),),
    resource_kinds=RESOURCE_KINDS,
    figures=FIGURES,
    pages=PAGES,
    roles=ROLES,
    capabilities={"crew.act": _("act as a crew")},
    announces={
        "hotline.categories_loaded": _("loaded the hotline's categories"),
        "hotline.key_issued": _("issued a key to another system"),
    },
    notices={
        "hotline.reopened": _("%(category)s %(code)s was reopened by the one who asked: %(reason)s"),
    },
    commands=(
        FieldCommand("hotline.progress", _("A crew's step"), "crew.act", "gridward.lines.hotline.field.store_progress"),
    ),
    patch=(PatchPart("hotline.tasks", "crew.act", "gridward.lines.hotline.field.tasks"),),
    urgent=True,
    install="gridward.lines.hotline.actions.install",
    bulletin=BULLETIN,
)
