"""What a browser calls itself, in two words a person recognises."""

from __future__ import annotations

# The first that is found counts: most browsers also name the ones they descend from.
_BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("HuaweiBrowser", "Huawei Browser"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_words(user_agent: str) -> str:
    """Browser and system, such as “Chrome · Windows”; what the browser says of itself where neither is known."""
    found = [next((words for mark, words in kinds if mark in user_agent), "") for kinds in (_BROWSERS, _SYSTEMS)]
    return " · ".join(word for word in found if word) or user_agent[:40] or "—"
