"""The manifest of the forces line: what it serves, what it counts, who works here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Line
from gridward.lines.forces.declared import duty
from gridward.lines.forces.figures import BULLETIN, FIGURES

LINE = Line(
    key="forces",
    title=_("Forces"),
    need_kinds=(*duty.NEED_KINDS,),
    resource_kinds=(*duty.RESOURCE_KINDS,),
    figures=FIGURES,
    pages=(*duty.PAGES,),
    roles=(*duty.ROLES,),
    sheets=(*duty.SHEETS,),
    capabilities={**duty.CAPABILITIES},
    announces={**duty.ANNOUNCES},
    notices={**duty.NOTICES},
    bulletin=BULLETIN,
)
