"""What the forces line counts, gathered for its manifest; each module holds the figures of one noun."""

from gridward.lines.forces.figures import rosters

FIGURES = (*rosters.FIGURES,)
BULLETIN = (*rosters.BULLETIN,)

__all__ = ["BULLETIN", "FIGURES"]
