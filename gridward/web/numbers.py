"""How a figure's value is written for people, by its unit."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

SECONDS = "s"
SHARE = "%"
NOTHING = "—"
DURATIONS = {
    "seconds": gettext_noop("%(n)d s"),
    "minutes": gettext_noop("%(n)d min"),
    "hours": gettext_noop("%(n)d h"),
    "days": gettext_noop("%(n)d d"),
    "hours_minutes": gettext_noop("%(h)d h %(m)d min"),
    "days_hours": gettext_noop("%(d)d d %(h)d h"),
}


def shown(unit: Any, value: float | None) -> str:
    """A value with its unit: seconds as hours and minutes, shares as per cent, counts grouped by thousands."""
    if value is None:
        return NOTHING
    if str(unit) == SECONDS:
        return duration(value)
    if str(unit) == SHARE:
        return f"{number_format(value * 100, 1)} %"
    whole = float(value).is_integer()
    return f"{number_format(value, 0 if whole else 1, use_l10n=True, force_grouping=True)} {unit}".strip()


def duration(seconds: float) -> str:
    """Seconds in words: 45 s, 12 min, 3 h 20 min, 2 d 4 h."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return _("%(n)d s") % {"n": round(seconds)}
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(h)d h %(m)d min") % {"h": minutes // 60, "m": minutes % 60}
    return _("%(d)d d %(h)d h") % {"d": minutes // 1440, "h": minutes % 1440 // 60}
