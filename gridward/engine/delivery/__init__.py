"""Delivery: which van brings what to whom, in which trip, when."""

from gridward.engine.delivery.decompose import warm_up
from gridward.engine.delivery.plan import Plan, Round, Trip
from gridward.engine.delivery.problem import Problem, Stops, Vans, Yards, problem, stops, vans, yards
from gridward.engine.delivery.replan import Replan, replan
from gridward.engine.delivery.search import Effort
from gridward.engine.delivery.solve import solve

__all__ = [
    "Effort", "Plan", "Problem", "Replan", "Round", "Stops", "Trip", "Vans", "Yards", "problem", "replan", "solve",
    "stops", "vans", "warm_up", "yards",
]  # fmt: skip
