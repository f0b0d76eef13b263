"""What a new house begins with: the line's example configuration."""

from __future__ import annotations

from datetime import datetime

from gridward.lines.forces.actions import lacks, posts
from gridward.lines.forces.actions.joining import install_rules


def install(now: datetime) -> None:
    """Load the examples a house has none of yet; safe to repeat."""
    install_rules(now)
    posts.install(now)
    lacks.install(now)
