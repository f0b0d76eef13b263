"""The tags every page is written with: built files, icons, times, states, figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gridward.kernel import address as addresses
from gridward.kernel import clock
from gridward.kernel.needs.models import NEED_STATES, Need
from gridward.kernel.needs.rules import OPEN
from gridward.kernel.people.traits import SKILLS, TRAITS
from gridward.kernel.registry import registry
from gridward.web.numbers import DURATIONS, duration
from gridward.web.numbers import shown as shown_value

register = template.Library()
_MANIFEST = Path(__file__).parent.parent / "static" / "dist" / "manifest.json"
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_NEAR_S = 15 * 60
_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_POINTS = 56, 24, 3
_STATE_ICONS = {
    "waiting": "clock",
    "assigned": "run",
    "moving": "route",
    "overdue": "alert-triangle",
    "served": "circle-check",
    "withdrawn": "arrow-back-up",
    "refused": "ban",
}


def _built() -> dict[str, Any]:
    try:
        return _read_manifest(_MANIFEST.stat().st_mtime_ns)
    except FileNotFoundError as missing:
        raise ImproperlyConfigured(
            "The console's scripts are not built: run `npm ci && npm run build` in field/, or scripts/setup."
        ) from missing


@cache
def _read_manifest(_written_at: int) -> dict[str, Any]:
    return json.loads(_MANIFEST.read_text(encoding="utf-8"))


@register.simple_tag(takes_context=True)
def vite(context: template.Context, entry: str) -> SafeString:
    """The script and styles of one built entry: console, map or chart."""
    built = _built()[f"src/console/{entry}.ts"]
    styles = format_html_join(
        "", '<link rel="stylesheet" href="{}">', ((static(f"dist/{name}"),) for name in built.get("css", []))
    )
    source = static(f"dist/{built['file']}")
    script = format_html('<script type="module" nonce="{}" src="{}"></script>', nonce(context), source)
    return format_html("{}{}", styles, script)


@register.simple_tag(takes_context=True)
def nonce(context: template.Context) -> str:
    """What a script of this page must carry to be run; empty where a template is drawn without a request."""
    return getattr(context.get("request"), "nonce", "")


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite; decoration only, the word stands beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("dist/icons.svg"), name)


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """A time as the distance from now, kept true by the script, with the exact time on hover."""
    if moment is None:
        return "—"
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>', moment.isoformat(), exact(moment), _distance(moment)
    )


def _distance(moment: datetime) -> str:
    seconds = (clock.now() - moment).total_seconds()
    if 0 <= seconds < _MINUTE_S:
        return _("just now")
    return (_("%s ago") if seconds > 0 else _("in %s")) % _coarse(abs(seconds))


def _coarse(seconds: float) -> str:
    if seconds < _HOUR_S:
        return DURATIONS["minutes"] % {"n": seconds // _MINUTE_S}
    if seconds < _DAY_S:
        return DURATIONS["hours"] % {"n": seconds // _HOUR_S}
    return DURATIONS["days"] % {"n": seconds // _DAY_S}


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
    """How long a need's next step still has, or by how much it is late; the script counts on."""
    if need.state not in OPEN:
        return ""
    seconds = (need.due_at - clock.now()).total_seconds()
    words = (_("%s late") if seconds < 0 else _("%s left")) % duration(abs(seconds))
    look = "is-late" if seconds < 0 else "is-near" if seconds < _NEAR_S else ""
    return format_html(
        '<time class="{}" datetime="{}" title="{}" data-due>{}</time>',
        look, need.due_at.isoformat(), exact(need.due_at), words,
    )  # fmt: skip


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
def tell(*verbs: str) -> SafeString:
    """The attribute that makes a page say so when one of these verbs is written in the journal."""
    words = {verb: str(registry().verbs[verb]) for verb in verbs}
    return format_html('data-tell="{}"', json.dumps(words, ensure_ascii=False))


@register.simple_tag
def spark(points: Sequence[tuple[date, float | None]]) -> SafeString | str:
    """The course of a figure over some days as a small line; the figure's page has the numbers."""
    values = [value for _day, value in points if value is not None]
    if len(values) < _SPARK_POINTS:
        return ""
    low, reach = min(values), (max(values) - min(values)) or 1.0
    step = _SPARK_WIDTH / (len(values) - 1)
    line = " ".join(
        f"{at * step:.1f},{_SPARK_HEIGHT - 1 - (value - low) / reach * (_SPARK_HEIGHT - 2):.1f}"
        for at, value in enumerate(values)
    )
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<polyline points="{}"/></svg>',
        _SPARK_WIDTH, _SPARK_HEIGHT, line,
    )  # fmt: skip


@register.simple_tag
def now_iso() -> str:
    """The house's present moment, for scripts that count time."""
    return clock.now().isoformat()


@register.simple_tag
def words_for_scripts() -> dict[str, str]:
    """The sentences that scripts say; `{holes}` are filled by the script."""
    return {
        "live": _("live"),
        "reconnecting": _("connection lost, trying again"),
        "news": _("{n} changes"),
        "close": _("Close"),
        "yes": _("Yes, do it"),
        "no": _("No, go back"),
        **_words_of_time(),
        **_words_of_maps(),
    }


def _words_of_time() -> dict[str, str]:
    holes = {"n": "{n}", "h": "{h}", "m": "{m}", "d": "{d}"}
    return {
        "just_now": _("just now"),
        "ago": _("%s ago") % "{t}",
        "in": _("in %s") % "{t}",
        "late": _("%s late") % "{t}",
        "left": _("%s left") % "{t}",
        **{key: str(words).replace(")d", ")s") % holes for key, words in DURATIONS.items()},
    }


def _words_of_maps() -> dict[str, str]:
    return {
        "map": _("Map"),
        "zoom_in": _("Nearer"),
        "zoom_out": _("Further away"),
        "open": _("Open"),
        "area_page": _("Area page"),
        "its_map": _("Its map"),
        "free": _("free"),
        "busy": _("busy"),
        **{f"state_{state}": str(words) for state, words in NEED_STATES},
        "state_overdue": _("overdue"),
    }


@register.simple_tag
def house_name() -> str:
    """What the house is called."""
    return str(settings.HOUSE_NAME)
