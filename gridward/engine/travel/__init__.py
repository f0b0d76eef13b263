"""How long it takes to get from one place to another: on roads, or as a straight line where there is no map."""

from gridward.engine.travel.matrix import Matrix, Travel
from gridward.engine.travel.straight_line import StraightLine, great_circle_m

__all__ = ["Matrix", "StraightLine", "Travel", "great_circle_m"]
