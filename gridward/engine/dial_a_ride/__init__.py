"""Dial-a-ride: who rides with whom, in which vehicle, when."""

from gridward.engine.dial_a_ride.decompose import solve_large
from gridward.engine.dial_a_ride.insert_one import insert_one
from gridward.engine.dial_a_ride.plan import Plan, Point, Route
from gridward.engine.dial_a_ride.problem import Break, Problem, Trips, Vehicles, problem, trips, vehicles
from gridward.engine.dial_a_ride.reoptimise import Replan, replan
from gridward.engine.dial_a_ride.solve import Effort, solve, warm_up

__all__ = [
    "Break", "Effort", "Plan", "Point", "Problem", "Replan", "Route", "Trips", "Vehicles", "insert_one", "problem",
    "replan", "solve", "solve_large", "trips", "vehicles", "warm_up",
]  # fmt: skip
