"""Who to send now: the best resources for a need with reasons, and one assignment for many needs at once."""

from gridward.engine.matching.assign import Assignment, assign
from gridward.engine.matching.forces import Needs, Prices, Resources, needs, resources
from gridward.engine.matching.rank import Offer, rank

__all__ = ["Assignment", "Needs", "Offer", "Prices", "Resources", "assign", "needs", "rank", "resources"]
