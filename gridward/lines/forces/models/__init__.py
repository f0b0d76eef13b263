"""The tables of the forces line, gathered for Django; each is defined with its noun."""

from gridward.lines.forces.models.joining import JoiningRules
from gridward.lines.forces.models.teams import Team
from gridward.lines.forces.models.volunteers import Volunteer

__all__ = ["JoiningRules", "Team", "Volunteer"]
