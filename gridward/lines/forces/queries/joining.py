"""The rules for joining in force."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from gridward.kernel.near import cache
from gridward.lines.forces.models import JoiningRules

EXAMPLE = Path(__file__).parent.parent / "config" / "joining.example.toml"
_KEPT_S = 5


def joining() -> JoiningRules:
    """The district's rules; the example's where none are kept yet. Kept in memory for five seconds."""
    found: JoiningRules | None = cache.get("forces-joining")
    if found is None:
        found = JoiningRules.objects.filter(pk=1).first() or JoiningRules(**example())
        cache.set("forces-joining", found, _KEPT_S)
    return found


def example(path: Path = EXAMPLE) -> dict[str, Any]:
    """What a file of rules says, by field."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
