"""How long it takes to get from one place to another: on roads, or as a straight line where there is no map."""

from gridward.engine.travel.conditions import CLOSED, Condition, edges_touching
from gridward.engine.travel.matrix import Matrix, Travel
from gridward.engine.travel.network import Network, network
from gridward.engine.travel.osm import RoadMap, read_osm
from gridward.engine.travel.straight_line import StraightLine, great_circle_m
from gridward.engine.travel.update import Table, table
from gridward.engine.travel.ways import Reach, Way, reach, ways

__all__ = [
    "CLOSED",
    "Condition",
    "Matrix",
    "Network",
    "Reach",
    "RoadMap",
    "StraightLine",
    "Table",
    "Travel",
    "Way",
    "edges_touching",
    "great_circle_m",
    "network",
    "reach",
    "read_osm",
    "table",
    "ways",
]
