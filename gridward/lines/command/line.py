"""The command line's manifest: orders down, findings up, who answers for what, who holds each post, the situation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.address import Level
from gridward.kernel.manifest import FieldCommand, Line, Page, PatchPart, Role, Strip
from gridward.lines.command.figures import BULLETIN, FIGURES
from gridward.lines.command.sheets import TASKS

_FIELD, _PATCH = "gridward.lines.command.actions.field", "gridward.lines.command.queries.patch"

CAPABILITIES = {
    "directives.see": _("see directives"),
    "directives.send": _("send directives"),
    "directives.answer": _("answer for a desk that directives reach"),
    "inspections.see": _("see inspections and findings"),
    "inspections.plan": _("plan inspections"),
    "inspections.inspect": _("inspect"),
    "findings.right": _("raise findings and put them right"),
    "findings.judge": _("judge common problems"),
    "tasks.change": _("change the division of responsibility"),
    "posts.see": _("see who holds the posts of communities"),
    "posts.change": _("fill the posts of communities"),
    "log.keep": _("keep the duty log"),
}

ANNOUNCES = {
    "directive.sent": _("sent the directive"),
    "directive.reached": _("a directive reached"),
    "directive.amended": _("amended the directive"),
    "directive.withdrawn": _("withdrew the directive"),
    "directive.ended": _("need not be done any more"),
    "directive.seen": _("has seen the directive"),
    "directive.accepted": _("accepted the directive"),
    "directive.done": _("did what was ordered"),
    "directive.reminded": _("was reminded of the directive"),
    "directive.climbed": _("nobody saw or did it in time: the desk above was told"),
    "inspection.planned": _("proposed routes of inspection"),
    "inspection.approved": _("approved routes of inspection"),
    "inspection.visited": _("inspected"),
    "finding.raised": _("raised the finding"),
    "finding.righted": _("put it right"),
    "finding.checked": _("looked again: in order"),
    "finding.returned": _("looked again: not in order"),
    "finding.grouped": _("put it under a common problem"),
    "finding.answered": _("it has its unified reply"),
    "answer.given": _("gave the unified reply"),
    "answer.used": _("an answer of the book did"),
    "post.filled": _("filled the post"),
    "post.vacated": _("took somebody off the post"),
    "post.joined": _("let neighbouring communities act as one"),
    "post.parted": _("let communities act on their own again"),
    "log.written": _("wrote in the duty log"),
    "log.closed": _("closed what was to be handed over"),
    "command.configured": _("loaded the command line's configuration"),
}

NOTICES = {
    "directive.reached": _("Directive %(number)s is for you: open and confirm it."),
    "directive.amended": _("Directive %(number)s was amended: read and confirm the new version."),
    "directive.withdrawn": _("Directive %(number)s was withdrawn."),
    "directive.reminded": _("Directive %(number)s still waits for you."),
    "directive.climbed": _("Directive %(number)s: %(places)s places below you have not seen or done it in time."),
    "inspection.approved": _("Your route of inspection for %(day)s is on your phone."),
}

PAGES = (
    Page("command.directives", _("Directives"), "command:mine", "directives.see", "send", 15),
    Page("command.route", _("My route"), "command:route", "inspections.inspect", "route", 16),
    Page("command.inspections", _("Inspections"), "command:planning", "inspections.plan", "eye", 42),
    Page("command.findings", _("Findings"), "command:findings", "inspections.see", "list-check", 43),
    Page("command.problems", _("Common problems"), "command:problems", "findings.judge", "users", 44),
    Page("command.answers", _("Answer book"), "command:answers", "inspections.see", "file-text", 45),
    Page("command.tasks", _("Who answers for what"), "command:tasks", "areas.see", "sitemap", 82),
    Page("command.posts", _("Community posts"), "command:posts", "posts.see", "users", 84),
    Page("command.log", _("Duty log"), "command:log", "log.keep", "clock", 86),
    Page("command.handover", _("Shift handover"), "command:handover", "log.keep", "report", 87),
)

ROLES = (
    Role(
        "inspector",
        _("Inspector"),
        frozenset({"inspections.see", "inspections.inspect", "areas.see", "directives.see", "resources.see"}),
        home="command:route",
        level=Level.DISTRICT,
    ),
)

_DIRECTIVES = frozenset({"directives.see", "directives.send", "directives.answer"})
_DESK = _DIRECTIVES | {"inspections.see", "findings.right", "posts.see", "posts.change", "log.keep"}

COMMANDS = (
    FieldCommand("command.visit", _("A visit of an inspection"), "inspections.inspect", f"{_FIELD}.store_visits"),
    FieldCommand("command.finding", _("A finding"), "inspections.inspect", f"{_FIELD}.store_findings"),
)
PATCH = (
    PatchPart("command.route", "inspections.inspect", f"{_PATCH}.route"),
    PatchPart("command.checklist", "inspections.inspect", f"{_PATCH}.checklist"),
    PatchPart("command.card", "areas.see", f"{_PATCH}.card"),
)

LINE = Line(
    key="command",
    title=_("Command"),
    figures=FIGURES,
    pages=PAGES,
    roles=ROLES,
    gives={
        "headquarters": _DESK | {"inspections.plan", "findings.judge", "tasks.change"},
        "town": _DESK,
        "community": _DESK,
        "auditor": frozenset({"directives.see", "inspections.see"}),
    },
    sheets=(TASKS,),
    facts="gridward.lines.command.queries.standing.facts_of_need",
    capabilities=CAPABILITIES,
    announces=ANNOUNCES,
    notices=NOTICES,
    strip=Strip("gridward.lines.command.queries.directives.urgent", ("directive",)),
    install="gridward.lines.command.actions.standing.install",
    bulletin=BULLETIN,
    commands=COMMANDS,
    patch=PATCH,
)
