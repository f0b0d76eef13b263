"""Who is on duty, and which posts are held."""

from __future__ import annotations

from gridward.kernel.manifest import Figure

FIGURES: tuple[Figure, ...] = ()
BULLETIN: tuple[str, ...] = ()
