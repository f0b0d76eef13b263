"""The tags every page is written with: built files, icons, times, states, figures."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gridward.kernel import address as addresses
from gridward.kernel import clock
from gridward.kernel.needs.models import NEED_STATES, Need
from gridward.kernel.needs.rules import OPEN
from gridward.kernel.people.traits import SKILLS, TRAITS
from gridward.web.numbers import duration
from gridward.web.numbers import shown as shown_value

register = template.Library()
_MANIFEST = Path(__file__).parent.parent / "static" / "dist" / "manifest.json"
_STATE_ICONS = {
    "waiting": "clock",
    "assigned": "run",
    "moving": "route",
    "overdue": "alert-triangle",
    "served": "circle-check",
    "withdrawn": "arrow-back-up",
    "refused": "ban",
}


@cache
def _built() -> dict[str, Any]:
    if not _MANIFEST.exists():
        raise template.TemplateSyntaxError("The console's scripts are not built: run scripts/setup.")
    return json.loads(_MANIFEST.read_text(encoding="utf-8"))


@register.simple_tag
def vite(entry: str) -> SafeString:
    """The script and styles of one built entry: console, map or chart."""
    built = _built()[f"src/console/{entry}.ts"]
    styles = format_html_join(
        "", '<link rel="stylesheet" href="{}">', ((static(f"dist/{name}"),) for name in built.get("css", []))
    )
    return format_html('{}<script type="module" src="{}"></script>', styles, static(f"dist/{built['file']}"))


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite; decoration only, the word stands beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("dist/icons.svg"), name)


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """A time as the distance from now, with the exact time on hover."""
    if moment is None:
        return "—"
    seconds = (clock.now() - moment).total_seconds()
    words = (_("%s ago") if seconds >= 0 else _("in %s")) % _distance(abs(seconds))
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact(moment), words)


def _distance(seconds: float) -> str:
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if days:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if hours:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    if minutes:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    return _("a few seconds")


@register.filter
def exact(moment: datetime | None) -> str:
    """A time in the district's zone, to the second."""
    return date_format(localtime(moment), "Y-m-d H:i:s") if moment else ""


@register.filter
def at_minute(moment: datetime | None) -> str:
    """A time in the district's zone, to the minute."""
    return date_format(localtime(moment), "m-d H:i") if moment else ""


@register.simple_tag
def state_of(need: Need) -> SafeString:
    """A need's state as a chip: colour, icon and word; an open need past its deadline is overdue."""
    late = need.state in OPEN and need.due_at <= clock.now()
    state = "overdue" if late else str(need.state)
    words = _("overdue") if late else dict(NEED_STATES)[need.state]
    return format_html('<span class="state state-{}">{}{}</span>', state, icon(_STATE_ICONS[state]), words)


@register.simple_tag
def due(need: Need) -> SafeString | str:
    """How long a need's next step still has, or by how much it is late."""
    if need.state not in OPEN:
        return ""
    seconds = (need.due_at - clock.now()).total_seconds()
    if seconds < 0:
        return format_html('<span class="is-late">{}</span>', _("%s late") % duration(-seconds))
    return _("%s left") % duration(seconds)


@register.filter
def address(number: int) -> str:
    """An address as pages and JSON carry it."""
    return addresses.text(number)


@register.filter
def figure_value(value: float | None, unit: Any) -> str:
    """A figure's value with its unit."""
    return shown_value(unit, value)


@register.filter
def trait(key: str) -> str:
    """A special need or a skill in words."""
    return str(TRAITS.get(key, SKILLS.get(key, key)))


@register.filter
def weekday(day: date) -> str:
    """A day with its weekday, in the reader's language."""
    return date_format(day, "Y-m-d l")


@register.simple_tag(takes_context=True)
def with_params(context: template.Context, **changes: Any) -> str:
    """The page's own address with some of its parameters changed; an empty value removes one."""
    params = context["request"].GET.copy()
    params.pop("after", None)
    for name, value in changes.items():
        params.pop(name, None)
        if value not in ("", None):
            params[name] = str(value)
    return f"?{params.urlencode()}"


@register.inclusion_tag("parts/sign.html")
def nothing(words: str, symbol: str = "circle-check") -> dict[str, str]:
    """An empty list as a designed state: a sentence, and a sign."""
    return {"words": words, "symbol": symbol}


@register.simple_tag
def words_for_scripts() -> dict[str, str]:
    """The sentences that scripts say."""
    return {
        "live": _("live"),
        "reconnecting": _("connection lost, trying again"),
        "news": _("{n} changes"),
    }


@register.simple_tag
def feed_address() -> str:
    """Where scripts ask what is new."""
    return reverse("feed")


@register.simple_tag
def house_name() -> str:
    """What the house is called."""
    return str(settings.HOUSE_NAME)
