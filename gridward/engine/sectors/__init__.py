"""Sectors for teams: balanced in load, in one piece, compact, with a proven bound."""

from gridward.engine.sectors.plan import Effort, Sectors, sectors

__all__ = ["Effort", "Sectors", "sectors"]
