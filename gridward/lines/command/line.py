"""The manifest of the command line: what it serves, what it counts, who works here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Figure, Line, NeedKind, Page, ResourceKind, Role

KIND = "command.need"

LINE = Line(
    key="command",
    title=_("Command"),
    need_kinds=(NeedKind(KIND, _("Command need"), "need"),),
    resource_kinds=(ResourceKind("command.team", _("Command team")),),
    figures=(
        Figure(
            "command.needs",
            _("Command needs"),
            _("Needs of this line that came that day."),
            "",
            f"SELECT id AS row_id, address, 1 AS amount FROM kernel_need WHERE kind = '{KIND}' "
            "AND opened_at >= %(start)s AND opened_at < %(end)s",
        ),
    ),
    pages=(Page("command", _("Command"), "command:queue", "needs.see", "list", 60),),
    roles=(Role("command.officer", _("Command officer"), frozenset({"needs.see", "needs.log", "areas.see"})),),
    bulletin=("command.needs",),
)
