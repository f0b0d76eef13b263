"""What the forces line counts, gathered for its manifest; each module holds the figures of one noun."""

from gridward.lines.forces.figures import lacks, people, rosters

FIGURES = (*people.FIGURES, *rosters.FIGURES, *lacks.FIGURES)
BULLETIN = (*rosters.BULLETIN, *people.BULLETIN, *lacks.BULLETIN)

__all__ = ["BULLETIN", "FIGURES"]
