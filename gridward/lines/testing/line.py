"""The manifest of the testing line: what it serves, what it counts, who works here, what devices say to it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import Level
from gridward.kernel.manifest import FieldCommand, Line, NeedKind, PatchPart, ResourceKind, Role

TASK = "testing.task"
_ACTIONS, _QUERIES = "gridward.lines.testing.actions", "gridward.lines.testing.queries"

CAPABILITIES = {
    "testing.see": _("see testing"),
    "testing.plan": _("plan rounds of testing"),
    "testing.sample": _("take samples"),
    "testing.carry": _("carry boxes of samples"),
    "testing.bench": _("work in the laboratory"),
}
_DESK = frozenset({"areas.see", "needs.see", "needs.log", "needs.assign", "resources.see", "figures.see", "people.see"})

ROLES = (
    Role(
        "testing.desk",
        _("Testing desk"),
        _DESK | {"testing.see", "testing.plan", "testing.bench", "people.reveal"},
    ),
    Role("testing.sampler", _("Sampler"), frozenset({"testing.sample", "areas.see"})),
    Role("testing.courier", _("Courier of samples"), frozenset({"testing.carry", "areas.see"})),
    Role("testing.laboratory", _("Laboratory"), frozenset({"testing.bench", "areas.see"}), level=Level.DISTRICT),
)

COMMANDS = (
    FieldCommand(
        "testing.tube",
        _("A closed tube with its people"),
        "testing.sample",
        f"{_ACTIONS}.tubes.store_tubes",
        f"{_QUERIES}.digests.tubes",
    ),
    FieldCommand(
        "testing.box",
        _("A box of tubes, packed and sealed"),
        "testing.sample",
        f"{_ACTIONS}.custody.store_boxes",
        f"{_QUERIES}.digests.boxes",
    ),
    FieldCommand(
        "testing.handover",
        _("A sealed box changed hands"),
        "testing.carry",
        f"{_ACTIONS}.custody.store_custody",
        f"{_QUERIES}.digests.custody",
    ),
    FieldCommand(
        "testing.refusal",
        _("Somebody due was not sampled"),
        "testing.sample",
        f"{_ACTIONS}.custody.store_refusals",
        f"{_QUERIES}.digests.refusals",
    ),
)

PATCH = (
    PatchPart("testing.rounds", "testing.sample", f"{_QUERIES}.patch.rounds"),
    PatchPart("testing.points", "testing.sample", f"{_QUERIES}.patch.points"),
    PatchPart("testing.people", "testing.sample", f"{_QUERIES}.patch.people"),
)

ANNOUNCES = {
    "testing.rules_loaded": _("loaded the rules of testing"),
    "testing.tubes_stored": _("handed in tubes"),
    "testing.box_sealed": _("packed and sealed a box"),
    "testing.box_handed": _("a box changed hands"),
    "testing.refused": _("noted that somebody was not sampled"),
    "testing.recall_answered": _("sampled somebody again who was called back"),
}

LINE = Line(
    key="testing",
    title=_("Testing"),
    need_kinds=(NeedKind(TASK, _("Testing task"), "need"),),
    resource_kinds=(ResourceKind("testing.team", _("Sampling team"), "foot", "team"),),
    roles=ROLES,
    capabilities=CAPABILITIES,
    announces=ANNOUNCES,
    install="gridward.lines.testing.actions.setting_up.install",
    commands=COMMANDS,
    patch=PATCH,
)
