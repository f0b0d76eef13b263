"""The manifest of the testing line: what it serves, what it counts, who works here, what devices say to it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import Level
from gridward.kernel.manifest import FieldCommand, Line, NeedKind, Page, PatchPart, ResourceKind, Role
from gridward.lines.testing.figures import BULLETIN, FIGURES

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
        home="testing:rounds",
    ),
    Role("testing.sampler", _("Sampler"), frozenset({"testing.sample", "areas.see"})),
    Role("testing.courier", _("Courier of samples"), frozenset({"testing.carry", "areas.see"}), home="testing:courier"),
    Role(
        "testing.laboratory",
        _("Laboratory"),
        frozenset({"testing.bench", "areas.see"}),
        home="testing:bench",
        level=Level.DISTRICT,
    ),
)

PAGES = (
    Page("testing.rounds", _("Testing rounds"), "testing:rounds", "testing.see", "list-check", 60),
    Page("testing.boxes", _("Boxes of samples"), "testing:boxes", "testing.see", "route", 61),
    Page("testing.courier", _("My boxes"), "testing:courier", "testing.carry", "truck", 62),
    Page("testing.bench", _("Laboratory bench"), "testing:bench", "testing.bench", "qrcode", 63),
    Page("testing.recalls", _("Recalls"), "testing:recalls", "testing.see", "alert-triangle", 64),
    Page("testing.newcomers", _("Sampled newcomers"), "testing:newcomers", "testing.see", "user", 65),
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
        "testing.giving",
        _("A sealed box was handed to a courier"),
        "testing.sample",
        f"{_ACTIONS}.custody.store_giving",
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
    PatchPart("testing.boxes", "testing.sample", f"{_QUERIES}.carrying.packed"),
    PatchPart("testing.fetching", "testing.carry", f"{_QUERIES}.carrying.fetching"),
)

ANNOUNCES = {
    "testing.rules_loaded": _("loaded the rules of testing"),
    "testing.round_opened": _("opened a round of testing"),
    "testing.round_closed": _("closed a round of testing"),
    "testing.posts_wanted": _("asked for samplers"),
    "testing.newcomer_completed": _("found a sampled newcomer in the register"),
    "testing.tubes_stored": _("handed in tubes"),
    "testing.box_sealed": _("packed and sealed a box"),
    "testing.box_handed": _("a box changed hands"),
    "testing.refused": _("noted that somebody was not sampled"),
    "testing.box_bound": _("sent a box to a laboratory"),
    "testing.staff_lent": _("noted staff lent to a laboratory"),
    "testing.shift_set": _("set a laboratory's shift"),
    "testing.gift_noted": _("noted a gift"),
    "testing.box_received": _("took a box in"),
    "testing.plate_set": _("set out a plate"),
    "testing.results_taken": _("took results"),
    "testing.read_by_hand": _("read a tube by hand"),
    "testing.people_recalled": _("called the people of a positive tube back"),
    "testing.recall_answered": _("sampled somebody again who was called back"),
}

LINE = Line(
    key="testing",
    title=_("Testing"),
    need_kinds=(NeedKind(TASK, _("Testing task"), "need"),),
    resource_kinds=(ResourceKind("testing.team", _("Sampling team"), "foot", "team"),),
    figures=FIGURES,
    pages=PAGES,
    roles=ROLES,
    capabilities=CAPABILITIES,
    announces=ANNOUNCES,
    gives={"headquarters": frozenset({"testing.see"})},
    install="gridward.lines.testing.actions.setting_up.install",
    commands=COMMANDS,
    patch=PATCH,
    bulletin=BULLETIN,
)
