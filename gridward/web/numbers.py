"""How a figure's value is written for people, by its unit."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SECONDS = "s"
SHARE = "%"
NOTHING = "—"
DURATIONS = {
    "seconds": _("%(n)d s"),
    "minutes": _("%(n)d min"),
    "hours": _("%(n)d h"),
    "days": _("%(n)d d"),
    "hours_minutes": _("%(h)d h %(m)d min"),
    "days_hours": _("%(d)d d %(h)d h"),
}


def shown(unit: Any, value: float | None) -> str:
    """A value with its unit: seconds as hours and minutes, shares as per cent, counts grouped by thousands."""
    if value is None:
        return NOTHING
    if str(unit) == SECONDS:
        return duration(value)
    if str(unit) == SHARE:
        return f"{_per_cent(value):.1f} %"
    # Django groups no digits in Chinese; ten of them in a row cannot be read.
    return f"{value:,.{0 if float(value).is_integer() else 1}f} {unit}".strip()


def _per_cent(share: float) -> float:
    """A share as per cent; short of all it never reads as all."""
    return min(round(share * 100, 1), 99.9) if share < 1 else share * 100


def duration(seconds: float) -> str:
    """Seconds in words: 45 s, 12 min, 3 h 20 min, 2 d 4 h."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return DURATIONS["seconds"] % {"n": round(seconds)}
    if minutes < 60:
        return DURATIONS["minutes"] % {"n": minutes}
    if minutes < 48 * 60:
        return DURATIONS["hours_minutes"] % {"h": minutes // 60, "m": minutes % 60}
    return DURATIONS["days_hours"] % {"d": minutes // 1440, "h": minutes % 1440 // 60}
