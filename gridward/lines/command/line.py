"""The command line's manifest: orders down, findings up, who answers for what, who holds each post, the situation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Line, Page, Strip
from gridward.lines.command.figures import BULLETIN, FIGURES

CAPABILITIES = {
    "directives.see": _("see directives"),
    "directives.send": _("send directives"),
    "directives.answer": _("answer for a desk that directives reach"),
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
}

NOTICES = {
    "directive.reached": _("Directive %(number)s is for you: open and confirm it."),
    "directive.amended": _("Directive %(number)s was amended: read and confirm the new version."),
    "directive.withdrawn": _("Directive %(number)s was withdrawn."),
    "directive.reminded": _("Directive %(number)s still waits for you."),
    "directive.climbed": _("Directive %(number)s: %(places)s places below you have not seen or done it in time."),
}

PAGES = (Page("command.directives", _("Directives"), "command:mine", "directives.see", "send", 15),)

_DESK = frozenset({"directives.see", "directives.send", "directives.answer"})

LINE = Line(
    key="command",
    title=_("Command"),
    figures=FIGURES,
    pages=PAGES,
    gives={
        "headquarters": _DESK,
        "town": _DESK,
        "community": _DESK,
        "auditor": frozenset({"directives.see"}),
    },
    capabilities=CAPABILITIES,
    announces=ANNOUNCES,
    notices=NOTICES,
    strip=Strip("gridward.lines.command.queries.directives.urgent", ("directive",)),
    bulletin=BULLETIN,
)
