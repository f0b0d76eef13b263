"""What every device may hold of its own patch: the places in it, and the simple forms."""

from __future__ import annotations

from typing import Any

from gridward.kernel.access.actor import Actor, inside
from gridward.kernel.address import Level, text, trail
from gridward.kernel.areas.models import Area
from gridward.kernel.orgs.models import Organisation
from gridward.kernel.sync.models import FieldForm

_OFFICES = ("headquarters", "department", "town_office", "community_committee")
Rows = tuple[list[dict[str, Any]], str]


def forms(actor: Actor, after: str, limit: int) -> Rows:
    """The forms in use, whole: they are few."""
    if after:
        return [], ""
    found = FieldForm.objects.filter(in_use=True).order_by("key")[:limit]
    return [
        {"key": form.key, "title": form.title, "title_en": form.title_en, "version": form.version,
         "fields": form.fields}
        for form in found
    ], ""  # fmt: skip


def places(actor: Actor, after: str, limit: int) -> Rows:
    """Estates and buildings of the patch by address, a community's own included; a patch above a community holds
    communities only, so that no device carries a town's buildings."""
    start = int(after) if after.isdigit() else -1
    spans = actor.spans("areas.see")
    wide = any(one.high - one.low > 10 ** (19 - Level.COMMUNITY) for one in spans)
    deepest = Level.COMMUNITY if wide else Level.BUILDING
    rows = Area.objects.filter(inside(spans), address__gt=start, level__gte=Level.COMMUNITY, level__lte=deepest)
    found = list(rows.order_by("address").values_list("address", "name", "level")[:limit])
    after = str(found[-1][0]) if len(found) == limit else ""
    return [{"address": text(address), "name": name, "level": level} for address, name, level in found], after


def contacts(actor: Actor, after: str, limit: int) -> Rows:
    """Whom to ring: the offices that answer for the patch, the nearest first."""
    if after:
        return [], ""
    spans = actor.spans("areas.see")
    places = sorted({parent_at for one in spans for parent_at in trail(one.low)}, reverse=True)
    rows = Organisation.objects.filter(address__in=places, closed_on=None, kind__in=_OFFICES).exclude(phone="")
    found = sorted(rows[:limit], key=lambda one: (-one.address, one.name))
    return [{"name": one.name, "phone": one.phone, "address": text(one.address)} for one in found], ""
