"""The manifest of the forces line: what it serves, what it counts, who works here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Figure, Line, NeedKind, Page, ResourceKind, Role

KIND = "forces.need"

LINE = Line(
    key="forces",
    title=_("Forces"),
    need_kinds=(NeedKind(KIND, _("Forces need"), "need"),),
    resource_kinds=(ResourceKind("forces.team", _("Forces team")),),
    figures=(
        Figure(
            "forces.needs",
            _("Forces needs"),
            _("Needs of this line that came that day."),
            "",
            f"SELECT id AS row_id, address, 1 AS amount FROM kernel_need WHERE kind = '{KIND}' "
            "AND opened_at >= %(start)s AND opened_at < %(end)s",
        ),
    ),
    pages=(Page("forces", _("Forces"), "forces:queue", "needs.see", "list", 60),),
    roles=(Role("forces.officer", _("Forces officer"), frozenset({"needs.see", "needs.log", "areas.see"})),),
    bulletin=("forces.needs",),
)
