"""The manifest of the forces line: what it serves, what it counts, who works here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.kernel.manifest import Line
from gridward.lines.forces.declared import duty, people
from gridward.lines.forces.figures import BULLETIN, FIGURES

LINE = Line(
    key="forces",
    title=_("Forces"),
    need_kinds=(*duty.NEED_KINDS,),
    resource_kinds=(*people.RESOURCE_KINDS, *duty.RESOURCE_KINDS),
    figures=FIGURES,
    pages=(*people.PAGES, *duty.PAGES),
    roles=(*people.ROLES, *duty.ROLES),
    sheets=(*people.SHEETS, *duty.SHEETS),
    capabilities={**people.CAPABILITIES, **duty.CAPABILITIES},
    announces={**people.ANNOUNCES, **duty.ANNOUNCES},
    notices={**people.NOTICES, **duty.NOTICES},
    commands=people.COMMANDS,
    patch=people.PATCH,
    install="gridward.lines.forces.actions.installing.install",
    gives={**duty.GIVES},
    bulletin=BULLETIN,
)
