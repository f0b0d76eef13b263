"""The manifest of the testing line: what it serves, what it counts, who works here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Figure, Line, NeedKind, Page, ResourceKind, Role

KIND = "testing.need"

LINE = Line(
    key="testing",
    title=_("Testing"),
    need_kinds=(NeedKind(KIND, _("Testing need"), "need"),),
    resource_kinds=(ResourceKind("testing.team", _("Testing team")),),
    figures=(
        Figure(
            "testing.needs",
            _("Testing needs"),
            _("Needs of this line that came that day."),
            "",
            f"SELECT id AS row_id, address, 1 AS amount FROM kernel_need WHERE kind = '{KIND}' "
            "AND opened_at >= %(start)s AND opened_at < %(end)s",
        ),
    ),
    pages=(Page("testing", _("Testing"), "testing:queue", "needs.see", "list", 60),),
    roles=(Role("testing.officer", _("Testing officer"), frozenset({"needs.see", "needs.log", "areas.see"})),),
    bulletin=("testing.needs",),
)
